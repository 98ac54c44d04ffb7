"""Where people were on the journey at each of their events: the last stage opened up to and including it.

Order: (occurred_at, tie, message_id), the order of positions everywhere.
"""

from typing import Any

import ibis


def with_position(units: Any, events: Any) -> Any:
    """`units`, rows of events, with a column ``position``: the stage their person was in.

    An event without person has the stage that it opens itself.
    """
    columns = ("person_id", "occurred_at", "tie", "message_id", "stage")
    asked = units.filter(units.person_id.notnull()).select("seq", *columns)
    opened = events.filter(events.stage.notnull()).semi_join(asked, "person_id")
    marks = opened.select(seq=ibis.literal(-1, "int64"), **{name: opened[name] for name in columns})
    found = last_stage(asked.union(marks)).filter(lambda row: row.seq >= 0).select("seq", "position")
    joined = units.left_join(found, "seq")
    return joined.select(
        *(joined[name] for name in units.columns), position=ibis.coalesce(joined.position, joined.stage)
    )


def last_stage(rows: Any) -> Any:
    """Rows of people with a column ``position``: the last `stage` that is not null, up to and including the row.

    (Two windows, because Ibis writes no IGNORE NULLS: rows between two openings share their count.)
    """
    order = [rows.occurred_at, rows.tie, rows.message_id, rows.seq]
    counted = rows.mutate(
        openings=rows.stage.count().over(ibis.window(group_by=rows.person_id, order_by=order, rows=(None, 0)))
    )
    stay = ibis.window(group_by=[counted.person_id, counted.openings])
    placed = counted.mutate(latest=counted.stage.max().over(stay))
    return placed.mutate(position=ibis.ifelse(placed.openings > 0, placed.latest, ibis.null("string"))).drop(
        "openings", "latest"
    )
