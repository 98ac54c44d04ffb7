"""The first reading of a segment's condition: for one person, on one day; and when time alone may change the answer."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from percorso.data.segments.facts import SCALE, Facts, merged_all
from percorso.model.comparison import comparison
from percorso.model.consent import choice_of, parts_of
from percorso.model.feeling import mood_at
from percorso.model.person import NOBODY, Profile, StageEntry
from percorso.model.segment_condition import (
    All,
    Any_,
    Comparisons,
    Fact,
    InSegment,
    Not,
    OfEvents,
    OfPerson,
    SegmentCondition,
)
from percorso.model.subject import dig
from percorso.model.time import CivilClock, Micros

FADED_DAYS = 365
"""After so many days without evidence nobody's mood or effort is looked at again: both are a billionth by then."""


class Today(NamedTuple):
    """A civil day, as days since 1970-01-01, and when it ends."""

    day: int
    ends: Micros


class PersonNow:
    """What a condition may ask of one person.

    folded     the facts of each of their identifiers
    profile    merged over the identifiers
    segments   those they are in; filled as they are decided, in order
    """

    def __init__(
        self, folded: Sequence[Facts], profile: Callable[[], Profile], segments: set[str], civil: CivilClock
    ) -> None:
        self._folded = folded
        self._profile = profile
        self._merged: dict[str, Any] = {}
        self.segments = segments
        self.civil = civil

    @cached_property
    def profile(self) -> Profile:
        return self._profile()

    def fact(self, fact: Fact) -> Any:
        """What is folded of a fact, None when they never did it."""
        key = fact.key
        known = self._merged
        if key in known:
            return known[key]
        parts = [one[key] for one in self._folded if key in one]
        found = known[key] = parts[0] if len(parts) == 1 else merged_all(fact, parts)
        return found

    def day(self, at: Micros) -> int:
        return self.civil.day_hour(at)[0]


NOTHING = PersonNow([], lambda: NOBODY, set(), CivilClock("UTC"))

Test = Callable[[PersonNow, Today], bool]
Turns = Callable[[PersonNow, Today], int | None]
"""The first day after today on which the answer may be another although nothing happens; None when never."""


class Compiled(NamedTuple):
    """A condition, ready to be asked. `turns`: None where time changes nothing."""

    test: Test
    turns: Turns | None


def compile_segment(tree: SegmentCondition) -> Compiled:
    """The condition as two functions of a person and a day."""
    if isinstance(tree, All | Any_):
        parts = [compile_segment(part) for part in tree.parts]
        tests = [part.test for part in parts]
        turns = _earliest([part.turns for part in parts if part.turns is not None])
        if len(tests) == 1:
            return Compiled(tests[0], turns)
        if len(tests) == 2:
            one, two = tests
            if isinstance(tree, All):
                return Compiled(lambda person, today: one(person, today) and two(person, today), turns)
            return Compiled(lambda person, today: one(person, today) or two(person, today), turns)
        if isinstance(tree, All):
            return Compiled(lambda person, today: all(test(person, today) for test in tests), turns)
        return Compiled(lambda person, today: any(test(person, today) for test in tests), turns)
    if isinstance(tree, Not):
        inner = compile_segment(tree.part)
        return Compiled(lambda person, today: not inner.test(person, today), inner.turns)
    if isinstance(tree, InSegment):
        segment = tree.segment
        return Compiled(lambda person, _: segment in person.segments, None)
    return _of_events(tree) if isinstance(tree, OfEvents) else _of_person(tree)


def _earliest(turns: list[Turns]) -> Turns | None:
    if len(turns) < 2:
        return turns[0] if turns else None

    def first(person: PersonNow, today: Today) -> int | None:
        days = [day for turn in turns if (day := turn(person, today)) is not None]
        return min(days) if days else None

    return first


def _compare(tests: Comparisons) -> Callable[[Any], bool]:
    compared = [comparison(operator, value) for operator, value in tests]
    if len(compared) == 1:
        return compared[0]
    return lambda value: all(compare(value) for compare in compared)


_ORDERS: Mapping[str, Callable[[float], Callable[[float], bool]]] = {
    "at_least": lambda wanted: lambda number: number >= wanted,
    "at_most": lambda wanted: lambda number: number <= wanted,
    "above": lambda wanted: lambda number: number > wanted,
    "below": lambda wanted: lambda number: number < wanted,
    "is": lambda wanted: lambda number: number == wanted,
}


def _compare_number(tests: Comparisons) -> Callable[[Any], bool]:
    """The same of what is always a number, without asking each time."""
    if len(tests) == 1 and tests[0][0] in _ORDERS:
        operator, wanted = tests[0]
        return _ORDERS[operator](wanted)
    return _compare(tests)


def _of_events(leaf: OfEvents) -> Compiled:
    fact = leaf.fact
    meets = (_compare_number if fact.kind in ("count", "sum") else _compare)(leaf.tests)
    if fact.kind == "then":
        return Compiled(lambda person, today: bool(pairs(fact, person.fact(fact), today.day)), _then_turns(fact))
    if leaf.since:
        return Compiled(
            lambda person, today: meets(_ago(person.fact(fact), today.day)),
            lambda person, today: _ago_turns(person.fact(fact), leaf.tests, today.day),
        )
    if fact.kind == "last":
        return Compiled(lambda person, _: meets(None if (found := person.fact(fact)) is None else found[3]), None)
    total = fact.kind == "sum"
    if fact.days is None:
        if not total:
            return Compiled(lambda person, _: meets(person.fact(fact) or 0), None)
        return Compiled(lambda person, _: meets((person.fact(fact) or 0) / SCALE), None)
    return _in_window(fact, fact.days, meets, total)


def _in_window(fact: Fact, length: int, meets: Callable[[Any], bool], total: bool) -> Compiled:
    nothing = meets(0)

    def test(person: PersonNow, today: Today) -> bool:
        days = person.fact(fact)
        if not days:
            return nothing
        now, begins = today.day, today.day - length
        if begins < min(days) and max(days) <= now:  # as a rule
            found = sum(days.values())
        else:
            found = sum(number for day, number in days.items() if begins < day <= now)
        return meets(found / SCALE if total else found)

    return Compiled(test, _leaving(fact, length))


def _leaving(fact: Fact, length: int) -> Turns:
    """When the oldest day of a window leaves it, or one of the future comes in."""

    def turns(person: PersonNow, today: Today) -> int | None:
        days = person.fact(fact)
        if not days:
            return None
        now = today.day
        leaves = min(days) + length
        if leaves > now and max(days) <= now:  # as a rule
            return int(leaves)
        return _next([*(day + length for day in days), *days], now)

    return turns


def _next(days: list[int], today: int) -> int | None:
    return min((day for day in days if day > today), default=None)


def _ago(day: int | None, today: int) -> int | None:
    return None if day is None else today - day


def _ago_turns(day: int | None, tests: Comparisons, today: int) -> int | None:
    if day is None:
        return None
    marks = [day + value + more for operator, value in tests if operator != "exists" for more in (0, 1)]
    return _next(marks, today)


def pairs(fact: Fact, days: Mapping[int, Any] | None, today: int) -> list[int]:
    """The civil days, of the window, on which the second event followed the first soon enough."""
    if not days:
        return []
    assert fact.within is not None
    begins = None if fact.days is None else today - fact.days
    firsts = sorted(day for day, (first, _) in days.items() if first is not None)
    found = []
    for day, (first, second) in days.items():
        if second is None or day > today or (begins is not None and day <= begins):
            continue
        same = first is not None and first < second
        if same or any(day - fact.within <= earlier < day for earlier in firsts):
            found.append(day)
    return found


def _then_turns(fact: Fact) -> Turns | None:
    return None if fact.days is None else _leaving(fact, fact.days)


def _of_person(leaf: OfPerson) -> Compiled:
    what, meets = leaf.path[0], _compare(leaf.tests)
    if what == "stage_days":
        journey = leaf.path[1]
        return Compiled(
            lambda person, today: meets(_ago(_stay(person, journey), today.day)),
            lambda person, today: _ago_turns(_stay(person, journey), leaf.tests, today.day),
        )
    read = _READS[what]
    rest = leaf.path[1:]
    return Compiled(lambda person, today: meets(read(person, rest, today)), _TURNS.get(what))


def _stay(person: PersonNow, journey: str) -> int | None:
    entries = person.profile.path.get(journey)
    return person.day(stay_since(entries)) if entries else None


def stay_since(entries: tuple[StageEntry, ...]) -> Micros:
    """When the stay in the present stage began, as far as is known; see insight/position.py."""
    start = len(entries) - 1
    while start > 0 and entries[start - 1].stage == entries[-1].stage:
        start -= 1
    return entries[start].occurred_at


def _trait(person: PersonNow, path: tuple[str, ...], _: Today) -> Any:
    stamped = person.profile.facts.traits.get(path[0])
    return None if stamped is None else dig(stamped.value, path, 1)


def _stage(person: PersonNow, path: tuple[str, ...], _: Today) -> Any:
    entries = person.profile.path.get(path[0])
    return entries[-1].stage if entries else None


def _consent(person: PersonNow, path: tuple[str, ...], today: Today) -> Any:
    choice = choice_of(person.profile.consents, *parts_of(path[0]), today.ends)
    return None if choice is None else choice.state_at(today.ends)


_READS: Mapping[str, Callable[[PersonNow, tuple[str, ...], Today], Any]] = {
    "traits": _trait,
    "orders": lambda person, _path, _today: person.profile.facts.orders,
    "spend": lambda person, path, _today: person.profile.facts.spend.get(path[0]),
    "stage": _stage,
    "consent": _consent,
    "mood": lambda person, _path, today: mood_at(person.profile.feelings, today.ends).mood,
    "effort": lambda person, _path, today: mood_at(person.profile.feelings, today.ends).effort,
}


def _fading(person: PersonNow, today: Today) -> int | None:
    feelings = person.profile.feelings
    fading = feelings and today.day - person.day(feelings[-1].occurred_at) < FADED_DAYS
    return today.day + 1 if fading else None


def _expiring(person: PersonNow, today: Today) -> int | None:
    ends = [one.expires_at for said in person.profile.consents.values() for one in said if one.expires_at is not None]
    return _next([person.day(at) for at in ends], today.day)


_TURNS: Mapping[str, Turns] = {"mood": _fading, "effort": _fading, "consent": _expiring}
