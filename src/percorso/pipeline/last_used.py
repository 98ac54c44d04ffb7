"""What was used last, kept in memory up to a number of things."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key")
Thing = TypeVar("Thing")


class LastUsed(Generic[Key, Thing]):
    """At most `most` things by key; what was neither found nor kept for longest goes first. For one thread.

    >>> kept = LastUsed[str, int](2)
    >>> kept.keep_all({"a": 1, "b": 2}); kept.find("a"); kept.keep("c", 3); kept.find("b")
    1
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[Key, Thing] = OrderedDict()

    def __len__(self) -> int:
        return len(self._things)

    def find(self, key: Key) -> Thing | None:
        thing = self._things.get(key)
        if thing is not None:
            self._things.move_to_end(key)
        return thing

    def find_all(self, keys: Iterable[Key]) -> dict[Key, Thing]:
        """Those of the keys that are here."""
        return {key: thing for key in keys if (thing := self.find(key)) is not None}

    def keep(self, key: Key, thing: Thing) -> None:
        self._things[key] = thing
        self._things.move_to_end(key)
        if len(self._things) > self._most:
            self._things.popitem(last=False)

    def keep_all(self, things: Mapping[Key, Thing]) -> None:
        for key, thing in things.items():
            self.keep(key, thing)

    def drop(self, keys: Iterable[Key]) -> None:
        for key in keys:
            self._things.pop(key, None)

    def clear(self) -> None:
        self._things.clear()
