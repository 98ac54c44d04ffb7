"""The body of a request to the tracking API, inflated, and never more of it than the cap."""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from percorso.model.errors import MalformedBody, TooLarge, TooSlow

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

MAX_BODY = 4_000_000
PATIENCE_S = 60.0
"""How long a whole body may take: the largest that clients send, half a megabyte, at 9 kB/s."""


async def read_body(headers: Mapping[bytes, bytes], receive: Receive, patience_s: float = PATIENCE_S) -> bytes | None:
    """The body, inflated; None when the client went away.

    Raises TooSlow when it is not there in time: who holds a connection and sends nothing is let go. The cap holds while
    reading, packed and unpacked, so a bomb never unfolds. One gzip stream and nothing after it: what would not be read must
    not be answered as stored.
    """
    encoding = headers.get(b"content-encoding", b"").strip().lower()
    if encoding not in (b"", b"identity", b"gzip"):
        raise MalformedBody("Content-Encoding is gzip or none")
    inflate = zlib.decompressobj(31) if encoding == b"gzip" else None
    # As asyncio.timeout does it, for a tenth of its cost: this is on the way of every event.
    task, late = asyncio.current_task(), False

    def give_up() -> None:
        nonlocal late
        late = task is not None and task.cancel()

    timer = asyncio.get_running_loop().call_later(patience_s, give_up)
    try:
        return await _read(inflate, receive)
    except asyncio.CancelledError:
        if not late or task is None or task.uncancel() > 0:
            raise
        raise TooSlow(f"the body did not come within {patience_s:g} s; send it again, or in smaller parts") from None
    finally:
        timer.cancel()


async def _read(inflate: Any, receive: Receive) -> bytes | None:
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
