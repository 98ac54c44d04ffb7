"""A map's values as SQL."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from percorso.adapters.files.cells import (
    Cell,
    Names,
    Piece,
    Problem,
    as_json,
    as_text,
    json_number,
    json_text,
    problem,
    quoted,
)
from percorso.adapters.files.layers import Layers
from percorso.model.errors import InvalidMapping
from percorso.model.import_map import Amount, Column, Constant, Moment, Number, Objects, Sum, Text, Value

Made = Mapping[str, Piece]
"""What was summed or listed over rows, by the value's repr: JSON text for objects, DECIMAL(38,6) for sums."""

_LIMIT = 1e12


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a value is read: its columns, what its lists gave, the zone of times without offset, and the layers to use."""

    names: Names
    zone: str
    made: Made
    layers: Layers


def json_of(value: Value, scope: Scope) -> Piece:
    """SQL of a value as JSON text, NULL when it is missing."""
    if isinstance(value, Column):
        cell = scope.names[value.name]
        timed = cell.kind in ("time", "date", "instant")
        return json_of(Moment(columns=(value,)), scope) if timed else Piece(as_json(cell))
    if isinstance(value, Constant):
        return Piece(quoted(json.dumps(value.value, ensure_ascii=False)))
    if isinstance(value, Text):
        return Piece(json_text(as_text(scope.names[value.of.name])))
    if isinstance(value, Moment):
        moment = moment_of(value, scope)
        return Piece(f"json_time({moment.sql})", moment.problems)
    if isinstance(value, Objects):
        return scope.made[repr(value)]
    number = double_of(value, scope)
    return Piece(json_number(number.sql), number.problems)


def moment_of(value: Moment, scope: Scope) -> Piece:
    """SQL of a time as TIMESTAMP in UTC."""
    zone = value.zone or scope.zone
    read = [scope.layers.moment(scope.names[one.name], one.name, value.formats, zone) for one in value.columns]
    if len(read) == 1:
        return read[0]
    pick = "greatest" if value.pick == "latest" else "least"
    problems = tuple(wrong for piece in read for wrong in piece.problems)
    return Piece(f"{pick}({', '.join(piece.sql for piece in read)})", problems)


def double_of(value: Amount, scope: Scope) -> Piece:
    """SQL of a number as DOUBLE."""
    if isinstance(value, Number):
        return scope.layers.number(scope.names[value.of.name], value.of.name, exact=False, money=value.money)
    exact = exact_of(value, scope)
    return Piece(f"({exact.sql})::DOUBLE", exact.problems)


def exact_of(value: Amount, scope: Scope) -> Piece:
    """SQL of a number as DECIMAL with six decimals: sums come out the same in whatever order."""
    if isinstance(value, Number):
        return scope.layers.number(scope.names[value.of.name], value.of.name, exact=True, money=value.money)
    if isinstance(value, Constant):
        if isinstance(value.value, str) or abs(value.value) >= _LIMIT:
            raise InvalidMapping(f"the constant {value.value!r} is too large, or no number, to reckon with")
        return Piece(f"{quoted(str(value.value))}::DECIMAL(18,6)")
    if isinstance(value, Sum):
        return scope.made[repr(value)]
    factors = [_factor(one, scope) for one in (value.left, value.right)]
    product = " * ".join(f"{factor.sql}::DECIMAL(19,6)" for factor in factors)
    return Piece(f"({product})::DECIMAL(38,6)", tuple(wrong for factor in factors for wrong in factor.problems))


def _factor(value: Amount, scope: Scope) -> Piece:
    """A number small enough that a product of two cannot overflow."""
    piece = exact_of(value, scope)
    if isinstance(value, Number | Constant):
        return piece
    small = f"try_cast({piece.sql} AS DECIMAL(18,6))"
    too_large = problem(
        f"{piece.sql} IS NOT NULL AND {small} IS NULL", "invalid_number", "a number is too large to multiply"
    )
    return Piece(small, (*piece.problems, too_large))


def computed_cell(value: Value, scope: Scope) -> tuple[Cell, tuple[Problem, ...]]:
    """A computed column: what it is, typed, and what may be wrong with it."""
    if isinstance(value, Column):
        return scope.names[value.name], ()
    if isinstance(value, Text):
        return Cell(as_text(scope.names[value.of.name]), "text"), ()
    if isinstance(value, Moment):
        moment = moment_of(value, scope)
        return Cell(f"timezone('UTC', {moment.sql})", "instant"), moment.problems
    if isinstance(value, Constant) and isinstance(value.value, bool):
        return Cell(str(value.value).lower(), "boolean"), ()
    if isinstance(value, Constant) and isinstance(value.value, str):
        return Cell(quoted(value.value), "text"), ()
    if isinstance(value, Objects):
        raise InvalidMapping("a list of objects can only be a property, not a computed column")
    number = double_of(value, scope)
    return Cell(number.sql, "number"), number.problems


def object_of(parts: Iterable[tuple[str, Value]], scope: Scope) -> Piece:
    """SQL of values as a JSON object."""
    pieces = [(name, json_of(value, scope)) for name, value in parts]
    problems = tuple(wrong for _, piece in pieces for wrong in piece.problems)
    return Piece(object_sql((name, piece.sql) for name, piece in pieces), problems)


def object_sql(parts: Iterable[tuple[str, str]]) -> str:
    """SQL of a JSON object; parts are (name, SQL of JSON text), missing ones are left out."""
    pairs = [f"{quoted(json.dumps(name, ensure_ascii=False) + ':')} || {sql}" for name, sql in parts if sql != "NULL"]
    return "'{' || concat_ws(',', " + ", ".join(pairs or ["NULL"]) + ") || '}'"


def error_sql(problems: Sequence[Problem]) -> str:
    """SQL of the first problem's text, NULL when there is none."""
    if not problems:
        return "NULL::VARCHAR"
    return "CASE " + " ".join(f"WHEN {one.when} THEN {one.text}" for one in _distinct(problems)) + " END"


def position_sql(problems: Sequence[Problem]) -> str:
    """SQL of the row that the first problem points at, NULL when that is the row itself."""
    if all(one.position == "NULL" for one in problems):
        return "NULL::BIGINT"
    return "CASE " + " ".join(f"WHEN {one.when} THEN {one.position}" for one in _distinct(problems)) + " END"


def _distinct(problems: Sequence[Problem]) -> Iterable[Problem]:
    return dict.fromkeys(problems)
