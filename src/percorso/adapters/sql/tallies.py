"""What was counted of the events, kept in the state database; and the counts of verdicts, in the log's."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgres
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from percorso.adapters.sql.config_store import get_meta
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import (
    log_counts,
    log_refused,
    state_meta,
    tally_days,
    tally_shapes,
    tally_words,
    unfolded,
)
from percorso.model.errors import Conflict
from percorso.model.time import Micros
from percorso.model.verdict import Verdict
from percorso.ports import Aside, DayCount, ShapeCount, TallyMark, Unfolded, WordCount

_MARK = "tally"
_BATCH = 500
_MOST_WORDS = 24

NamedRow = DayCount | ShapeCount | WordCount


class SqlTallies:
    """`ports.Tallies`."""

    def __init__(self, log: Database, state: Database) -> None:
        self._log = log
        self._state = state

    def mark(self) -> TallyMark | None:
        with self._state.read() as state:
            return _read_mark(state)

    def reset(self, mark: TallyMark) -> None:
        with self._state.write() as state:
            for table in (tally_days, tally_shapes, tally_words):
                state.execute(delete(table))
            _write_mark(state, mark)

    def add(
        self,
        days: Sequence[DayCount],
        shapes: Sequence[ShapeCount],
        words: Sequence[WordCount],
        before: TallyMark,
        after: TallyMark,
    ) -> None:
        with self._state.write() as state:
            if _read_mark(state) != before:
                raise Conflict("another process counts these events; run one analysis process")
            self._count(state, tally_days, DayCount._fields[:4], DayCount._fields[4:], days)
            self._count(state, tally_shapes, ShapeCount._fields[:4], ("events",), shapes)
            self._count(state, tally_words, WordCount._fields[:3], ("events",), words)
            _close_open(state)
            _write_mark(state, after)

    def _count(
        self, state: Connection, table: Table, keys: Sequence[str], counts: Sequence[str], rows: Sequence[NamedRow]
    ) -> None:
        """Add counts to rows that are there, insert the others."""
        insert: Any = insert_on_sqlite if self._state.is_sqlite else insert_on_postgres
        statement = insert(table)
        statement = statement.on_conflict_do_update(
            index_elements=list(keys), set_={name: table.c[name] + statement.excluded[name] for name in counts}
        )
        for start in range(0, len(rows), _BATCH):
            state.execute(statement, [one._asdict() for one in rows[start : start + _BATCH]])

    def shapes(self, since: int) -> list[ShapeCount]:
        table = tally_shapes.c
        recent = func.coalesce(func.sum(table.events).filter(table.day >= since), 0)
        query = select(table.name, table.path, table.type, func.min(table.day), recent)
        with self._state.read() as state:
            rows = state.execute(query.group_by(table.name, table.path, table.type)).all()
        return [ShapeCount(*row[:4], int(row[4])) for row in rows]

    def words(self) -> list[WordCount]:
        query = select(*[tally_words.c[name] for name in WordCount._fields])
        with self._state.read() as state:
            return [WordCount(*row) for row in state.execute(query)]

    def days(self, first: int, end: int) -> list[DayCount]:
        columns = [tally_days.c[name] for name in DayCount._fields]
        query = select(*columns).where(tally_days.c.day >= first, tally_days.c.day < end)
        with self._state.read() as state:
            return [DayCount(*row) for row in state.execute(query)]

    def names(self) -> list[tuple[str, int, int, int]]:
        total, first, last = func.sum(tally_days.c.events), func.min(tally_days.c.day), func.max(tally_days.c.day)
        query = select(tally_days.c.name, total, first, last).group_by(tally_days.c.name).order_by(total.desc())
        with self._state.read() as state:
            return [(row[0], int(row[1]), row[2], row[3]) for row in state.execute(query)]

    def verdicts(self, first: int, end: int) -> list[tuple[str, str, int]]:
        table = log_counts.c
        query = select(table.source, table.verdict, func.sum(table.count)).where(table.day >= first, table.day < end)
        with self._log.read() as log:
            return [(row[0], row[1], int(row[2])) for row in log.execute(query.group_by(table.source, table.verdict))]

    def aside(self, since: Micros, until: Micros) -> list[Aside]:
        table = log_refused.c
        keys = (table.source, table.verdict, table.reason)
        query = select(*keys, func.count()).where(
            table.settled_at.is_(None),
            table.verdict.in_((Verdict.QUARANTINED.value, Verdict.CONFLICT.value)),
            table.received_at >= since,
            table.received_at < until,
        )
        with self._log.read() as log:
            return [Aside(*row) for row in log.execute(query.group_by(*keys))]

    def unfolded(self) -> list[Unfolded]:
        query = select(unfolded.c.source, unfolded.c.reason, func.count()).group_by(
            unfolded.c.source, unfolded.c.reason
        )
        with self._state.read() as state:
            return [Unfolded(*row) for row in state.execute(query)]


def _close_open(connection: Connection) -> None:
    """A path that takes many words keeps none, only the row that says so."""
    table = tally_words
    places = select(table.c.name, table.c.path).group_by(table.c.name, table.c.path)
    many = places.having((func.count() > _MOST_WORDS) | (func.count().filter(table.c.word == "") > 0))
    found = connection.execute(many.having(func.count() > 1)).all()
    for name, path in found:
        of_path = (table.c.name == name) & (table.c.path == path)
        first = connection.execute(select(func.min(table.c.first_day)).where(of_path)).scalar_one()
        connection.execute(delete(table).where(of_path))
        connection.execute(table.insert(), {"name": name, "path": path, "word": "", "first_day": first, "events": 1})


def _read_mark(connection: Any) -> TallyMark | None:
    text = get_meta(connection, _MARK)
    return None if text is None else TallyMark(**json.loads(text))


def _write_mark(connection: Any, mark: TallyMark) -> None:
    connection.execute(delete(state_meta).where(state_meta.c.name == _MARK))
    connection.execute(state_meta.insert(), {"name": _MARK, "value": json.dumps(mark._asdict())})
