"""Processed events as files."""

from datetime import date
from typing import NamedTuple, Protocol

from percorso.model.time import Micros


class Unsealed(NamedTuple):
    """rows: processed events that are not in the lake yet; sealed: the seq up to which all are."""

    rows: int
    sealed: int


class Lake(Protocol):
    """Processed events as files that any tool can read. One process archives."""

    def recover(self) -> int:
        """Delete what a crash left behind; call it once, before archiving. Returns how many files."""
        ...

    def unsealed(self) -> Unsealed: ...

    def seal(self, *, today: date, now: Micros, limit: int) -> int:
        """Move the next processed events, at most `limit`, into the lake. Returns how many, 0 when none wait.

        Durable on return, and all or nothing: no crash leaves an event out or in twice. `today`: the civil date that says
        which month is open. Raises Conflict when another process archives.
        """
        ...

    def compact(self, *, today: date, now: Micros) -> int:
        """Join small files. Returns how many were replaced; readers that pinned them are not disturbed."""
        ...

    def sweep(self, *, now: Micros) -> int:
        """Delete files that were replaced long enough ago. Returns how many."""
        ...
