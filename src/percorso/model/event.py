"""Event: one thing that happened, at one touchpoint, for one (perhaps unknown) person."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from percorso.model.identity import Trust
from percorso.model.time import Micros

EventType = Literal["track", "identify", "page", "screen", "group", "alias"]
EVENT_TYPES: frozenset[str] = frozenset(("track", "identify", "page", "screen", "group", "alias"))

NAME_OF_TYPE: dict[str, str] = {
    "identify": "Identified",
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "group": "Group Joined",
    "alias": "Aliased",
}
"""The event name of the calls that carry none of their own; a track call is named by its ``event``."""


class Order(NamedTuple):
    """Where an event stands among others: by time, then by the source's own sequence, then by message id."""

    occurred_at: Micros
    tie: int
    message_id: str


class Event(NamedTuple):
    """One event as it stands in the log. A tuple, because one is made for every event.

    seq          position in the log, never repeated; 0 before it is appended
    source       name of the key or import it came through; with message_id it is unique
    name         what happened; for track the event itself, else `NAME_OF_TYPE`
    properties   what it is about; empty for identify and group
    traits       what it says of the person (identify, or ``context.traits``) or, for group, of the company
    occurred_at  when it happened by the client's clock, clamped to the reception; see data/intake.py
    received_at  when we took it
    tie          index in its batch or row in its file
    historical   imported history: it decides but never delivers
    trust        how far it is believed to know whom it speaks of, see model/identity.py
    """

    seq: int
    message_id: str
    source: str
    type: str
    name: str
    user_id: str | None
    anonymous_id: str | None
    group_id: str | None
    previous_id: str | None
    properties: Mapping[str, Any]
    traits: Mapping[str, Any]
    context: Mapping[str, Any]
    occurred_at: Micros
    received_at: Micros
    tie: int
    historical: bool
    trust: int = Trust.SERVER.value

    @property
    def order(self) -> Order:
        return Order(self.occurred_at, self.tie, self.message_id)


class Placed(NamedTuple):
    """What processing added to an event: whose it is and where it happened. None where unknown.

    node_id    the identifier the event is folded under (see data/identity.py)
    stage      the stage of the main journey that this event opens, else None
    robot      a page sent it that a robot looked at
    """

    seq: int
    node_id: str | None
    person_id: str | None
    touchpoint: str | None
    channel: str | None
    phase: str | None
    stage: str | None
    robot: bool = False
