"""How far a round of retention is, among the configuration records."""

from dataclasses import asdict

from percorso.adapters.sql.config_store import ConfigStore
from percorso.model.retention import IDLE, Round
from percorso.ports import Clock

_KIND, _NAME = "retention", "round"


class SqlRounds:
    """`ports.erasure.Rounds`."""

    def __init__(self, store: ConfigStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def get(self) -> Round:
        found = self._store.record(_KIND, _NAME)
        return IDLE if found is None else Round(**{**found, "seqs": tuple(found["seqs"])})

    def put(self, round_: Round) -> None:
        self._store.put(_KIND, _NAME, asdict(round_), self._clock.now())
