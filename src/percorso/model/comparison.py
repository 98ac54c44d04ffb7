"""How one value is compared with what a condition wants; chosen once, when the condition is compiled.

Numbers compare with numbers, text with text; booleans are not numbers. Anything else is not equal and has no order.
"""

from collections.abc import Callable, Sequence
from typing import Any

from percorso.model.time import parse_iso

Compare = Callable[[Any], bool]


def comparison(operator: str, wanted: Any) -> Compare:
    """A comparison of one value with `wanted`, for every operator but ``later_than``."""
    if operator == "exists":
        return (lambda value: value is not None) if wanted else (lambda value: value is None)
    if operator == "is":
        return _same_as(wanted)
    if operator == "is_not":
        same = _same_as(wanted)
        return lambda value: not same(value)
    if operator == "in":
        return _one_of(wanted)
    if operator == "not_in":
        among = _one_of(wanted)
        return lambda value: not among(value)
    if operator == "contains":
        return lambda value: isinstance(value, str) and wanted in value
    if operator == "starts_with":
        return lambda value: isinstance(value, str) and value.startswith(wanted)
    return _ordered(operator, wanted)


def _kind(value: Any) -> str | None:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else None


def _same_as(wanted: Any) -> Compare:
    kind = _kind(wanted)
    if kind == "text":
        return lambda value: bool(value == wanted)  # only a text equals a text
    if kind == "boolean":
        return lambda value: value is wanted
    if kind == "number":
        return lambda value: _kind(value) == "number" and bool(value == wanted)
    return lambda value: False


def _one_of(wanted: Sequence[Any]) -> Compare:
    if all(isinstance(one, str) for one in wanted):
        texts = frozenset(wanted)
        return lambda value: isinstance(value, str) and value in texts
    each = [_same_as(one) for one in wanted]
    return lambda value: any(same(value) for same in each)


def _ordered(operator: str, wanted: Any) -> Compare:
    kind = _kind(wanted)
    if kind not in ("number", "text"):
        return lambda value: False
    order: dict[str, Compare] = {
        "at_least": lambda value: bool(value >= wanted),
        "at_most": lambda value: bool(value <= wanted),
        "above": lambda value: bool(value > wanted),
        "below": lambda value: bool(value < wanted),
    }
    compare = order[operator]
    return lambda value: _kind(value) == kind and compare(value)


def later(value: Any, other: Any) -> bool:
    """Whether one ISO time is after another; false when either is no time."""
    if not isinstance(value, str) or not isinstance(other, str):
        return False
    try:
        return parse_iso(value) > parse_iso(other)
    except ValueError:
        return False
