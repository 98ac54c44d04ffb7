"""Files and a map become wire items in the order they happened, ready to be appended batch by batch."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from percorso.adapters.files.cells import LINE_BITS, LINE_MASK
from percorso.adapters.files.events import event_sql, when_sql
from percorso.adapters.files.layers import MACROS
from percorso.adapters.files.map_file import load_map
from percorso.adapters.files.rows import Rows, build_rows
from percorso.adapters.files.staging import Staged, stage
from percorso.adapters.files.wanted import values_of, wanted_columns
from percorso.model.errors import InvalidInput, InvalidMapping, PercorsoError
from percorso.model.import_map import BadRow, ImportedItem, ImportMap, used_row_sets

Note = Callable[[str], None]

_BODY = 65_536
_new_item = partial(tuple.__new__, ImportedItem)
"""Many at once; the constructor takes three times as long."""


class DuckFiles:
    """Reads files by a map. What does not fit in memory is put aside in `folder`, which must exist."""

    def __init__(self, folder: Path, memory: str = "1GB") -> None:
        self._folder = folder
        self._memory = memory

    def prepare(self, import_map: ImportMap, files: Mapping[str, Sequence[Path]], note: Note) -> "Prepared":
        """Read, join and group everything; `note` is told what is being done.

        Raises InvalidMapping or InvalidInput, before anything is appended, when files and map do not fit together.
        """
        con = connected(self._folder, self._memory)
        try:
            return _prepare(con, import_map, files, note)
        except BaseException:
            con.close()
            raise

    def digest(self, files: Mapping[str, Sequence[Path]]) -> str:
        """A hash of what the files hold, in which their names and places have no part."""
        return _digest(files)

    def load_map(self, name: str) -> Any:
        """A map as it is written in a file, or one that comes with Percorso, by name. Raises InvalidMapping."""
        return load_map(name)


def connected(folder: Path, memory: str) -> duckdb.DuckDBPyConnection:
    """A database in memory with the macros, and with nothing that comes over the network."""
    con = duckdb.connect(
        config={
            "memory_limit": memory,
            "temp_directory": str(folder),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "threads": "2",
        }
    )
    con.execute("SET TimeZone = 'UTC'")
    for macro in MACROS:
        con.execute(macro)
    return con


def _digest(files: Mapping[str, Sequence[Path]]) -> str:
    total = hashlib.blake2b(digest_size=16)
    for role in sorted(files):
        for path in files[role]:
            with path.open("rb") as stream:
                total.update(role.encode() + hashlib.file_digest(stream, "blake2b").digest())
    return total.hexdigest()


def _prepare(
    con: duckdb.DuckDBPyConnection, import_map: ImportMap, files: Mapping[str, Sequence[Path]], note: Note
) -> "Prepared":
    staged = {
        role: stage(con, import_map.files[role], list(files[role]), f"file_{number}", names, note)
        for number, (role, names) in enumerate(wanted_columns(import_map).items())
    }
    con.execute(
        "CREATE TABLE made (event INTEGER, occurred BIGINT, pos BIGINT, item VARCHAR, error VARCHAR, body VARCHAR, source INTEGER)"
    )
    note("events")
    idle = 0
    sources: list[Staged] = []
    try:
        for number, row_set in enumerate(used_row_sets(import_map)):
            values = values_of(row_set, import_map)
            rows = build_rows(con, row_set, staged, values, import_map.zone, f"rows_{number}")
            idle += _make_events(con, import_map, row_set.name, rows, number)
            sources.append(staged[row_set.role])
    except duckdb.Error as error:
        raise _explained(error) from error
    return Prepared(con, sources, [bad for one in staged.values() for bad in one.bad], idle, _rows(staged))


def _rows(staged: Mapping[str, Staged]) -> int:
    return sum(one.rows for one in staged.values())


def _make_events(con: duckdb.DuckDBPyConnection, import_map: ImportMap, name: str, rows: Rows, number: int) -> int:
    """Make every event of a row set; the number of rows that made none."""
    events = [event for event in import_map.events if event.rows == name]
    for event in events:
        con.execute(f"INSERT INTO made SELECT *, {number} FROM ({event_sql(event, import_map, rows)})")
    con.execute(
        f"INSERT INTO made SELECT 0, NULL, coalesce(_err_pos, _pos), NULL, _err, {rows.body}, {number}"
        f" FROM {rows.table} WHERE _err IS NOT NULL"
    )
    if rows.refused is not None:
        con.execute(
            f"INSERT INTO made SELECT 0, NULL, pos, NULL, error, body, {number} FROM ({rows.refused}) r(pos, error, body)"
        )
    some = " OR ".join(when_sql(event, rows) for event in events)
    return _number(con, f"SELECT count(*) FROM {rows.table} WHERE _err IS NULL AND NOT ({some})")


def _number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    found = con.execute(query).fetchone()
    return int(found[0]) if found else 0


def _explained(error: duckdb.Error) -> PercorsoError:
    """What DuckDB could not do, as an error that says what to do."""
    line = str(error).splitlines()[0][:300]
    if isinstance(error, duckdb.OutOfMemoryException | duckdb.IOException):
        return InvalidInput(f"the files need more memory or room on disk than there is; import them in parts ({line})")
    return InvalidMapping(f"the map cannot be carried out on these files: {line}")


@dataclass(slots=True)
class Prepared:
    """What an import will append. Close it.

    read_rows  rows read in all files, bad ones with them
    idle_rows  rows of the driving files that made no event, because no `when` was met
    """

    _con: duckdb.DuckDBPyConnection
    _sources: list[Staged]
    _malformed: list[BadRow]
    idle_rows: int
    read_rows: int

    @property
    def size(self) -> int:
        """How many items there are."""
        return _number(self._con, "SELECT count(*) FROM made WHERE error IS NULL")

    def bad_rows(self) -> list[BadRow]:
        """The rows of which no event can be made, always in the same order."""
        found = self._con.execute(
            "SELECT source, pos, error, body FROM made WHERE error IS NOT NULL ORDER BY source, pos, event, error"
        )
        return [*self._malformed, *(self._bad_row(*row) for row in found.fetchall())]

    def _bad_row(self, source: int, position: int, error: str, body: str) -> BadRow:
        reason, _, detail = error.partition("|")
        name = self._sources[source].files[position >> LINE_BITS].name
        return BadRow(position & LINE_MASK, reason, f"{name}: {detail}", body.encode()[:_BODY])

    def items(self, skip: int, at_once: int) -> Iterator[list[ImportedItem]]:
        """The items in the order they happened, then by file row, after the first `skip`; always in the same order.

        About `at_once` at a time.
        """
        found = self._con.execute(
            f"SELECT encode(item), pos & {LINE_MASK} FROM made WHERE error IS NULL ORDER BY occurred, source, pos, event"
            f" OFFSET {int(skip)}"
        )
        for batch in found.to_arrow_reader(at_once):
            bodies, lines = (column.to_pylist() for column in batch.columns)
            yield list(map(_new_item, zip(bodies, lines, strict=True)))

    def close(self) -> None:
        self._con.close()
