"""Statements about many rows at once, as SQLite and PostgreSQL each want them."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from percorso.adapters.sql.bulk import insert_rows

_encode = msgspec.json.Encoder(order="deterministic").encode


class Statements:
    """Within one transaction. What is hot goes to the driver itself, the rest through SQLAlchemy."""

    def __init__(self, connection: Connection, *, is_sqlite: bool) -> None:
        self._connection = connection
        self._is_sqlite = is_sqlite
        self._raw: Any = connection.connection.driver_connection

    def among(self, query: str, values: Sequence[str], end: str = "", *more: Any) -> Iterable[Sequence[Any]]:
        """The rows whose last named column is one of the values; `end` goes on after that, with values of its own."""
        if not values:
            return ()
        if self._is_sqlite:
            query = f"{query} in (select value from json_each(?)) {end}"
            found: Iterable[Sequence[Any]] = self._raw.execute(query, (_encode(values).decode(), *more))
        else:
            found = self._raw.execute(f"{query} = any(%s) {end.replace('?', '%s')}", (list(values), *more))
        return found

    def _store(self, into: str, conflict: str, rows: Sequence[Sequence[Any]], kinds: Sequence[str]) -> None:
        """Many rows in one statement; `kinds` are the PostgreSQL types of the columns."""
        if not rows:
            return
        if self._is_sqlite:
            insert_rows(self._raw.execute, into, rows, conflict)
            return
        arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
        columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
        self._raw.execute(f"{into} select * from unnest({arrays}) {conflict}", columns)

    def _insert_new(self, table: Any, rows: Sequence[dict[str, Any]], key: str) -> set[str]:
        """Insert the rows whose key is new; their keys."""
        if not rows:
            return set()
        unique = {row[key]: row for row in reversed(rows)}
        known = set(self._connection.execute(select(table.c[key]).where(table.c[key].in_(list(unique)))).scalars())
        fresh = [row for row_key, row in reversed(unique.items()) if row_key not in known]
        if fresh:
            make = sqlite.insert if self._is_sqlite else postgresql.insert
            self._connection.execute(make(table).on_conflict_do_nothing(), fresh)
        return {row[key] for row in fresh}

    def _upsert(self, table: Any, rows: Sequence[dict[str, Any]], key: Sequence[str]) -> None:
        if not rows:
            return
        make = sqlite.insert if self._is_sqlite else postgresql.insert
        statement = make(table)
        changed = {c.name: statement.excluded[c.name] for c in table.c if c.name not in key}
        self._connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed), rows)
