"""Who leads: of all processes on one database at most one does a piece of work that only one may do.

On SQLite the directory's lock sees to it already. On PostgreSQL the leader holds an advisory lock on a connection of its
own: when the process or the line dies, so does the lock, and the next who asks leads. A leader that is cut off may not
know it yet; the offset that every fold compares, and the state that every message compares, keep it from doing harm.
"""

import time
from contextlib import suppress
from typing import Any, Literal
from zlib import crc32

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from percorso.adapters.sql.database import Database

Role = Literal["process", "archive", "deliver", "segments", "match"]

_LOCKS = 7_305_811
"""First half of the lock's two keys: ours and nobody else's."""
LOOK_EVERY_S = 1.0


class Leader:
    """One role of one process; for one thread."""

    def __init__(self, database: Database, role: Role) -> None:
        self._database = database
        self._key = crc32(role.encode()) & 0x7FFF_FFFF
        self._line: Any = None
        self._looked_at = 0.0

    def leads(self) -> bool:
        """Whether this process leads now. It tries to when it does not, and sees once a second whether it still does."""
        if self._database.is_sqlite:
            return True
        if self._line is None or time.monotonic() - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = time.monotonic()
            try:
                self._line = self._alive() or self._taken()
            except (SQLAlchemyError, psycopg.Error):
                self.close()
        return self._line is not None

    def _alive(self) -> Any:
        if self._line is not None:
            self._line.connection.driver_connection.execute("select 1")
        return self._line

    def _taken(self) -> Any:
        line = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        asked = line.connection.driver_connection
        assert asked is not None
        (taken,) = asked.execute("select pg_try_advisory_lock(%s, %s)", (_LOCKS, self._key)).fetchone()
        if taken:
            return line
        line.close()
        return None

    def close(self) -> None:
        """Lead no longer; a lock still held ends with its connection."""
        if self._line is not None:
            with suppress(SQLAlchemyError, psycopg.Error):
                self._line.invalidate()
                self._line.close()
            self._line = None
