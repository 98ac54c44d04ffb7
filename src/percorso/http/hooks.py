"""Where others post by themselves: ``/hooks/{source}``. What a post means is said by the source's map (docs/sources.md).

200 = on disk. 401 = not signed by who shares the secret. 404 = no such source. 503 = nothing was stored; send it again.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qs

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from percorso.http.errors import answer_error
from percorso.http.hook_signature import check_signature, check_token
from percorso.model.arrived import Arrived
from percorso.model.errors import NotFound, PercorsoError, StoreUnavailable, Unauthenticated
from percorso.model.source import WebhookSettings
from percorso.pipeline.receiving import Receiving
from percorso.ports import Clock

_FORM = "application/x-www-form-urlencoded"
_decode = msgspec.json.Decoder().decode
_OWN = frozenset(("authorization", "cookie"))


class Hook(NamedTuple):
    """One webhook, ready. ``secret``: of its signature or token; ``secret_header`` is kept out of what maps may read."""

    settings: WebhookSettings
    secret: str
    secret_header: str
    verify_token: str | None
    receiving: Receiving


class Hooks(Protocol):
    """The company's webhooks."""

    def find(self, name: str) -> Hook | None:
        """The hook of a source as it is written now, None when there is none. Raises InvalidConfig when it is wrong."""
        ...


def hooks_router(hooks: Hooks, clock: Clock) -> APIRouter:
    """The routes of webhooks."""
    router = APIRouter(include_in_schema=False)

    @router.post("/hooks/{source}")
    async def take(source: str, request: Request) -> Response:
        """Put what is posted into the log."""
        try:
            body = await request.body()
            headers = {name.lower(): value for name, value in request.headers.items()}
            return await run_in_threadpool(_take, hooks, source, body, headers, clock)
        except PercorsoError as error:
            return answer_error(error)

    @router.get("/hooks/{source}", response_model=None)
    async def shake(source: str, request: Request) -> Response:
        """Meta's handshake: the challenge comes back to who knows the verify token."""
        try:
            hook = await run_in_threadpool(_found, hooks, source)
            return PlainTextResponse(_challenge(hook, request.query_params))
        except PercorsoError as error:
            return answer_error(error)

    return router


def _take(hooks: Hooks, source: str, body: bytes, headers: Mapping[str, str], clock: Clock) -> JSONResponse:
    hook = _found(hooks, source)
    if hook.settings.signature is not None:
        check_signature(hook.settings.signature, hook.secret, headers, body, clock.now())
    else:
        check_token(hook.secret_header, hook.secret, headers)
    own = _OWN | {hook.secret_header.lower()}
    known = {"headers": {name: value for name, value in headers.items() if name not in own}}
    hook.receiving.deliver([Arrived(body, known, _document(body, headers))])
    return JSONResponse({"success": True})


def _found(hooks: Hooks, source: str) -> Hook:
    try:
        hook = hooks.find(source)
    except PercorsoError as error:  # ours to mend; who posts keeps it meanwhile
        raise StoreUnavailable("this source is not set up rightly yet; send it again later", 60) from error
    if hook is None:
        raise NotFound("there is no such source")
    return hook


def _document(body: bytes, headers: Mapping[str, str]) -> Any:
    """The body read: a form's fields, or JSON; None when it is neither, and then it is kept aside as it is."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM:
        return _fields(body)
    try:
        return _decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


def _fields(body: bytes) -> dict[str, Any] | None:
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=1000, errors="strict")
    except (UnicodeError, ValueError):
        return None
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


def _challenge(hook: Hook, asked: Mapping[str, str]) -> str:
    if hook.verify_token is None or asked.get("hub.mode") != "subscribe":
        raise NotFound("this source is posted to")
    check_token("hub.verify_token", hook.verify_token, asked)
    challenge = asked.get("hub.challenge", "")
    if not challenge or len(challenge) > 200 or not challenge.isalnum():
        raise Unauthenticated("the challenge is missing")
    return challenge
