"""Customer satisfaction: share of 4 and 5 among answers on five points."""

from collections.abc import Mapping
from typing import Any

from percorso.insight.interval import NOTHING, Estimate, wilson
from percorso.insight.kpi.definition import Definition, Sums

READS = ("name", "survey_kind", "score", "scale")
RETURNS = {"n": "int64", "satisfied": "int64"}


def units(events: Any, known_to: int) -> Any:
    """Answers. One on another scale than 1 to 5 is none: scales are never pooled."""
    return events.filter(
        events.name == "Survey Answered",
        events.survey_kind == "csat",
        events.score.between(1.0, 5.0),
        events.scale.isnull() | (events.scale == 5.0),
    )


def sums(answers: Any) -> Mapping[str, Any]:
    return {"n": answers.count(), "satisfied": (answers.score >= 4.0).sum()}


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
