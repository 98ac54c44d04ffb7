"""Repeat purchase rate: of those who bought for the first time, how many bought again within 90 days.

A cohort is dated by the first order and counts only when its 90 days are over, so a number never changes later. Orders of one
day are one occasion. Two variants look at the buyers of a period instead.
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


def in_span(events: Any, known_to: int, periods: Any) -> Any:
    """Each buyer of a period once, by the last order in it, with ``returned``: bought on another day of it as well."""
    return _in_period(events, periods, lambda row: row.first_here < row.day)


def ever_before(events: Any, known_to: int, periods: Any) -> Any:
    """Each buyer of a period once, by the last order in it, with ``returned``: bought on an earlier day, whenever."""
    return _in_period(events, periods, lambda row: row.first_ever < row.day)


def _in_period(events: Any, periods: Any, returned: Any) -> Any:
    orders = _orders(events)
    ever = orders.mutate(
        day=orders.local_date, first_ever=orders.local_date.min().over(ibis.window(group_by=orders.person_id))
    ).drop("local_date")
    rows = ever.inner_join(periods, [ever.day >= periods.start, ever.day < periods.end])
    group = [rows.person_id, rows.start, rows.end]
    last = [rows.occurred_at.desc(), rows.tie.desc(), rows.message_id.desc()]
    told = rows.mutate(
        first_here=rows.day.min().over(ibis.window(group_by=group)),
        turn=ibis.row_number().over(ibis.window(group_by=group, order_by=last)),
    ).filter(lambda row: row.turn == 0)
    return told.mutate(returned=returned(told), local_date=told.start)


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
    edges={
        "it": "Chi ha comprato prima che i dati cominciassero sembra nuovo. Un numero letto oggi non cambia più.",
        "en": "Who bought before the data begin looks new. A number read today does not change any more.",
    },
    unit="share",
    better="higher",
    theme="loyalty",
    names=("Order Completed",),
    reads=READS,
    returns=RETURNS,
    units=units,
    bare_units=buyers,
    sums=sums,
    estimate=estimate,
    lag_days=DAYS,
)


def of_period(
    name: str, spans: Any, title: Mapping[str, str], said: Mapping[str, str], edges: Mapping[str, str]
) -> Definition:
    return Definition(
        kpi="repeat_purchase",
        variant=name,
        version=1,
        name=title,
        about=said,
        edges=edges,
        unit="share",
        better="higher",
        theme="loyalty",
        names=("Order Completed",),
        reads=READS,
        returns=RETURNS,
        spans=spans,
        sums=sums,
        estimate=estimate,
    )


VARIANTS = (
    DEFINITION,
    of_period(
        "rpr_span",
        in_span,
        {"it": "Riacquisto nel periodo", "en": "Repeat purchase in the period"},
        {
            "it": "Di chi ha comprato nel periodo, quanti vi hanno comprato in almeno due giorni. Intervallo al 95 %: Wilson.",
            "en": "Of those who bought in the period, how many bought on at least two days of it. 95 % interval: Wilson.",
        },
        {
            "it": "Cresce con la lunghezza del periodo: si confrontano solo periodi uguali.",
            "en": "It grows with the length of the period: compare equal periods only.",
        },
    ),
    of_period(
        "returning_customer_rate",
        ever_before,
        {"it": "Quota di clienti che tornano", "en": "Returning customer rate"},
        {
            "it": "Di chi ha comprato nel periodo, quanti avevano già comprato in un giorno precedente, in qualunque tempo. "
            "Intervallo al 95 %: Wilson.",
            "en": "Of those who bought in the period, how many had bought on an earlier day, whenever. "
            "95 % interval: Wilson.",
        },
        {
            "it": "Cresce con l'età dell'azienda: più storia c'è, più clienti tornano.",
            "en": "It grows with the company's age: the more history, the more customers return.",
        },
    ),
)
