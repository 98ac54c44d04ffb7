"""Who looks at which property of an event: what each part of the product says of itself, so that it can be put together."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from percorso.model.condition import Condition, event_names, given_name
from percorso.model.fields import fields_of
from percorso.model.touchpoint import Text

UseKind = Literal[
    "kpi", "dimension", "map", "friction", "touchpoint", "stage", "feeling", "play", "template", "profile", "ours"
]
"""dimension: numbers can be broken down by it; ours: Percorso itself writes it, of its own messages and their answers."""

PROPERTIES = "properties"
EVERYTHING = ""
"""Stands for all the properties of an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One thing that looks at a property. `id`: of its kind; `name`: for people, None where the kind and id say it."""

    kind: UseKind
    id: str
    name: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one use looks at.

    names   event names it looks at; None = any
    when    a condition that the event must meet, which is itself a look at properties; None = none
    paths   properties that it reads of such events, with all that is inside them (``products``, ``EVERYTHING``)
    """

    use: Use
    names: frozenset[str] | None = None
    when: Condition | None = None
    paths: tuple[str, ...] = ()

    @property
    def only(self) -> frozenset[str] | None:
        """The event names that alone can be looked at; None when any may."""
        told = None if self.when is None else event_names(self.when)
        if self.names is None or told is None:
            return told if self.names is None else self.names
        return self.names & told

    def of(self, name: str) -> Iterator[tuple[str, bool]]:
        """(path, whether also what is inside it) of each property that is looked at in events of a name.

        >>> when = {"all": [{"field": "name", "is": "A"}, {"field": "properties.n", "above": 1}]}
        >>> list(Reading(use=Use(kind="play", id="p"), when=when, paths=("lines",)).of("A"))
        [('lines', True), ('n', False)]
        """
        if self.names is not None and name not in self.names:
            return
        left = True if self.when is None else given_name(self.when, name)
        if left is False:
            return
        for path in self.paths:
            yield path, True
        for field in () if isinstance(left, bool) else fields_of(left):
            if (inner := property_of(field)) is not None:
                yield inner, False


def property_of(field: str) -> str | None:
    """The path of a condition's field among the properties; None when it is elsewhere.

    >>> property_of("properties.a.b"), property_of("traits.a")
    ('a.b', None)
    """
    root, _, path = field.partition(".")
    return path if root == PROPERTIES else None
