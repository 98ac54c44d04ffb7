"""The engine: DuckDB in process, over lake and live tail."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import ibis

from percorso.adapters.duckdb_base import open_duckdb, quoted
from percorso.adapters.duckdb_bases import Bases
from percorso.adapters.engine_tables import Loader, Moment, pin
from percorso.adapters.lake_told import FilesTold, joined
from percorso.adapters.person_events import nodes_of, person_events
from percorso.adapters.plain_values import plain_rows
from percorso.adapters.sql.database import Database
from percorso.adapters.sql_guard import check_query
from percorso.adapters.tallying import tally
from percorso.model.errors import InvalidQuery, StoreUnavailable
from percorso.model.tables import TABLES, schema_of
from percorso.ports import Tally

QUERIES_KEPT = 512


@lru_cache(maxsize=QUERIES_KEPT)
def _written(question: Any) -> str:
    """An expression's node as SQL. To write one takes tenths of a second, and a page asks the same all day."""
    return str(ibis.to_sql(question.to_expr(), dialect="duckdb"))


class DuckEngine:
    """`ports.Engine`. One base database at a time; each session has a connection of its own.

    sql_memory, sql_seconds  bounds of one question in SQL
    """

    def __init__(
        self,
        lake: Path,
        *,
        log: Database,
        state: Database,
        memory: str = "2GB",
        threads: int = 2,
        sql_memory: str = "512MB",
        sql_seconds: float = 30.0,
    ) -> None:
        self._lake = lake
        self._log = log
        self._state = state
        self._threads = threads
        self._sql_memory = sql_memory
        self._sql_seconds = sql_seconds
        self._bases = Bases(
            lambda: open_duckdb(memory=memory, threads=threads, spill=lake / ".spill", reads_again=True)
        )
        self._told = FilesTold()

    def close(self) -> None:
        self._bases.close()

    @contextmanager
    def session(self) -> Iterator["DuckSession"]:
        moment = pin(self._log, self._state, self._lake)
        try:
            with self._bases.connection(moment.files) as connection:
                yield DuckSession(connection, moment, self._told, self._threads, self._sql_memory, self._sql_seconds)
        except duckdb.IOException as error:
            if all(file.exists() for file in moment.files):
                raise
            raise StoreUnavailable("somebody was erased meanwhile, and files were written anew; ask again") from error
        finally:
            moment.close()


class DuckSession:
    """`ports.EngineSession`. Not to be shared between threads."""

    def __init__(
        self,
        connection: Any,
        moment: Moment,
        files_told: FilesTold,
        threads: int,
        sql_memory: str,
        sql_seconds: float,
    ) -> None:
        self._connection = connection
        self._moment = moment
        self._files_told = files_told
        self._loader = Loader(connection, moment)
        self._threads = threads
        self._sql_memory = sql_memory
        self._sql_seconds = sql_seconds

    def table(self, name: str) -> Any:
        self._loader.load(name)
        return ibis.table(schema_of(name), name=name)

    def told(self) -> list[dict[str, Any]]:
        lines = [*self._files_told.of(self._connection, self._moment.files), *self._loader.tail_told()]
        return [line.as_row() for line in joined(lines)]

    def execute(self, expression: Any) -> list[dict[str, Any]]:
        return _rows(self._connection.execute(_written(expression.op())))

    def upto(self) -> int:
        return self._moment.upto

    def tally(self, after: int, upto: int) -> Tally:
        return tally(self._connection, self._loader.since(after), upto)

    def keep(self, name: str, expression: Any) -> Any:
        query = _written(expression.op())
        self._connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {query}')
        return ibis.table(expression.schema(), name=name)

    def nodes_of(self, person_id: str) -> list[str]:
        return nodes_of(self._moment, person_id)

    def of_nodes(
        self, node_ids: Sequence[str], before: tuple[int, int] | None, channel: str | None, limit: int
    ) -> list[dict[str, Any]]:
        return person_events(self._connection, self._moment, node_ids, before, channel, limit)

    def sql(self, query: str, limit: int) -> list[dict[str, Any]]:
        tables = check_query(query, TABLES)
        connection = open_duckdb(memory=self._sql_memory, threads=self._threads)
        timer = threading.Timer(self._sql_seconds, connection.interrupt)
        try:
            self._sandbox(connection, sorted(tables))
            timer.start()
            return plain_rows(connection, query, limit)
        except duckdb.InterruptException:
            message = f"the query took longer than {self._sql_seconds:g} s; ask for less"
            raise InvalidQuery(message) from None
        except duckdb.OutOfMemoryException:
            raise InvalidQuery(f"the query needs more than {self._sql_memory} of memory; ask for less") from None
        except duckdb.Error as error:
            raise InvalidQuery(f"the query failed: {str(error).splitlines()[0]}") from None
        finally:
            timer.cancel()
            connection.close()

    def _sandbox(self, connection: Any, tables: Sequence[str]) -> None:
        """Load what the question reads, then shut the door."""
        loader = Loader(connection, self._moment)
        try:
            for table in tables:
                loader.load(table)
        except duckdb.Error as error:
            raise StoreUnavailable("the tables cannot be loaded; try again, or ask for less") from error
        paths = ", ".join(quoted(str(path)) for path in self._moment.files)
        connection.execute(f"SET allowed_paths = [{paths}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")


def _rows(result: Any) -> list[dict[str, Any]]:
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
