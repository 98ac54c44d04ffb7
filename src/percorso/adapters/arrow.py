"""Reads SQLite or PostgreSQL into Arrow, from one snapshot.

SQLite is read by the library that everything else of this process uses, Python's own. A second one, such as ADBC brings, would be
faster, and lose commits: POSIX drops a process's locks on a file when any of its descriptors of that file is closed, one
library keeps account of its own alone, and so the other's writer stands there without the lock it believes to hold.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import adbc_driver_postgresql.dbapi
import pyarrow as pa

from percorso.adapters.sql.database import BUSY_TIMEOUT_MS, Database
from percorso.adapters.stretch import Columns, read_stretch
from percorso.model.errors import StoreUnavailable

AT_ONCE = 10_000
"""Rows that are turned into columns at a time."""


class _Line(Protocol):
    """A connection in a reading transaction."""

    def fetch(self, query: str) -> pa.Table: ...
    def stretch(self, columns: Columns, after: int, upto: int) -> pa.Table: ...
    def first(self, query: str) -> Sequence[Any] | None: ...
    def close(self) -> None: ...


class Snapshot:
    """A reading transaction: everything fetched is of the moment of the first fetch."""

    def __init__(self, database: Database) -> None:
        try:
            self._line: _Line = _Sqlite(database) if database.is_sqlite else _Postgres(database)
        except (OSError, sqlite3.Error, adbc_driver_postgresql.dbapi.Error) as error:
            raise StoreUnavailable("the database cannot be read; is it there and running?") from error

    def fetch(self, query: str) -> pa.Table:
        """All rows of a SELECT written by us; it holds no value that a user gave. Without rows, columns are of int64."""
        return self._line.fetch(query)

    def stretch(self, columns: Columns, after: int, upto: int) -> pa.Table:
        """The rows of a table with after < seq <= upto, by seq: the way of many rows."""
        return self._line.stretch(columns, after, upto)

    def number(self, query: str) -> int | None:
        """The one number of a SELECT; None when there is no row or it is null."""
        row = self._line.first(query)
        return None if row is None or row[0] is None else int(row[0])

    def close(self) -> None:
        self._line.close()

    def __enter__(self) -> "Snapshot":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class _Sqlite:
    """Texts are taken as the bytes they are: Arrow checks them, and no text of Python's is made in between."""

    def __init__(self, database: Database) -> None:
        address = f"{Path(str(database.url.database)).absolute().as_uri()}?mode=ro"
        self._connection = sqlite3.connect(
            address, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_MS / 1000
        )
        self._connection.text_factory = bytes
        self._connection.execute("begin")

    def fetch(self, query: str) -> pa.Table:
        cursor = self._connection.execute(query)
        names = [column[0] for column in cursor.description]
        parts = list(_parts(cursor, names))
        if not parts:
            return pa.table({name: pa.array([], pa.int64()) for name in names})
        return pa.concat_tables(parts, promote_options="permissive")

    def stretch(self, columns: Columns, after: int, upto: int) -> pa.Table:
        return read_stretch(self._connection, columns, after, upto)

    def first(self, query: str) -> Sequence[Any] | None:
        row: Sequence[Any] | None = self._connection.execute(query).fetchone()
        return row

    def close(self) -> None:
        self._connection.close()


def _parts(cursor: sqlite3.Cursor, names: Sequence[str]) -> Iterator[pa.Table]:
    while rows := cursor.fetchmany(AT_ONCE):
        yield pa.table([_column(values) for values in zip(*rows, strict=True)], names=list(names))


def _column(values: Sequence[Any]) -> Any:
    """An array of one type: text, else what the numbers are."""
    some = next((value for value in values if value is not None), None)
    return pa.array(values, pa.string()) if isinstance(some, bytes) else pa.array(values)


class _Postgres:
    def __init__(self, database: Database) -> None:
        url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = adbc_driver_postgresql.dbapi.connect(url)
        with self._connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def fetch(self, query: str) -> pa.Table:
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetch_arrow_table()

    def stretch(self, columns: Columns, after: int, upto: int) -> pa.Table:
        where = f"seq > {int(after)} AND seq <= {int(upto)} ORDER BY seq"
        return self.fetch(f"SELECT {columns.sql} FROM {columns.table} WHERE {where}")

    def first(self, query: str) -> Sequence[Any] | None:
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            row: Sequence[Any] | None = cursor.fetchone()
            return row

    def close(self) -> None:
        self._connection.rollback()
        self._connection.close()
