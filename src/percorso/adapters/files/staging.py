"""Brings the files of one role into one DuckDB table, each row with its position."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from percorso.adapters.files.cells import LINE_BITS, Cell, CellKind, Names, missing
from percorso.adapters.files.csv_rows import open_csv
from percorso.adapters.files.excel_rows import EXCEL_NAMES, ExcelFile
from percorso.adapters.files.json_rows import JsonFile
from percorso.model.errors import InvalidInput
from percorso.model.import_map import BadRow, FileFormat, FileSpec

Note = Callable[[str], None]

_AT_ONCE = 20
"""Arrow batches that go into the table together."""

_KINDS: tuple[tuple[CellKind, tuple[str, ...]], ...] = (
    ("text", ("VARCHAR", "ENUM")),
    ("number", ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")),
    ("number", ("UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL")),
    ("boolean", ("BOOLEAN",)),
    ("instant", ("TIMESTAMP WITH TIME ZONE",)),
    ("time", ("TIMESTAMP",)),
    ("date", ("DATE",)),
)


@dataclass(slots=True)
class Staged:
    """The rows of a role as a table.

    cells  its columns by name; the SQL is the bare column
    raw    SQL of the whole row as JSON text, None = to be made of the cells
    bad    rows that could not be read
    rows   all rows met, bad ones with them
    """

    role: str
    table: str
    cells: dict[str, Cell]
    files: list[Path]
    raw: str | None = None
    bad: list[BadRow] = field(default_factory=list)
    rows: int = 0

    @property
    def names(self) -> Names:
        return Names(self.cells, self.files[0].name)


def stage(
    con: duckdb.DuckDBPyConnection, spec: FileSpec, files: list[Path], table: str, wanted: Sequence[str], note: Note
) -> Staged:
    """Read the files. `wanted` are the columns the map names; raises InvalidMapping when one is missing."""
    format_ = spec.format or _format(files[0])
    staged = Staged(spec.role, table, {}, files)
    read = {"csv": _stage_csv, "jsonl": _stage_json, "excel": _stage_json, "parquet": _stage_parquet}[format_]
    read(con, spec, staged, list(dict.fromkeys(wanted)), note)
    for name in wanted:
        if name not in staged.cells:
            raise missing(name, staged.cells, files[0].name)
    return staged


def _format(path: Path) -> FileFormat:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if ".parquet" in suffixes:
        return "parquet"
    if {".jsonl", ".ndjson", ".json"} & set(suffixes):
        return "jsonl"
    if EXCEL_NAMES & set(suffixes):
        return "excel"
    if {".csv", ".tsv", ".txt"} & set(suffixes):
        return "csv"
    raise InvalidInput(
        f"what kind of file is {path.name}? Name it .csv, .xlsx, .parquet or .jsonl, or set `format` in the map"
    )


def _stage_csv(
    con: duckdb.DuckDBPyConnection, spec: FileSpec, staged: Staged, wanted: Sequence[str], note: Note
) -> None:
    for index, path in enumerate(staged.files):
        note(path.name)
        file = open_csv(path, spec, wanted)
        if index == 0:
            columns = ", ".join(f"c{i} VARCHAR" for i in range(len(file.header)))
            con.execute(f"CREATE TABLE {staged.table} (_pos BIGINT, {columns})")
            staged.cells = {name: Cell(f"c{i}", "text", spec.decimal) for i, name in enumerate(file.header)}
        _check_same_columns(staged, path, file.header)
        targets = [staged.cells[name].sql for name in file.header]
        schema = pa.schema([*((f"f{i}", pa.string()) for i in range(len(targets))), ("line", pa.int64())])
        values = ", ".join(f"nullif(f{i}, '')" for i in range(len(targets)))
        into = f"INSERT INTO {staged.table} (_pos, {', '.join(targets)}) SELECT line + {index << LINE_BITS}, {values}"
        _insert(con, into, file.batches(schema))
        staged.rows += file.rows
        staged.bad.extend(_named(path, file.bad))


def _named(path: Path, bad: Iterable[BadRow]) -> Iterator[BadRow]:
    for one in bad:
        yield one._replace(detail=f"{path.name}: {one.detail}")


def _check_same_columns(staged: Staged, path: Path, header: Sequence[str]) -> None:
    if set(header) != set(staged.cells) or len(header) != len(staged.cells):
        odd = sorted(set(header) ^ set(staged.cells))
        raise InvalidInput(
            f"{path.name} has other columns than {staged.files[0].name} ({', '.join(odd[:5]) or 'a name stands twice'}); "
            "files of one role have the same columns"
        )


def _stage_json(
    con: duckdb.DuckDBPyConnection, spec: FileSpec, staged: Staged, wanted: Sequence[str], note: Note
) -> None:
    columns = "".join(f"c{i} VARCHAR, " for i in range(len(wanted)))
    con.execute(f"CREATE TABLE {staged.table} ({columns}_raw VARCHAR, _pos BIGINT)")
    staged.raw = "_raw"
    names = [*(f"c{i}" for i in range(len(wanted))), "raw"]
    schema = pa.schema([*((name, pa.string()) for name in names), ("line", pa.int64())])
    excel = (spec.format or _format(staged.files[0])) == "excel"
    seen: set[str] = set()
    known: set[str] = set()
    for index, path in enumerate(staged.files):
        note(path.name)
        file = ExcelFile(path, wanted, spec) if excel else JsonFile(path, wanted)
        into = f"INSERT INTO {staged.table} SELECT {', '.join(names)}, line + {index << LINE_BITS}"
        _insert(con, into, file.batches(schema))
        staged.rows += file.rows
        staged.bad.extend(_named(path, file.bad))
        seen |= file.seen
        known |= file.names
    empty = staged.rows == len(staged.bad)
    for name in wanted:
        if name not in seen and not empty:
            raise missing(name, known, staged.files[0].name)
    staged.cells = {name: Cell(f"c{i}", "json", timed=excel) for i, name in enumerate(wanted)}


def _stage_parquet(
    con: duckdb.DuckDBPyConnection, spec: FileSpec, staged: Staged, wanted: Sequence[str], note: Note
) -> None:
    for index, path in enumerate(staged.files):
        note(path.name)
        try:
            described = con.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
            if index == 0:
                staged.cells = {
                    name: Cell(f"c{i}", _kind(kind), spec.decimal) for i, (name, kind) in enumerate(_types(described))
                }
            _check_same_columns(staged, path, [name for name, _ in _types(described)])
            target = f"file_row_number + 1 + {index << LINE_BITS} AS _pos"
            chosen = ", ".join(f"{_staged(name, cell)} AS {cell.sql}" for name, cell in staged.cells.items())
            how = f"INSERT INTO {staged.table} BY NAME" if index else f"CREATE TABLE {staged.table} AS"
            con.execute(f"{how} SELECT {target}, {chosen} FROM read_parquet(?, file_row_number = true)", [str(path)])
        except duckdb.Error as error:
            raise InvalidInput(
                f"{path.name} is no whole Parquet file; export it again ({_first_line(error)})"
            ) from error
    counted = con.execute(f"SELECT count(*) FROM {staged.table}").fetchone()
    staged.rows = counted[0] if counted else 0


def _types(described: Iterable[tuple[Any, ...]]) -> Iterator[tuple[str, str]]:
    for name, kind, *_ in described:
        yield name, kind


def _kind(sql_type: str) -> CellKind:
    nested = "[" in sql_type or ("(" in sql_type and not sql_type.startswith(("DECIMAL", "ENUM")))
    if nested:
        return "other"
    for kind, names in _KINDS:
        if sql_type.startswith(names):
            return kind
    return "other"


def _staged(name: str, cell: Cell) -> str:
    column = '"' + name.replace('"', '""') + '"'
    return f"nullif({column}::VARCHAR, '')" if cell.kind == "text" else column


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200]


def _insert(con: duckdb.DuckDBPyConnection, into: str, batches: Iterable[pa.RecordBatch]) -> None:
    arriving = iter(batches)
    while some := list(islice(arriving, _AT_ONCE)):
        table = pa.Table.from_batches(some)
        con.register("arriving", table)
        con.execute(f"{into} FROM arriving")
        con.unregister("arriving")
