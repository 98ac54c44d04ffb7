"""The tracking API, ``/v1/*``: a bare ASGI function in front of the other routes, since it is the hot path.

Compatible with Segment's HTTP API. Success is exactly ``200 {"success": true, ...}``; errors are ``{"code", "message"}``. What a
client can send again unchanged and never get through (no JSON, wrong key) is 4xx; an item that is no event is 200 and
quarantined, since clients drop or repeat the whole batch on anything else. Extra keys, which SDKs ignore, tell the verdicts.
"""

import binascii
import zlib
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import parse_qs

import msgspec
import structlog

from percorso.data.intake import Item
from percorso.data.well_formed import unreadable
from percorso.http.cors import allow, readable_by
from percorso.model.errors import (
    MalformedBody,
    NotFound,
    PercorsoError,
    StoreUnavailable,
    TooLarge,
    TooManyRequests,
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
SourceOfKey = Callable[[str], Awaitable[str | None]]
"""A write key's source, None when there is no such key. Raises StoreUnavailable when nobody can tell now."""

MAX_BODY = 4_000_000
MAX_BATCH = 5_000

T = TypeVar("T")

_KINDS = ("track", "identify", "page", "screen", "group", "alias")
_TYPES = {f"/v1/{name}": kind for kind in _KINDS for name in (kind, kind[0])}
_BATCHES = ("/v1/batch", "/v1/b")
"""Segment's client for pages calls by first letter."""
_STATUS = {
    MalformedBody: 400,
    Unauthenticated: 401,
    NotFound: 404,
    TooLarge: 413,
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


class _Envelope(msgspec.Struct):
    batch: list[msgspec.Raw] | None = None
    writeKey: Any = None
    context: msgspec.Raw = msgspec.Raw(b"")


class _Keyed(msgspec.Struct):
    writeKey: Any = None


_decode_envelope = msgspec.json.Decoder(_Envelope).decode
_decode_keyed = msgspec.json.Decoder(_Keyed).decode
_encode = msgspec.json.Encoder().encode


def collecting(app: App, collector: Collector, source_of: SourceOfKey) -> App:
    """The tracking API in front of another ASGI app."""

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        origin = headers.get(b"origin")
        if origin is not None:
            send = readable_by(origin, send)
            if scope["method"] == "OPTIONS":
                await allow(send)
                return
        try:
            answer = await _collect(scope, headers, receive, collector, source_of)
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
    scope: Scope, headers: Headers, receive: Receive, collector: Collector, source_of: SourceOfKey
) -> bytes | None:
    path = scope["path"]
    kind = _TYPES.get(path)
    if (kind is None and path not in _BATCHES) or scope["method"] != "POST":
        raise NotFound("no such call; POST to /v1/track, identify, page, screen, group, alias or batch")
    body = await _read_body(headers, receive)
    if body is None:
        return None
    if kind is not None:
        # Most clients send the key in a header; then the body is read once, by intake.
        key = _read(_decode_keyed, body).writeKey if b'"writeKey"' in body else None
        source = await _authenticate(headers, scope, key, source_of)
        verdicts = await collector.collect([Item(body, 0)], source, type_of_route=kind)
    else:
        envelope = _read(_decode_envelope, body)
        batch, context = envelope.batch, bytes(envelope.context)
        source = await _authenticate(headers, scope, envelope.writeKey, source_of)
        if batch is None:
            raise MalformedBody('a batch is {"batch": [item, ...]}')
        if len(batch) > MAX_BATCH:
            raise TooLarge(f"a batch holds at most {MAX_BATCH} items; split it")
        items = [Item(raw, index) for index, raw in enumerate(batch)]
        merged = context if context.startswith(b"{") and context != b"{}" else None
        verdicts = await collector.collect(items, source, context=merged) if items else []
    return _answer(verdicts)


def _read(decode: Callable[[bytes], T], body: bytes) -> T:
    try:
        return decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise unreadable(error) from None


async def _read_body(headers: Headers, receive: Receive) -> bytes | None:
    """The body, inflated; None when the client went away.

    The cap holds while reading, packed and unpacked, so a bomb never unfolds. One gzip stream and nothing after it: what
    would not be read must not be answered as stored.
    """
    encoding = headers.get(b"content-encoding", b"").strip().lower()
    if encoding not in (b"", b"identity", b"gzip"):
        raise MalformedBody("Content-Encoding is gzip or none")
    inflate = zlib.decompressobj(31) if encoding == b"gzip" else None
    chunks: list[bytes] = []
    size = packed = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk = message.get("body", b"")
        packed += len(chunk)
        if inflate is not None and chunk:
            chunk = _inflated(inflate, chunk, MAX_BODY + 1 - size)
        size += len(chunk)
        if max(size, packed) > MAX_BODY:
            raise TooLarge(f"the body is larger than {MAX_BODY} bytes; send smaller batches")
        chunks.append(chunk)
        if not message.get("more_body"):
            break
    if inflate is not None and not inflate.eof:
        raise MalformedBody("the gzip stream ends early")
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _inflated(inflate: Any, chunk: bytes, room: int) -> bytes:
    ended = inflate.eof
    try:
        inflated = bytes(inflate.decompress(chunk, room))
    except zlib.error:
        raise MalformedBody("the body is not gzip although Content-Encoding says so") from None
    if ended or inflate.unused_data:
        raise MalformedBody("something follows the gzip stream; send one stream, and nothing after it")
    return inflated


async def _authenticate(headers: Headers, scope: Scope, in_body: Any, source_of: SourceOfKey) -> str:
    """The source of the write key: from the Authorization header, the body or the query; all given must agree."""
    given = {key for key in (_header_key(headers), in_body, _query_key(scope)) if isinstance(key, str) and key}
    if len(given) != 1:
        if given:
            raise Unauthenticated("the write keys in header, body and query differ; send one")
        raise Unauthenticated("no write key: send it as the user name of Basic authentication, or as writeKey")
    source = await source_of(given.pop())
    if source is None:
        raise Unauthenticated("this write key does not exist; make one under Settings, Keys")
    return source


def _header_key(headers: Headers) -> str | None:
    authorization = headers.get(b"authorization")
    return None if authorization is None else _basic_user(authorization)


@lru_cache(maxsize=1024)
def _basic_user(authorization: bytes) -> str | None:
    scheme, _, value = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        return b64decode(value.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        raise Unauthenticated("the Authorization header is not Basic base64(writeKey:)") from None


def _query_key(scope: Scope) -> str | None:
    query = scope.get("query_string", b"")
    if b"writeKey=" not in query:
        return None
    values = parse_qs(query.decode("latin-1")).get("writeKey")
    return values[0] if values else None


def _answer(verdicts: Sequence[ItemVerdict]) -> bytes:
    """``{"success":true}`` alone when everything was accepted; else with counts and the items that were not."""
    if all(verdict.verdict is Verdict.ACCEPTED for verdict in verdicts):
        return _OK
    others = [
        {
            "index": index,
            "messageId": verdict.message_id,
            "verdict": str(verdict.verdict),
            "reason": verdict.reason,
            "detail": verdict.detail,
        }
        for index, verdict in enumerate(verdicts)
        if verdict.verdict is not Verdict.ACCEPTED
    ]
    return _encode({"success": True, "accepted": len(verdicts) - len(others), "verdicts": others})


async def _refuse(send: Send, error: PercorsoError) -> None:
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 400)
    extra = []
    if isinstance(error, StoreUnavailable | TooManyRequests):
        extra.append((b"retry-after", str(error.retry_after_s).encode()))
    await _send(send, status, _encode({"code": error.code, "message": error.message}), extra)


async def _send(send: Send, status: int, body: bytes, extra: Sequence[tuple[bytes, bytes]] = ()) -> None:
    headers = [_JSON, (b"content-length", str(len(body)).encode()), *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
