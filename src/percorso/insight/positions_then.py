"""Where people were on the journey at each of their events: the last stage opened up to and including it.

Order: (occurred_at, tie, message_id), the order of positions everywhere.
"""

from typing import Any

import ibis

FEW = 16
"""Of people with up to so many events asked about, each event is set against all their openings: cheap, since it sorts
nothing, and bounded. Others (a shop's own number, a robot) have all their rows put in order instead."""

_ORDER = ("occurred_at", "tie", "message_id")


def with_position(units: Any, events: Any) -> Any:
    """`units`, rows of events, with a column ``position``: the stage their person was in.

    An event without person has the stage that it opens itself.
    """
    asked = units.filter(units.person_id.notnull()).select("seq", "person_id", *_ORDER, "stage")
    counts = asked.group_by("person_id").agg(asked=asked.count())
    few = asked.semi_join(counts.filter(counts.asked <= FEW), "person_id")
    many = asked.semi_join(counts.filter(counts.asked > FEW), "person_id")
    found = _by_openings(few, events).union(_by_order(many, events))
    joined = units.left_join(found, "seq")
    return joined.select(
        *(joined[name] for name in units.columns), position=ibis.coalesce(joined.position, joined.stage)
    )


def _by_openings(asked: Any, events: Any) -> Any:
    """(seq, position) of events that have one: the greatest in order of the openings that are not after them."""
    marks = events.select("person_id", *_ORDER, "stage").filter(lambda row: row.stage.notnull())
    pairs = asked.drop("stage").inner_join(marks, [asked.person_id == marks.person_id, _not_after(marks, asked)])
    opened = pairs.select(
        seq=asked.seq,
        stage=marks.stage,
        at=ibis.struct({"at": marks.occurred_at, "tie": marks.tie, "id": marks.message_id}),
    )
    return opened.group_by("seq").agg(position=opened.stage.argmax(opened.at))


def _not_after(mark: Any, event: Any) -> Any:
    """Whether a row is before another in order, or at the same place."""
    same_tie = (mark.tie < event.tie) | ((mark.tie == event.tie) & (mark.message_id <= event.message_id))
    return (mark.occurred_at < event.occurred_at) | ((mark.occurred_at == event.occurred_at) & same_tie)


def _by_order(asked: Any, events: Any) -> Any:
    """(seq, position), by the order of all rows of these people."""
    opened = events.filter(events.stage.notnull()).semi_join(asked, "person_id")
    marks = opened.select(seq=ibis.literal(-1, "int64"), **{name: opened[name] for name in asked.columns[1:]})
    return last_stage(asked.union(marks)).filter(lambda row: row.seq >= 0).select("seq", "position")


def last_stage(rows: Any) -> Any:
    """Rows of people with a column ``position``: the last `stage` that is not null, up to and including the row.

    (Rows between two openings share their count, and the opening has it first.)
    """
    order = [*(rows[name] for name in _ORDER), rows.seq]
    counted = rows.mutate(
        openings=rows.stage.count().over(ibis.window(group_by=rows.person_id, order_by=order, rows=(None, 0)))
    )
    opened = counted.filter(counted.stage.notnull()).select("person_id", "openings", position="stage")
    joined = counted.left_join(opened, ["person_id", "openings"])
    return joined.select(*(counted[name] for name in rows.columns), opened.position)
