"""Average speed of answer: mean seconds in the queue of calls that were answered, dated by the answer.

Calls given up are not in it: read it beside the share of those (the journey map shows both).
"""

from collections.abc import Mapping
from typing import Any

import ibis

from percorso.insight.interval import NOTHING, Estimate, bootstrap_mean, mean
from percorso.insight.kpi.definition import Definition, Sums

READS = ("name", "wait_s")
RETURNS = {"n": "int64", "total": "float64", "squares": "float64"}


def units(events: Any, known_to: int) -> Any:
    """Answered calls with a wait."""
    return events.filter(events.name == "Call Answered", events.wait_s >= 0.0)


def sums(calls: Any) -> Mapping[str, Any]:
    return {"n": calls.count(), "total": calls.wait_s.sum(), "squares": (calls.wait_s * calls.wait_s).sum()}


def second(calls: Any) -> Any:
    """Waits are binned by the second, a day at most, so that the bootstrap draws from counts."""
    return ibis.least(calls.wait_s.floor(), ibis.literal(86_400.0))


def estimate(rows: Sums) -> Estimate:
    counts = [int(row["n"]) for row in rows]
    n = sum(counts)
    if n == 0:
        return NOTHING
    value = mean(sum(row["total"] for row in rows), sum(row["squares"] for row in rows), n)
    drawn = bootstrap_mean([row["total"] / row["n"] for row in rows], counts)
    return Estimate(value.value, drawn.low, drawn.high, n)


DEFINITION = Definition(
    kpi="asa",
    version=1,
    name={"it": "Attesa media alla risposta", "en": "Average speed of answer"},
    about={
        "it": "Secondi di attesa in coda, in media, delle chiamate che hanno avuto risposta, alla data della risposta. "
        "Intervallo al 95 %: bootstrap.",
        "en": "Mean seconds in the queue of the calls that were answered, dated by the answer. 95 % interval: bootstrap.",
    },
    unit="seconds",
    better="lower",
    names=("Call Answered",),
    reads=READS,
    returns=RETURNS,
    units=units,
    sums=sums,
    estimate=estimate,
    bin=second,
)
