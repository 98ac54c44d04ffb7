"""The name of the event in a raw item, however broken the rest of it is."""

from typing import Any

import msgspec

from percorso.model.event import NAME_OF_TYPE


class _Named(msgspec.Struct):
    type: Any = None
    event: Any = None


_decode = msgspec.json.Decoder(_Named).decode


def item_name(body: str | bytes | None) -> str | None:
    """None when it cannot be read or has none.

    >>> item_name('{"type": "track", "event": "Order Completed", "timestamp": 7}')
    'Order Completed'
    >>> item_name("half a par") is None
    True
    """
    try:
        item = _decode(body or "")
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None
    if isinstance(item.type, str) and item.type in NAME_OF_TYPE:
        return NAME_OF_TYPE[item.type]
    return item.event if isinstance(item.event, str) else None
