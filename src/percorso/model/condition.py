"""A condition: one closed tree, two readings.

`compile_condition` answers for one event and person now; `to_expr` (model/condition_expr.py) for everybody in a table.
A generated test holds the two together. Conditions are data: no expression language, no code, is ever evaluated.

    {all: [c, ...]}      every one of them
    {any: [c, ...]}      at least one
    {not: c}             the contrary
    {field: F, OP: V}    one comparison; several OPs on one field must all hold

Operators: ``is``, ``is_not``, ``in``, ``not_in``, ``at_least``, ``at_most``, ``above``, ``below``, ``contains``,
``starts_with`` (text, case-sensitive), ``exists`` (true or false), ``later_than`` (V is a field; both are read as ISO times).

A comparison with something that is missing, or of another type, is false; ``is_not`` and ``not_in`` of something missing
are true; ``not`` turns around whatever is inside. Numbers compare with numbers, text with text; booleans are not numbers.

Fields: ``name type source touchpoint channel phase`` of the event; ``properties.X traits.X context.X`` (dots go
deeper); of the person after the event: ``person.events person.orders person.counters.NAME person.traits.X
person.spend.CUR person.touchpoints.ID person.consent.PURPOSE/CHANNEL person.stage.JOURNEY person.mood person.effort``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from percorso.model.errors import InvalidConfig
from percorso.model.time import parse_iso

Condition = Mapping[str, Any]
"""The tree as read from YAML or JSON."""


class Subject(Protocol):
    """Whatever can say the value of a field, None when it is missing."""

    def value(self, path: tuple[str, ...]) -> Any: ...


Test = Callable[[Subject], bool]

OPERATORS = frozenset("is is_not in not_in at_least at_most above below contains starts_with exists later_than".split())
ROOTS = frozenset("name type source touchpoint channel phase properties traits context person".split())
_MAX_DEPTH = 12


def check_condition(condition: object, *, depth: int = 0) -> None:
    """Raise InvalidConfig, saying what is wrong, unless `condition` is of the grammar above."""
    if depth > _MAX_DEPTH:
        raise InvalidConfig(f"a condition is nested deeper than {_MAX_DEPTH} levels; flatten it")
    if not isinstance(condition, Mapping) or not condition:
        raise InvalidConfig(f"a condition is a mapping such as {{field: name, is: Order Completed}}, not {condition!r}")
    keys = set(condition)
    if keys <= {"all", "any"} and len(keys) == 1:
        branches = next(iter(condition.values()))
        if not isinstance(branches, Sequence) or isinstance(branches, str) or not branches:
            raise InvalidConfig(f"'{next(iter(keys))}' takes a list of conditions")
        for branch in branches:
            check_condition(branch, depth=depth + 1)
    elif keys == {"not"}:
        check_condition(condition["not"], depth=depth + 1)
    elif "field" in keys:
        _check_comparison(condition, keys - {"field"})
    else:
        raise InvalidConfig(f"a condition has 'all', 'any', 'not' or 'field'; found {sorted(map(str, keys))}")


def _check_comparison(condition: Condition, operators: set[str]) -> None:
    _check_field(condition["field"])
    unknown = operators - OPERATORS
    if unknown or not operators:
        known = ", ".join(sorted(OPERATORS))
        raise InvalidConfig(f"field {condition['field']!r} wants one of {known}; found {sorted(unknown)}")
    for operator in operators:
        value = condition[operator]
        if operator in ("in", "not_in") and (not isinstance(value, Sequence) or isinstance(value, str)):
            raise InvalidConfig(f"'{operator}' takes a list")
        if operator in ("contains", "starts_with") and not isinstance(value, str):
            raise InvalidConfig(f"'{operator}' takes text")
        if operator == "exists" and not isinstance(value, bool):
            raise InvalidConfig("'exists' takes true or false")
        if operator == "later_than":
            _check_field(value)


def _check_field(name: object) -> None:
    if not isinstance(name, str) or name.split(".")[0] not in ROOTS:
        raise InvalidConfig(f"unknown field {name!r}; fields begin with {', '.join(sorted(ROOTS))}")


def field_path(name: str) -> tuple[str, ...]:
    """A field's name as its steps; the last step of consent and counters may hold dots of its own."""
    parts = tuple(name.split("."))
    if parts[0] == "person" and len(parts) > 3 and parts[1] in ("counters", "touchpoints", "consent"):
        return (*parts[:2], ".".join(parts[2:]))
    return parts


def compile_condition(condition: Condition) -> Test:
    """The condition as a function of one subject. Check it first."""
    if "all" in condition:
        tests = [compile_condition(branch) for branch in condition["all"]]
        return lambda subject: all(test(subject) for test in tests)
    if "any" in condition:
        tests = [compile_condition(branch) for branch in condition["any"]]
        return lambda subject: any(test(subject) for test in tests)
    if "not" in condition:
        inner = compile_condition(condition["not"])
        return lambda subject: not inner(subject)
    path = field_path(condition["field"])
    comparisons = [
        _compile_comparison(operator, wanted) for operator, wanted in condition.items() if operator != "field"
    ]
    if len(comparisons) == 1:
        only = comparisons[0]
        return lambda subject: only(subject.value(path), subject)
    return lambda subject: all(compare(subject.value(path), subject) for compare in comparisons)


def _compile_comparison(operator: str, wanted: Any) -> Callable[[Any, Subject], bool]:
    if operator == "later_than":
        other = field_path(wanted)
        return lambda value, subject: _later(value, subject.value(other))
    if operator == "exists":
        return lambda value, _: (value is not None) is wanted
    if operator in ("in", "not_in"):
        among = operator == "in"
        return lambda value, _: any(_same(value, one) for one in wanted) is among
    compare = _COMPARE[operator]
    return lambda value, _: compare(value, wanted)


def _kind(value: Any) -> str | None:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else None


def _same(value: Any, wanted: Any) -> bool:
    kind = _kind(value)
    return kind is not None and kind == _kind(wanted) and bool(value == wanted)


def _ordered(value: Any, wanted: Any) -> bool:
    kind = _kind(value)
    return kind in ("number", "text") and kind == _kind(wanted)


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "is": _same,
    "is_not": lambda value, wanted: not _same(value, wanted),
    "at_least": lambda value, wanted: _ordered(value, wanted) and value >= wanted,
    "at_most": lambda value, wanted: _ordered(value, wanted) and value <= wanted,
    "above": lambda value, wanted: _ordered(value, wanted) and value > wanted,
    "below": lambda value, wanted: _ordered(value, wanted) and value < wanted,
    "contains": lambda value, wanted: isinstance(value, str) and wanted in value,
    "starts_with": lambda value, wanted: isinstance(value, str) and value.startswith(wanted),
}


def _later(value: Any, other: Any) -> bool:
    if not isinstance(value, str) or not isinstance(other, str):
        return False
    try:
        return parse_iso(value) > parse_iso(other)
    except ValueError:
        return False


def event_names(condition: Condition) -> frozenset[str] | None:
    """The event names that alone can meet the condition; None when any may. Lets a batch skip what cannot match."""
    if "all" in condition:
        known = [names for branch in condition["all"] if (names := event_names(branch)) is not None]
        return frozenset.intersection(*known) if known else None
    if "any" in condition:
        branches = [event_names(branch) for branch in condition["any"]]
        if any(names is None for names in branches):
            return None
        return frozenset().union(*(names for names in branches if names is not None))
    if condition.get("field") == "name":
        if "is" in condition:
            return frozenset((condition["is"],))
        if "in" in condition:
            return frozenset(condition["in"])
    return None


Thing = TypeVar("Thing")


class Dispatch(Generic[Thing]):
    """Things that each have a condition on an event, in order, found fast by the event's name."""

    def __init__(self, things: Iterable[tuple[Condition, Thing]]) -> None:
        self._all: list[tuple[frozenset[str] | None, Test, Thing]] = [
            (event_names(condition), compile_condition(condition), thing) for condition, thing in things
        ]
        self._by_name: dict[str, list[tuple[Test, Thing]]] = {}

    def candidates(self, name: str) -> list[tuple[Test, Thing]]:
        """The (test, thing) pairs that an event of this name may meet, in order."""
        found = self._by_name.get(name)
        if found is None:
            found = [(test, thing) for names, test, thing in self._all if names is None or name in names]
            if len(self._by_name) < 10_000:
                self._by_name[name] = found
        return found

    def first(self, name: str, subject: Subject) -> Thing | None:
        """The first thing whose condition the subject meets."""
        for test, thing in self.candidates(name):
            if test(subject):
                return thing
        return None
