"""The company's configuration: records read from packs and from the UI, checked, with a version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from percorso.model.consent import Purpose
from percorso.model.contract import EventContract
from percorso.model.feeling import FeelingRule
from percorso.model.journey import Journey
from percorso.model.play import Play
from percorso.model.touchpoint import Text, Touchpoint

__all__ = ["Config", "EventContract"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything the folds and decisions read, in force at one time.

    version   hash of the content: the same configuration has the same version
    packs     names of the packs it was read from, in order; a later pack overrides the ids of an earlier one
    identity  what the packs say of the rules of identity; see model/identity_rules.py
    The first journey is the main one: its stages are stored on events.
    """

    version: str
    packs: tuple[str, ...] = ()
    touchpoints: tuple[Touchpoint, ...] = ()
    journeys: tuple[Journey, ...] = ()
    feelings: tuple[FeelingRule, ...] = ()
    plays: tuple[Play, ...] = ()
    contracts: tuple[EventContract, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    strings: Mapping[str, Text] = field(default_factory=dict)
    identity: Mapping[str, Any] = field(default_factory=dict)

    @property
    def registers(self) -> frozenset[str]:
        """Names of the events by which people become known by their own will."""
        return frozenset(contract.name for contract in self.contracts if contract.registers)
