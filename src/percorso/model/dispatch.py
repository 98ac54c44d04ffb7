"""Finding what an event meets, among many conditions, fast: by its name first, then by what its name leaves open."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from percorso.model.condition import Condition, Subject, Test, compile_condition, given_name

Thing = TypeVar("Thing")

_REMEMBERED = 10_000


def _always(_: Subject) -> bool:
    return True


class Dispatch(Generic[Thing]):
    """Things that each have a condition on an event, in order.

    For each name that occurs the conditions are cut down once to what the name does not settle; most are then settled.
    """

    def __init__(self, things: Iterable[tuple[Condition, Thing]]) -> None:
        self._all = list(things)
        self._by_name: dict[str, list[tuple[Test, Thing]]] = {}

    def candidates(self, name: str) -> list[tuple[Test, Thing]]:
        """The (test, thing) pairs that an event of this name may meet, in order. The tests are for this name only."""
        found = self._by_name.get(name)
        if found is None:
            found = []
            for condition, thing in self._all:
                rest = given_name(condition, name)
                if rest is not False:
                    found.append((_always if rest is True else compile_condition(rest), thing))
            if len(self._by_name) < _REMEMBERED:
                self._by_name[name] = found
        return found

    def first(self, name: str, subject: Subject) -> Thing | None:
        """The first thing whose condition the subject meets."""
        for test, thing in self.candidates(name):
            if test(subject):
                return thing
        return None
