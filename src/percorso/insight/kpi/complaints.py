"""Complaints per 1,000 active customers and month; or per 1,000 orders, or contacts.

A customer is active who did something in the period and had bought or subscribed by its end. A month is 30 days and a half.
"""

from collections.abc import Callable, Mapping
from typing import Any

import ibis

from percorso.insight.interval import NOTHING, Estimate
from percorso.insight.kpi.contacts import NAMES as CONTACTS
from percorso.insight.kpi.definition import Definition, Spans, Sums
from percorso.insight.kpi.spread import garwood

READS = ("name", "person_id", "local_date", "occurred_at", "tie", "message_id")
COMPLAINT = "Complaint Filed"
CUSTOMERS = ("Order Completed", "Subscription Started", "Rental Started", "Contract Signed")
OURS = (
    "Message Sent",
    "Message Delivered",
    "Message Failed",
    "Message Unconfirmed",
    "Message Bounced",
    "Experiment Viewed",
    "Letter Posted",
    "Letter Returned",
    "Catalogue Posted",
    "Event Invited",
)
"""What we do to people; they need do nothing for it."""
RETURNS = {"complaints": "int64", "base": "int64", "days": "int64"}
MONTH = 30.5


def per_customer(events: Any, known_to: int, periods: Any) -> Any:
    """For each period its complaints, and one more row for each active customer (``counts``)."""
    bought = events.filter(events.name.isin(CUSTOMERS), events.person_id.notnull())
    since = bought.group_by("person_id").agg(customer_since=bought.local_date.min())
    acts = events.filter(events.person_id.notnull(), ~events.name.isin(OURS)).select("person_id", day="local_date")
    here = acts.inner_join(periods, [acts.day >= periods.start, acts.day < periods.end])
    seen = here.select("person_id", "start", "end").distinct()
    active = seen.inner_join(since, "person_id").filter(lambda row: row.customer_since < row.end)
    return _rows(events, active.select("person_id", "start", "end"), periods)


def per_event(names: tuple[str, ...]) -> Spans:
    """For each period its complaints, and one more row for each event of these names."""

    def spans(events: Any, known_to: int, periods: Any) -> Any:
        counted = events.filter(events.name.isin(names)).select("person_id", day="local_date")
        here = counted.inner_join(periods, [counted.day >= periods.start, counted.day < periods.end])
        return _rows(events, here.select("person_id", "start", "end"), periods)

    return spans


def _rows(events: Any, base: Any, periods: Any) -> Any:
    filed = events.filter(events.name == COMPLAINT).mutate(day=lambda row: row.local_date).drop("local_date")
    filed = filed.inner_join(periods, [filed.day >= periods.start, filed.day < periods.end]).drop("day")
    filed = filed.mutate(counts=ibis.literal(False))
    types = filed.schema()
    empty = {name: ibis.null(types[name]) for name in types if name not in ("person_id", "start", "end", "counts")}
    counted = base.mutate(counts=ibis.literal(True), **empty).select(*filed.columns)
    return filed.union(counted).mutate(local_date=lambda row: row.start)


def sums(rows: Any) -> Mapping[str, Any]:
    return {
        "complaints": (~rows.counts).sum(),
        "base": rows.counts.sum(),
        "days": rows.end.delta(rows.start, unit="day").max(),
    }


def _rate(rows: Sums, a_month: bool) -> Estimate:
    row = rows[0] if rows else {}
    base, days = int(row.get("base") or 0), int(row.get("days") or 0)
    if not base:
        return NOTHING
    return garwood(int(row["complaints"] or 0), base / 1000 * (days / MONTH if a_month else 1.0), base)


def variant(
    name: str, spans: Spans, a_month: bool, names: tuple[str, ...], title: Mapping[str, str], said: Mapping[str, str]
) -> Definition:
    estimate: Callable[[Sums], Estimate] = lambda rows: _rate(rows, a_month)  # noqa: E731
    return Definition(
        kpi="complaints",
        variant=name,
        version=1,
        name=title,
        about={
            "it": f"Reclami presentati ogni 1.000 {said['it']}. Intervallo al 95 %: Garwood.",
            "en": f"Complaints filed per 1,000 {said['en']}. 95 % interval: Garwood.",
        },
        edges={
            "it": "La maggior parte degli scontenti non reclama: pochi reclami non vogliono dire pochi problemi. Per canale o "
            "punto di contatto il denominatore resta quello di tutti, e le parti si sommano.",
            "en": "Most of the unhappy never complain: few complaints do not mean few problems. By channel or touchpoint the "
            "denominator stays that of all, and the parts add up.",
        },
        unit="count",
        better="lower",
        theme="returns",
        names=names,
        reads=READS,
        returns=RETURNS,
        spans=spans,
        sums=sums,
        estimate=estimate,
        beside=lambda rows: {"complaints": float(rows[0]["complaints"] or 0) if rows else None},
        behind=lambda rows: ~rows.counts,
        shared=("base", "days"),
    )


DEFINITION = variant(
    "complaints_per_1000_customers",
    per_customer,
    True,
    (COMPLAINT,),
    {"it": "Reclami", "en": "Complaints"},
    {"it": "clienti attivi al mese", "en": "active customers and month"},
)
VARIANTS = (
    DEFINITION,
    variant(
        "complaints_per_1000_orders",
        per_event(("Order Completed",)),
        False,
        (COMPLAINT, "Order Completed"),
        {"it": "Reclami per ordini", "en": "Complaints by orders"},
        {"it": "ordini", "en": "orders"},
    ),
    variant(
        "complaints_per_1000_contacts",
        per_event(CONTACTS),
        False,
        (COMPLAINT, *CONTACTS),
        {"it": "Reclami per contatti", "en": "Complaints by contacts"},
        {"it": "contatti", "en": "contacts"},
    ),
)
