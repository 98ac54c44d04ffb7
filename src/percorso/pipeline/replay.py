"""Folds the log again, up to where it was folded, without deciding or sending anything."""

from collections.abc import Callable, Mapping, Sequence

from percorso.model.errors import Conflict
from percorso.model.verdict import Candidate, ItemVerdict, Refused
from percorso.pipeline.process import Processor
from percorso.ports import EventLog, LogEntry, LogSize


class LogUpTo:
    """A log seen only up to given places: what came later is as if it were not there yet.

    ``places``: lane -> last seq shown
    """

    def __init__(self, log: EventLog, places: Mapping[int, int]) -> None:
        self._log = log
        self._places = places

    @property
    def log_id(self) -> str:
        return self._log.log_id

    def append(self, candidates: Sequence[Candidate], refused: Sequence[Refused] = ()) -> list[ItemVerdict]:
        """Raises Conflict: a log under replay takes nothing."""
        raise Conflict("a log under replay takes nothing")

    def read(self, lane: int, after: int, limit: int) -> list[LogEntry]:
        last = self._places.get(lane, 0)
        if after >= last:
            return []
        return [entry for entry in self._log.read(lane, after, limit) if entry.seq <= last]

    def size(self) -> LogSize:
        return LogSize(head=max(self._places.values(), default=0), lanes=self._places)

    def close(self) -> None:
        self._log.close()


def fold_again(processor: Processor, told: Callable[[int], None]) -> int:
    """Fold all that the processor's log shows; `told` hears how many after each batch. The number of events."""
    total = 0
    while count := processor.step():
        total += count
        told(total)
    return total
