"""Answers to pages of other sites: whoever has a write key may send from anywhere, and no cookie ever counts.

Source: the Fetch standard, https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

SENT_HEADERS = ("authorization", "content-type", "content-encoding", "x-retry-count", "anonymousid", "x-write-key")
"""What the browser SDKs send beside the body."""
MAX_AGE_S = 900

_PREFLIGHT = [
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", ", ".join(SENT_HEADERS).encode()),
    (b"access-control-max-age", str(MAX_AGE_S).encode()),
]


def readable_by(origin: bytes, send: Send) -> Send:
    """`send`, whose answers a page of that site may read, and how long it shall wait before it repeats."""
    opened = [
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", b"retry-after"),
        (b"vary", b"Origin"),
    ]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *opened]}
        await send(message)

    return sending


async def allow(send: Send) -> None:
    """The answer to a preflight: yes, POST with the headers that SDKs use."""
    await send({"type": "http.response.start", "status": 204, "headers": _PREFLIGHT})
    await send({"type": "http.response.body", "body": b""})
