"""The event log on SQLite or PostgreSQL.

An append is one transaction: dedupe, rows, refusals, counts, commit, by hand over one connection of its own. On SQLite
exactly one process appends (the directory's lock sees to it) and commits are FULL. On PostgreSQL an advisory lock orders
appends: without it a reader that polls by seq would miss rows, since sequence order is not commit order.
"""

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count, repeat
from operator import attrgetter
from secrets import token_hex
from typing import Any

import psycopg
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from percorso.adapters.sql.bulk import insert_columns
from percorso.adapters.sql.database import Database, what_is_wrong
from percorso.adapters.sql.memory_of_ids import MemoryOfIds
from percorso.adapters.sql.seen import BUCKET
from percorso.adapters.sql.tables import log_meta
from percorso.model.errors import StoreUnavailable
from percorso.model.item_name import item_name
from percorso.model.time import DAY
from percorso.model.verdict import LIVE_LANE, Candidate, ItemVerdict, Refused, Verdict
from percorso.ports import LogEntry, LogSize

_APPEND_LOCK = 7_305_811_205_014_001
_READ = "seq, lane, source, message_id, occurred_at, received_at, day, hour, tie, historical, body, trust"
_WRITTEN = ", ".join(Candidate._fields)
_ADD_COUNT = (
    "insert into log_counts (source, day, verdict, count) values (?,?,?,?) "
    "on conflict (source, day, verdict) do update set count = log_counts.count + excluded.count"
)
_KEEP_ASIDE = (
    "insert into log_refused (received_at, source, message_id, verdict, reason, detail, line, body, event) "
    "values (?,?,?,?,?,?,?,?,?)"
)

MOST_NAME = 200
"""Characters kept of the name of a refused event."""

_ACCEPTED = Verdict.ACCEPTED
_RECEPTION_OF = attrgetter("source", "received_at")
_MESSAGE_ID_OF = attrgetter("message_id")
_KEY = Candidate._fields.index("key")
_new_verdict = partial(tuple.__new__, ItemVerdict)
"""Many at once; the constructor takes three times as long."""

Run = Callable[[str, Sequence[Any]], Any]


class SqlEventLog:
    """`ports.EventLog`."""

    def __init__(self, database: Database, *, bucket: int = BUCKET) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._ids = MemoryOfIds(bucket, alone=database.is_sqlite)
        self._writer: Connection | None = None
        self._head: int | None = None  # the last seq, as far as the only appender knows
        self.log_id = self._identify()

    def _identify(self) -> str:
        with self._database.write() as connection:
            found = connection.execute(select(log_meta.c.value).where(log_meta.c.name == "log_id")).scalar()
            if found is None:
                found = token_hex(8)
                connection.execute(log_meta.insert().values(name="log_id", value=found))
            return str(found)

    def close(self) -> None:
        self._hang_up()
        self._database.close()

    # appending

    def append(self, candidates: Sequence[Candidate], refused: Sequence[Refused] = ()) -> list[ItemVerdict]:
        with self._lock:
            with self._appending() as run:
                self._ids.refresh(run)
                known = self._ids.find(run, candidates)
                fresh = [one for at, one in enumerate(candidates) if at not in known] if known else candidates
                first = self._insert(run, fresh) if fresh else 0
                verdicts, aside = _judge(candidates, known, first)
                _keep_aside(run, [*refused, *aside])
                _count(run, candidates, verdicts if known else None, refused)
            # Only now, after the commit and still under the lock, may memory know of them.
            if fresh:
                self._head = first + len(fresh) - 1
                self._ids.remember(self._head, fresh)
        return verdicts

    @contextmanager
    def _appending(self) -> Iterator[Run]:
        """A transaction on the appender's own connection; begun and ended by hand, for it is the hottest of all."""
        try:
            raw = self._connected()
            raw.execute("begin immediate" if self._database.is_sqlite else "begin")
            if not self._database.is_sqlite:
                raw.execute("select pg_advisory_xact_lock(%s)", (_APPEND_LOCK,))
            yield raw.execute if self._database.is_sqlite else _with_percent_marks(raw.execute)
            raw.execute("commit")
        except BaseException as error:
            self._ids.forget()  # what memory knows may be wrong now; read it again
            self._head = None
            self._roll_back()
            if isinstance(error, SQLAlchemyError | sqlite3.Error | psycopg.Error):
                raise StoreUnavailable(f"nothing was stored: {what_is_wrong(error)}") from error
            raise

    def _connected(self) -> Any:
        if self._writer is None:
            options = {} if self._database.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
            self._writer = self._database.engine.connect().execution_options(**options)
        return self._writer.connection.driver_connection

    def _roll_back(self) -> None:
        with suppress(SQLAlchemyError, sqlite3.Error, psycopg.Error):
            self._connected().execute("rollback")
        self._hang_up()

    def _hang_up(self) -> None:
        if self._writer is not None:
            with suppress(SQLAlchemyError, sqlite3.Error, psycopg.Error):
                self._writer.invalidate()
                self._writer.close()
            self._writer = None

    def _insert(self, run: Run, fresh: Sequence[Candidate]) -> int:
        """Write rows under the next seqs; the first of these."""
        if self._database.is_sqlite:
            if self._head is None:
                row = run("select seq from sqlite_sequence where name = 'log_events'", ()).fetchone()
                self._head = row[0] if row else 0
            # The only appender: rows are numbered one after the other.
            insert_columns(run, f"insert into log_events ({_WRITTEN})", _columns(fresh))
            return self._head + 1
        sequence = "pg_get_serial_sequence('log_events', 'seq')"
        (last,) = run(f"select setval({sequence}, nextval({sequence}) + ? - 1)", (len(fresh),)).fetchone()
        first = int(last) - len(fresh) + 1
        raw = self._connected()
        with raw.cursor() as cursor, cursor.copy(f"copy log_events (seq, {_WRITTEN}) from stdin") as copy:
            for seq, one in enumerate(fresh, first):
                copy.write_row((seq, *(int(value) if value.__class__ is bool else value for value in one)))
        return first

    # reading

    def read(self, lane: int, after: int, limit: int) -> list[LogEntry]:
        # The lane is a literal so that the planner may use the lane's partial index.
        body = "cast(body as blob)" if self._database.is_sqlite else "body"
        columns = _READ.replace("body", body)
        statement = f"select {columns} from log_events where lane = {int(lane)} and seq > ? order by seq limit ?"
        with self._database.read() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            if self._database.is_sqlite:
                rows = raw.execute(statement, (after, limit)).fetchall()
                return [LogEntry._make((*row[:9], row[9] == 1, *row[10:])) for row in rows]
            rows = raw.execute(statement.replace("?", "%s"), (after, limit)).fetchall()
            return [LogEntry._make((*row[:9], row[9] == 1, row[10].encode(), row[11])) for row in rows]

    def size(self) -> LogSize:
        with self._database.read() as connection:
            lanes = {
                lane: max(
                    connection.exec_driver_sql(
                        f"select seq from {table} where lane = {lane} order by seq desc limit 1"
                    ).scalar()
                    or 0
                    for table in ("log_events", "log_erased")
                )
                for lane in (0, 1)
            }
        known = {lane: int(seq) for lane, seq in lanes.items() if seq}
        return LogSize(head=max(known.values(), default=0), lanes=known)


def _with_percent_marks(execute: Callable[..., Any]) -> Run:
    return lambda statement, values: execute(statement.replace("?", "%s"), values)


def _columns(candidates: Sequence[Candidate]) -> list[tuple[Any, ...]]:
    """The candidates by columns, keys as bytearrays: SQLite's driver binds these straight."""
    columns = list(zip(*candidates, strict=True))
    columns[_KEY] = tuple(map(bytearray, columns[_KEY]))
    return columns


def _judge(
    candidates: Sequence[Candidate], known: Mapping[int, int], first: int
) -> tuple[list[ItemVerdict], list[Refused]]:
    """The verdicts, and the rows to keep aside, by the fingerprints known before; new ones have seqs from `first` on."""
    seqs = count(first)
    if not known:
        parts = zip(map(_MESSAGE_ID_OF, candidates), repeat(_ACCEPTED), seqs, repeat(None), repeat(None), strict=False)
        return list(map(_new_verdict, parts)), []
    verdicts: list[ItemVerdict] = []
    aside: list[Refused] = []
    for index, candidate in enumerate(candidates):
        fingerprint = known.get(index)
        if fingerprint is None:
            verdicts.append(ItemVerdict(candidate.message_id, _ACCEPTED, next(seqs)))
        else:
            verdict, row = _repeated(candidate, fingerprint == candidate.fingerprint)
            verdicts.append(verdict)
            if row is not None:
                aside.append(row)
    return verdicts, aside


def _keep_aside(run: Run, refused: Sequence[Refused]) -> None:
    for one in refused:
        if one.verdict is Verdict.SUPPRESSED:
            continue  # counted, and nothing else is kept
        body = one.body.decode("utf-8", "backslashreplace").replace("\x00", "\\x00")
        said = (one.received_at, one.source, one.message_id, str(one.verdict), one.reason, one.detail, one.line, body)
        run(_KEEP_ASIDE, (*said, _kept_name(one.body)))


def _kept_name(body: bytes) -> str | None:
    name = item_name(body)
    return name[:MOST_NAME].replace("\x00", "") if name else None


def _count(
    run: Run, candidates: Sequence[Candidate], verdicts: Sequence[ItemVerdict] | None, refused: Sequence[Refused]
) -> None:
    """Add to the counts of the day; `verdicts` None when all are accepted."""
    counts: Counter[tuple[str, int, Verdict]] = Counter()
    if verdicts is None:  # counted in C: the items of a request share source and reception
        for (source, received_at), number in Counter(map(_RECEPTION_OF, candidates)).items():
            counts[source, received_at // DAY, _ACCEPTED] += number
    else:
        pairs = zip(candidates, verdicts, strict=True)
        counts.update((one.source, one.received_at // DAY, verdict.verdict) for one, verdict in pairs)
    counts.update((one.source, one.received_at // DAY, one.verdict) for one in refused)
    for (source, day, verdict), number in counts.items():
        run(_ADD_COUNT, (source, day, str(verdict), number))


def _repeated(candidate: Candidate, same: bool) -> tuple[ItemVerdict, Refused | None]:
    """The verdict on a repeat; live repeats and every conflict are kept to be looked at."""
    verdict = Verdict.DUPLICATE if same else Verdict.CONFLICT
    detail = None if same else "this message id was stored before with other content; give each event an id of its own"
    row = None
    if not same or candidate.lane == LIVE_LANE:
        row = Refused(
            source=candidate.source,
            message_id=candidate.message_id,
            received_at=candidate.received_at,
            reason=str(verdict),
            detail=detail or "stored before with the same content",
            body=b"" if same else candidate.body.encode(),
            verdict=verdict,
        )
    return ItemVerdict(
        message_id=candidate.message_id, verdict=verdict, reason=None if same else "conflict", detail=detail
    ), row
