"""Witnesses: each sees the items of some names go by and tells one truth at the end.

They read the stream alone, as any platform would, with one advantage: they know whose each identifier is.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from ..cast import Cast, Person
from ..rhythm import Rhythm
from ..timeline import Timeline
from ..world import Item, World

Fact = Any
"""Numbers, texts, lists and mappings, as YAML holds them."""


class Identities:
    """Whose each identifier is; nobody's when several people share it."""

    def __init__(self, cast: Cast) -> None:
        self._by: dict[tuple[str, str], Person | None] = {}
        for person in cast.people:
            for kind, value in _identifiers(person):
                key = (kind, value)
                self._by[key] = None if key in self._by else person

    def of(self, wire: Mapping[str, Any]) -> Person | None:
        """The person an item is about, by its strongest identifier."""
        for field, kind in (("userId", "user_id"), ("anonymousId", "anonymous_id")):
            value = wire.get(field)
            if value is not None:
                return self._by.get((kind, value))
        for one in wire["context"].get("externalIds", ()):
            person = self._by.get((one["type"], one["id"]))
            if person is not None:
                return person
        return None


def _identifiers(person: Person) -> list[tuple[str, str]]:
    known = [
        ("user_id", person.user_id),
        ("email", person.email),
        ("phone", person.phone),
        ("card", person.card),
        ("machine", person.machine_id),
        *(("anonymous_id", device) for device in person.devices.values()),
    ]
    return [(kind, value) for kind, value in known if value]


class Witness(ABC):
    """One truth. `names` are the events it wants to see, empty = all."""

    key: ClassVar[str]
    names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, world: World) -> None:
        self.world = world
        self.days: Timeline = world.days
        self.rhythm: Rhythm = world.rhythm

    @abstractmethod
    def see(self, item: Item, properties: Mapping[str, Any], person: Person | None) -> None:
        """One item of a wanted name goes by, in time order."""

    @abstractmethod
    def tell(self) -> Fact:
        """The truth, when the year is over."""

    def millis(self, day: Any) -> int:
        """The first instant of a civil day."""
        return self.world.day(day)


def name_of(wire: Mapping[str, Any]) -> str:
    """What an item is called: the event of a track call, else the name Percorso gives to its type."""
    if wire["type"] == "track":
        return str(wire["event"])
    return _TYPES[wire["type"]]


_TYPES = {"identify": "Identified", "page": "Page Viewed", "screen": "Screen Viewed", "group": "Group Joined"}


def share(part: int, whole: int) -> float | None:
    """A proportion to four digits, None of nothing."""
    return round(part / whole, 4) if whole else None


def mean(total: float, n: int) -> float | None:
    """A mean to four digits, None of nothing."""
    return round(total / n, 4) if n else None
