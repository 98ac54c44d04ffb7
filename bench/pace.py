"""Load at a pace: each request is due at a moment, whatever became of those before it.

A wait is counted from the moment a request was due, not from when there was room to send it: a server that stops for a
second is charged with everything that came due in that second.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Thread

Shape = Callable[[float], float]
"""Share of the time gone (0 to 1) -> rate, as a multiple of the mean."""

SHAPES: dict[str, Shape] = {
    "constant": lambda _: 1.0,
    "ramp": lambda gone: 2.0 * gone,
    "spike": lambda gone: 5.5 if 0.45 <= gone < 0.55 else 0.5,
}
_STEPS = 1_000


def due(requests: int, seconds: float, shape: Shape) -> list[float]:
    """When each request is due, in seconds from the start.

    >>> [round(at, 1) for at in due(4, 8.0, SHAPES["constant"])]
    [1.0, 3.0, 5.0, 7.0]
    """
    sums = [0.0]
    for step in range(_STEPS):
        sums.append(sums[-1] + shape((step + 0.5) / _STEPS))
    whole, moments, step = sums[-1], list[float](), 0
    edges = list(pairwise(sums))
    for number in range(requests):
        wanted = (number + 0.5) / requests * whole
        while edges[step][1] < wanted:
            step += 1
        low, high = edges[step]
        moments.append((step + (wanted - low) / (high - low)) / _STEPS * seconds)
    return moments


@dataclass
class Paced:
    """What came of a load. waits: seconds from due to answered, of those answered 200; statuses: status -> how many."""

    waits: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)


class _Connection(asyncio.Protocol):
    def __init__(self, free: Callable[["_Connection"], None], answered: Callable[[float, int], None]) -> None:
        self._free = free
        self._answered = answered
        self._head = b""
        self._due: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._free(self)

    def send(self, moment: float, request: bytes) -> None:
        self._due = moment
        self._transport.write(request)  # type: ignore[attr-defined]

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._head += data
        head, mark, body = self._head.partition(b"\r\n\r\n")
        if not mark:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) < length or self._due is None:
            return
        self._answered(self._due, int(head.split(b" ", 2)[1]))
        self._head, self._due = b"", None
        self._free(self)

    def connection_lost(self, error: Exception | None) -> None:
        if self._due is not None:
            self._answered(self._due, 0)


async def paced(host: str, port: int, requests: Sequence[bytes], moments: Sequence[float], connections: int) -> Paced:
    """Send each request when it is due; a status of 0 stands for a connection that was lost."""
    loop = asyncio.get_running_loop()
    result, free, waiting = Paced(), deque[_Connection](), deque[tuple[float, bytes]]()
    left, all_done = len(requests), asyncio.Event()

    def answered(moment: float, status: int) -> None:
        nonlocal left
        result.statuses[status] += 1
        if status == 200:
            result.waits.append(time.perf_counter() - moment)
        left -= 1
        if left == 0:
            all_done.set()

    def give() -> None:
        while free and waiting:
            free.popleft().send(*waiting.popleft())

    def freed(connection: _Connection) -> None:
        free.append(connection)
        give()

    opened = [
        (await loop.create_connection(lambda: _Connection(freed, answered), host, port))[1] for _ in range(connections)
    ]
    started = time.perf_counter()
    for moment, request in zip(moments, requests, strict=True):
        ahead = started + moment - time.perf_counter()
        if ahead > 0:
            await asyncio.sleep(ahead)
        waiting.append((started + moment, request))
        give()
    await asyncio.wait_for(all_done.wait(), 120)
    for connection in opened:
        connection.close()
    return result


class Beside:
    """A load that runs beside the block, in a thread of its own; `result` after it."""

    def __init__(self, host: str, port: int, requests: Sequence[bytes], moments: Sequence[float], connections: int):
        self.result = Paced()
        self._thread = Thread(target=self._run, args=(host, port, requests, moments, connections))

    def _run(self, *load: object) -> None:
        self.result = asyncio.run(paced(*load))  # type: ignore[arg-type]

    def __enter__(self) -> "Beside":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()
