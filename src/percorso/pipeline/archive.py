"""log -> lake: when to seal, when to compact, when to clear away."""

from dataclasses import dataclass, field

import structlog

from percorso.model.time import MINUTE, CivilClock, Micros
from percorso.ports import Clock, Lake

_log = structlog.get_logger()

SEAL_ROWS = 10_000
"""So many waiting events are sealed at once ..."""
SEAL_AFTER: Micros = MINUTE
"""... and fewer when they have waited so long."""
MOST_ROWS = 250_000
"""At most so many go into one seal: it is all held in memory."""
COMPACT_EVERY: Micros = 2 * MINUTE


@dataclass
class Archiver:
    """Call `step` again and again from one process; it does nothing when there is nothing to do."""

    lake: Lake
    civil: CivilClock
    clock: Clock
    _waiting_since: Micros | None = field(default=None, init=False)
    _compacted_at: Micros | None = field(default=None, init=False)
    _recovered: bool = field(default=False, init=False)

    def step(self) -> int:
        """Seal what is ready. Returns how many events were sealed, 0 when none was ready."""
        self._recover()
        now = self.clock.now()
        waiting = self.lake.unsealed().rows
        if waiting == 0:
            self._waiting_since = None
        elif self._waiting_since is None:
            self._waiting_since = now
        ready = self._waiting_since is not None and now - self._waiting_since >= SEAL_AFTER
        sealed = self._seal(now) if waiting >= SEAL_ROWS or ready else 0
        if not sealed:
            self._tidy(now)
        return sealed

    def drain(self) -> int:
        """Seal everything that is processed, however little, and tidy up."""
        self._recover()
        total = 0
        while sealed := self._seal(self.clock.now()):
            total += sealed
        self._compacted_at = None
        self._tidy(self.clock.now())
        return total

    def _recover(self) -> None:
        if not self._recovered:
            left = self.lake.recover()
            self._recovered = True
            if left:
                _log.info("lake.recovered", files=left)

    def _seal(self, now: Micros) -> int:
        sealed = self.lake.seal(today=self.civil.civil_date(now), now=now, limit=MOST_ROWS)
        self._waiting_since = None
        if sealed:
            _log.info("lake.sealed", events=sealed)
        return sealed

    def _tidy(self, now: Micros) -> None:
        """Compact and clear away, now and then."""
        if self._compacted_at is not None and now - self._compacted_at < COMPACT_EVERY:
            return
        self._compacted_at = now
        joined = self.lake.compact(today=self.civil.civil_date(now), now=now)
        removed = self.lake.sweep(now=now)
        if joined or removed:
            _log.info("lake.tidied", joined=joined, removed=removed)
