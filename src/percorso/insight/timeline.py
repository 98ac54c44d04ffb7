"""One person's timeline: every event of theirs over all channels, newest first, a page at a time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from percorso.model.errors import InvalidInput
from percorso.model.time import Micros
from percorso.ports import EngineSession


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """One event on the line; fields as in `Event` and `Placed`."""

    seq: int
    message_id: str
    source: str
    type: str
    name: str
    node_id: str | None
    occurred_at: Micros
    touchpoint: str | None
    channel: str | None
    phase: str | None
    stage: str | None
    historical: bool
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePage:
    """A page. `next_before` is the cursor of the next older page, None at the end."""

    events: tuple[TimelineEvent, ...]
    next_before: str | None


def timeline(
    session: EngineSession, person_id: str, before: str | None, channel: str | None, limit: int
) -> TimelinePage:
    """A page of the events of whoever holds this person id now; empty when it was never given.

    Raises InvalidInput when `before` is no cursor of ours.
    """
    rows = session.of_nodes(session.nodes_of(person_id), _cursor(before), channel, limit + 1)
    events = tuple(_event(row) for row in rows[:limit])
    more = len(rows) > limit and events
    return TimelinePage(events=events, next_before=f"{events[-1].occurred_at}.{events[-1].seq}" if more else None)


def _cursor(text: str | None) -> tuple[Micros, int] | None:
    if text is None:
        return None
    at, _, seq = text.partition(".")
    try:
        return int(at), int(seq)
    except ValueError:
        raise InvalidInput("before wants the next_before of a page") from None


def _event(row: Mapping[str, Any]) -> TimelineEvent:
    fields = {name: row[name] for name in TimelineEvent.__slots__ if name not in ("properties", "type", "name")}
    said = json.loads(row["properties"]) if row["properties"] else {}
    return TimelineEvent(**fields, type=row["type"] or "", name=row["name"] or "", properties=said)
