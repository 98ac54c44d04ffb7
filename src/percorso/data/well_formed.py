"""Whether the bytes of an item can be stored and read again by everything downstream, found out before they are."""

import json
import re
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from percorso.model.errors import MalformedBody

MAX_DEPTH = 32
_SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_STRING = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)
"""A string, to its end or to that of the text: never looked through twice, however the text is broken off."""
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"{}[]")

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_pack_sorted = msgspec.msgpack.Encoder(order="sorted").encode


class Refusal(Exception):
    """Why an item is no event: a stable reason, and what to do."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def unreadable(error: Exception) -> MalformedBody:
    """What to say when a body could not be decoded."""
    said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)[:200]
    return MalformedBody(f"the body is not a JSON object as expected: {said}")


def are_plain(bodies: Sequence[bytes]) -> bool:
    """Whether all are ASCII without a backslash, and so without anything that `check_bytes` looks for but size and depth."""
    whole = b"".join(bodies)
    return whole.isascii() and b"\\" not in whole


def is_shallow(body: bytes) -> bool:
    """Whether it has too few brackets to be nested too deeply."""
    return body.count(b"{") + body.count(b"[") <= MAX_DEPTH


def check_bytes(body: bytes, most: int) -> None:
    """Raises Refusal when the bytes are too many, nested too deeply, not UTF-8, or hold text nobody can store."""
    if len(body) > most:
        raise Refusal("too_large", f"the item has {len(body)} bytes; send at most {most}")
    if not is_shallow(body) and depth(body) > MAX_DEPTH:
        raise Refusal("too_deep", f"the item is nested deeper than {MAX_DEPTH} levels; flatten it")
    if not body.isascii():
        _check_utf8(body)
    if b"\\" in body and _SUSPICIOUS.search(body) is not None:
        _check_escapes(body)


def may_hold_halves(body: bytes) -> bool:
    """Whether a text in it may be cut inside a character, as pages cut them: ``"\\ud83d"`` is one half of many an emoji.

    That is JSON, and msgspec reads nothing of a body that holds one anywhere, not even what it would skip.
    """
    return b"\\u" in body and _HALF.search(body) is not None


def read_halves(body: bytes) -> Any:
    """JSON whose texts may hold halves of characters. Raises ValueError or RecursionError when it is none."""
    return json.loads(body.decode("utf-8", "surrogateescape"))


def write_halves(value: Any) -> bytes:
    """What `read_halves` read, as JSON again."""
    return json.dumps(value).encode()


def depth(body: bytes) -> int:
    """How deep a JSON text is nested, without reading it.

    >>> depth(b'{"a": [1, {"b": "{{{"}]}')
    3
    """
    brackets = np.frombuffer(_STRING.sub(b"", body).translate(None, _NOT_BRACKETS), dtype=np.uint8)
    steps = np.where((brackets == ord("{")) | (brackets == ord("[")), 1, -1)
    return int(np.cumsum(steps).max(initial=0))


def packed(value: Any) -> bytes:
    """A value as bytes that do not depend on the order of its keys.

    Raises Refusal when a number in it is larger than 64 bits: no store could keep it.
    """
    try:
        return _pack_sorted(value)
    except (msgspec.MsgspecError, OverflowError, RecursionError):
        raise Refusal("malformed", "a number is beyond 64 bits; send it as text") from None


def _check_utf8(body: bytes) -> None:
    try:
        body.decode()
    except UnicodeDecodeError:
        raise Refusal("invalid_text", "the item is not UTF-8; encode it so") from None


def _check_escapes(body: bytes) -> None:
    try:
        read = _decode(body)
        str(read).encode()
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        raise Refusal("invalid_text", "a text holds half of a surrogate pair; send whole characters") from None
    if _NUL.search(_encode(read)) is not None:
        raise Refusal("invalid_text", "a text holds the NUL character; remove it")
