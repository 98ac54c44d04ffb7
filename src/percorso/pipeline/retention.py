"""Events that are kept no longer than their contract says are dropped; what was counted stays counted."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import structlog

from percorso.data.events import read_event
from percorso.model.contract import EventContract
from percorso.model.time import DAY
from percorso.ports import Clock, LogEntry
from percorso.ports.erasure import ErasableLake, ErasableLog, ErasableState, Mark, Scope

_log = structlog.get_logger()

_PAGE = 5_000


class Retention:
    """For the process that owns the directory. `refold`: makes the state anew from what the log has left."""

    def __init__(
        self,
        *,
        contracts: Sequence[EventContract],
        state: ErasableState,
        log: ErasableLog,
        lake: ErasableLake,
        unfinished: Mark,
        refold: Callable[[], None],
        clock: Clock,
    ) -> None:
        self._days = {one.name: one.keep_days for one in contracts if one.keep_days is not None}
        self._state = state
        self._log = log
        self._lake = lake
        self._unfinished = unfinished
        self._refold = refold
        self._clock = clock

    def due(self) -> dict[str, list[int]]:
        """Event name -> places in the log of those that are older, by their reception, than they are kept."""
        found: dict[str, list[int]] = {}
        now = self._clock.now()
        for entry in self._old():
            name = read_event(entry).name
            days = self._days.get(name)
            if days is not None and entry.received_at < now - days * DAY:
                found.setdefault(name, []).append(entry.seq)
        return found

    def drop(self) -> Mapping[str, int]:
        """Drop what is due, from lake, state and log, and fold the rest again; how many of each name.

        Cut short, it is to be asked for again: it finds what is left, and folds again what it had dropped.
        """
        due = self.due()
        seqs = sorted(seq for some in due.values() for seq in some)
        if seqs:
            self._unfinished.put(1)
            self._lake.erase(seqs, self._clock.now())
            with self._state.erasing() as transaction:
                transaction.purge(Scope((), seqs, ()))
            self._log.erase(seqs)
        if self._unfinished.get():
            self._refold()
            self._state.settle()
            self._log.settle()
            self._unfinished.put(0)
        counts = {name: len(some) for name, some in sorted(due.items())}
        _log.info("retention.done", events=len(seqs))
        return counts

    def _old(self) -> Iterator[LogEntry]:
        """Everything that may be too old."""
        if not self._days:
            return
        before, after = self._clock.now() - min(self._days.values()) * DAY, 0
        while entries := self._log.older(before, after, _PAGE):
            yield from entries
            after = entries[-1].seq
