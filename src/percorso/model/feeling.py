"""Feeling rules: what an event says of how a person feels and how hard it was."""

from dataclasses import dataclass

from percorso.model.condition import Condition
from percorso.model.touchpoint import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Reads the mood off a number of the event: `low` is -1, `high` is 1, linear between, clamped outside."""

    field: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FeelingRule:
    """An event that meets `when` is evidence.

    mood     -1 to 1, or a scale to read it from; None = says nothing of mood
    effort   points of effort, 0 or more
    why      the evidence in plain words, shown beside the mood
    """

    id: str
    when: Condition
    mood: float | Scale | None
    effort: float
    why: Text
