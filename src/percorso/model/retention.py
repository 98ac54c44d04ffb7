"""How far a round of dropping events is that were kept long enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Phase = Literal["idle", "log", "lake", "fold", "settle", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """See `pipeline.retention`.

    day      the company's day on which it began, ISO; None before the first
    seqs     places in the log of the batch under way
    counts   event name -> how many were dropped in this round
    """

    phase: Phase = "idle"
    day: str | None = None
    seqs: Sequence[int] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.phase not in ("idle", "done")


IDLE = Round()
