"""The facts of segments as tables: what every event said of them, by identifier or by person."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import ibis

from percorso.model.condition_expr import to_expr
from percorso.model.segment import TOLD
from percorso.model.segment_condition import Fact
from percorso.ports import EngineSession

_SCALE = 10_000.0
_MOST = 1e12


class BySegment:
    """Numbers broken down by segment: a dimension of people, who may be in several."""

    overlaps = True

    def __call__(self, session: EngineSession) -> Any:
        members = session.table("segments")
        return members.select("person_id", label="segment")


def counted(events: Any) -> Any:
    """The events that segments count: all of somebody's, but those by which membership is told."""
    return events.filter(events.person_id.notnull(), ibis.coalesce(events.name, "").notin(sorted(TOLD)))


def number_of(events: Any, path: str) -> Any:
    """The number of a property, null where there is none or it is beyond all measure."""
    value = events.properties.cast("json")
    for step in path.split("."):
        value = value[step]
    number = value.float
    return ibis.ifelse(number.between(-_MOST, _MOST), number, ibis.null("float64"))


def scaled(number: Any) -> Any:
    """As whole ten-thousandths; see data/segments/facts.py."""
    return (number * ibis.literal(_SCALE, "float64") + ibis.literal(0.5, "float64")).floor().cast("int64")


def in_window(rows: Any, fact: Fact, today: date, *, more: int = 0) -> Any:
    """Whether a row's day lies in the window of a fact; `more` days before it too."""
    if fact.days is None:
        return ibis.literal(True)
    return (rows.local_date > today - timedelta(days=fact.days + more)) & (rows.local_date <= today)


def folded(fact: Fact, events: Any, today: date) -> Any:
    """Expression: what is folded of a fact, one row an identifier (of a window and of pairs: and civil day).

    Columns ``node_id`` and, by kind: ``value``; ``local_date, value``; ``at, tie, message_id, value``;
    ``local_date, first, second``.
    """
    rows = counted(events).filter(lambda row: row.node_id.notnull())
    if fact.kind == "then":
        return by_day(fact, rows, ["node_id"], today)
    rows = rows.filter(to_expr(fact.event, rows))
    if fact.kind in ("first_day", "last_day"):
        day = rows.local_date.min() if fact.kind == "first_day" else rows.local_date.max()
        return rows.group_by("node_id").agg(local_date=day)
    if fact.kind == "last":
        return _last(fact, rows)
    rows = rows.filter(in_window(rows, fact, today))
    keys = ["node_id"] if fact.days is None else ["node_id", "local_date"]
    if fact.kind == "count":
        return rows.group_by(keys).agg(value=rows.count())
    assert fact.of is not None
    rows = rows.mutate(amount=scaled(number_of(rows, fact.of))).filter(lambda row: row.amount.notnull())
    return rows.group_by(keys).agg(value=rows.amount.sum().cast("int64"))


def _last(fact: Fact, rows: Any) -> Any:
    assert fact.of is not None
    rows = rows.mutate(number=number_of(rows, fact.of)).filter(lambda row: row.number.notnull())
    order = last_order(rows, rows.number)
    return rows.group_by("node_id").agg(
        at=rows.occurred_at.argmax(order),
        tie=rows.tie.argmax(order),
        message_id=rows.message_id.argmax(order),
        value=rows.number.argmax(order),
    )


def last_order(rows: Any, number: Any) -> Any:
    """The order of last values: that of events, then the number itself."""
    return ibis.struct({"at": rows.occurred_at, "tie": rows.tie, "id": rows.message_id, "number": number})


def by_day(fact: Fact, rows: Any, keys: Sequence[str], today: date) -> Any:
    """(keys, local_date, first, second): the earliest first and the latest second event of each day."""
    assert fact.then is not None
    near = rows.filter(in_window(rows, fact, today, more=fact.within or 0))
    near = near.mutate(is_first=to_expr(fact.event, near), is_second=to_expr(fact.then, near))
    near = near.filter(near.is_first | near.is_second)
    return near.group_by([*keys, "local_date"]).agg(
        first=near.occurred_at.min(where=near.is_first), second=near.occurred_at.max(where=near.is_second)
    )
