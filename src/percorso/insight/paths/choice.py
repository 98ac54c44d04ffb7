"""What a path is made of: which events are its steps, what a step is called, and where a path ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import ibis

from percorso.model.errors import InvalidInput

Per = Literal["person", "session"]
SESSION_GAP_MINUTES = 30
"""A session ends when nothing happened for so long."""
JOIN = " · "


def _touchpoint_then_name(events: Any) -> Any:
    place = ibis.coalesce(events.touchpoint + ibis.literal(JOIN), ibis.literal(""))
    return place + events.name


STEPS: Mapping[str, Callable[[Any], Any]] = {
    "name": lambda events: events.name,
    "touchpoint": lambda events: events.touchpoint,
    "channel": lambda events: events.channel,
    "stage": lambda events: events.stage,
    "touchpoint_name": _touchpoint_then_name,
}
"""What a step can be called by -> its text; null: the event is no step. Add one: one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathChoice:
    """How events are read as paths.

    step        one of `STEPS`; events that have none are in no path
    per         a path is all that a person did in the window, or each visit of theirs
    names, touchpoints                  only these events, when any are named
    without_names, without_touchpoints  never these
    once        whether steps that follow their like at once count as one
    """

    step: str = "name"
    per: Per = "person"
    names: tuple[str, ...] = ()
    touchpoints: tuple[str, ...] = ()
    without_names: tuple[str, ...] = ()
    without_touchpoints: tuple[str, ...] = ()
    once: bool = False

    def __post_init__(self) -> None:
        if self.step not in STEPS:
            raise InvalidInput(f"a step cannot be called by {self.step!r}; there are {', '.join(STEPS)}")
        if self.per not in ("person", "session"):
            raise InvalidInput(f"paths are per person or per session, not per {self.per!r}")
