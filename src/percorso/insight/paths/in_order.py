"""Puts the events of people in the order of the house: (occurred_at, tie, message_id).

Message ids are long texts and decide only between events of one time and one tie. So everybody is put in order without
them first, and only those people who have such twins are put in order again with them.
"""

from collections.abc import Callable, Sequence
from typing import Any

import ibis

from percorso.insight.kpi.ask import Reader

SHORT = ("occurred_at", "tie", "seq")
WHOLE = ("occurred_at", "tie", "message_id", "seq")

Make = Callable[[Any, Sequence[str]], Any]
"""(events, columns of the order) -> rows with ``person_id`` and ``twin`` among their columns."""


def keep_in_order(reader: Reader, name: str, events: Any, make: Make) -> Any:
    """What `make` makes of all people in the whole order, worked out once and kept under a name."""
    short = reader.session.keep(f"{name}_short", make(events, SHORT))
    (told,) = reader.session.execute(short.agg(twins=short.twin.sum()))
    if not told["twins"]:
        return short
    whose = short.filter(short.twin).select("person_id").distinct()
    again = make(events.semi_join(whose, "person_id"), WHOLE)
    return reader.session.keep(name, short.anti_join(whose, "person_id").union(again))


def line(rows: Any, order: Sequence[str], *keys: str, so_far: bool = False) -> Any:
    """The window over a person's rows in order; `keys`: cut by them too; `so_far`: up to each row."""
    by = [rows.person_id, *(rows[key] for key in keys)]
    ordered = [rows[column] for column in order]
    return (
        ibis.window(group_by=by, order_by=ordered, rows=(None, 0))
        if so_far
        else ibis.window(group_by=by, order_by=ordered)
    )


def is_twin(rows: Any, over: Any) -> Any:
    """Whether the row before in the window is of the same time and tie. Never null."""
    same = (rows.occurred_at.lag().over(over) == rows.occurred_at) & (rows.tie.lag().over(over) == rows.tie)
    return ibis.coalesce(same, ibis.literal(False))
