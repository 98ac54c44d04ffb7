"""Churn without a contract: customers who have been silent for longer than nearly all gaps between purchases.

The bound is learned from the orders themselves: the 95th percentile of the days between two occasions of one person, of those
asked about, so that each group has its own. Never a fixed number of days for all.
"""

from collections.abc import Mapping
from typing import Any

import ibis

from percorso.insight.interval import NOTHING, Estimate, wilson
from percorso.insight.kpi.definition import Definition, Sums
from percorso.insight.kpi.spread import quantile_of

READS = ("name", "person_id", "local_date", "occurred_at", "tie", "message_id")
RETURNS = {"customers": "int64", "gaps": "int64"}
FEWEST_GAPS = 30
"""With fewer gaps their percentile says nothing, and there is no value."""


def spans(events: Any, known_to: int, periods: Any) -> Any:
    """For each period, the purchases before its end: ``days`` to the next one (a gap), or to the end (``last``)."""
    orders = events.filter(events.name == "Order Completed", events.person_id.notnull())
    order = [orders.occurred_at, orders.tie, orders.message_id]
    turn = ibis.row_number().over(ibis.window(group_by=[orders.person_id, orders.local_date], order_by=order))
    occasions = orders.mutate(turn=turn).filter(lambda row: row.turn == 0).drop("turn")
    along = ibis.window(group_by=occasions.person_id, order_by=occasions.local_date)
    told = occasions.mutate(day=occasions.local_date, after=occasions.local_date.lead().over(along)).drop("local_date")
    rows = told.inner_join(periods, [told.day < periods.end])
    last = rows.after.isnull() | (rows.after >= rows.end)
    until = ibis.ifelse(last, rows.end, rows.after)
    return rows.mutate(local_date=rows.start, last=last, days=until.delta(rows.day, unit="day"))


def sums(rows: Any) -> Mapping[str, Any]:
    return {"customers": rows["last"].sum(), "gaps": (~rows["last"]).sum()}


def bound(rows: Sums) -> float | None:
    """The silence, in days, beyond which a customer counts as lost; None when there are too few gaps to say."""
    gaps = {float(row["bin"]): int(row["gaps"]) for row in rows if row["gaps"]}
    return quantile_of(gaps, 0.95) if sum(gaps.values()) >= FEWEST_GAPS else None


def estimate(rows: Sums) -> Estimate:
    customers, most = sum(int(row["customers"] or 0) for row in rows), bound(rows)
    if not customers:
        return NOTHING
    if most is None:
        return Estimate(None, None, None, customers)
    return wilson(sum(int(row["customers"] or 0) for row in rows if float(row["bin"]) > most), customers)


DEFINITION = Definition(
    kpi="churn_inactive",
    version=1,
    name={"it": "Clienti inattivi", "en": "Inactive customers"},
    about={
        "it": "Dei clienti che hanno comprato prima della fine del periodo, quanti tacciono da più del 95° percentile dei giorni "
        "tra due acquisti di una persona. Intervallo al 95 %: Wilson.",
        "en": "Of the customers who bought before the end of the period, how many have been silent for longer than the 95th "
        "percentile of days between two purchases of a person. 95 % interval: Wilson.",
    },
    edges={
        "it": "Il limite si impara dai dati, per ogni gruppo il suo (accanto al valore, in giorni); con meno di 30 intervalli tra "
        "acquisti non c'è un valore. In una storia breve gli intervalli lunghi non si vedono ancora, e il limite è basso.",
        "en": "The bound is learned from the data, each group its own (beside the value, in days); with fewer than 30 gaps "
        "between purchases there is no value. In a short history long gaps are not seen yet, and the bound is low.",
    },
    unit="share",
    better="lower",
    theme="loyalty",
    names=("Order Completed",),
    reads=READS,
    returns=RETURNS,
    spans=spans,
    sums=sums,
    estimate=estimate,
    bin=lambda rows: rows.days,
    beside=lambda rows: {"bound_days": bound(rows)},
    behind=lambda rows: rows["last"],
)
VARIANTS = (DEFINITION,)
