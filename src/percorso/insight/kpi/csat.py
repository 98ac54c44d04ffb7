"""Customer satisfaction: share of 4 and 5 among answers on five points."""

from collections.abc import Mapping
from typing import Any

from percorso.insight.interval import NOTHING, Estimate, wilson
from percorso.insight.kpi.answers import READS, answers
from percorso.insight.kpi.definition import Definition, Sums

RETURNS = {"n": "int64", "satisfied": "int64"}


def units(events: Any, known_to: int) -> Any:
    """Answers on 1 to 5."""
    return answers(events, "csat", 1.0, 5.0)


def sums(told: Any) -> Mapping[str, Any]:
    return {"n": told.count(), "satisfied": (told.score >= 4.0).sum()}


def estimate(rows: Sums) -> Estimate:
    return wilson(int(rows[0]["satisfied"] or 0), int(rows[0]["n"])) if rows else NOTHING


DEFINITION = Definition(
    kpi="csat",
    version=1,
    name={"it": "CSAT", "en": "CSAT"},
    about={
        "it": "Quota di risposte 4 o 5 su cinque punti. Le risposte su altre scale non si mescolano e non contano. "
        "Intervallo al 95 %: Wilson.",
        "en": "Share of answers 4 or 5 on five points. Answers on other scales are not pooled and do not count. "
        "95 % interval: Wilson.",
    },
    unit="share",
    better="higher",
    names=("Survey Answered",),
    reads=READS,
    returns=RETURNS,
    units=units,
    sums=sums,
    estimate=estimate,
)
