"""The tracking API: a bare ASGI function in front of the other routes, since it is the hot path.

Compatible with Segment's HTTP API and with the clients of RudderStack and Jitsu: `calls` lists the addresses. Success is
exactly ``200 {"success": true, ...}``; errors are ``{"code", "message"}``. What a client can send again unchanged and never
get through (no JSON, wrong key) is 4xx; an item that is no event is 200 and quarantined, since clients drop or repeat the
whole batch on anything else. Extra keys, which SDKs ignore, tell the verdicts. No content type is asked for.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any, TypeVar

import msgspec
import structlog

from percorso.data.envelope import Envelope
from percorso.data.intake import Item
from percorso.data.well_formed import may_hold_halves, read_halves, unreadable, write_halves
from percorso.http.calls import ABOUT_CLIENTS, CALLS, MAX_BATCH, OURS, Call
from percorso.http.cors import allow, readable_by
from percorso.http.pixel import GIF, PIXELS, item_of
from percorso.http.request_body import read_body
from percorso.http.source_documents import document
from percorso.http.tracking_document import DESCRIBED_AT, printed
from percorso.http.write_key import SourceOfKey, authenticate
from percorso.model.errors import (
    MalformedBody,
    NotFound,
    PercorsoError,
    StoreUnavailable,
    TooLarge,
    TooManyRequests,
    TooSlow,
    Unauthenticated,
)
from percorso.model.verdict import ItemVerdict, Verdict
from percorso.pipeline.collect import Collector

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Mapping[bytes, bytes]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

T = TypeVar("T")

_STATUS = {
    MalformedBody: 400,
    Unauthenticated: 401,
    NotFound: 404,
    TooLarge: 413,
    TooSlow: 408,
    TooManyRequests: 429,
    StoreUnavailable: 503,
}
_JSON = (b"content-type", b"application/json")
_OK = b'{"success":true}'
_OK_START: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [_JSON, (b"content-length", str(len(_OK)).encode())],
}
_OK_BODY: Message = {"type": "http.response.body", "body": _OK}
_log = structlog.get_logger()


class _Batch(msgspec.Struct):
    batch: list[msgspec.Raw] | None = None
    writeKey: Any = None
    context: msgspec.Raw = msgspec.Raw(b"")
    integrations: msgspec.Raw = msgspec.Raw(b"")
    sentAt: Any = None
    timestamp: Any = None


class _Keyed(msgspec.Struct):
    writeKey: Any = None


_decode_batch = msgspec.json.Decoder(_Batch).decode
_decode_keyed = msgspec.json.Decoder(_Keyed).decode
_encode = msgspec.json.Encoder().encode


def collecting(app: App, collector: Collector, source_of: SourceOfKey) -> App:
    """The tracking API in front of another ASGI app."""

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(OURS):
            await app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        origin = headers.get(b"origin")
        if origin is not None:
            send = readable_by(origin, send)
            if scope["method"] == "OPTIONS":
                await allow(send, headers.get(b"access-control-request-headers", b""))
                return
        try:
            call = CALLS.get(scope["path"])
            if call is not None and scope["method"] == "POST":
                answer = await _collect(call, scope, headers, receive, collector, source_of)
            elif scope["path"] in PIXELS and scope["method"] == "GET":
                await _show(scope, headers, send, collector, source_of)
                return
            else:
                answer = await _other(scope, headers, receive, collector, source_of)
        except PercorsoError as error:
            await _refuse(send, error)
        except Exception:
            _log.exception("collect.failed")
            await _send(send, 500, _encode({"code": "internal", "message": "the event was not stored; send it again"}))
        else:
            if answer is _OK:
                await send(_OK_START)
                await send(_OK_BODY)
            elif answer is not None:
                await _send(send, 200, answer)

    return route


async def _collect(
    call: Call, scope: Scope, headers: Headers, receive: Receive, collector: Collector, source_of: SourceOfKey
) -> bytes | None:
    body = await read_body(headers, receive)
    if body is None:
        return None
    said = call.envelope
    if said.type_of_route is not None:
        # Most clients send the key in a header; then the body is read once, by intake.
        key = _read(_decode_keyed, _cut_key, body).writeKey if b'"writeKey"' in body and not call.masked else None
        items = [Item(body, 0)]
    else:
        batch = _read(_decode_batch, _cut_batch, body)
        key = None if call.masked else batch.writeKey
        said, items = _of_batch(said, batch)
    sender = await authenticate(headers, scope, key, source_of)
    if len(items) > MAX_BATCH:
        raise TooLarge(f"a batch holds at most {MAX_BATCH} items; split it")
    if headers.get(b"sec-gpc") == b"1":
        said = said._replace(gpc=True)
    if sender.trust:
        said = said._replace(trust=sender.trust)
    return _answer(await collector.collect(items, sender.source, said)) if items else _OK


def _of_batch(said: Envelope, batch: _Batch) -> tuple[Envelope, list[Item]]:
    if batch.batch is None:
        raise MalformedBody('a batch is {"batch": [item, ...]}')
    said = said._replace(
        context=bytes(batch.context),
        integrations=bytes(batch.integrations),
        sent_at=batch.timestamp if batch.sentAt is None else batch.sentAt,  # an older client's word for it
    )
    return said, [Item(raw, index) for index, raw in enumerate(batch.batch)]


def _read(decode: Callable[[bytes], T], cut: Callable[[Any], T], body: bytes) -> T:
    """The body decoded; by `cut` where a text in it was cut inside a character, so that one item costs no other."""
    try:
        return decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        if isinstance(error, msgspec.ValidationError) or not may_hold_halves(body):
            raise unreadable(error) from None
    try:
        return cut(read_halves(body))
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise unreadable(error) from None


def _cut_key(read: Any) -> _Keyed:
    return _Keyed(read.get("writeKey") if isinstance(read, dict) else None)


def _cut_batch(read: Any) -> _Batch:
    if not isinstance(read, dict) or not isinstance(items := read.get("batch"), list):
        return _decode_batch(write_halves(read))
    batch = _decode_batch(write_halves({**read, "batch": []}))
    batch.batch = [msgspec.Raw(write_halves(item)) for item in items]
    return batch


async def _show(scope: Scope, headers: Headers, send: Send, collector: Collector, source_of: SourceOfKey) -> None:
    """The pixel, whatever becomes of its event."""
    status = 200
    extra = [(b"cache-control", b"no-store")]
    try:
        sender = await authenticate(headers, scope, None, source_of)
        said = Envelope(type_of_route=PIXELS[scope["path"]], gpc=headers.get(b"sec-gpc") == b"1", trust=sender.trust)
        (one,) = await collector.collect([item_of(scope)], sender.source, said)
        told = f"{one.verdict} {one.reason}" if one.reason else str(one.verdict)
        extra.append((b"percorso-verdict", told.encode()))
    except PercorsoError as error:
        status = _status_of(error)
        extra.append((b"percorso-error", error.code.encode()))
    await _send(send, status, GIF, extra, (b"content-type", b"image/gif"))


async def _other(
    scope: Scope, headers: Headers, receive: Receive, collector: Collector, source_of: SourceOfKey
) -> bytes | None:
    """What clients ask for or tell beside events."""
    if scope["method"] == "POST" and scope["path"] == ABOUT_CLIENTS:
        if await read_body(headers, receive) is None:
            return None
        collector.counts["about_clients"] += 1
        return _OK
    if scope["method"] == "GET" and scope["path"] == DESCRIBED_AT:
        return printed()
    if scope["method"] == "GET" and (found := await document(scope, headers, source_of)) is not None:
        return found
    raise NotFound("no such call; POST to /v1/track, identify, page, screen, group, alias or batch")


def _answer(verdicts: Sequence[ItemVerdict]) -> bytes:
    """``{"success":true}`` alone when there is nothing more to say; else with counts and the items of which there is."""
    others = [
        {
            "index": index,
            "messageId": verdict.message_id,
            "verdict": str(verdict.verdict),
            "reason": verdict.reason,
            "detail": verdict.detail,
        }
        for index, verdict in enumerate(verdicts)
        if verdict.verdict is not Verdict.ACCEPTED or verdict.detail is not None
    ]
    if not others:
        return _OK
    accepted = sum(verdict.verdict is Verdict.ACCEPTED for verdict in verdicts)
    return _encode({"success": True, "accepted": accepted, "verdicts": others})


def _status_of(error: PercorsoError) -> int:
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 400)


async def _refuse(send: Send, error: PercorsoError) -> None:
    extra = []
    if isinstance(error, StoreUnavailable | TooManyRequests):
        extra.append((b"retry-after", str(error.retry_after_s).encode()))
    await _send(send, _status_of(error), _encode({"code": error.code, "message": error.message}), extra)


async def _send(
    send: Send,
    status: int,
    body: bytes,
    extra: Sequence[tuple[bytes, bytes]] = (),
    content_type: tuple[bytes, bytes] = _JSON,
) -> None:
    headers = [content_type, (b"content-length", str(len(body)).encode()), *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
