"""Reads SQLite or PostgreSQL straight into Arrow, from one snapshot.

ADBC on SQLite guesses a column's type from its first rows, so a nullable text column must be asked for as
``coalesce(column, '')``; `nullable` writes that, and the reader of the table turns '' back into null.
"""

from types import TracebackType
from typing import Any

import adbc_driver_postgresql.dbapi
import adbc_driver_sqlite.dbapi
import pyarrow as pa

from percorso.adapters.sql.database import Database
from percorso.model.errors import StoreUnavailable


def nullable(column: str) -> str:
    """A nullable text column in a query for `Snapshot.fetch`."""
    return f"coalesce({column}, '') AS {column}"


class Snapshot:
    """A reading transaction: everything fetched is of the moment of the first fetch."""

    def __init__(self, database: Database) -> None:
        try:
            self._connection = _connect(database)
        except (OSError, adbc_driver_sqlite.dbapi.Error) as error:
            raise StoreUnavailable("the database cannot be read; is it there and running?") from error

    def fetch(self, query: str) -> pa.Table:
        """All rows of a SELECT written by us; it holds no value that a user gave."""
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetch_arrow_table()

    def number(self, query: str) -> int | None:
        """The one number of a SELECT; None when there is no row or it is null."""
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            row = cursor.fetchone()
        return None if row is None or row[0] is None else int(row[0])

    def close(self) -> None:
        self._connection.rollback()
        self._connection.close()

    def __enter__(self) -> "Snapshot":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _connect(database: Database) -> Any:
    if database.is_sqlite:
        return adbc_driver_sqlite.dbapi.connect(f"file:{database.url.database}?mode=ro")
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = adbc_driver_postgresql.dbapi.connect(url)
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    return connection
