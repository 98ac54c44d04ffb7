"""DuckDB opened anew now and then, so that what it remembers of files that are gone goes with it.

A database keeps what it learns of each file by name, and forgets none while it is open; files of the lake come and go by the
thousand. So it is left for a new one when it has met many more files than there are.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from percorso.adapters.duckdb_base import connection_of

MANY_GONE = 100
"""So many files more than twice those that are there."""


class _Base:
    """An open database, with its users and the files it has met."""

    def __init__(self, database: Any) -> None:
        self.database = database
        self.users = 0
        self.met: set[Path] = set()


class Bases:
    """One database at a time for those who come; who came before keeps theirs to the end. Any thread."""

    def __init__(self, open_base: Callable[[], Any], *, gone: int = MANY_GONE) -> None:
        self._open = open_base
        self._gone = gone
        self._lock = threading.Lock()
        self._base: _Base | None = None

    @contextmanager
    def connection(self, files: Sequence[Path]) -> Iterator[Any]:
        """A connection of its own, to read these files; they are all that is there now."""
        base = self._enter(files)
        try:
            with connection_of(base.database) as connection:
                yield connection
        finally:
            self._leave(base)

    def close(self) -> None:
        """Nobody may come any more."""
        with self._lock:
            self._retire()

    def _enter(self, files: Sequence[Path]) -> _Base:
        with self._lock:
            if self._base is not None and len(self._base.met.union(files)) > 2 * len(files) + self._gone:
                self._retire()
            if self._base is None:
                self._base = _Base(self._open())
            self._base.met.update(files)
            self._base.users += 1
            return self._base

    def _leave(self, base: _Base) -> None:
        with self._lock:
            base.users -= 1
            if base.users == 0 and base is not self._base:
                base.database.close()

    def _retire(self) -> None:
        """Closed now, or by the last who uses it."""
        base, self._base = self._base, None
        if base is not None and base.users == 0:
            base.database.close()
