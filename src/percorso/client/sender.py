"""The thread that sends."""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from percorso.client.outbox import Outbox
from percorso.client.post import Answer, Outcome, Post
from percorso.client.told import Drop
from percorso.client.waiting import Queue, Waiting

BATCH_BYTES = 500_000
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 60.0
LONGEST_ASKED_S = 300.0
PAUSE_S = 60.0
_log = logging.getLogger("percorso.client")


@dataclass(slots=True)
class Pace:
    """How large the next batch may be, and when."""

    most: int
    size: int
    failures: int = 0
    not_before: float = 0.0

    def went_well(self) -> None:
        self.failures = 0
        self.size = min(self.size * 2, self.most)

    def failed(self, asked_s: float) -> None:
        """Twice as long each time, or as long as the server asks; never all clients at once."""
        own = min(FIRST_WAIT_S * 2**self.failures, LONGEST_WAIT_S) * random.uniform(0.5, 1.0)  # noqa: S311
        asked = min(asked_s, LONGEST_ASKED_S) * random.uniform(1.0, 1.1)  # noqa: S311
        self.failures = min(self.failures + 1, 20)
        self.not_before = time.monotonic() + max(own, asked)


class Sender:
    """Empties an outbox in order. `dropped` and `sent` are called from its thread."""

    def __init__(
        self,
        outbox: Outbox,
        post: Post,
        *,
        batch_size: int,
        flush_after_s: float,
        dropped: Callable[[Drop], None],
        sent: Callable[[int], None],
    ) -> None:
        self._outbox, self._post = outbox, post
        self._batch_size, self._flush_after_s = batch_size, flush_after_s
        self._dropped, self._sent = dropped, sent
        self._pace = Pace(batch_size, batch_size)
        self._hurry = False
        self._end_by: float | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Once; where no thread can be started any more, `finish` sends."""
        if self._thread is None:
            thread = threading.Thread(target=self._run, name="percorso-client", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the interpreter ends
                return
            self._thread = thread

    def flush(self, timeout_s: float) -> bool:
        """Send now what waits; whether nothing waits any more."""
        with self._outbox.changed:
            self._hurry = True
            self._outbox.changed.notify_all()
            try:
                return self._outbox.changed.wait_for(lambda: not len(self._outbox), timeout_s)
            finally:
                self._hurry = False

    def finish(self, timeout_s: float) -> None:
        """Send what waits, as far as the time goes, and end."""
        with self._outbox.changed:
            self._end_by = time.monotonic() + timeout_s
            self._outbox.changed.notify_all()
        if self._thread is None and len(self._outbox):
            self._run()
        elif self._thread is None:
            return
        elif self._thread is not threading.current_thread():
            self._thread.join(timeout_s + 0.5)

    def _run(self) -> None:
        self._safely(self._outbox.take_over)
        while self._ready():
            self._safely(self._send)

    def _safely(self, work: Callable[[], None]) -> None:
        """An error here is ours, or the disk's; the thread goes on."""
        try:
            work()
        except Exception:
            _log.exception("the client failed and tries again")
            self._pace.failed(0.0)

    def _ready(self) -> bool:
        """Waits until there is something to send now; False when it is time to end."""
        changed = self._outbox.changed
        with changed:
            changed.wait_for(lambda: len(self._outbox) or self._end_by is not None)
            changed.wait_for(self._enough, self._flush_after_s)
            while (wait_s := self._pace.not_before - time.monotonic()) > 0:
                if self._end_by is not None and self._pace.not_before > self._end_by:
                    return False
                changed.wait(wait_s)
            return bool(len(self._outbox)) and (self._end_by is None or time.monotonic() < self._end_by)

    def _enough(self) -> bool:
        return self._hurry or self._end_by is not None or len(self._outbox) >= self._batch_size

    def _send(self) -> None:
        queue, events = self._outbox.first(self._pace.size, BATCH_BYTES)
        if events:
            self._heed(self._post.send(events), queue, events)

    def _heed(self, answer: Answer, queue: Queue, events: list[Waiting]) -> None:
        match answer.outcome:
            case Outcome.TAKEN:
                self._pace.went_well()
                self._sent(len(events))
                for drop in answer.refused:
                    self._dropped(drop)
                self._outbox.remove(queue, len(events))  # last: whoever waits for it finds everything told
            case Outcome.LATER:
                self._pace.failed(answer.retry_after_s)
                if self._pace.failures == 1:
                    _log.warning("events wait, the server answered %s: %s", answer.status or "nothing", answer.message)
            case Outcome.PAUSED:
                _log.error("events wait, the server refuses them with %s: %s", answer.status, answer.message)
                self._pace.failed(PAUSE_S)
            case Outcome.NEVER if len(events) > 1:
                self._pace.size = len(events) // 2
            case Outcome.NEVER:
                self._dropped(
                    Drop(message_id=events[0].message_id, reason=f"status_{answer.status}", detail=answer.message)
                )
                self._outbox.remove(queue, 1)
