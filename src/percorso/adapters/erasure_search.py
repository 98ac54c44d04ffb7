"""The verifier: looks for needles in every store, as its reader sees it and, of files, as the bytes lie on the disk.

A row is decoded before it is looked at: Parquet, and the profiles in the state. A needle that is only a part of a longer
identifier of somebody else (``card-12`` in ``card-123``) is none; on the disk that is known of identifiers and message ids that
are in the tables. Ids of messages are sought where ids of messages stand: a source may have taken any word for one.
"""

import mmap
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import msgspec
import pyarrow as pa
import pyarrow.parquet as parquet
from sqlalchemy import LargeBinary, Table, Text

from percorso.adapters.lake_pins import is_pinned
from percorso.adapters.needles import PART, Found, Needles, word_around
from percorso.adapters.sql.database import BUSY_TIMEOUT_MS, Database
from percorso.adapters.sql.erasure_state import copies_of
from percorso.adapters.sql.tables import LOG, STATE, erasures, log_buckets, log_chunks, log_erased, log_events, nodes
from percorso.model.erasure import Hit, Sought

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
_MESSAGES = frozenset({"message_id", "cause_message_id", "mended_id"})
"""Columns, of tables and of the lake, of ids of messages."""
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

    def too_short(self, sought: Sought) -> int:
        return Needles([*sought.names, *sought.messages]).too_short

    def search(self, sought: Sought, *, files: bool = True) -> list[Hit]:
        looking = _Looking(sought)
        for line, metadata in (("log", LOG), ("state", STATE)):
            for table in metadata.sorted_tables:
                if table not in _HASHES:
                    looking.table(self._databases[line], table)
        for path in self._files():
            looking.parquet(path, self._name(path), "file" if is_pinned(path, self._lake) else "row")
        if files:
            for path in (*self._database_files(), *self._files()):
                looking.file(path, self._name(path), "bytes")
            for path in self._other_files():
                looking.file(path, self._name(path), "file")
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

    def __init__(self, sought: Sought) -> None:
        self._needles = Needles([*sought.names, *sought.messages])
        self._names = len(sought.names)
        self._hits: set[Hit] = set()
        self._parts: list[tuple[Hit, bytes]] = []
        self._longer: dict[int, set[bytes]] = {}
        self._words: set[int] = set()

    def hits(self) -> list[Hit]:
        """A part of a word is a hit unless the word is somebody else's identifier."""
        self._hits.update(hit for hit, word in self._parts if word not in self._longer.get(hit.needle, ()))
        return sorted(hit for hit in self._hits if hit.kind != "bytes" or hit.needle not in self._words)

    def table(self, database: Database, table: Table) -> None:
        plain = [c.name for c in table.c if isinstance(c.type, Text)]
        names = [name for name in plain if (table.name, name) in _NAMES]
        for text in _texts(database, table.name, names):
            self._bytes(text, table.name, is_name=True, of_messages=names == ["message_id"])
        rest = [name for name in plain if name not in names]
        for some in ([name for name in rest if name in _MESSAGES], [name for name in rest if name not in _MESSAGES]):
            for text in _texts(database, table.name, some):
                self._bytes(text, table.name, of_messages=some[0] in _MESSAGES)
        for column in table.c:
            if isinstance(column.type, LargeBinary) and (table.name, column.name) != _SEALED:
                for text in _texts(database, table.name, [column.name], packed=True):
                    self._bytes(text, table.name)

    def parquet(self, path: Path, name: str, kind: Literal["row", "file"]) -> None:
        """`kind`: a file, of one that a backup under way holds: it must go first."""
        with parquet.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                rows = file.read_row_group(group)
                for title, column in zip(rows.column_names, rows.columns, strict=True):
                    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
                        texts = [text for text in column.unique().to_pylist() if text]
                        joined = b"\x00".join(text.encode("utf-8", "surrogatepass") for text in texts)
                        self._bytes(joined, name, kind, of_messages=title in _MESSAGES)

    def file(self, path: Path, name: str, kind: Literal["bytes", "file"]) -> None:
        """The bytes of a file as they lie there; where a needle is a part of a known longer word, it is none."""
        if path.stat().st_size == 0:
            return
        with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            for start in range(0, len(mapped), PART):
                part = mapped[max(0, start - _OVERLAP) : start + PART]
                for found in self._needles.search(part):
                    if not self._is_excused(part, found):
                        self._hits.add(Hit(name, found.needle, kind))

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

    def _bytes(
        self,
        text: bytes,
        store: str,
        kind: Literal["row", "file"] = "row",
        *,
        is_name: bool = False,
        of_messages: bool = False,
    ) -> None:
        """Values of a column with a zero byte between them."""
        for start in range(0, len(text), PART):
            part = text[max(0, start - _OVERLAP) : start + PART]
            for found in self._needles.search(part):
                is_message = found.needle >= self._names
                if is_message and not of_messages:
                    self._words.add(found.needle)
                    continue
                first, last = (value_around if is_message else word_around)(part, found.start, found.end)
                hit = Hit(store, found.needle, kind)
                if (first, last) == (found.start, found.end):
                    self._hits.add(hit)
                    continue
                word = part[first:last].lower()
                if is_name or is_message:
                    self._longer.setdefault(found.needle, set()).add(word)
                else:
                    self._parts.append((hit, word))


def value_around(text: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the value that holds this begins and ends, of values with a zero byte between them."""
    last = text.find(b"\x00", end)
    return text.rfind(b"\x00", 0, start) + 1, len(text) if last < 0 else last


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
