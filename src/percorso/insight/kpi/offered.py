"""Offered calls: each call once, as it came out, answered or given up. Abandonment and service level are shares of them."""

from collections.abc import Callable, Mapping
from typing import Any

import ibis

from percorso.insight.interval import NOTHING, Estimate, wilson
from percorso.insight.kpi.definition import Definition, Sums
from percorso.model.condition_expr import property_text

READS = ("name", "wait_s", "properties", "occurred_at", "tie", "message_id")
NAMES = ("Call Answered", "Call Abandoned")
RETURNS = {"n": "int64", "met": "int64"}


def outcomes(events: Any) -> Any:
    """The event by which each call came out, with ``answered``. An answer counts before a call given up."""
    ends = events.filter(events.name.isin(NAMES))
    answered = ends.name == "Call Answered"
    calls = ends.mutate(answered=answered, call=ibis.coalesce(property_text(ends, "call_id"), ends.message_id))
    first = [calls.answered.cast("int8").desc(), calls.occurred_at, calls.tie, calls.message_id]
    turn = ibis.row_number().over(ibis.window(group_by=calls.call, order_by=first))
    return calls.mutate(turn=turn).filter(lambda row: row.turn == 0).drop("turn")


def share_of_calls(
    *,
    kpi: str,
    variant: str | None,
    of: Callable[[Any], Any],
    met: Callable[[Any], Any],
    better: Any,
    name: Mapping[str, str],
    about: Mapping[str, str],
    edges: Mapping[str, str],
) -> Definition:
    """The share `met` of the calls of which `of` is true."""

    def units(events: Any, known_to: int) -> Any:
        calls = outcomes(events)
        counted = calls.filter(of(calls))
        return counted.mutate(met=ibis.coalesce(met(counted), ibis.literal(False)))

    def sums(calls: Any) -> Mapping[str, Any]:
        return {"n": calls.count(), "met": calls.met.sum()}

    def estimate(rows: Sums) -> Estimate:
        return wilson(int(rows[0]["met"] or 0), int(rows[0]["n"])) if rows else NOTHING

    return Definition(
        kpi=kpi,
        variant=variant,
        version=1,
        name=name,
        about=about,
        edges=edges,
        unit="share",
        better=better,
        theme="service",
        names=NAMES,
        reads=READS,
        properties=("call_id",),
        returns=RETURNS,
        units=units,
        sums=sums,
        estimate=estimate,
    )
