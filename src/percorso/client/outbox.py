"""All events of this process that wait: what others left behind, its own on disk, its own in memory, in this order."""

import logging
import threading
from pathlib import Path

from percorso.client.spool import SpoolFile, any_left, left_behind, own_file
from percorso.client.waiting import InMemory, Queue, Waiting

_log = logging.getLogger("percorso.client")


class Outbox:
    """Filled by every thread, emptied by one. `changed` is held around changes, and told when something waits, when another
    batch is full, and when something is sent."""

    def __init__(
        self, folder: Path | None, *, batch: int, most: int, most_bytes: int, spool_bytes: int, fsync: bool
    ) -> None:
        self.changed = threading.Condition()
        self._folder = folder
        self._batch = batch
        self._memory = InMemory(most, most_bytes)
        self._spool_bytes, self._fsync = spool_bytes, fsync
        self._spool: SpoolFile | None = None
        self._left: list[SpoolFile] = []
        self._closed = False

    def __len__(self) -> int:
        return sum(len(queue) for queue in self._queues())

    def add(self, event: Waiting) -> bool:
        """On disk where there is one, else in memory; False when that is full."""
        with self.changed:
            taken = self._add(event)
            waiting = len(self)
            if waiting == 1 or waiting % self._batch == 0:  # whoever sends need not wake for each
                self.changed.notify_all()
            return taken

    def may_have_left(self) -> bool:
        return self._folder is not None and any_left(self._folder)

    def take_over(self) -> None:
        """What dead processes left behind is ours to send now."""
        if self._folder is not None:
            for spool in left_behind(self._folder):
                with self.changed:
                    self._left.append(spool)

    def first(self, count: int, size: int) -> tuple[Queue, list[Waiting]]:
        """The oldest events, and where they wait."""
        with self.changed:
            queue = next((queue for queue in self._queues() if len(queue)), self._memory)
            return queue, queue.first(count, size)

    def remove(self, queue: Queue, count: int) -> None:
        with self.changed:
            if self._closed:
                return  # the answer came too late
            queue.remove(count)
            while self._left and not len(self._left[0]):
                self._left.pop(0).close()
            self.changed.notify_all()

    def close(self) -> list[Waiting]:
        """What is lost: events that wait in memory. Files keep theirs for the next start."""
        with self.changed:
            for spool in self._files():
                spool.close()
            self._left, self._spool = [], None
            self._closed = True
            lost = self._memory.first(len(self._memory), 1 << 62)
            self._memory.remove(len(lost))
            return lost

    def abandon(self) -> None:
        """In a forked child: every event is the parent's."""
        for spool in self._files():
            spool.abandon()

    def _files(self) -> list[SpoolFile]:
        return self._left if self._spool is None else [*self._left, self._spool]

    def _queues(self) -> list[Queue]:
        return [*self._files(), self._memory]

    def _add(self, event: Waiting) -> bool:
        try:
            if self._folder is not None:
                if self._spool is None:
                    self._spool = own_file(self._folder, most_bytes=self._spool_bytes, fsync=self._fsync)
                return self._spool.add(event)
        except OSError as error:
            _log.warning("the spool cannot be written, events wait in memory: %s", error)
        return self._memory.add(event)
