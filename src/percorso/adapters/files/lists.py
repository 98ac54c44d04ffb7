"""Rows made into lists and sums: what each row of a list gives, and how that comes together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from percorso.adapters.files.cells import LINE_MASK, Cell, Names, Piece, Problem, as_text
from percorso.adapters.files.layers import Layers
from percorso.adapters.files.values import Scope, error_sql, exact_of, object_of
from percorso.model.import_map import Objects, Sum

Lists = Mapping[str, Sum | Objects]
"""Values made from lists, by their repr (in which 1 and True differ)."""


@dataclass(frozen=True, slots=True)
class Element:
    """What one row of a list gives to one sum or list: its value and what is wrong with it, as SQL."""

    number: int
    value: Sum | Objects
    sql: str
    error: str

    def aggregate(self, sort: int, role: str) -> str:
        """SQL over the rows of a list, in which ``_pos`` and the sort columns s0, s1, ... stand beside the elements."""
        n = self.number
        wrong = f"FILTER (w{n} IS NOT NULL)"
        where = f"' ({role}, row ' || (min(_pos) {wrong} & {LINE_MASK}) || ')'"
        return f"{self._whole(sort)} AS v{n}, arg_min(w{n}, _pos) {wrong} || {where} AS e{n}, min(_pos) {wrong} AS p{n}"

    def _whole(self, sort: int) -> str:
        """Sorted by what was asked, then by content, so that the order of the file says nothing."""
        if isinstance(self.value, Sum):
            return f"sum(i{self.number})"
        order = ", ".join([*(f"s{one}" for one in range(sort)), f"i{self.number}"])
        return f"'[' || string_agg(i{self.number}, ',' ORDER BY {order}) || ']'"

    def made(self, *, grouped: bool) -> Piece:
        """The whole, where v, e and p are at hand."""
        n = self.number
        empty = "'[]'" if isinstance(self.value, Objects) else "0::DECIMAL(38,6)"
        return Piece(
            f"coalesce(v{n}, {empty})", (Problem(f"e{n} IS NOT NULL", f"e{n}", f"p{n}" if grouped else "NULL"),)
        )


@dataclass(frozen=True, slots=True)
class ListRows:
    """The rows of one list as a select, and what is to be made of them."""

    select: str
    elements: tuple[Element, ...]
    sort: int
    role: str

    def aggregates(self) -> list[str]:
        return [element.aggregate(self.sort, self.role) for element in self.elements]


def list_rows(
    tables: str,
    columns: Sequence[str],
    names: Names,
    values: Sequence[Sum | Objects],
    sort: Sequence[str],
    *,
    zone: str,
    role: str,
    first: int,
) -> ListRows:
    """The rows of a list: `columns` of the table e and ``_pos`` are kept; elements are numbered from `first`."""
    layers = Layers("l")
    bare = Names(dict(_bare(names)), names.where)
    scope = Scope(bare, zone, {}, layers)
    elements = tuple(_elements(values, scope, first))
    kept = [f"e.{column} AS {column}" for column in ("_pos", *columns)]
    named = [f"{cell.sql} AS {bare.cells[name].sql}" for name, cell in names.cells.items()]
    read = [f"{one.sql} AS i{one.number}, {one.error} AS w{one.number}" for one in elements]
    keys = [f"{as_text(bare[name])} AS s{number}" for number, name in enumerate(sort)]
    inner = layers.over(f"SELECT {', '.join([*kept, *named])} FROM {tables}")
    select = f"SELECT {', '.join(['_pos', *columns, *read, *keys])} FROM ({inner})"
    return ListRows(select, elements, len(sort), role)


def _bare(names: Names) -> Iterator[tuple[str, Cell]]:
    for number, (name, cell) in enumerate(names.cells.items()):
        yield name, replace(cell, sql=f"q{number}")


def _elements(values: Sequence[Sum | Objects], scope: Scope, first: int) -> Iterator[Element]:
    for number, value in enumerate(values, start=first):
        piece = object_of(value.each, scope) if isinstance(value, Objects) else exact_of(value.of, scope)
        yield Element(number, value, piece.sql, error_sql(piece.problems))
