"""Writes who looked at whom into the audit log, for many requests at once.

A request waits for its row, but not long: while an import holds the database people are still shown and the rows follow;
when too many wait, nobody is shown.
"""

import threading
from collections import OrderedDict

import structlog

from percorso.model.audit import Act, AuditRow
from percorso.model.errors import StoreUnavailable
from percorso.model.time import Micros
from percorso.ports import Audit

PATIENCE_S = 0.1
MOST_WAITING = 1_000
_REMEMBERED = 20_000
_AGAIN_S = 1.0

_log = structlog.get_logger()
_Key = tuple[str, Act, str | None]


class Reads:
    """Takes rows from any thread. Once started a thread of its own writes them, else whoever brings one does."""

    def __init__(self, audit: Audit, patience_s: float = PATIENCE_S) -> None:
        self._audit = audit
        self._patience_s = patience_s
        self._lock = threading.Condition()
        self._writing = threading.Lock()
        self._noted: OrderedDict[_Key, Micros] = OrderedDict()
        self._waiting: list[AuditRow] = []
        self._taken = self._written = 0
        self._running = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, row: AuditRow, within: Micros) -> None:
        """Write a row, unless there is one of the same actor, act and target in the same stretch of `within`.

        Raises StoreUnavailable when too many rows wait.
        """
        with self._lock:
            if not self._is_news(row, row.at // within):
                return
            if len(self._waiting) >= MOST_WAITING:
                raise StoreUnavailable("the audit log cannot be written now; try again")
            self._noted[row.actor, row.act, row.target] = row.at // within
            self._waiting.append(row)
            self._taken = place = self._taken + 1
            self._lock.notify_all()
            if self._running:
                self._lock.wait_for(lambda: self._written >= place, self._patience_s)
                return
        self.write()

    def write(self) -> None:
        """Write all that wait, in one transaction."""
        with self._writing:
            with self._lock:
                rows = list(self._waiting)
            if not rows:
                return
            self._audit.record(*rows)
            with self._lock:
                del self._waiting[: len(rows)]
                self._written += len(rows)
                self._lock.notify_all()

    def start(self) -> None:
        """From now on a thread writes."""
        self._stop.clear()
        self._running = True
        self._thread = threading.Thread(target=self._run, name="reads")
        self._thread.start()

    def stop(self) -> None:
        """Write what waits and end the thread."""
        self._stop.set()
        with self._lock:
            self._lock.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                with self._lock:
                    self._lock.wait_for(lambda: bool(self._waiting) or self._stop.is_set())
                self._try()
        finally:
            self._running = False
        self._try()
        if self._waiting:
            _log.error("reads.lost", rows=len(self._waiting))

    def _try(self) -> None:
        try:
            self.write()
        except StoreUnavailable as error:
            _log.warning("reads.waited", rows=len(self._waiting), reason=error.message)
            self._stop.wait(_AGAIN_S)

    def _is_news(self, row: AuditRow, stretch: Micros) -> bool:
        key: _Key = (row.actor, row.act, row.target)
        if self._noted.get(key) == stretch:
            return False
        self._noted.pop(key, None)
        while len(self._noted) >= _REMEMBERED:
            self._noted.popitem(last=False)
        return True
