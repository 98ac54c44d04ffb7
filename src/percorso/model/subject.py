"""What conditions read: one event and, where known, the person after it."""

from collections.abc import Mapping
from typing import Any

from percorso.model.consent import choice_of, parts_of
from percorso.model.event import Event
from percorso.model.feeling import mood_at
from percorso.model.person import NOBODY, Profile


class EventSubject:
    """An event as the subject of a condition; `profile` is the person's, `NOBODY` when unknown."""

    __slots__ = ("channel", "event", "phase", "profile", "touchpoint")

    def __init__(
        self,
        event: Event,
        touchpoint: str | None = None,
        channel: str | None = None,
        phase: str | None = None,
        profile: Profile = NOBODY,
    ) -> None:
        self.event = event
        self.touchpoint = touchpoint
        self.channel = channel
        self.phase = phase
        self.profile = profile

    def value(self, path: tuple[str, ...]) -> Any:
        """The value of a field (model/condition.py lists them), None when missing."""
        root = path[0]
        if root == "properties":
            properties = self.event.properties
            return properties.get(path[1]) if len(path) == 2 else dig(properties, path, 1)
        if root == "person":
            return person_value(self.profile, path, self.event.occurred_at)
        if root in ("traits", "context"):
            return dig(self.event.traits if root == "traits" else self.event.context, path, 1)
        return getattr(self.event if root in ("name", "type", "source") else self, root)


def dig(values: Any, path: tuple[str, ...], start: int) -> Any:
    """Follow a path into nested mappings from step `start`; None where it ends early.

    >>> dig({"a": {"b": 1}}, ("properties", "a", "b"), 1)
    1
    """
    for step in path[start:]:
        if not isinstance(values, Mapping):
            return None
        values = values.get(step)
    return values


def person_value(profile: Profile, path: tuple[str, ...], at: int) -> Any:
    """The value of a ``person.`` field at a time."""
    what = path[1] if len(path) > 1 else ""
    facts = profile.facts
    if what == "events":
        return facts.events
    if what == "orders":
        return facts.orders
    if what in ("mood", "effort"):
        return getattr(mood_at(profile.feelings, at), what)
    if len(path) < 3:
        return None
    key = path[2]
    if what in ("counters", "touchpoints"):
        return getattr(facts, what).get(key, 0)
    if what == "spend":
        return facts.spend.get(key)
    if what == "traits":
        stamped = facts.traits.get(key)
        return None if stamped is None else dig(stamped.value, path, 3)
    if what == "consent":
        said = choice_of(profile.consents, *parts_of(key), at)
        return None if said is None else said.state_at(at)
    if what == "stage":
        entries = profile.path.get(key)
        return entries[-1].stage if entries else None
    return None
