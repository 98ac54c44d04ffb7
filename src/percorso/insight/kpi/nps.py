"""Net promoter score: share of 9 and 10 less share of 0 to 6, in points; answers on 0 to 10 only."""

from collections.abc import Mapping
from typing import Any

from percorso.insight.interval import NOTHING, Estimate, nps
from percorso.insight.kpi.answers import READS, answers
from percorso.insight.kpi.definition import Definition, Sums

RETURNS = {"n": "int64", "promoters": "int64", "detractors": "int64"}


def units(events: Any, known_to: int) -> Any:
    """Answers on 0 to 10."""
    return answers(events, "nps", 0.0, 10.0)


def sums(told: Any) -> Mapping[str, Any]:
    return {
        "n": told.count(),
        "promoters": (told.score >= 9.0).sum(),
        "detractors": (told.score <= 6.0).sum(),
    }


def estimate(rows: Sums) -> Estimate:
    if not rows:
        return NOTHING
    row = rows[0]
    return nps(int(row["promoters"] or 0), int(row["detractors"] or 0), int(row["n"]))


DEFINITION = Definition(
    kpi="nps",
    version=1,
    name={"it": "NPS", "en": "NPS"},
    about={
        "it": "Percentuale di chi risponde 9 o 10 meno percentuale di chi risponde da 0 a 6, su scala da 0 a 10. "
        "Contano tutte le risposte. Intervallo al 95 %: Wald corretto.",
        "en": "Share answering 9 or 10 less share answering 0 to 6, on a scale of 0 to 10. Every answer counts. "
        "95 % interval: adjusted Wald.",
    },
    unit="points",
    better="higher",
    names=("Survey Answered",),
    reads=READS,
    returns=RETURNS,
    units=units,
    sums=sums,
    estimate=estimate,
)
