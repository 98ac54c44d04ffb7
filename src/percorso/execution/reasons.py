"""Why a condition held: the facts that met it, in short lines that people can read.

    name is Order Delivered
    properties.delivered_at 2018-03-21T14:02:00Z is later than properties.estimated_at 2018-03-20T00:00:00Z

What a person told of themselves (traits) is named but its value is not repeated.
"""

from collections.abc import Callable, Sequence
from typing import Any

from percorso.model.condition import Condition, Subject, compile_condition, field_path

Reader = Callable[[Subject], list[str]]
"""Reads the facts off a subject that meets the condition."""

_WORDS = {
    "is": "is",
    "is_not": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "at_least": "is at least",
    "at_most": "is at most",
    "above": "is above",
    "below": "is below",
    "contains": "contains",
    "starts_with": "starts with",
}
_LONGEST = 80


def compile_reasons(condition: Condition) -> Reader:
    """A checked condition as a function that says why a subject meets it."""
    if "all" in condition:
        readers = [compile_reasons(branch) for branch in condition["all"]]
        return lambda subject: [reason for reader in readers for reason in reader(subject)]
    if "any" in condition:
        branches = [(compile_condition(branch), compile_reasons(branch)) for branch in condition["any"]]
        return lambda subject: [reason for test, reader in branches if test(subject) for reason in reader(subject)]
    if "not" in condition:
        told = f"not ({describe(condition['not'])})"
        return lambda subject: [told]
    comparisons = [_compile_comparison(condition["field"], op, v) for op, v in condition.items() if op != "field"]
    return lambda subject: [comparison(subject) for comparison in comparisons]


def describe(condition: Condition) -> str:
    """A condition in one line, whether it holds or not.

    >>> describe({"any": [{"field": "name", "is": "A"}, {"not": {"field": "properties.x", "exists": True}}]})
    'name is A or not (properties.x is there)'
    """
    for word, joint in (("all", " and "), ("any", " or ")):
        if word in condition:
            return joint.join(describe(branch) for branch in condition[word])
    if "not" in condition:
        return f"not ({describe(condition['not'])})"
    field = condition["field"]
    return " and ".join(_phrase(field, None, op, value) for op, value in condition.items() if op != "field")


def _compile_comparison(field: str, operator: str, wanted: Any) -> Callable[[Subject], str]:
    path = field_path(field)
    hidden = path[0] == "traits" or path[:2] == ("person", "traits")
    if operator == "later_than":
        other = field_path(wanted)
        return lambda subject: (
            f"{field} {_shown(subject.value(path))} is later than {wanted} {_shown(subject.value(other))}"
        )
    if operator in ("is", "exists") or hidden:
        told = _phrase(field, None, operator, wanted)
        return lambda subject: told
    return lambda subject: _phrase(field, subject.value(path), operator, wanted)


def _phrase(field: str, value: Any, operator: str, wanted: Any) -> str:
    if operator == "exists":
        return f"{field} is {'there' if wanted else 'missing'}"
    if operator == "later_than":
        return f"{field} is later than {wanted}"
    if operator == "in" and value is not None:
        return f"{field} is {_shown(value)}"
    named = field if value is None else f"{field} {_shown(value)}"
    return f"{named} {_WORDS[operator]} {_shown(wanted)}"


def _shown(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_shown(one) for one in value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
