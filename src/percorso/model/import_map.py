"""An import map: how the rows of files become events. Written as YAML (docs/import.md), checked by data/mapping.py.

    file  ──joined, grouped──>  row set  ──when──>  event

Every record is plain data: a map holds no code and no expression language.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from percorso.model.condition import Condition

FileFormat = Literal["csv", "parquet", "jsonl", "excel"]
Pick = Literal["only", "earliest", "latest"]
Scalar: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSpec:
    """The files that play one role.

    match      patterns of file names (``orders.csv*``); several files may match, each is numbered on its own
    format     None = by the file's name
    delimiter  one character, CSV only
    encoding   any encoding Python knows, CSV only
    decimal    ``.`` or ``,``: how numbers are written in text columns
    columns    names of the columns of a CSV file without header row; empty = the first row is the header
    sheet      Excel only: its name; None = the first
    skip       Excel only: rows above the header
    """

    role: str
    match: tuple[str, ...]
    format: FileFormat | None = None
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    columns: tuple[str, ...] = ()
    sheet: str | None = None
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """The value of a column as it stands in the file: ``amount``, or ``customers.city`` of a joined file.

    prefix: put before it, of an identifier alone
    """

    name: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Constant:
    value: Scalar


@dataclass(frozen=True, slots=True)
class Text:
    """A column as text, whatever its type."""

    of: Column


@dataclass(frozen=True, slots=True)
class Number:
    """A column as a number. ``money``: signs of currency and spaces around it are left out."""

    of: Column
    money: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time. A text without offset is read in the zone.

    columns  one, or several of which the earliest or latest that is there counts
    formats  strptime formats, tried in order, or ``unix_s`` or ``unix_ms``; empty = ISO 8601
    zone     None = the map's
    """

    columns: tuple[Column, ...]
    pick: Pick = "only"
    formats: tuple[str, ...] = ()
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Multiply:
    """Two numbers multiplied, exactly, six decimals each."""

    left: "Amount"
    right: "Amount"


@dataclass(frozen=True, slots=True)
class Sum:
    """A number summed over a list of rows, exactly; 0 when the list is empty."""

    rows: str
    of: "Amount"


@dataclass(frozen=True, slots=True)
class Objects:
    """A list of rows as a list of objects."""

    rows: str
    each: "tuple[tuple[str, Value], ...]"


Amount: TypeAlias = Number | Multiply | Sum | Constant
Value: TypeAlias = Column | Constant | Text | Number | Moment | Multiply | Sum | Objects


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Another file's rows put beside a row.

    role   the file; its columns are then called ``role.column``
    key    pairs (column here, column there)
    rows   None = at most one row there for each here; else the name of the list that its rows become
    sort   columns there by which a list is sorted first; then by its content, so that the file's order says nothing
    joins  files joined to each row of a list, one row each
    """

    role: str
    key: tuple[tuple[str, str], ...]
    rows: str | None = None
    sort: tuple[str, ...] = ()
    joins: "tuple[Join, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows of the driving file with the same key made into one; a column outside the key takes its smallest value."""

    by: tuple[str, ...]
    rows: str
    sort: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSet:
    """Rows from which events are made. Line numbers are those of ``role``, the driving file.

    columns     computed columns, for conditions and properties, by name
    open_lists  any list inside the row may be named (documents)
    """

    name: str
    role: str
    joins: tuple[Join, ...] = ()
    group: Group | None = None
    columns: tuple[tuple[str, Value], ...] = ()
    open_lists: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSpec:
    """One event that a row may make.

    event_id     unique in the map; begins the message id
    number       its place in the map, from 1
    name         a column: each row says its own
    when         condition over ``row.COLUMN``; None = every row
    key          columns that name the event; empty = the row's content does
    identifiers  (kind, column)
    touchpoint   None = the touchpoint rules of the configuration decide
    """

    event_id: str
    number: int
    type: str
    name: str | Column | None
    rows: str
    when: Condition | None
    key: tuple[str, ...]
    identifiers: tuple[tuple[str, Column], ...]
    time: Moment
    touchpoint: Column | Constant | None
    properties: tuple[tuple[str, Value], ...]
    traits: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMap:
    """A checked map. ``digest`` changes when anything in it does."""

    source: str
    zone: str
    files: Mapping[str, FileSpec]
    rows: Mapping[str, RowSet]
    events: tuple[EventSpec, ...]
    digest: str


class ImportedItem(NamedTuple):
    """A wire item made from a row. ``line``: row of the driving file, 1-based with the header counted."""

    body: bytes
    line: int


class BadRow(NamedTuple):
    """A row of which no event can be made. ``detail`` says what to do and holds nothing of the row; ``body`` is the row."""

    line: int
    reason: str
    detail: str
    body: bytes


def used_row_sets(import_map: ImportMap) -> list[RowSet]:
    """The row sets that some event is made from."""
    return [import_map.rows[name] for name in dict.fromkeys(event.rows for event in import_map.events)]


def used_roles(import_map: ImportMap) -> list[str]:
    """The roles of the files that are needed."""
    roles = [role for row_set in used_row_sets(import_map) for role in (row_set.role, *_joined(row_set.joins))]
    return list(dict.fromkeys(roles))


def _joined(joins: tuple[Join, ...]) -> Iterator[str]:
    for join in joins:
        yield join.role
        yield from _joined(join.joins)


def column_of(field: str) -> str:
    """``row.City`` -> ``City``."""
    return field.removeprefix("row.")
