"""Answers to pages of other sites: whoever has a write key may send from anywhere, and no cookie ever counts.

Source: the Fetch standard, https://fetch.spec.whatwg.org/#http-cors-protocol
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

SENT_HEADERS = frozenset(
    (
        *("authorization", "content-type", "content-encoding", "x-retry-count"),
        *("anonymousid", "x-write-key", "x-enable-debug", "x-ip-policy"),
    )
)
"""What the browser SDKs send beside the body, always allowed. What else a page asks to send is allowed too, for it is not
read: RudderStack's client adds headers of its own with each retry, and one that is refused stops every one of its events."""
MAX_AGE_S = 900
MAX_ASKED = 4_096

_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")


def readable_by(origin: bytes, send: Send) -> Send:
    """`send`, whose answers a page of that site may read, and how long it shall wait before it repeats."""
    opened = [
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", b"retry-after, percorso-verdict, percorso-error"),
        (b"vary", b"Origin"),
    ]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *opened]}
        await send(message)

    return sending


async def allow(send: Send, asked: bytes = b"") -> None:
    """The answer to a preflight that asks for these headers: yes."""
    names = {name.strip() for name in asked[:MAX_ASKED].decode("latin-1").lower().split(",")}
    allowed = SENT_HEADERS | {name for name in names if _NAME.fullmatch(name)}
    headers = [
        (b"access-control-allow-methods", b"GET, POST"),
        (b"access-control-allow-headers", ", ".join(sorted(allowed)).encode()),
        (b"access-control-max-age", str(MAX_AGE_S).encode()),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
