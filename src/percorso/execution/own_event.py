"""Events that Percorso itself makes, in the form in which all events come in."""

from collections.abc import Mapping
from typing import Any

from percorso.model.identifier import Identifier
from percorso.model.time import Micros, to_iso

_FIELDS = {"user_id": "userId", "anonymous_id": "anonymousId"}


def own_event(
    name: str,
    message_id: str,
    who: Identifier,
    properties: Mapping[str, Any],
    context: Mapping[str, Any],
    at: Micros | None = None,
) -> dict[str, Any]:
    """A track call about the person behind an identifier. Without `at` it happens when it is received."""
    item: dict[str, Any] = {
        "type": "track",
        "event": name,
        "messageId": message_id,
        "properties": dict(properties),
        "context": dict(context),
    }
    if at is not None:
        item["timestamp"] = to_iso(at)
    if who.claimed:
        item["context"]["claimed"] = True
    field = _FIELDS.get(who.kind)
    if field is not None:
        item[field] = who.value
    else:
        item["context"]["externalIds"] = [{"type": who.kind, "id": who.value}]
    return item
