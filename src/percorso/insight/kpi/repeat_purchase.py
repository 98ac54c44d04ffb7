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
    orders = _orders(events)
    order = ibis.struct({"at": orders.occurred_at, "tie": orders.tie, "id": orders.message_id})
    first = orders.group_by(orders.person_id).agg(first_seq=orders.seq.argmin(order))
    people = buyers(events, known_to).select("person_id", "returned").inner_join(first, "person_id")
    return orders.inner_join(people.drop("person_id"), orders.seq == people.first_seq).drop("first_seq")


def buyers(events: Any, known_to: int) -> Any:
    """The same people without their first order: (person_id, local_date, returned). Much cheaper."""
    orders = _orders(events).select("person_id", "local_date")
    begun = orders.group_by(orders.person_id).agg(first_day=orders.local_date.min())
    since = orders.inner_join(begun, "person_id")
    age = since.local_date.delta(since.first_day, unit="day")
    people = since.group_by(since.person_id, since.first_day).agg(returned=((age > 0) & (age <= DAYS)).any())
    day = people.first_day.delta(ibis.date(1970, 1, 1), unit="day")
    return people.filter(day + DAYS < known_to).rename(local_date="first_day")


def _orders(events: Any) -> Any:
    return events.filter(events.name == "Order Completed", events.person_id.notnull())


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
    bare_units=buyers,
    sums=sums,
    estimate=estimate,
    lag_days=DAYS,
)
