"""Reading events back from the log."""

from typing import Any

import msgspec

from percorso.model.event import NAME_OF_TYPE, Event
from percorso.ports import LogEntry


class _Body(msgspec.Struct):
    type: str
    event: Any = None
    name: Any = None
    category: Any = None
    userId: Any = None
    anonymousId: Any = None
    groupId: Any = None
    previousId: Any = None
    properties: Any = None
    traits: Any = None
    context: Any = None


_decode = msgspec.json.Decoder(_Body).decode


def read_event(entry: LogEntry) -> Event:
    """The event of a log entry. The traits of a call other than identify and group are those of its context."""
    body = _decode(entry.body)
    context = body.context if isinstance(body.context, dict) else {}
    properties = body.properties if isinstance(body.properties, dict) else {}
    traits = body.traits if isinstance(body.traits, dict) else {}
    if body.type != "group":
        nested = context.get("traits")
        if isinstance(nested, dict) and nested:
            traits = {**nested, **traits}
    if body.type in ("page", "screen"):
        named = {"name": body.name, "category": body.category}
        properties = {**{k: v for k, v in named.items() if isinstance(v, str) and v}, **properties}
    return Event(
        seq=entry.seq,
        message_id=entry.message_id,
        source=entry.source,
        type=body.type,
        name=body.event if body.type == "track" else NAME_OF_TYPE[body.type],
        user_id=_id(body.userId),
        anonymous_id=_id(body.anonymousId),
        group_id=_id(body.groupId),
        previous_id=_id(body.previousId),
        properties=properties,
        traits=traits,
        context=context,
        occurred_at=entry.occurred_at,
        received_at=entry.received_at,
        tie=entry.tie,
        historical=entry.historical,
    )


def _id(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)
