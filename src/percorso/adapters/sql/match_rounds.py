"""How far a round of comparing everybody is, among the configuration records."""

from dataclasses import asdict

from percorso.adapters.sql.config_store import ConfigStore
from percorso.model.match_round import IDLE, MatchRound
from percorso.ports import Clock

_KIND, _NAME = "matching", "round"


class SqlMatchRounds:
    """`ports.matching.MatchRounds`."""

    def __init__(self, store: ConfigStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def get(self) -> MatchRound:
        found = self._store.record(_KIND, _NAME)
        return IDLE if found is None else MatchRound(**found)

    def put(self, round_: MatchRound) -> None:
        self._store.put(_KIND, _NAME, asdict(round_), self._clock.now())
