"""The verifier: looks for needles in every store, as its reader sees it and, of files, as the bytes lie on the disk.

A row is decoded before it is looked at: Parquet, and the profiles in the state. A needle that is only a part of a longer
identifier of somebody else (``card-12`` in ``card-123``) is none; on the disk that is known of identifiers and message ids that
are in the tables.
"""

import mmap
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as parquet
from sqlalchemy import LargeBinary, Table, Text

from percorso.adapters.needles import PART, Found, Needles, word_around
from percorso.adapters.sql.database import BUSY_TIMEOUT_MS, Database
from percorso.adapters.sql.erasure_state import copies_of
from percorso.adapters.sql.tables import LOG, STATE, erasures, log_buckets, log_chunks, log_erased, log_events, nodes
from percorso.model.erasure import Hit

_ROWS = 5_000
_OVERLAP = 4_096
_LONGEST = 1_100
"""Bytes of a longer identifier around a needle."""
_HASHES = (log_buckets, log_chunks, log_erased)
"""Tables of hashes alone; on the disk their bytes are searched with all others."""
_SEALED = (erasures.name, "work")
"""Unreadable without the secret, and what the needles are made of."""
_NAMES = {(nodes.name, "value"), (log_events.name, "message_id")}
"""Columns whose values may hold a needle as a part of somebody else's."""
_decode = msgspec.msgpack.Decoder().decode
_encode = msgspec.json.Encoder().encode


class StoreSearcher:
    """`ports.erasure.Searcher` over databases, lake, and the files beside them."""

    def __init__(self, *, log: Database, state: Database, lake: Path, directory: Path) -> None:
        self._databases = {"log": log, "state": state}
        self._lake = lake
        self._directory = directory

    def stores(self) -> Sequence[str]:
        tables = [
            str(table.name) for metadata in (LOG, STATE) for table in metadata.sorted_tables if table not in _HASHES
        ]
        return [
            *tables,
            *(self._name(path) for path in (*self._database_files(), *self._other_files(), *self._files())),
        ]

    def search(self, needles: Sequence[str], *, files: bool = True) -> list[Hit]:
        wanted = Needles(needles)
        looking = _Looking(wanted)
        for line, metadata in (("log", LOG), ("state", STATE)):
            for table in metadata.sorted_tables:
                if table not in _HASHES:
                    looking.table(self._databases[line], table)
        for path in self._files():
            looking.parquet(path, self._name(path))
        for path in (*self._database_files(), *self._other_files(), *self._files()) if files else ():
            looking.file(path, self._name(path))
        return looking.hits()

    def _files(self) -> list[Path]:
        return sorted(path for path in self._lake.rglob("*.parquet") if path.is_file())

    def _database_files(self) -> list[Path]:
        files = []
        for database in self._databases.values():
            if database.is_sqlite:
                base = str(database.url.database)
                files += [Path(base), Path(base + "-wal"), Path(base + "-journal")]
        return [path for path in files if path.exists()]

    def _other_files(self) -> list[Path]:
        """What receivers left, safety copies of migrations, spilled rows."""
        folders = (self._directory / "receiving", self._lake / ".spill", self._directory / "run")
        found = [path for folder in folders if folder.is_dir() for path in folder.rglob("*") if path.is_file()]
        return sorted([*copies_of(self._directory), *found])

    def _name(self, path: Path) -> str:
        return path.relative_to(self._directory).as_posix() if path.is_relative_to(self._directory) else path.name


class _Looking:
    """One search: hits as they come, and the longer words that excuse some."""

    def __init__(self, needles: Needles) -> None:
        self._needles = needles
        self._hits: set[Hit] = set()
        self._parts: list[tuple[Hit, bytes]] = []
        self._longer: dict[int, set[bytes]] = {}

    def hits(self) -> list[Hit]:
        """A part of a word is a hit unless the word is somebody else's identifier."""
        self._hits.update(hit for hit, word in self._parts if word not in self._longer.get(hit.needle, ()))
        return sorted(self._hits)

    def table(self, database: Database, table: Table) -> None:
        plain = [c.name for c in table.c if isinstance(c.type, Text)]
        names = [name for name in plain if (table.name, name) in _NAMES]
        for text in _texts(database, table.name, names):
            self._bytes(text, table.name, is_name=True)
        for text in _texts(database, table.name, [name for name in plain if name not in names]):
            self._bytes(text, table.name)
        for column in table.c:
            if isinstance(column.type, LargeBinary) and (table.name, column.name) != _SEALED:
                for text in _texts(database, table.name, [column.name], packed=True):
                    self._bytes(text, table.name)

    def parquet(self, path: Path, name: str) -> None:
        with parquet.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                for column in file.read_row_group(group).columns:
                    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
                        texts = [text for text in column.unique().to_pylist() if text]
                        self._bytes(b"\x00".join(text.encode("utf-8", "surrogatepass") for text in texts), name)

    def file(self, path: Path, name: str) -> None:
        """The bytes of a file as they lie there; where a needle is a part of a known longer word, it is none."""
        if path.stat().st_size == 0:
            return
        with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            for start in range(0, len(mapped), PART):
                part = mapped[max(0, start - _OVERLAP) : start + PART]
                for found in self._needles.search(part):
                    if not self._is_excused(part, found):
                        self._hits.add(Hit(name, found.needle))

    def _is_excused(self, part: bytes, found: Found) -> bool:
        """Whether it is a part of a longer identifier that is in the tables."""
        words = self._longer.get(found.needle)
        if words is None:
            return False
        first = max(0, found.start - _LONGEST)
        part, wanted = part[first : found.end + _LONGEST].lower(), part[found.start : found.end].lower()
        for word in words:
            at = word.find(wanted)
            while at >= 0:
                if found.start >= at and part.startswith(word, found.start - first - at):
                    return True
                at = word.find(wanted, at + 1)
        return False

    def _bytes(self, text: bytes, store: str, *, is_name: bool = False) -> None:
        for start in range(0, len(text), PART):
            part = text[max(0, start - _OVERLAP) : start + PART]
            for found in self._needles.search(part):
                first, last = word_around(part, found.start, found.end)
                if (first, last) == (found.start, found.end):
                    self._hits.add(Hit(store, found.needle))
                    continue
                word = part[first:last].lower()
                if is_name:
                    self._longer.setdefault(found.needle, set()).add(word)
                else:
                    self._parts.append((Hit(store, found.needle), word))


def _texts(database: Database, table: str, columns: Sequence[str], *, packed: bool = False) -> Iterator[bytes]:
    """What some columns of a table hold, many rows at a time. `packed`: as MessagePack, to be told as JSON."""
    if not columns:
        return
    named = ", ".join(f'"{column}"' for column in columns)
    for rows in _rows(database, f"select {named} from {table}"):
        values = [value for row in rows for value in row if value]
        yield b"\x00".join(map(_plain, values) if packed else values)


def _rows(database: Database, query: str) -> Iterator[Sequence[Sequence[bytes | None]]]:
    """Rows, their texts as bytes."""
    if database.is_sqlite:
        address = f"{Path(str(database.url.database)).absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT_MS / 1000)) as line:
            line.text_factory = bytes
            cursor = line.execute(query)
            while rows := cursor.fetchmany(_ROWS):
                yield rows
        return
    with database.read() as connection:
        for part in connection.execution_options(yield_per=_ROWS).exec_driver_sql(query).partitions():
            yield [tuple(_encoded(value) for value in row) for row in part]


def _encoded(value: Any) -> bytes | None:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else None if value is None else bytes(value)


def _plain(value: bytes) -> bytes:
    """A packed profile as JSON; other bytes as they are."""
    try:
        return _encode(_decode(value))
    except (msgspec.MsgspecError, UnicodeDecodeError, TypeError, ValueError):
        return value
