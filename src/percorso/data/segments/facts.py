"""The facts of segments: folded per identifier, merged per person, pruned to their window.

Each is a commutative monoid, as profiles are, so that merging and splitting people never reads the log again:

    count, sum           all time: a number; in a window: civil day -> number
    last                 (occurred_at, tie, message id, value): the greatest
    first_day, last_day  a civil day
    then                 civil day -> (earliest first event, latest second event), times or None

A sum is kept as whole ten-thousandths, since these add up to the same in any order; a number beyond `MOST` is none. Days of
a window older than the window before the last day known are dropped: no later "today" looks at them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import reduce
from math import floor
from typing import Any

from percorso.model.event import Event
from percorso.model.segment_condition import Fact
from percorso.model.subject import dig

SCALE = 10_000
MOST = 1e12
Facts = Mapping[str, Any]
"""Fact key -> what is folded of it."""


def number_of(event: Event, fact: Fact) -> float | None:
    """The number of the property that a fact is about; None when there is none."""
    assert fact.of is not None
    steps = fact.of.split(".")
    value = event.properties.get(steps[0]) if len(steps) == 1 else dig(event.properties, tuple(steps), 0)
    if value.__class__ is bool or not isinstance(value, int | float):
        return None
    number = float(value)
    return number if -MOST <= number <= MOST else None


def scaled(number: float) -> int:
    """A number as whole ten-thousandths.

    >>> scaled(2.5), scaled(-0.00015)
    (25000, -1)
    """
    return floor(number * SCALE + 0.5)


Hit = tuple[Event, int]
"""An event with its civil day."""


def of_events(fact: Fact, hits: Sequence[Hit], second: bool) -> Any:
    """What some events say of a fact, None when nothing. `second`: they are its second events, not its first."""
    kind = fact.kind
    if kind == "count":
        return len(hits) if fact.days is None else _recent(fact, dict(Counter(day for _, day in hits)))
    if kind == "first_day":
        return min(day for _, day in hits)
    if kind == "last_day":
        return max(day for _, day in hits)
    if kind == "then":
        return _recent(fact, _of_days(hits, second))
    numbers = [(event, day, number) for event, day in hits if (number := number_of(event, fact)) is not None]
    if not numbers:
        return None
    if kind == "last":
        return max((event.occurred_at, event.tie, event.message_id, number) for event, _, number in numbers)
    if fact.days is None:
        return sum(scaled(number) for _, _, number in numbers)
    days: dict[int, int] = {}
    for _, day, number in numbers:
        days[day] = days.get(day, 0) + scaled(number)
    return _recent(fact, days)


def _of_days(hits: Sequence[Hit], second: bool) -> dict[int, Any]:
    """civil day -> (earliest, None) of first events, (None, latest) of second ones."""
    days: dict[int, int] = {}
    for event, day in hits:
        at = days.get(day)
        if at is None or (event.occurred_at > at) == second:
            days[day] = event.occurred_at
    return {day: (None, at) if second else (at, None) for day, at in days.items()}


def merged(fact: Fact, a: Any, b: Any) -> Any:
    """What two disjoint sets of events say of a fact, as what both say."""
    kind = fact.kind
    if kind == "last_day":
        return max(a, b)
    if kind == "first_day":
        return min(a, b)
    if kind == "last":
        return max(tuple(a), tuple(b))
    if kind == "then":
        return _recent(fact, _spans(a, b))
    if fact.days is None:
        return a + b
    days = dict(a)
    for day, number in b.items():
        days[day] = days.get(day, 0) + number
    return _recent(fact, days)


def merged_all(fact: Fact, parts: list[Any]) -> Any:
    """The same of any number, None of none."""
    return reduce(lambda a, b: merged(fact, a, b), parts) if parts else None


def _spans(a: Mapping[int, Any], b: Mapping[int, Any]) -> dict[int, Any]:
    days = dict(a)
    for day, (first, second) in b.items():
        mine = days.get(day)
        if mine is None:
            days[day] = (first, second)
            continue
        firsts = [at for at in (mine[0], first) if at is not None]
        seconds = [at for at in (mine[1], second) if at is not None]
        days[day] = (min(firsts) if firsts else None, max(seconds) if seconds else None)
    return days


def _recent(fact: Fact, days: dict[int, Any]) -> dict[int, Any]:
    if fact.days is None or len(days) < 2:
        return days
    oldest = max(days) - fact.days - (fact.within or 0)
    if min(days) > oldest:
        return days
    return {day: value for day, value in days.items() if day > oldest}
