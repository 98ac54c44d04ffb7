"""A client and its life: threads, forks, the end of the program."""

import atexit
import logging
import os
import sys
import threading
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from percorso.client.calls import Calls, known
from percorso.client.outbox import Outbox
from percorso.client.post import Post
from percorso.client.sender import Sender
from percorso.client.told import Counts, Drop
from percorso.client.waiting import Waiting
from percorso.version import __version__

MOST_BYTES = 65_536
"""Of one event; the server takes no larger one."""
_log = logging.getLogger("percorso.client")
_clients: "weakref.WeakSet[Client]" = weakref.WeakSet()
_forking: "list[Client]" = []


class Client(Calls):
    """Tells a server what happened. A call writes the event down and returns; a thread of its own sends it.

    One for a program is enough; any thread may call it, and a forked process goes on with it. `close`, the end of a ``with``
    block and the end of the program send what waits.

    write_key      of `percorso keys create --kind write`
    host           such as https://cx.example.com
    spool_dir      events wait in files here, survive the death of the program, and are sent by the next that uses the folder.
                   Without it they wait in memory
    fsync          a call returns when its event is on the platter, not only with the system: survives a power cut, costs
                   milliseconds
    max_queue, max_queue_bytes, max_spool_bytes
                   what may wait; beyond, an event is dropped and told
    batch_size, flush_after_s
                   a batch is sent when it is full or so long after its first event
    context        under that of every event; ``touchpoint`` likewise
    on_drop        told of every event that does not count; from any thread, also that of the call
    """

    _outbox: Outbox
    _sender: Sender
    _closed: bool

    def __init__(
        self,
        write_key: str,
        host: str,
        *,
        spool_dir: str | Path | None = None,
        fsync: bool = False,
        max_queue: int = 10_000,
        max_queue_bytes: int = 32_000_000,
        max_spool_bytes: int = 256_000_000,
        batch_size: int = 100,
        flush_after_s: float = 0.5,
        gzip: bool = True,
        timeout_s: float = 10.0,
        touchpoint: str | None = None,
        context: Mapping[str, Any] | None = None,
        on_drop: Callable[[Drop], None] | None = None,
    ) -> None:
        if not write_key or not host.startswith(("http://", "https://")):
            raise ValueError("a client needs a write key and the server's address, such as https://cx.example.com")
        self._post = Post(write_key, host, timeout_s=timeout_s, compressed=gzip)
        self._folder = None if spool_dir is None else Path(spool_dir)
        self._waiting = {
            "most": max_queue,
            "most_bytes": max_queue_bytes,
            "spool_bytes": max_spool_bytes,
            "fsync": fsync,
        }
        self._batch_size, self._flush_after_s = max(1, batch_size), flush_after_s
        library = {"name": "percorso-python", "version": __version__}
        self._context = {"library": library, **known(touchpoint=touchpoint), **(context or {})}
        self._on_drop = on_drop
        self._begin()
        _clients.add(self)
        atexit.register(self.close)
        if self._outbox.may_have_left():
            self._start()

    # ---- life

    def flush(self, timeout_s: float = 10.0) -> bool:
        """Waits until everything is sent; False when it is not within the time."""
        if len(self._outbox):
            self._start()
        return self._sender.flush(timeout_s)

    def close(self, timeout_s: float = 5.0) -> bool:
        """Sends what waits, as far as the time goes; whether all was sent. Files keep what was not, memory loses it and tells."""
        with self._state:
            if self._closed:
                return True
            self._closed = True
        atexit.unregister(self.close)
        self._sender.finish(timeout_s)
        all_sent = not len(self._outbox)
        for event in self._outbox.close():
            self._drop(Drop(message_id=event.message_id, reason="closed", detail="it could not be sent in time"))
        return all_sent

    def counts(self) -> Counts:
        with self._state:
            return Counts(made=self._made, sent=self._sent, dropped=self._dropped, waiting=len(self._outbox))

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- inside

    def _begin(self) -> None:
        """Nothing waits, nothing runs, nobody holds a lock: a new client, or one in a forked process."""
        self._state = threading.RLock()  # a signal's handler may call, too
        self._made = self._sent = self._dropped = 0
        self._closed = self._started = False
        self._outbox = Outbox(self._folder, batch=self._batch_size, **self._waiting)  # type: ignore[arg-type]
        self._sender = Sender(
            self._outbox,
            self._post,
            batch_size=self._batch_size,
            flush_after_s=self._flush_after_s,
            dropped=self._drop,
            sent=self._has_sent,
        )

    def _take(self, event: Waiting) -> None:
        with self._state:
            self._made += 1
        if len(event.line) > MOST_BYTES:
            why = f"an event has at most {MOST_BYTES} bytes, this one {len(event.line)}"
            self._drop(Drop(message_id=event.message_id, reason="too_large", detail=why))
        elif self._closed:
            self._drop(Drop(message_id=event.message_id, reason="closed", detail="the client is closed"))
        elif not self._outbox.add(event):
            self._drop(Drop(message_id=event.message_id, reason="full", detail="too many events wait"))
        else:
            self._start()

    def _start(self) -> None:
        with self._state:
            if self._started:
                return
            self._started = True
        _at_end_of_worker(self.close)
        self._sender.start()

    def _has_sent(self, count: int) -> None:
        with self._state:
            self._sent += count

    def _drop(self, drop: Drop) -> None:
        with self._state:
            self._dropped += 1
        _log.warning("event %s was dropped: %s %s", drop.message_id, drop.reason, drop.detail)
        if self._on_drop is not None:
            try:
                self._on_drop(drop)
            except Exception:
                _log.exception("on_drop failed")

    def _before_fork(self) -> None:
        self._state.acquire()
        self._outbox.changed.acquire()

    def _after_in_parent(self) -> None:
        self._outbox.changed.release()
        self._state.release()

    def _after_in_child(self) -> None:
        """The parent's events stay the parent's; this process begins anew."""
        was_closed = self._closed
        self._outbox.abandon()
        self._begin()
        self._closed = was_closed


def _at_end_of_worker(close: Callable[[], bool]) -> None:
    """Processes of `multiprocessing` end without `atexit`."""
    if "multiprocessing.process" in sys.modules:
        from multiprocessing.process import parent_process

        if parent_process() is not None:
            from multiprocessing.util import Finalize

            Finalize(None, close, exitpriority=10)


def _before_fork() -> None:
    """No thread is in the middle of anything that a child would inherit half done."""
    _forking[:] = _clients
    for client in _forking:
        client._before_fork()


def _after_in_parent() -> None:
    for client in _forking:
        client._after_in_parent()


def _after_in_child() -> None:
    for client in _forking:
        client._after_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
