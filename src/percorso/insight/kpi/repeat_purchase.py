"""Repeat purchase rate: of those who bought for the first time, how many bought again within 90 days.

A cohort is dated by the first order and counts only when its 90 days are over, so a number never changes later. Orders of one
day are one occasion.
"""

from collections.abc import Mapping
from typing import Any

import ibis

from percorso.insight.interval import NOTHING, Estimate, wilson
from percorso.insight.kpi.definition import Definition, Sums

READS = ("name", "person_id", "local_date", "occurred_at", "tie", "message_id")
RETURNS = {"n": "int64", "returned": "int64"}
DAYS = 90


def units(events: Any, known_to: int) -> Any:
    """First orders of people whose 90 days are over, with ``returned``."""
    orders = events.filter(events.name == "Order Completed", events.person_id.notnull())
    person = ibis.window(group_by=orders.person_id)
    ordered = ibis.window(group_by=orders.person_id, order_by=[orders.occurred_at, orders.tie, orders.message_id])
    ranked = orders.mutate(nth=ibis.row_number().over(ordered), first_day=orders.local_date.min().over(person))
    age = ranked.local_date.delta(ranked.first_day, unit="day")
    again = ranked.group_by(ranked.person_id).agg(returned=((age > 0) & (age <= DAYS)).any())
    first = ranked.filter(ranked.nth == 0)
    day = first.local_date.delta(ibis.date(1970, 1, 1), unit="day")
    return first.filter(day + DAYS < known_to).inner_join(again, "person_id").drop("nth", "first_day")


def sums(people: Any) -> Mapping[str, Any]:
    return {"n": people.count(), "returned": people.returned.cast("int64").sum()}


def estimate(rows: Sums) -> Estimate:
    return wilson(int(rows[0]["returned"] or 0), int(rows[0]["n"])) if rows else NOTHING


DEFINITION = Definition(
    kpi="repeat_purchase",
    version=1,
    name={"it": "Tasso di riacquisto", "en": "Repeat purchase rate"},
    about={
        "it": "Di chi ha comprato per la prima volta, quanti hanno ricomprato entro 90 giorni. Contano solo le persone i "
        "cui 90 giorni sono finiti; gli ordini di uno stesso giorno sono una sola occasione. Intervallo al 95 %: Wilson.",
        "en": "Of those who bought for the first time, how many bought again within 90 days. Only people whose 90 days are "
        "over count; orders of one day are one occasion. 95 % interval: Wilson.",
    },
    unit="share",
    better="higher",
    names=("Order Completed",),
    reads=READS,
    returns=RETURNS,
    units=units,
    sums=sums,
    estimate=estimate,
    lag_days=DAYS,
)
