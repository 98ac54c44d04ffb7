"""The append-only log of events."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from percorso.model.identity import Trust
from percorso.model.time import Micros
from percorso.model.verdict import Candidate, ItemVerdict, Refused


class LogEntry(NamedTuple):
    """One row of the log; fields as in `Candidate`."""

    seq: int
    lane: int
    source: str
    message_id: str
    occurred_at: Micros
    received_at: Micros
    day: int
    hour: int
    tie: int
    historical: bool
    body: bytes
    trust: int = Trust.SERVER.value


class LogSize(NamedTuple):
    """head: the last seq given, 0 when empty; lanes: lane -> its last seq."""

    head: int
    lanes: Mapping[int, int]


class EventLog(Protocol):
    """The append-only log."""

    @property
    def log_id(self) -> str:
        """Random name given when the log was made; state remembers it and refuses another."""
        ...

    def append(self, candidates: Sequence[Candidate], refused: Sequence[Refused] = ()) -> list[ItemVerdict]:
        """Store what is new and say what became of each candidate, in order.

        Durable on return: the accepted, the conflicts and the refused are on disk. One transaction. A candidate whose
        key was stored before, or comes earlier in the same call, is a duplicate when its fingerprint is equal, else a
        conflict, kept aside with its body. `seq` rises and never repeats. Raises StoreUnavailable when nothing was stored.
        """
        ...

    def read(self, lane: int, after: int, limit: int) -> list[LogEntry]:
        """The next entries of a lane with seq > after, ascending. Every entry with a smaller seq is already visible."""
        ...

    def size(self) -> LogSize: ...

    def close(self) -> None: ...
