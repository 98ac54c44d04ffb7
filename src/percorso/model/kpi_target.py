"""A target: which value a KPI is to have, by when, and who answers for it.

It names a variant of a KPI (``csat``, ``csat_mean``), for everybody or for the people of one segment. Whether more or less is
wanted is the KPI's own to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

from percorso.model.errors import InvalidInput
from percorso.model.time import Micros

MOST_OWNER = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetDraft:
    """A target as somebody wants it. `value`: in the KPI's unit, a share as 0 to 1; `due`: the civil day by which."""

    kpi: str
    value: float
    owner: str
    due: date
    segment: str | None = None

    def __post_init__(self) -> None:
        if not isfinite(self.value):
            raise InvalidInput("a target's value is a number")
        if not self.owner.strip() or len(self.owner) > MOST_OWNER:
            raise InvalidInput(f"say who answers for the target: `owner`, at most {MOST_OWNER} letters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A target as it was set. `version`: 1 at first, one more with each change; `is_dropped`: nobody wants it any more."""

    kpi: str
    segment: str | None
    value: float
    owner: str
    due: date
    version: int
    set_at: Micros
    by: str
    is_dropped: bool = False

    @property
    def key(self) -> str:
        """What it is about."""
        return target_key(self.kpi, self.segment)

    def as_mapping(self) -> dict[str, Any]:
        return {**{name: getattr(self, name) for name in self.__slots__}, "due": self.due.isoformat()}


def target_key(kpi: str, segment: str | None) -> str:
    """A KPI's target, or that for one segment, by name.

    >>> target_key("csat", "regulars")
    'csat/regulars'
    """
    return kpi if segment is None else f"{kpi}/{segment}"


def stored_target(body: Mapping[str, Any]) -> Target:
    """A record that `as_mapping` wrote."""
    return Target(**{**body, "due": date.fromisoformat(body["due"])})
