"""The row reading of a condition: SQL that says the same as `model.condition.compile_condition` (a test holds them together)."""

from collections.abc import Callable
from typing import Any

from percorso.adapters.files.cells import Cell, as_text, quoted
from percorso.model.condition import Condition
from percorso.model.import_map import column_of

Find = Callable[[str], Cell]


def condition_sql(condition: Condition, find: Find) -> str:
    """A boolean, never NULL."""
    if "not" in condition:
        return f"(NOT {condition_sql(condition['not'], find)})"
    for join, word in (("all", " AND "), ("any", " OR ")):
        if join in condition:
            return "(" + word.join(condition_sql(branch, find) for branch in condition[join]) + ")"
    cell = find(column_of(condition["field"]))
    tests = [_comparison(cell, operator, value, find) for operator, value in condition.items() if operator != "field"]
    return "(" + " AND ".join(tests) + ")"


def _comparison(cell: Cell, operator: str, value: Any, find: Find) -> str:
    if operator == "exists":
        return f"({_present(cell)} IS {'NOT NULL' if value else 'NULL'})"
    if operator == "is":
        return _same(cell, value)
    if operator == "is_not":
        return f"(NOT {_same(cell, value)})"
    if operator in ("in", "not_in"):
        among = " OR ".join(_same(cell, one) for one in value) or "false"
        return f"({among})" if operator == "in" else f"(NOT ({among}))"
    if operator == "contains":
        return f"coalesce(contains({_texts(cell)}, {quoted(value)}), false)"
    if operator == "starts_with":
        return f"coalesce(starts_with({_texts(cell)}, {quoted(value)}), false)"
    if operator == "later_than":
        return f"coalesce({_instant(cell)} > {_instant(find(column_of(value)))}, false)"
    return _ordered(cell, {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}[operator], value)


def _present(cell: Cell) -> str:
    return f"nullif({cell.sql}, 'null')" if cell.kind == "json" else cell.sql


def _same(cell: Cell, value: Any) -> str:
    if isinstance(value, bool):
        return f"coalesce({_booleans(cell)} = {str(value).lower()}, false)"
    return _ordered(cell, "=", value)


def _ordered(cell: Cell, sign: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return "false"
    if isinstance(value, str):
        return f"coalesce({_texts(cell)} {sign} {quoted(value)}, false)"
    return f"coalesce({_numbers(cell)} {sign} {quoted(repr(float(value)))}::DOUBLE, false)"


def _texts(cell: Cell) -> str:
    """The column where it is text, else NULL."""
    if cell.kind == "json":
        return f"CASE WHEN json_type({cell.sql}) = 'VARCHAR' THEN {cell.sql}->>'$' END"
    return "NULL::VARCHAR" if cell.kind in ("number", "boolean") else as_text(cell)


def _numbers(cell: Cell) -> str:
    if cell.kind == "json":
        kinds = "('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE')"
        return f"CASE WHEN json_type({cell.sql}) IN {kinds} THEN try_cast({cell.sql} AS DOUBLE) END"
    return f"{cell.sql}::DOUBLE" if cell.kind == "number" else "NULL::DOUBLE"


def _booleans(cell: Cell) -> str:
    if cell.kind == "json":
        return f"CASE {cell.sql} WHEN 'true' THEN true WHEN 'false' THEN false END"
    return cell.sql if cell.kind == "boolean" else "NULL::BOOLEAN"


def _instant(cell: Cell) -> str:
    """A time for comparison; without offset it counts as UTC, as in every condition."""
    if cell.kind == "instant":
        return f"timezone('UTC', {cell.sql})"
    if cell.kind in ("time", "date"):
        return f"{cell.sql}::TIMESTAMP"
    text = _texts(cell)
    return f"sane_time(coalesce(iso_instant({text}), iso_civil({text})))"
