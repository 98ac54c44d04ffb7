"""Journeys: the path as the company describes it."""

from dataclasses import dataclass

from percorso.model.condition import Condition
from percorso.model.touchpoint import Phase, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage; an event that meets `entry` opens it. `entry` reads the event alone, never the person."""

    id: str
    name: Text
    phase: Phase
    entry: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """An ordered set of stages. An event opens the first stage whose entry it meets, read from the last stage back, so
    that the furthest one wins."""

    id: str
    version: int
    name: Text
    stages: tuple[Stage, ...]
