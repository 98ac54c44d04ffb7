"""Whether log and state can be used, asked by anybody and as often as they like, at little cost."""

import threading
from collections.abc import Callable
from time import monotonic

from sqlalchemy import func, select, update

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import log_meta, offsets
from percorso.model.errors import StoreUnavailable

FRESH_S = 2.0
"""How long an answer, good or bad, is given again without looking."""
WRITE_EVERY_S = 10.0
"""How often a write is tried: it waits for the lock of the log, and for the disk."""


class Readiness:
    """One asker looks, the others get what was found last. `elapsed`: seconds of a clock that never goes back."""

    def __init__(self, log: Database, state: Database, elapsed: Callable[[], float] = monotonic) -> None:
        self._log = log
        self._state = state
        self._elapsed = elapsed
        self._looking = threading.Lock()
        self._looked_at = self._wrote_at = float("-inf")
        self._trouble: StoreUnavailable | None = None

    def check(self) -> None:
        """Raises StoreUnavailable when log or state cannot be used."""
        first = self._looked_at == float("-inf")
        if self._looking.acquire(blocking=first):
            try:
                if self._elapsed() - self._looked_at >= FRESH_S:
                    self._trouble = self._look()
                    self._looked_at = self._elapsed()
            finally:
                self._looking.release()
        if self._trouble is not None:
            raise StoreUnavailable(self._trouble.message, self._trouble.retry_after_s)

    def _look(self) -> StoreUnavailable | None:
        """What is wrong. A write that failed is tried again the next time."""
        try:
            with self._log.read() as log:
                log.execute(select(func.count()).select_from(log_meta)).scalar_one()
            with self._state.read() as state:
                state.execute(select(func.count()).select_from(offsets)).scalar_one()
            if self._elapsed() - self._wrote_at >= WRITE_EVERY_S:
                self._write()
                self._wrote_at = self._elapsed()
        except StoreUnavailable as error:
            self._wrote_at = float("-inf")
            return error
        return None

    def _write(self) -> None:
        """Changes nothing, and yet must reach the disk."""
        with self._log.write() as log:
            log.execute(update(log_meta).where(log_meta.c.name == "log_id").values(value=log_meta.c.value))
