"""Columns as SQL: what a name in a map refers to, and how it reads as text, number, time or JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

from percorso.model.errors import InvalidMapping

CellKind = Literal["text", "json", "number", "boolean", "time", "date", "instant", "other"]

LINE_BITS = 40
"""A row's position is its file's number, shifted by this, and its line."""

LINE_MASK = (1 << LINE_BITS) - 1


@dataclass(frozen=True, slots=True)
class Cell:
    """One column as an SQL expression. Empty text is NULL.

    kind     text; json (a value of JSON Lines); number; boolean; time (without zone); date; instant (UTC); other
    decimal  how numbers are written, when text
    timed    times had a type of their own and are written as ISO 8601, whatever `format` says of texts
    """

    sql: str
    kind: CellKind
    decimal: str = "."
    timed: bool = False

    def of(self, table: str) -> "Cell":
        """The same column of a table's alias."""
        return replace(self, sql=f"{table}.{self.sql}")


@dataclass(frozen=True, slots=True)
class Problem:
    """SQL that is true when a value cannot be read, and SQL of what then to say: ``reason|detail``.

    position  SQL of the row to point at, when it is not the row itself
    """

    when: str
    text: str
    position: str = "NULL"


def problem(when: str, reason: str, detail: str) -> Problem:
    return Problem(when, quoted(f"{reason}|{detail}"))


@dataclass(frozen=True, slots=True)
class Piece:
    """A value as SQL with what may be wrong with it."""

    sql: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """The columns that a name may refer to. ``where`` is for people, such as ``orders.csv``."""

    cells: Mapping[str, Cell]
    where: str

    def __getitem__(self, name: str) -> Cell:
        cell = self.cells.get(name)
        if cell is None:
            raise missing(name, self.cells, self.where)
        return cell

    def of(self, table: str) -> "Names":
        """The same columns of a table's alias."""
        return Names({name: cell.of(table) for name, cell in self.cells.items()}, self.where)


def missing(name: str, known: Iterable[str], where: str) -> InvalidMapping:
    """The error for a column that is not there."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f"did you mean {close[0]!r}? " if close else ""
    shown = ", ".join(names[:40]) + (", ..." if len(names) > 40 else "")
    return InvalidMapping(f"the map names the column {name!r}, which {where} has not; {hint}it has: {shown}")


def quoted(text: str) -> str:
    """An SQL text literal."""
    return "'" + text.replace("'", "''") + "'"


def as_text(cell: Cell) -> str:
    """SQL of a column as text; a whole number has no point."""
    if cell.kind == "text":
        return cell.sql
    if cell.kind == "json":
        return f"nullif({cell.sql}->>'$', '')"
    if cell.kind == "number":
        return json_number(f"{cell.sql}::DOUBLE")
    return f"{cell.sql}::VARCHAR"


def as_json(cell: Cell) -> str:
    """SQL of a column as JSON text, NULL when it is missing."""
    if cell.kind == "json":
        return cell.sql
    if cell.kind == "number":
        return json_number(f"{cell.sql}::DOUBLE")
    if cell.kind == "boolean":
        return f"{cell.sql}::VARCHAR"
    return json_text(as_text(cell))


def json_text(sql: str) -> str:
    return f"to_json({sql})::VARCHAR"


def json_number(sql: str) -> str:
    """SQL of a DOUBLE as JSON: ``6``, not ``6.0``; what is not finite is missing."""
    return f"json_number({sql})"
