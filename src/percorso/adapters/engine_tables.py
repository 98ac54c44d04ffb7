"""Loads the tables of a question into DuckDB, each when it is first asked for, all of one moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from percorso.adapters.arrow import Snapshot
from percorso.adapters.duckdb_base import quoted
from percorso.adapters.lake_told import Line, told_sql
from percorso.adapters.projection import LOG, PLACED, processed_limit, projection
from percorso.adapters.sql.database import Database
from percorso.model.tables import EVENTS, TABLES, ColumnOf

_STATE_TABLES = {
    "people": "FROM people t",
    "identifiers": "FROM nodes t",
    "positions": "FROM positions t",
    "decisions": "FROM decisions t LEFT JOIN nodes n ON n.node_id = t.node_id",
    "messages": "FROM outbox t LEFT JOIN nodes n ON n.node_id = t.node_id",
    "segments": "FROM segment_members t",
}
_PERSON_OF_NOW = {
    "decisions": "coalesce(n.person_id, t.person_id, '')",
    "messages": "coalesce(n.person_id, t.person_id, '')",
}
"""What is kept by node is shown under the person who holds the node now."""

_DUCKDB = {"string": "VARCHAR", "int64": "BIGINT", "int32": "INTEGER", "int16": "SMALLINT", "float64": "DOUBLE"}
_DUCKDB |= {"timestamp(6)": "TIMESTAMP", "boolean": "BOOLEAN", "date": "DATE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a session pinned: snapshots of log and state, the files of the lake and where the tail begins and ends.

    last_days   of each file the last civil day in it, as days since 1970-01-01
    last_seqs   of each file the last place of the log in it
    """

    log: Snapshot
    state: Snapshot
    files: tuple[Path, ...]
    last_days: tuple[int, ...]
    last_seqs: tuple[int, ...]
    sealed: int
    upto: int

    def close(self) -> None:
        self.log.close()
        self.state.close()


def pin(log: Database, state: Database, lake: Path) -> Moment:
    """The log's snapshot first, then files and offsets in one snapshot of the state: no event is missed or met twice."""
    log_snapshot = Snapshot(log)
    try:
        log_snapshot.number("SELECT max(seq) FROM log_events")
        state_snapshot = Snapshot(state)
        try:
            rows = state_snapshot.fetch("SELECT reader, seq FROM offsets").to_pylist()
            offsets = {row["reader"]: int(row["seq"]) for row in rows}
            query = "SELECT path, last_day, last_seq FROM manifest WHERE state = 'live' ORDER BY path"
            live = state_snapshot.fetch(query).to_pylist()
            sealed = offsets.get("archive", 0)
            return Moment(
                log=log_snapshot,
                state=state_snapshot,
                files=tuple(lake / str(row["path"]) for row in live),
                last_days=tuple(int(row["last_day"]) for row in live),
                last_seqs=tuple(int(row["last_seq"]) for row in live),
                sealed=sealed,
                upto=max(processed_limit(log_snapshot, offsets), sealed),
            )
        except BaseException:
            state_snapshot.close()
            raise
    except BaseException:
        log_snapshot.close()
        raise


class Loader:
    """Loads tables of a moment into one DuckDB connection, as temporary tables and views of its own."""

    def __init__(self, connection: Any, moment: Moment) -> None:
        self._connection = connection
        self._moment = moment
        self._loaded: set[str] = set()
        self._loaders: dict[str, Callable[[], None]] = {
            "events": self._events,
            "tail_events": self._tail,
            "verdicts": self._verdicts,
            "consents": self._consents,
        }

    def load(self, name: str) -> None:
        """Raises KeyError when there is no such table."""
        if name not in self._loaded:
            self._loaders.get(name, lambda: self._state_table(name))()
            self._loaded.add(name)

    def since(self, after: int) -> str:
        """SQL of the event rows with seq > after, read from the files that hold any; people are those of the files."""
        moment = self._moment
        files = [file for file, last in zip(moment.files, moment.last_seqs, strict=True) if last > after]
        parts = [read_files(files)] if files else []
        if moment.upto > moment.sealed or not parts:
            self.load("tail_events")
            parts.append("tail_events")
        rows = " UNION ALL ".join(f"SELECT {', '.join(EVENTS)} FROM {part}" for part in parts)
        return f"(SELECT * FROM ({rows}) WHERE seq > {int(after)})"

    def tail_told(self) -> list[Line]:
        """What the events beyond the files tell."""
        if self._moment.upto <= self._moment.sealed:
            return []
        self.load("tail_events")
        return [Line(*line) for line in self._connection.execute(told_sql("tail_events")).fetchall()]

    def _arrow(self, name: str, query: str, **given: Any) -> None:
        """A temporary table from Arrow ones, which the query reads by their names here."""
        for source, table in given.items():
            self._connection.register(source, table)
        self._connection.execute(f"CREATE TEMP TABLE {name} AS {query}")
        for source in given:
            self._connection.unregister(source)

    def _state_table(self, name: str) -> None:
        asked = []
        for column, about in TABLES[name].items():
            source = _PERSON_OF_NOW.get(name) if column == "person_id" else None
            asked.append(f"{source or _asked(f't.{column}', about)} AS {column}")
        rows = self._moment.state.fetch(f"SELECT {', '.join(asked)} {_STATE_TABLES[name]}")
        columns = ", ".join(_read(column, about) for column, about in TABLES[name].items())
        self._arrow(name, f"SELECT {columns} FROM given_rows", given_rows=rows)

    def _events(self) -> None:
        moment = self._moment
        moved = moment.state.fetch("SELECT node_id, person_id FROM moved")
        if moved.num_rows:
            query = "SELECT node_id::VARCHAR AS node_id, person_id::VARCHAR AS person_id FROM given_moved"
            self._arrow("moved_nodes", query, given_moved=moved)
        parts = []
        if moment.files:
            parts.append(f"SELECT {', '.join(EVENTS)} FROM {read_files(moment.files)}")
        if moment.upto > moment.sealed or not parts:
            self.load("tail_events")
            parts.append(f"SELECT {', '.join(EVENTS)} FROM tail_events")
        rows = " UNION ALL ".join(parts)
        if moved.num_rows:
            rows = (
                "SELECT e.* REPLACE (coalesce(m.person_id, e.person_id) AS person_id)"
                f" FROM ({rows}) e LEFT JOIN moved_nodes m ON m.node_id = e.node_id"
            )
        self._connection.execute(f"CREATE TEMP VIEW events AS {rows}")

    def _tail(self) -> None:
        moment = self._moment
        raw = moment.log.stretch(LOG, moment.sealed, moment.upto)
        placed = moment.state.stretch(PLACED, moment.sealed, moment.upto)
        query = typed(projection("given_raw", "given_placed"))
        self._arrow("tail_events", query, given_raw=raw, given_placed=placed)

    def _consents(self) -> None:
        """The ledger as it was said, but for what was erased."""
        rows = self._moment.state.fetch(
            "SELECT n.person_id AS person_id, t.payload AS payload FROM consent_ledger t"
            " JOIN nodes n ON n.node_id = t.node_id WHERE t.payload IS NOT NULL"
        )
        said = {"occurred_at": "BIGINT", "tie": "BIGINT", "expires_at": "BIGINT", "by_key": "BOOLEAN"}
        columns = ", ".join(
            f"(payload::VARCHAR ->> '{name}')::{said.get(name, 'VARCHAR')} AS {name}"
            for name in TABLES["consents"]
            if name != "person_id"
        )
        self._arrow("consents", f"SELECT person_id::VARCHAR AS person_id, {columns} FROM given_rows", given_rows=rows)

    def _verdicts(self) -> None:
        self.load("events")
        names = ("message_id", "source", "verdict", "reason", "detail", "received_at", "line")
        schema = TABLES["verdicts"]
        asked = ", ".join(f"{_asked(column, schema[column])} AS {column}" for column in names)
        rows = self._moment.log.fetch(f"SELECT {asked} FROM log_refused")
        columns = ", ".join(_read(column, schema[column]) for column in names)
        self._arrow("refused_items", f"SELECT {columns}, NULL::BIGINT AS seq FROM given_rows", given_rows=rows)
        self._connection.execute(
            "CREATE TEMP VIEW verdicts AS SELECT message_id, source, 'accepted' AS verdict, NULL::VARCHAR AS reason,"
            " NULL::VARCHAR AS detail, received_at, NULL::BIGINT AS line, seq FROM events"
            " UNION ALL SELECT * FROM refused_items"
        )


def read_files(files: Sequence[Path]) -> str:
    """SQL that reads files of the lake."""
    return f"read_parquet([{', '.join(quoted(str(file)) for file in files)}], hive_partitioning = false)"


def typed(rows: str) -> str:
    """Event rows cast to the types of the lake, whatever was guessed of columns that are empty."""
    return f"SELECT {', '.join(f'{name}::{_type(column)} AS {name}' for name, column in EVENTS.items())} FROM ({rows})"


def _type(column: ColumnOf) -> str:
    return _DUCKDB[column.type.removeprefix("!")]


def _asked(source: str, column: ColumnOf) -> str:
    """How a column is asked of the database: never null, so that its type is known from the first row."""
    if column.type == "string":
        return f"coalesce({source}, '')"
    return f"coalesce({source}, -1)" if column.type == "int64" else source


def _read(name: str, column: ColumnOf) -> str:
    """How what was asked becomes the column again."""
    if column.type.endswith("timestamp(6)"):
        return f"make_timestamp({name}::BIGINT) AS {name}"
    if column.type.endswith("boolean"):
        return f"{name}::BIGINT <> 0 AS {name}"
    if column.type == "string":
        return f"nullif({name}::VARCHAR, '') AS {name}"
    if column.type == "int64":
        return f"nullif({name}::BIGINT, -1) AS {name}"
    return f"{name}::{_type(column)} AS {name}"
