"""The tables behind the inventory of touchpoints: expressions over the events of a window."""

from typing import Any

import ibis

from percorso.insight.kpi.ask import within
from percorso.insight.map_tables import mood_of
from percorso.insight.windows import Window

COLUMNS = (
    *(
        "seq",
        "message_id",
        "source",
        "type",
        "name",
        "person_id",
        "occurred_at",
        "tie",
        "touchpoint",
        "channel",
        "stage",
    ),
    *("local_date", "score", "scale", "survey_kind", "revenue", "currency"),
)
EXAMPLES = 3


def met(events: Any, window: Window, before: Window) -> Any:
    """(touchpoint, events, people, events_before, people_before, first, last, n, total, squares) of two windows.

    The last three: the scores given there, on -1 to 1. `touchpoint` null: unknown.
    """
    rows = events.select(*COLUMNS).filter(within(events, window) | within(events, before))
    now = within(rows, window)
    scored = rows.mutate(now=now, mood=ibis.ifelse(now, mood_of(rows), ibis.null("float64")))
    return scored.group_by("touchpoint").agg(
        events=scored.now.sum(),
        people=scored.person_id.nunique(where=scored.now),
        events_before=(~scored.now).sum(),
        people_before=scored.person_id.nunique(where=~scored.now),
        last=scored.local_date.max(),
        n=scored.mood.count(),
        total=scored.mood.sum(),
        squares=(scored.mood * scored.mood).sum(),
    )


def people(events: Any, window: Window) -> Any:
    """(people): everybody with an event in the window, the denominator."""
    rows = events.select("person_id", "local_date")
    return rows.filter(within(rows, window)).agg(people=lambda found: found.person_id.nunique())


def unplaced(events: Any, window: Window) -> Any:
    """(type, name, source, events, people, last, message_id): what happens nowhere, most first."""
    rows = events.select(*COLUMNS).filter(within(events, window))
    rows = rows.filter(rows.touchpoint.isnull(), rows.type.isin(["track", "page", "screen"]))
    return (
        rows.group_by("type", "name", "source")
        .agg(
            events=rows.count(),
            people=rows.person_id.nunique(),
            last=rows.local_date.max(),
            message_id=rows.message_id.max(),
        )
        .order_by([ibis.desc("events"), "type", "name", "source"])
    )


def at_touchpoint(events: Any, window: Window, touchpoint: str | None) -> Any:
    """What somebody did at a touchpoint, None: at none, with ``person_id`` and ``occurred_at``."""
    rows = events.select("person_id", "occurred_at", "local_date", "touchpoint")
    place = rows.touchpoint.isnull() if touchpoint is None else rows.touchpoint == touchpoint
    return rows.filter(within(rows, window), place, rows.person_id.notnull())
