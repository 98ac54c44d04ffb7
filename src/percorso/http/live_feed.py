"""The live feed: looks at the log while somebody listens, and hands what is new to every listener.

It only reads, on its own; a slow listener loses the oldest rows and is told how many, and never slows anybody.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import structlog

from percorso.ports import Mark, Seen, SeenPerson, Watch

LOOK_EVERY_S = 0.3
AT_MOST = 500
"""Rows of each kind per look; under heavy load the feed shows the latest and counts the others."""
WAITING = 2_000
"""Items a listener may be behind."""
UNPLACED_LOOKS = 100
"""Looks after which an event that is still not folded is no longer waited for."""

_log = structlog.get_logger()


class News(NamedTuple):
    """One thing to tell: an item that came, or whose an item turned out to be."""

    seen: Seen | None
    placed: SeenPerson | None


class Listener:
    """A bounded queue of news. `missed` counts what was dropped since it was last read."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[News] = asyncio.Queue(WAITING)
        self.missed = 0

    def offer(self, news: News) -> None:
        """Never waits: the oldest goes when the queue is full."""
        if self._queue.full():
            self._queue.get_nowait()
            self.missed += 1
        self._queue.put_nowait(news)

    async def next(self, timeout_s: float) -> list[News]:
        """All that waits, as soon as there is something; empty when nothing came in time."""
        try:
            first = await asyncio.wait_for(self._queue.get(), timeout_s)
        except TimeoutError:
            return []
        rest = [self._queue.get_nowait() for _ in range(self._queue.qsize())]
        return [first, *rest]


class Feed:
    """One look at the log serves all listeners; without listeners it does not look."""

    def __init__(self, watch: Watch, look_every_s: float = LOOK_EVERY_S) -> None:
        self._watch = watch
        self._look_every_s = look_every_s
        self._listeners: set[Listener] = set()
        self._looking: asyncio.Task[None] | None = None
        self._unplaced: dict[int, int] = {}

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[Listener]:
        """A listener, from now on."""
        listener = Listener()
        self._listeners.add(listener)
        if self._looking is None or self._looking.done():
            mark = await asyncio.to_thread(self._watch.head)
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look(mark))
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def _look(self, mark: Mark) -> None:
        """Until the last listener has gone."""
        self._unplaced.clear()
        while self._listeners:
            try:
                mark = await self._step(mark)
            except Exception as error:
                _log.warning("feed.look_failed", error=type(error).__name__)
            await asyncio.sleep(self._look_every_s)

    async def _step(self, mark: Mark) -> Mark:
        """One look: items first, so that nobody hears of a person before the item."""
        seen, mark = await asyncio.to_thread(self._watch.since, mark, AT_MOST)
        for one in seen:
            self._tell(News(one, None))
            if one.seq is not None:
                self._unplaced[one.seq] = 0
        if self._unplaced:
            placed = await asyncio.to_thread(self._watch.placed, list(self._unplaced))
            for seq, person in placed.items():
                del self._unplaced[seq]
                self._tell(News(None, person))
            self._unplaced = {seq: looks + 1 for seq, looks in self._unplaced.items() if looks < UNPLACED_LOOKS}
        return mark

    def _tell(self, news: News) -> None:
        for listener in self._listeners:
            listener.offer(news)
