"""How far a round of comparing everybody is, which somebody asked the running server for."""

from dataclasses import dataclass
from typing import Literal

from percorso.model.time import Micros

RoundState = Literal["idle", "asked", "reading", "comparing", "done", "failed"]
"""asked: nobody has begun yet;  reading: people are gone through;  comparing: their records are"""
UNDER_WAY: tuple[RoundState, ...] = ("asked", "reading", "comparing")


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRound:
    """See `pipeline.match_round`.

    by         who asked; None before the first round
    threshold  the least probability of a pair
    at         when it came this far
    people     read so far, of whom something is known that can be compared
    pairs      compared
    proposed   pairs of people and of households that are open for it, and how many of them were `new`
    accepted   how many of them a rule accepted; None without a rule that is on
    error      code of what went wrong; None when nothing did
    """

    state: RoundState = "idle"
    by: str | None = None
    threshold: float = 0.0
    at: Micros | None = None
    people: int = 0
    pairs: int = 0
    proposed: int = 0
    new: int = 0
    accepted: int | None = None
    error: str | None = None

    @property
    def is_open(self) -> bool:
        return self.state in UNDER_WAY


IDLE = MatchRound()
