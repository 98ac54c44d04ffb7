"""The visits that are compared: what one person met on one day, at one touchpoint, in one stage.

A visit is hit by a signal when one of its moments shows it; the others of its signal could have shown it and did not. One
pass over the events for each signal; everything after that works on visits, which are far fewer.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import ibis

from percorso.insight.friction.signal import Signal
from percorso.insight.kpi.ask import Reader
from percorso.insight.positions_then import last_stage
from percorso.insight.windows import Window
from percorso.model.condition_expr import property_text

FEWEST = 20
"""What is met less often at a touchpoint, or about a subject, is no friction of its own."""
LOOK_BACK_DAYS = 90
"""So far back it is looked what people did before."""
_ORDER = ("person_id", "occurred_at", "tie", "message_id", "stage")
_WHOSE = ("signal", "person_id", "touchpoint", "stage", "local_date")

VISITS = {
    "signal": "string",
    "person_id": "string",
    "touchpoint": "string",
    "stage": "string",
    "local_date": "date",
    "hit": "boolean",
    "seq": "int64",
    "subject": "string",
    "at": "int64",
    "device": "string",
}
"""seq: the moment that tells of the visit, the first hit or else the first;  at: when its trouble began, seconds since 1970;
stage: where the person was on the main journey, empty when nowhere yet;  device: the device, else the channel."""


def keep_visits(reader: Reader, signals: Iterable[Signal], window: Window) -> Any:
    """The visits of some signals in a window, kept."""
    events = events_of(reader.events, window)
    places = reader.session.keep("friction_places", placed(events))
    # One after the other: each sorts what it reads, and all at once would not fit into memory.
    found = [
        reader.session.keep(f"friction_{signal.id}", signal.find(events).mutate(signal=ibis.literal(signal.id)))
        for signal in signals
    ]
    marks = ibis.union(*found) if len(found) > 1 else found[0]
    return reader.session.keep("friction_visits", visits(events, places, marks, window))


def events_of(events: Any, window: Window) -> Any:
    """What people did in a window and some time before."""
    since = window.start - timedelta(days=LOOK_BACK_DAYS)
    return events.filter(events.local_date >= since, events.local_date < window.end, events.person_id.notnull())


def placed(events: Any) -> Any:
    """Expression: (seq, position), the stage that each event's person was in."""
    return last_stage(events.select("seq", *_ORDER)).select("seq", "position")


def visits(events: Any, places: Any, marks: Any, window: Window) -> Any:
    """Expression: `VISITS`. Where a signal was met too seldom to be told of, nothing is worked out."""
    inside = marks.filter(marks.local_date >= window.start, marks.touchpoint.notnull())
    hits = inside.filter(inside.hit).group_by("signal", "touchpoint").agg(n=lambda rows: rows.count())
    often = inside.semi_join(hits.filter(hits.n >= FEWEST), ["signal", "touchpoint"])
    met = often.inner_join(places, "seq").mutate(stage=lambda row: ibis.coalesce(row.position, ""))
    grouped = met.group_by(_WHOSE).agg(hit=met.hit.any(), seq=ibis.coalesce(met.seq.min(where=met.hit), met.seq.min()))
    whole = grouped.inner_join(often.select("signal", "seq", "subject", "at"), ["signal", "seq"])
    joined = whole.inner_join(events.select("seq", device=_device(events)), "seq")
    return joined.select(*VISITS).cast(VISITS)


def _device(events: Any) -> Any:
    return ibis.coalesce(property_text(events, "device"), events.channel, "")
