"""``GET /pixel/v1/track`` and ``/pixel/v1/page``: an event out of an image's address, for mails and pages without scripts.

The query is the call: each parameter a field, dots go deeper (``context.page.path=/shop``); where there is no way down,
since a shallower parameter is there or the dots are too many, the field keeps its whole name. ``gdpr_consent`` is the IAB's
name for a TC string. An image that is not shown would be seen, so the answer is the image in any case; status and headers
tell what became of the event.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from percorso.data.intake import Item
from percorso.model.errors import MalformedBody

PIXELS: Mapping[str, str] = {"/pixel/v1/track": "track", "/pixel/v1/page": "page"}
"""Path -> type of the call."""

GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00"
    b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
"""One transparent point."""

MAX_PARAMETERS = 200
_MAX_STEPS = 16
_OURS = frozenset(("type", "writeKey"))
_ELSEWHERE = {"gdpr_consent": "context.consent.tcString"}
_encode = msgspec.json.Encoder().encode


def item_of(scope: MutableMapping[str, Any]) -> Item:
    """The call in a query. Raises MalformedBody for a query that is no UTF-8, or too long."""
    query = scope.get("query_string", b"").decode("latin-1")
    try:
        said = parse_qsl(
            query, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except ValueError:
        raise MalformedBody(f"the query is not UTF-8, or has more than {MAX_PARAMETERS} parameters") from None
    call: dict[str, Any] = {}
    named = [(_ELSEWHERE.get(name, name), _unquoted(name, value)) for name, value in said if name not in _OURS]
    for name, value in sorted(named, key=lambda one: one[0].count(".")):
        *way, last = name.split(".")
        at = _down(call, way)
        if at is None:
            call.setdefault(name, value)
        else:
            at.setdefault(last, value)
    return Item(_encode(call), 0)


def _down(call: dict[str, Any], way: Sequence[str]) -> dict[str, Any] | None:
    """The object at the end of a way; None where a value is in the way, or it is too long."""
    if len(way) >= _MAX_STEPS:
        return None
    at = call
    for step in way:
        at = at.setdefault(step, {})
        if not isinstance(at, dict):
            return None
    return at


def _unquoted(name: str, value: str) -> str:
    """RudderStack's generator of pixels puts the anonymous id into quotes."""
    return value[1:-1] if name == "anonymousId" and len(value) > 1 and value[0] == value[-1] == '"' else value
