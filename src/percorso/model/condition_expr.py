"""The second reading of a condition: an Ibis expression that answers for every row of a table.

`to_expr(condition, events)` is true for exactly those rows of ``events`` (model/tables.py) whose event meets
`compile_condition(condition)`; a generated test holds the two together. Never null. Times under ``later_than`` are
read in the extended ISO 8601 form, ``2026-03-01T09:30:00+01:00``; a time without offset is UTC.
"""

import re
from collections.abc import Sequence
from functools import reduce
from operator import and_, or_
from typing import Any, NamedTuple

import ibis

from percorso.model.condition import Condition, field_path
from percorso.model.errors import InvalidConfig

_COLUMNS = frozenset(("name", "type", "source", "touchpoint", "channel", "phase"))
_OBJECTS = frozenset(("properties", "traits", "context"))
_TIME = (
    r"^(19|20)\d\d-\d\d-\d\d"
    r"([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,6})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)?)?$"
)
_STEP = re.compile(r"^[^\"'\\\[\]*$?#]+$")


class _Field(NamedTuple):
    """A field read as each type: null where it is of another, None when it can never be of that type.

    (An Ibis null literal compared with anything means "is null": never write one here.)
    """

    text: Any
    number: Any
    boolean: Any
    present: Any


def to_expr(condition: Condition, table: Any) -> Any:
    """The condition over a table with the columns of ``events``. Check it first.

    Raises InvalidConfig for a field of the person: it is not written on events.
    """
    if "all" in condition:
        return reduce(and_, [to_expr(branch, table) for branch in condition["all"]])
    if "any" in condition:
        return reduce(or_, [to_expr(branch, table) for branch in condition["any"]])
    if "not" in condition:
        return ~to_expr(condition["not"], table)
    field = _field(condition["field"], table)
    comparisons = [(operator, wanted) for operator, wanted in condition.items() if operator != "field"]
    return reduce(and_, [_comparison(field, operator, wanted, table) for operator, wanted in comparisons])


def property_text(table: Any, name: str) -> Any:
    """The text of a property, as it would be written; null when it is missing or no scalar."""
    value = table.properties.cast("json")[name]
    return ibis.coalesce(value.str, _number(value).cast("string"))


def property_number(table: Any, name: str) -> Any:
    """The number of a property; null when it is missing or no number."""
    return _number(table.properties.cast("json")[name])


def property_time(table: Any, name: str) -> Any:
    """The moment that a property tells; null when it is missing or no time."""
    return _time(property_text(table, name))


def _number(value: Any) -> Any:
    """A JSON number as float64. A JSON text that looks like a number is none."""
    return value.float


def _field(name: str, table: Any) -> _Field:
    path = field_path(name)
    if path[0] in _COLUMNS and len(path) == 1:
        column = table[path[0]]
        return _Field(column, None, None, column.notnull())
    if path[0] in _OBJECTS and len(path) > 1:
        return _json_field(table[path[0]].cast("json"), path[1:])
    if path[0] in _OBJECTS:
        return _Field(None, None, None, ibis.literal(True))
    raise InvalidConfig(f"{name!r} cannot be asked of events; ask it of the person")


def _json_field(value: Any, steps: Sequence[str]) -> _Field:
    for step in steps:
        if not _STEP.match(step):
            raise InvalidConfig(f"the field name {step!r} cannot be asked of tables; use letters, digits, _ and -")
        value = value[step]
    return _Field(value.str, _number(value), value.bool, _sure(value.cast("string") != "null"))


def _comparison(field: _Field, operator: str, wanted: Any, table: Any) -> Any:
    if operator == "exists":
        return field.present if wanted else ~field.present
    if operator == "is":
        return _same(field, wanted)
    if operator == "is_not":
        return ~_same(field, wanted)
    if operator in ("in", "not_in"):
        among = reduce(or_, [_same(field, one) for one in wanted], ibis.literal(False))
        return among if operator == "in" else ~among
    if operator in ("contains", "starts_with", "later_than"):
        return _textual(field.text, operator, _field(wanted, table).text if operator == "later_than" else wanted)
    return _ordered(field, operator, wanted)


def _textual(text: Any, operator: str, wanted: Any) -> Any:
    if text is None or wanted is None:
        return ibis.literal(False)
    if operator == "later_than":
        return _sure(_time(text) > _time(wanted))
    return _sure(text.contains(wanted) if operator == "contains" else text.startswith(wanted))


def _same(field: _Field, wanted: Any) -> Any:
    side = _side(field, wanted)
    return ibis.literal(False) if side is None else _sure(side == wanted)


def _ordered(field: _Field, operator: str, wanted: Any) -> Any:
    side = _side(field, wanted)
    if side is None or isinstance(wanted, bool):
        return ibis.literal(False)
    if operator == "at_least":
        return _sure(side >= wanted)
    if operator == "at_most":
        return _sure(side <= wanted)
    return _sure(side > wanted if operator == "above" else side < wanted)


def _side(field: _Field, wanted: Any) -> Any:
    """The reading of the field that can be compared with a value; None when none can."""
    if isinstance(wanted, bool):
        return field.boolean
    if isinstance(wanted, int | float):
        return field.number
    return field.text if isinstance(wanted, str) else None


def _time(text: Any) -> Any:
    """A text as a moment, null when it is no time. The engine's session is in UTC."""
    iso = ibis.ifelse(text.re_search(_TIME), text.replace(",", "."), ibis.null("string"))
    return iso.try_cast("timestamp('UTC')")


def _sure(expression: Any) -> Any:
    """A comparison with something missing is false."""
    return ibis.coalesce(expression, ibis.literal(False))
