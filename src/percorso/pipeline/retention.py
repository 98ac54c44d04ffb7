"""Events that are kept no longer than their contract says are dropped; what was counted stays counted.

It goes in batches, each step of which may be cut short anywhere and is then done again:

    log     where events are folded: what is due is noted, and taken out of state and log
    lake    where events are archived: the same places are taken out of the lake
    fold    where events are folded, once nothing is due any more: the rest is folded again, so that profiles say no more
            than the log does
    settle  the same place: deleted pages are forgotten

Where one process owns the whole directory, `drop` does all of them one after the other.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import structlog

from percorso.data.events import read_event
from percorso.model.contract import EventContract
from percorso.model.retention import IDLE, Round
from percorso.model.time import DAY, CivilClock
from percorso.ports import Clock, LogEntry
from percorso.ports.erasure import ErasableLake, ErasableLog, ErasableState, Rounds, Scope

_log = structlog.get_logger()

_PAGE = 5_000
BATCH = 20_000
"""So many events go at a time."""


class Retention:
    """`refold`: makes the state anew from what the log has left, where events are folded. `lake`: made when first used.

    hour   the hour after which a day's round begins, by the company's clock; None: only when somebody asks
    """

    def __init__(
        self,
        *,
        contracts: Sequence[EventContract],
        state: ErasableState,
        log: ErasableLog,
        lake: Callable[[], ErasableLake],
        rounds: Rounds,
        refold: Callable[[], None],
        clock: Clock,
        civil: CivilClock,
        hour: int | None = None,
        batch: int = BATCH,
    ) -> None:
        self._days = {one.name: one.keep_days for one in contracts if one.keep_days is not None}
        self._state = state
        self._log = log
        self._lake = lake
        self._rounds = rounds
        self._refold = refold
        self._clock = clock
        self._civil = civil
        self._hour = hour
        self._batch = batch

    def due(self) -> dict[str, list[int]]:
        """Event name -> places in the log of those that are older, by their reception, than they are kept."""
        found: dict[str, list[int]] = {}
        for name, seq in self._overdue():
            found.setdefault(name, []).append(seq)
        return found

    def drop(self) -> Mapping[str, int]:
        """Drop what is due, from state, log and lake, and fold the rest again; how many of each name. In the process that
        owns the directory."""
        self.ask()
        while self.step_in_log() or self.step_in_lake():
            pass
        return dict(self._rounds.get().counts)

    def ask(self) -> None:
        """Begin a round, unless one is under way."""
        if not self._rounds.get().is_open:
            self._begin()

    def step_in_log(self) -> bool:
        """The next step of where events are folded, between two batches; false when there is none."""
        now = self._rounds.get()
        if not now.is_open and self._is_time(now):
            now = self._begin()
        if now.phase == "log":
            return self._log_step(now)
        if now.phase == "fold":
            self._refold()
            self._rounds.put(replace(now, phase="settle"))
            return True
        if now.phase == "settle":
            self._state.settle()
            self._log.settle()
            self._rounds.put(replace(now, phase="done"))
            _log.info("retention.done", events=sum(now.counts.values()))
            return True
        return False

    def step_in_lake(self) -> bool:
        """The step of where events are archived; false when there is none."""
        now = self._rounds.get()
        if now.phase != "lake":
            return False
        self._lake().erase(list(now.seqs), self._clock.now())
        self._rounds.put(replace(now, phase="log", seqs=()))
        return True

    def _begin(self) -> Round:
        began = replace(IDLE, phase="log", day=self._today())
        self._rounds.put(began)
        return began

    def _log_step(self, now: Round) -> bool:
        if not now.seqs:
            now = self._noted(now)
        if not now.seqs:
            self._rounds.put(replace(now, phase="fold" if now.counts else "done"))
            return True
        with self._state.erasing() as transaction:
            transaction.purge(Scope(seqs=now.seqs))
        self._log.erase(now.seqs)
        self._rounds.put(replace(now, phase="lake"))
        return True

    def _noted(self, now: Round) -> Round:
        """The round with the places of its next batch: before any of them goes, so that none is forgotten halfway."""
        counts, seqs = Counter(now.counts), []
        for name, seq in self._overdue():
            counts[name] += 1
            seqs.append(seq)
            if len(seqs) >= self._batch:
                break
        noted = replace(now, counts=dict(sorted(counts.items())), seqs=tuple(seqs))
        if seqs:
            self._rounds.put(noted)
        return noted

    def _today(self) -> str:
        return self._civil.civil_date(self._clock.now()).isoformat()

    def _is_time(self, last: Round) -> bool:
        """Whether today's round is still to begin; a day without a running server is made up for by the next."""
        if self._hour is None or not self._days or last.day == self._today():
            return False
        return self._civil.day_hour(self._clock.now())[1] >= self._hour

    def _overdue(self) -> Iterator[tuple[str, int]]:
        """(name, place) of everything that is too old."""
        if not self._days:
            return
        now, after = self._clock.now(), 0
        while entries := self._older(now, after):
            for entry in entries:
                name = read_event(entry).name
                days = self._days.get(name)
                if days is not None and entry.received_at < now - days * DAY:
                    yield name, entry.seq
            after = entries[-1].seq

    def _older(self, now: int, after: int) -> list[LogEntry]:
        return self._log.older(now - min(self._days.values()) * DAY, after, _PAGE)
