"""Reading events back from the log."""

from typing import Any

import msgspec

from percorso.model.event import NAME_OF_TYPE, Event
from percorso.ports import LogEntry


class _Body(msgspec.Struct, gc=False):
    """No field has a type: of one that stands there twice, intake has looked at the last alone."""

    type: Any
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
    seq, _, source, message_id, occurred_at, received_at, _, _, tie, historical, stored, trust = entry
    body = _decode(stored)
    kind = body.type
    context = body.context if body.context.__class__ is dict else {}
    properties = body.properties if body.properties.__class__ is dict else {}
    traits = body.traits if body.traits.__class__ is dict else {}
    if kind != "group" and "traits" in context:
        nested = context["traits"]
        if isinstance(nested, dict) and nested:
            traits = {**nested, **traits}
    if kind == "page" or kind == "screen":
        named = {"name": body.name, "category": body.category}
        properties = {**{k: v for k, v in named.items() if isinstance(v, str) and v}, **properties}
    return Event(
        seq,
        message_id,
        source,
        kind,
        body.event if kind == "track" else NAME_OF_TYPE[kind],
        _id(body.userId),
        _id(body.anonymousId),
        _id(body.groupId),
        _id(body.previousId),
        properties,
        traits,
        context,
        occurred_at,
        received_at,
        tie,
        historical,
        trust,
    )


def page_agent(event: Event) -> str | None:
    """The user agent of the page that sent an event; None when no page did. Servers call by programs of theirs."""
    agent = event.context.get("userAgent")
    if agent.__class__ is str and agent and (event.type == "page" or "page" in event.context):
        return str(agent)
    return None


def _id(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)
