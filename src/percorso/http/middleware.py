"""Around every route: requests of bounded size and time without NUL, and the headers that shut a page in."""

import asyncio
from contextlib import suppress

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from percorso.http.errors import answer
from percorso.http.request_body import PATIENCE_S

BODY_LIMIT = 1 << 20
INTERNAL_BODY_LIMIT = 256 << 20
"""Import batches come from this machine only."""

_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
_HSTS = "max-age=31536000"


class _Stop(Exception):
    """Raised inside `receive`, so that reading stops."""


class Limits:
    """Answers 413 to a body over the limit, by its declared length or when it turns out so, 408 to one that does not come,
    and 400 to a NUL in the address: no id and no text has one, and PostgreSQL takes none."""

    def __init__(self, app: ASGIApp, patience_s: float = PATIENCE_S) -> None:
        self._app = app
        self._patience_s = patience_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            await answer("invalid_input", "the address holds a NUL", 400)(scope, receive, send)
            return
        limit = INTERNAL_BODY_LIMIT if scope["path"].startswith("/internal/") else BODY_LIMIT
        refusal = answer("too_large", f"a body here is at most {limit >> 20} MiB", 413, {"connection": "close"})
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            await refusal(scope, receive, send)
            return
        taken, whole, started, refused = 0, False, False, False
        until = asyncio.get_running_loop().time() + self._patience_s

        async def bounded() -> Message:
            nonlocal taken, whole, refusal, refused
            try:
                async with asyncio.timeout_at(None if whole else until):
                    message = await receive()
            except TimeoutError:
                refused, refusal = (
                    True,
                    answer("too_slow", "the body did not come in time", 408, {"connection": "close"}),
                )
                raise _Stop from None
            whole = not message.get("more_body", False)
            taken += len(message.get("body", b""))
            if taken > limit:
                refused = True
                raise _Stop
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            if not refused:  # else the app only tells that it could not read on
                started = True
                await send(message)

        with suppress(_Stop):
            await self._app(scope, bounded, watched)
        if refused and not started:
            await refusal(scope, receive, send)


class SecurityHeaders:
    """Adds what a route has not set itself; answers of the API are never kept by caches."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(("/api/", "/internal/")):
                    headers.setdefault("cache-control", "no-store")
                if scope["scheme"] == "https":
                    headers.setdefault("strict-transport-security", _HSTS)
            await send(message)

        await self._app(scope, receive, with_headers)
