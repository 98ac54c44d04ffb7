"""asked -> reading -> comparing -> done: everybody compared because somebody asked the running server for it.

Whoever asks only leaves the wish; the process that answers questions about everybody does it, one at a time, and tells how
far it is. A round that was cut short is not begun again by itself: what it was cut short by may be its size.
"""

from collections.abc import Callable
from dataclasses import replace

import structlog

from percorso.data.matching.model import DEFAULT_THRESHOLD
from percorso.model.errors import Conflict, InvalidInput, PercorsoError, StoreUnavailable
from percorso.model.match_round import MatchRound
from percorso.model.time import SECOND
from percorso.pipeline.matching import Proposed, Stage, Told
from percorso.ports import Clock
from percorso.ports.matching import MatchRounds

_log = structlog.get_logger()

TELL_EVERY = SECOND
CUT_SHORT = "cut_short"


Proposes = Callable[[float, Told], Proposed]
"""`Proposer.propose`, telling how far it is."""


class RoundsAsked:
    """What takes the wish, where the API is served."""

    def __init__(self, rounds: MatchRounds, clock: Clock) -> None:
        self._rounds = rounds
        self._clock = clock

    def now(self) -> MatchRound:
        return self._rounds.get()

    def ask(self, by: str, threshold: float = DEFAULT_THRESHOLD) -> MatchRound:
        """Raises Conflict while one is under way, InvalidInput for a threshold that is no probability."""
        if not 0 < threshold < 1:
            raise InvalidInput(f"the threshold is a probability between 0 and 1, not {threshold}")
        if self.now().is_open:
            raise Conflict("everybody is being compared just now; the pairs are here when that is done")
        asked = MatchRound(state="asked", by=by, threshold=threshold, at=self._clock.now())
        self._rounds.put(asked)
        return asked


class RoundsDone:
    """What does them. `accept`: lets the rule on pairs accept, when one is on; how many it accepted."""

    def __init__(
        self,
        rounds: MatchRounds,
        clock: Clock,
        propose: Proposes,
        accept: Callable[[], int | None],
    ) -> None:
        self._rounds = rounds
        self._clock = clock
        self._propose = propose
        self._accept = accept

    def step(self) -> int:
        """Do the round that is asked for, if any; how many were done."""
        found = self._rounds.get()
        if not found.is_open:
            return 0
        if found.state != "asked":  # whoever began it is no more
            self._tell(replace(found, state="failed", error=CUT_SHORT))
            return 0
        try:
            done = self._round(found)
        except Exception as error:
            code = error.code if isinstance(error, PercorsoError) else "error"
            self._tell(replace(found, state="failed", error=code))
            if not isinstance(error, StoreUnavailable):
                _log.exception("matches.round_failed")
            return 0
        _log.info("matches.proposed", people=done.people, pairs=done.pairs, proposed=done.proposed, new=done.new)
        return 1

    def _round(self, asked: MatchRound) -> MatchRound:
        telling = _Telling(self._tell, self._clock, replace(asked, state="reading"))
        proposed = self._propose(asked.threshold, telling)
        done = replace(
            telling.last,
            state="done",
            people=proposed.model.records,
            pairs=proposed.matching.compared,
            proposed=len(proposed.found),
            new=proposed.new,
            accepted=self._accept(),
        )
        self._tell(done)
        return done

    def _tell(self, round_: MatchRound) -> None:
        self._rounds.put(replace(round_, at=self._clock.now()))


class _Telling:
    """Notes each stage, and once a second how many people are read."""

    def __init__(self, tell: Callable[[MatchRound], None], clock: Clock, first: MatchRound) -> None:
        self._tell = tell
        self._clock = clock
        self._told_at = clock.now()
        self.last = first
        tell(first)

    def __call__(self, stage: Stage, people: int) -> None:
        now = self._clock.now()
        moved = stage != self.last.state
        self.last = replace(self.last, state=stage, people=people)
        if moved or now - self._told_at >= TELL_EVERY:
            self._told_at = now
            self._tell(self.last)
