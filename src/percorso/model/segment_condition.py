"""What a segment may ask of a person: one closed tree, two readings.

`data/segments/matching.py` answers for one person now, `insight/segments/everybody.py` for everybody at once; a generated
test holds the two together. No expression language: a condition is data.

    {all: [c, ...]}   {any: [c, ...]}   {not: c}
    {field: F, OP: V}                                   what is known of the person
    {segment: ID}                                       is in another segment
    {event: E, count: {OP: N}}                          how often they did it
    {event: E, sum: {of: PROPERTY, OP: V}}              the sum of a number of it, to four decimals
    {event: E, last: {of: PROPERTY, OP: V}}             that number of the last one that has it
    {event: E, days_since_last: {OP: N}}                days_since_first likewise; false of who never did it
    {event: E, then: E, within_days: N}                 did the one, and later, at most N days after, the other

E is an event's name or a condition on an event (model/condition.py). ``last_days: N`` beside count, sum and then looks at the
last N civil days, today included; of ``then`` the second event lies in them. "Has not done it for N days" is
``{event: E, last_days: N, count: {is: 0}}``.

Fields: ``person.traits.X  person.orders  person.spend.CUR`` (minor units) ``person.consent.PURPOSE/CHANNEL
person.stage.JOURNEY  person.stage_days.JOURNEY  person.mood  person.effort``. OP as in model/condition.py; of numbers
``is is_not at_least at_most above below``.

Days are civil, in the company's zone, and nothing is finer: all that a condition says is the same from one midnight to the
next unless something happens. Mood, effort and consents are read as they are when the day ends.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, Literal

from percorso.model.condition import OPERATORS, Condition, check_condition
from percorso.model.errors import InvalidConfig

FactKind = Literal["count", "sum", "last", "first_day", "last_day", "then"]
NUMERIC = frozenset("is is_not at_least at_most above below".split())
_MAX_DEPTH = 12
_MAX_LEAVES = 60
MOST_DAYS = 3_660
_PER_PERSON = {"count", "sum", "last", "days_since_last", "days_since_first", "then"}
_PLAIN = frozenset(("orders", "mood", "effort"))
_NAMED = frozenset(("traits", "spend", "consent", "stage", "stage_days"))
_NUMBERS = frozenset(("orders", "spend", "stage_days", "mood", "effort"))


@dataclass(frozen=True)
class Fact:
    """What a condition needs to know of a person's events, folded per identifier.

    event         which events
    of            the property, of a sum and of the last value
    days          the window, None: all time
    then, within  the second event, and at most how many days after the first
    """

    kind: FactKind
    event: Condition
    of: str | None = None
    days: int | None = None
    then: Condition | None = None
    within: int | None = None

    @cached_property
    def key(self) -> str:
        """The same for facts that say the same."""
        said = [self.kind, self.event, self.of, self.days, self.then, self.within]
        return blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=6).hexdigest()

    def __hash__(self) -> int:
        return hash(self.key)


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["SegmentCondition", ...]


@dataclass(frozen=True, slots=True)
class Any_:
    parts: tuple["SegmentCondition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "SegmentCondition"


Comparisons = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class OfPerson:
    """`path`: of the field, without ``person``."""

    path: tuple[str, ...]
    tests: Comparisons


@dataclass(frozen=True, slots=True)
class OfEvents:
    """`since`: the fact is a day, and what is compared is how many days ago that was."""

    fact: Fact
    tests: Comparisons
    since: bool = False


@dataclass(frozen=True, slots=True)
class InSegment:
    segment: str


SegmentCondition = All | Any_ | Not | OfPerson | OfEvents | InSegment


def read_condition(said: object) -> SegmentCondition:
    """A condition as it is written. Raises InvalidConfig saying what is wrong and where."""
    tree = _read(said, 0, "condition")
    if sum(1 for _ in leaves(tree)) > _MAX_LEAVES:
        raise InvalidConfig(f"a condition has more than {_MAX_LEAVES} parts; make segments of some, and refer to these")
    return tree


def leaves(tree: SegmentCondition) -> Iterator[OfPerson | OfEvents | InSegment]:
    """The questions that a condition is made of."""
    if isinstance(tree, All | Any_):
        for part in tree.parts:
            yield from leaves(part)
    elif isinstance(tree, Not):
        yield from leaves(tree.part)
    else:
        yield tree


def facts_of(tree: SegmentCondition) -> list[Fact]:
    """The facts that a condition needs, each once."""
    return list({leaf.fact.key: leaf.fact for leaf in leaves(tree) if isinstance(leaf, OfEvents)}.values())


def reads_of(tree: SegmentCondition) -> frozenset[tuple[str, ...]]:
    """The fields of people that a condition looks at, as paths of at most two steps."""
    return frozenset(leaf.path[:2] for leaf in leaves(tree) if isinstance(leaf, OfPerson))


def segments_of(tree: SegmentCondition) -> frozenset[str]:
    """The segments that a condition refers to."""
    return frozenset(leaf.segment for leaf in leaves(tree) if isinstance(leaf, InSegment))


def in_order(conditions: Mapping[str, SegmentCondition]) -> list[str]:
    """Segments so that each comes after those that it refers to. Raises InvalidConfig for a cycle, naming it."""
    done: dict[str, None] = {}

    def visit(segment: str, path: tuple[str, ...]) -> None:
        if segment in path:
            raise InvalidConfig(f"segments refer to each other in a circle: {' -> '.join((*path, segment))}")
        if segment in done or segment not in conditions:
            return
        for other in sorted(segments_of(conditions[segment])):
            visit(other, (*path, segment))
        done[segment] = None

    for segment in sorted(conditions):
        visit(segment, ())
    return list(done)


def _read(said: object, depth: int, where: str) -> SegmentCondition:
    if depth > _MAX_DEPTH:
        raise InvalidConfig(f"{where}: nested deeper than {_MAX_DEPTH} levels; flatten it")
    if not isinstance(said, Mapping) or not said:
        raise InvalidConfig(f"{where}: is a mapping such as {{event: Order Completed, count: {{at_least: 2}}}}")
    keys = set(said)
    for word, make in (("all", All), ("any", Any_)):
        if keys == {word}:
            parts = said[word]
            if not isinstance(parts, Sequence) or isinstance(parts, str) or not parts:
                raise InvalidConfig(f"{where}.{word}: takes a list of conditions")
            return make(tuple(_read(part, depth + 1, f"{where}.{word}[{at}]") for at, part in enumerate(parts)))
    if keys == {"not"}:
        return Not(_read(said["not"], depth + 1, f"{where}.not"))
    if keys == {"segment"}:
        if not isinstance(said["segment"], str):
            raise InvalidConfig(f"{where}.segment: is the id of a segment")
        return InSegment(said["segment"])
    if "field" in keys:
        return _of_person(said, where)
    if "event" in keys:
        return _of_events(said, where)
    raise InvalidConfig(
        f"{where}: has 'all', 'any', 'not', 'field', 'event' or 'segment'; found {sorted(map(str, keys))}"
    )


def _of_person(said: Mapping[str, Any], where: str) -> OfPerson:
    name = said["field"]
    parts = tuple(name.split(".")) if isinstance(name, str) else ()
    what = parts[1] if len(parts) > 1 else ""
    known = parts[:1] == ("person",) and (
        (what in _PLAIN and len(parts) == 2) or (what in _NAMED and len(parts) > 2 and all(parts))
    )
    if not known:
        fields = ", ".join([*sorted(f"person.{one}" for one in _PLAIN), *sorted(f"person.{one}.X" for one in _NAMED)])
        raise InvalidConfig(f"{where}.field: no field {name!r}; there are {fields}")
    path = parts[1:] if what == "traits" else (what, ".".join(parts[2:])) if len(parts) > 2 else (what,)
    tests = {key: value for key, value in said.items() if key != "field"}
    allowed = NUMERIC | {"exists"} if what in _NUMBERS else OPERATORS - {"later_than"}
    return OfPerson(path, _tests(tests, where, allowed, numbers=what in _NUMBERS, whole=what == "stage_days"))


def _of_events(said: Mapping[str, Any], where: str) -> OfEvents:
    event, keys = _event(said["event"], f"{where}.event"), set(said)
    asked = keys & _PER_PERSON
    if len(asked) != 1:
        raise InvalidConfig(f"{where}: wants one of {', '.join(sorted(_PER_PERSON))} beside 'event'")
    (what,) = asked
    unknown = keys - {"event", what, "last_days", *(("within_days",) if what == "then" else ())}
    if unknown:
        raise InvalidConfig(f"{where}: {sorted(map(str, unknown))} cannot stand beside '{what}'")
    days = _days(said, "last_days", where)
    if what == "then":
        within = _days(said, "within_days", where)
        if within is None:
            raise InvalidConfig(f"{where}: 'then' wants within_days")
        second = _event(said["then"], f"{where}.then")
        return OfEvents(Fact("then", event, days=days, then=second, within=within), (("is", True),))
    inner = said[what]
    if not isinstance(inner, Mapping) or not inner:
        raise InvalidConfig(f"{where}.{what}: is a mapping such as {{at_least: 1}}")
    if what in ("days_since_last", "days_since_first", "last") and days is not None:
        raise InvalidConfig(f"{where}: '{what}' looks at all time; leave last_days out")
    here = f"{where}.{what}"
    if what in ("sum", "last"):
        of = inner.get("of")
        if not isinstance(of, str) or not of or not all(of.split(".")):
            raise InvalidConfig(f"{here}: wants of: the name of a property")
        tests = _tests({k: v for k, v in inner.items() if k != "of"}, here, NUMERIC | {"exists"}, numbers=True)
        return OfEvents(Fact("sum" if what == "sum" else "last", event, of=of, days=days), tests)
    if what == "count":
        return OfEvents(Fact("count", event, days=days), _tests(inner, here, NUMERIC, numbers=True, whole=True))
    kind: FactKind = "last_day" if what == "days_since_last" else "first_day"
    tests = _tests(inner, here, NUMERIC | {"exists"}, numbers=True, whole=True)
    return OfEvents(Fact(kind, event), tests, since=True)


def _event(said: object, where: str) -> Condition:
    condition = {"field": "name", "is": said} if isinstance(said, str) else said
    try:
        check_condition(condition)
    except InvalidConfig as error:
        raise InvalidConfig(f"{where}: {error.message}") from None
    assert isinstance(condition, Mapping)
    for name in _fields(condition):
        if name.split(".")[0] == "person":
            raise InvalidConfig(f"{where}: {name!r} is of the person; ask it beside 'event', not in it")
    return condition


def _fields(condition: Condition) -> Iterator[str]:
    for part in (
        *condition.get("all", ()),
        *condition.get("any", ()),
        *((condition["not"],) if "not" in condition else ()),
    ):
        yield from _fields(part)
    for key in ("field", "later_than"):
        if isinstance(condition.get(key), str):
            yield condition[key]


def _days(said: Mapping[str, Any], name: str, where: str) -> int | None:
    value = said.get(name)
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, int)
        or not 0 <= value <= MOST_DAYS
        or (name[0] == "l" and not value)
    ):
        raise InvalidConfig(f"{where}.{name}: is a whole number of days, at most {MOST_DAYS}")
    return value


def _tests(
    said: Mapping[str, Any], where: str, allowed: frozenset[str], *, numbers: bool, whole: bool = False
) -> Comparisons:
    unknown = set(said) - allowed
    if unknown or not said:
        raise InvalidConfig(f"{where}: wants one of {', '.join(sorted(allowed))}; found {sorted(map(str, unknown))}")
    if numbers:
        for operator, value in said.items():
            if operator == "exists":
                continue
            if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
                raise InvalidConfig(f"{where}: '{operator}' takes a {'whole ' if whole else ''}number, not {value!r}")
    check_condition({"field": "properties.x", **said})
    return tuple(said.items())
