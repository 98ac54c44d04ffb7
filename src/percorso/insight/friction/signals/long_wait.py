"""A wait longer than nine in ten of the same line."""

from typing import Any

import ibis

from percorso.insight.friction.signal import Signal, marks
from percorso.model.condition_expr import property_text

NAMES = ("Call Answered", "Chat Ended")
SHARE = 0.9


def find(events: Any) -> Any:
    rows = events.filter(events.name.isin(NAMES), events.wait_s.notnull())
    rows = rows.mutate(line=ibis.coalesce(property_text(rows, "queue"), rows.touchpoint, ""))
    longest = rows.group_by("line").agg(longest=rows.wait_s.quantile(SHARE))
    waited = rows.inner_join(longest, "line")
    return marks(waited, hit=waited.wait_s > waited.longest, subject=waited.line)


SIGNAL = Signal(
    id="long_wait",
    name={"it": "Attesa lunga", "en": "Long wait"},
    about={
        "it": "Chi ha aspettato più di nove persone su dieci della stessa coda",
        "en": "People who waited longer than nine in ten of the same line",
    },
    action={
        "it": "Spostare persone sulle ore piene di questa coda e offrire di essere richiamati.",
        "en": "Move people to the busy hours of this line, and offer to call back.",
    },
    find=find,
    names=NAMES,
    reads=("wait_s", "queue"),
)
