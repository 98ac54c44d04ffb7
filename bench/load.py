"""A load generator for loopback: keep-alive connections, each with one request under way, bounded by its list of bodies.

Requests are prepared before the clock starts, so that the generator costs little and the server is what is measured.
"""

import asyncio
import gzip
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple


class Result(NamedTuple):
    """seconds from first to last; one latency in seconds per request; statuses other than 200."""

    seconds: float
    latencies: list[float]
    failed: int


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], latencies: list[float], done: asyncio.Future[int]) -> None:
        self._requests = requests
        self._latencies = latencies
        self._done = done
        self._failed = 0
        self._sent_at = 0.0
        self._left = 0
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._next()

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._done.set_result(self._failed)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._head += data
        head, mark, body = self._head.partition(b"\r\n\r\n")
        if not mark:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        self._latencies.append(time.perf_counter() - self._sent_at)
        self._failed += not head.startswith(b"HTTP/1.1 200")
        self._head = b""
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("the server closed the connection"))


def prepared(bodies: Sequence[bytes], path: str, write_key: str, *, packed: bool = False) -> list[bytes]:
    """Whole HTTP requests; `packed`: with gzip."""
    credentials = b64encode(f"{write_key}:".encode()).decode()
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Basic {credentials}\r\n"
    if packed:
        head += "Content-Encoding: gzip\r\n"
        bodies = [gzip.compress(body, 6) for body in bodies]
    return [f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies]


def send(host: str, port: int, requests: Sequence[bytes], connections: int) -> Result:
    """Send every request once over so many connections."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(_send(host, port, requests, connections))
    return uvloop.run(_send(host, port, requests, connections))


async def _send(host: str, port: int, requests: Sequence[bytes], connections: int) -> Result:
    loop = asyncio.get_running_loop()
    shared, latencies = iter(requests), list[float]()
    done = [loop.create_future() for _ in range(connections)]
    started = time.perf_counter()
    for future in done:
        await loop.create_connection(partial(_Connection, shared, latencies, future), host, port)
    failed = sum(await asyncio.gather(*done))
    return Result(time.perf_counter() - started, latencies, failed)
