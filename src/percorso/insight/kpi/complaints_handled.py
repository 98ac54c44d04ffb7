"""How complaints were handled, where events say so: acknowledged in time, resolved in time, opened again.

A complaint and what follows share a ``ticket_id`` (or ``complaint_id``). Complaints without one cannot be followed: they do not
count.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import ibis

from percorso.insight.interval import NOTHING, Estimate, wilson
from percorso.insight.kpi.definition import Definition, Sums
from percorso.insight.kpi.result import Better
from percorso.model.condition_expr import property_text

READS = ("name", "properties", "local_date", "occurred_at", "tie", "message_id")
RETURNS = {"n": "int64", "met": "int64"}


def units(events: Any, known_to: int, *, of: str, then: str, days: int) -> Any:
    """The first event called `of` of each complaint whose days are over, ``met`` when one called `then` followed in them."""
    told = events.filter(events.name.isin(("Complaint Filed", of, then)))
    ticket = ibis.coalesce(property_text(told, "complaint_id"), property_text(told, "ticket_id"))
    named = told.mutate(ticket=ticket).filter(lambda row: row.ticket.notnull())
    filed = named.filter(named.name == "Complaint Filed").select("ticket").distinct()
    mine = named.semi_join(filed, "ticket")
    begins = mine.filter(mine.name == of)
    order = [begins.occurred_at, begins.tie, begins.message_id]
    turn = ibis.row_number().over(ibis.window(group_by=begins.ticket, order_by=order))
    first = begins.mutate(turn=turn).filter(lambda row: row.turn == 0).drop("turn")
    after = mine.filter(mine.name == then).select("ticket", then_day="local_date", then_at="occurred_at")
    pairs = first.select("ticket", "occurred_at", "local_date").inner_join(after, "ticket")
    age = pairs.then_day.delta(pairs.local_date, unit="day")
    followed = pairs.filter(pairs.then_at > pairs.occurred_at, age <= days).select("ticket").distinct()
    followed = followed.mutate(met=ibis.literal(True))
    joined = first.left_join(followed, "ticket").drop("ticket_right")
    day = joined.local_date.delta(ibis.date(1970, 1, 1), unit="day")
    return joined.mutate(met=ibis.coalesce(joined.met, ibis.literal(False))).filter(day + days < known_to)


def sums(complaints: Any) -> Mapping[str, Any]:
    return {"n": complaints.count(), "met": complaints.met.sum()}


def estimate(rows: Sums) -> Estimate:
    return wilson(int(rows[0]["met"] or 0), int(rows[0]["n"])) if rows else NOTHING


def variant(
    name: str, of: str, then: str, days: int, better: Better, title: Mapping[str, str], said: Mapping[str, str]
) -> Definition:
    return Definition(
        kpi="complaints_handled",
        variant=name,
        version=1,
        name=title,
        about={
            "it": f"{said['it']} entro {days} giorni. Contano i reclami con un numero di pratica i cui giorni sono finiti. "
            "Intervallo al 95 %: Wilson.",
            "en": f"{said['en']} within {days} days. Complaints with a ticket count whose days are over. "
            "95 % interval: Wilson.",
        },
        edges={
            "it": "Chiuso non vuol dire risolto per chi ha reclamato: va letto con quanti si riaprono.",
            "en": "Closed does not mean resolved for who complained: read it with how many are opened again.",
        },
        unit="share",
        better=better,
        theme="returns",
        names=tuple(dict.fromkeys(("Complaint Filed", of, then))),
        reads=READS,
        properties=("complaint_id", "ticket_id"),
        returns=RETURNS,
        units=partial(units, of=of, then=then, days=days),
        sums=sums,
        estimate=estimate,
        lag_days=days,
    )


DEFINITION = variant(
    "complaints_resolved_30d",
    "Complaint Filed",
    "Ticket Closed",
    30,
    "higher",
    {"it": "Reclami risolti in tempo", "en": "Complaints resolved in time"},
    {"it": "Dei reclami, quanti sono stati chiusi", "en": "Of the complaints, how many were closed"},
)
VARIANTS = (
    DEFINITION,
    variant(
        "complaints_acknowledged_2d",
        "Complaint Filed",
        "Ticket Answered",
        2,
        "higher",
        {"it": "Reclami presi in carico in tempo", "en": "Complaints acknowledged in time"},
        {"it": "Dei reclami, quanti hanno avuto una risposta", "en": "Of the complaints, how many got an answer"},
    ),
    variant(
        "complaints_reopened_30d",
        "Ticket Closed",
        "Ticket Opened",
        30,
        "lower",
        {"it": "Reclami riaperti", "en": "Complaints opened again"},
        {
            "it": "Dei reclami chiusi, quanti sono stati riaperti",
            "en": "Of the closed complaints, how many were opened again",
        },
    ),
)
