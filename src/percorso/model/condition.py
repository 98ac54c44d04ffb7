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

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from percorso.model.comparison import comparison, later
from percorso.model.errors import InvalidConfig

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
        return _every([compile_condition(branch) for branch in condition["all"]])
    if "any" in condition:
        tests = [compile_condition(branch) for branch in condition["any"]]
        return lambda subject: any(test(subject) for test in tests)
    if "not" in condition:
        inner = compile_condition(condition["not"])
        return lambda subject: not inner(subject)
    path = field_path(condition["field"])
    return _every([_compile(path, operator, wanted) for operator, wanted in condition.items() if operator != "field"])


def _every(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:  # nearly all there are: an event's name is settled before, see dispatch.py
        one, two = tests
        return lambda subject: one(subject) and two(subject)
    return lambda subject: all(test(subject) for test in tests)


def _compile(path: tuple[str, ...], operator: str, wanted: Any) -> Test:
    if operator == "later_than":
        other = field_path(wanted)
        return lambda subject: later(subject.value(path), subject.value(other))
    compare = comparison(operator, wanted)
    return lambda subject: compare(subject.value(path))


def given_name(condition: Condition, name: str) -> Condition | bool:
    """What is left of a condition once the name of the event is known: true, false, or a smaller condition.

    >>> given_name({"all": [{"field": "name", "is": "A"}, {"field": "properties.n", "is": 1}]}, "A")
    {'field': 'properties.n', 'is': 1}
    >>> given_name({"field": "name", "in": ["A", "B"]}, "C")
    False
    """
    if "all" in condition:
        return _left("all", [given_name(branch, name) for branch in condition["all"]], settles=False)
    if "any" in condition:
        return _left("any", [given_name(branch, name) for branch in condition["any"]], settles=True)
    if "not" in condition:
        rest = given_name(condition["not"], name)
        return not rest if isinstance(rest, bool) else {"not": rest}
    if condition["field"] != "name" or "later_than" in condition:
        return condition
    return all(comparison(operator, wanted)(name) for operator, wanted in condition.items() if operator != "field")


def _left(word: str, branches: Sequence[Condition | bool], *, settles: bool) -> Condition | bool:
    """A list of branches without those that are known; one that `settles` the whole is the whole."""
    if any(branch is settles for branch in branches):
        return settles
    open_branches = [branch for branch in branches if not isinstance(branch, bool)]
    if not open_branches:
        return not settles
    return open_branches[0] if len(open_branches) == 1 else {word: open_branches}


def event_names(condition: Condition) -> frozenset[str] | None:
    """The event names that alone can meet the condition; None when any may."""
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
