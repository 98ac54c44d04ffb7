"""What the company does about its frictions, and in which order."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, Protocol, TypeAlias

import msgspec

from percorso.model.time import Micros

FrictionStatus: TypeAlias = Literal["found", "owned", "mended", "measured", "told", "dismissed"]
"""found: nobody has it yet;  owned: somebody mends it;  mended: on a day;  measured: enough days after that are over;
told: the people who met it know;  dismissed: it is no friction, or not worth mending."""


class FrictionStep(NamedTuple):
    """One change of a friction's status.

    friction  its key (insight/friction/found.py), the same through all computations
    owner     who has it from now on;  mended_on: the civil day, of ``mended``;  told: how many people, of ``told``
    note      what was done, or why not
    """

    friction: str
    at: Micros
    by: str
    status: FrictionStatus
    owner: str | None = None
    mended_on: str | None = None
    told: int | None = None
    note: str = ""


class PlannedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the roadmap as it is kept; fields as in insight/roadmap.py."""

    title: str
    effort_days: float
    cost: float
    value: float
    value_low: float
    value_high: float
    friction: str | None = None
    owner: str | None = None
    after: tuple[str, ...] = ()


class FrictionBook(Protocol):
    """Kept through every computation: what was found is worked out anew, what was done about it is not."""

    def steps(self, friction: str | None = None) -> list[FrictionStep]:
        """Every change of one friction, of all without; the oldest first."""
        ...

    def add(self, step: FrictionStep) -> None:
        """Write a change down; durable on return."""
        ...

    def planned(self) -> Mapping[str, PlannedItem]:
        """The items of the roadmap by id."""
        ...

    def plan(self, item_id: str, item: PlannedItem | None, at: Micros) -> None:
        """Put an item on the roadmap, in place of that of the same id; None takes it away."""
        ...
