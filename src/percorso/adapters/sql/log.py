"""The event log on SQLite or PostgreSQL.

An append is one transaction: dedupe, rows, refusals, counts, commit. On SQLite exactly one process appends (the directory's
lock sees to it) and commits are FULL. On PostgreSQL an advisory lock orders appends: without it a reader that polls by seq
would miss rows, since sequence order is not commit order.
"""

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from secrets import token_hex
from typing import Any

import psycopg
from sqlalchemy import Connection, bindparam, func, select, text
from sqlalchemy.exc import DBAPIError

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.seen import BUCKET, Chunk, ClosedBuckets, close_bucket
from percorso.adapters.sql.tables import (
    log_buckets,
    log_chunks,
    log_counts,
    log_events,
    log_meta,
    log_refused,
)
from percorso.model.errors import StoreUnavailable
from percorso.model.time import DAY
from percorso.model.verdict import LIVE_LANE, Candidate, ItemVerdict, Refused, Verdict
from percorso.ports import LogEntry, LogSize

_APPEND_LOCK = 7_305_811_205_014_001
_READ = "seq, lane, source, message_id, occurred_at, received_at, day, hour, tie, historical, body"
_WRITTEN = f"{_READ}, key, fingerprint"


class SqlEventLog:
    """`ports.EventLog`."""

    def __init__(self, database: Database, *, bucket: int = BUCKET) -> None:
        self._database = database
        self._bucket = bucket
        self._lock = threading.Lock()
        self._closed = ClosedBuckets()
        self._recent: dict[bytes, int] = {}
        self._recent_to = 0  # seq up to which _recent is filled
        self._closed_to = 0  # seq up to which buckets are closed
        self._loaded = False
        self.log_id = self._identify()

    def _identify(self) -> str:
        with self._database.write() as connection:
            found = connection.execute(select(log_meta.c.value).where(log_meta.c.name == "log_id")).scalar()
            if found is None:
                found = token_hex(8)
                connection.execute(log_meta.insert().values(name="log_id", value=found))
            return str(found)

    def close(self) -> None:
        self._database.close()

    # appending

    def append(self, candidates: Sequence[Candidate], refused: Sequence[Refused] = ()) -> list[ItemVerdict]:
        with self._lock:
            return self._append(candidates, refused)

    def _append(self, candidates: Sequence[Candidate], refused: Sequence[Refused]) -> list[ItemVerdict]:
        with self._appending() as connection:
            self._refresh(connection)
            verdicts, accepted, aside = self._classify(connection, candidates)
            if accepted:
                first = self._reserve(connection, len(accepted))
                for offset, (index, candidate) in enumerate(accepted):
                    verdicts[index] = ItemVerdict(
                        message_id=candidate.message_id, verdict=Verdict.ACCEPTED, seq=first + offset
                    )
                self._insert(connection, first, [candidate for _, candidate in accepted])
            self._keep_aside(connection, [*refused, *aside])
            self._count(connection, candidates, verdicts, refused)
        # Only now, after the commit and still under the lock, may memory know of them.
        if accepted:
            self._recent.update((candidate.key, candidate.fingerprint) for _, candidate in accepted)
            self._recent_to = first + len(accepted) - 1
        return [verdict for verdict in verdicts if verdict is not None]

    @contextmanager
    def _appending(self) -> Iterator[Connection]:
        try:
            with self._database.write() as connection:
                if not self._database.is_sqlite:
                    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _APPEND_LOCK})
                yield connection
        except (DBAPIError, sqlite3.Error, psycopg.Error) as error:
            self._loaded = False  # what memory knows may be wrong now; read it again
            raise StoreUnavailable(f"the log cannot be written ({type(error).__name__}); nothing was stored") from error
        except BaseException:
            self._loaded = False
            raise

    def _refresh(self, connection: Connection) -> None:
        """Bring what memory knows of seen hashes up to the log: everything at first, then what others appended."""
        if not self._loaded:
            self._closed, self._recent = ClosedBuckets(), {}
            self._recent_to = self._closed_to = 0
        elif self._database.is_sqlite:
            self._close_full(connection)
            return
        rows = connection.execute(
            select(log_buckets.c.bucket, log_buckets.c.last_seq, log_buckets.c.filter)
            .where(log_buckets.c.last_seq > self._closed_to)
            .order_by(log_buckets.c.bucket)
        ).all()
        for bucket, last_seq, stored in rows:
            self._closed.add(bucket, stored)
            self._closed_to = last_seq
        if rows:
            self._recent, self._recent_to = {}, self._closed_to
        fresh = connection.execute(
            select(log_events.c.seq, log_events.c.key, log_events.c.fingerprint)
            .where(log_events.c.seq > self._recent_to)
            .order_by(log_events.c.seq)
        )
        for last, key, fingerprint in fresh:
            self._recent[bytes(key)] = fingerprint
            self._recent_to = last
        self._loaded = True
        self._close_full(connection)

    def _close_full(self, connection: Connection) -> None:
        if len(self._recent) < self._bucket:
            return
        closed = close_bucket(list(self._recent), list(self._recent.values()))
        bucket = len(self._closed) + 1
        last = select(log_events.c.received_at).order_by(log_events.c.seq.desc()).limit(1)
        opened = select(func.max(log_buckets.c.closed_at))
        now = connection.execute(last).scalar() or 0
        connection.execute(
            log_buckets.insert().values(
                bucket=bucket,
                opened_at=connection.execute(opened).scalar() or 0,
                closed_at=now,
                last_seq=self._recent_to,
                size=closed.size,
                filter=closed.filter,
            )
        )
        connection.execute(log_chunks.insert(), [{"bucket": bucket, **one._asdict()} for one in closed.chunks])
        self._closed.add(bucket, closed.filter)
        self._closed_to, self._recent = self._recent_to, {}

    def _classify(
        self, connection: Connection, candidates: Sequence[Candidate]
    ) -> tuple[list[ItemVerdict | None], list[tuple[int, Candidate]], list[Refused]]:
        """Which candidates are new; verdicts of the others; rows to keep aside for them."""
        before = self._seen_before(connection, candidates)
        verdicts: list[ItemVerdict | None] = [None] * len(candidates)
        accepted: list[tuple[int, Candidate]] = []
        aside: list[Refused] = []
        here: dict[bytes, int] = {}
        recent = self._recent
        for index, candidate in enumerate(candidates):
            known = recent.get(candidate.key)
            if known is None:
                known = here.get(candidate.key)
            if known is None and before:
                known = before.get(index)
            if known is None:
                here[candidate.key] = candidate.fingerprint
                accepted.append((index, candidate))
            else:
                verdicts[index], row = _repeated(candidate, known == candidate.fingerprint)
                if row is not None:
                    aside.append(row)
        return verdicts, accepted, aside

    def _seen_before(self, connection: Connection, candidates: Sequence[Candidate]) -> dict[int, int]:
        """position -> fingerprint of the candidates that lie in closed buckets."""

        def read(bucket: int, chunks: Sequence[int] | None) -> list[Chunk]:
            query = select(log_chunks.c.chunk, log_chunks.c["keys"], log_chunks.c.fingerprints)
            query = query.where(log_chunks.c.bucket == bucket)
            if chunks is not None:
                query = query.where(log_chunks.c.chunk.in_(chunks))
            return [Chunk(row[0], row[1], row[2]) for row in connection.execute(query)]

        return self._closed.find([candidate.key for candidate in candidates], read)

    def _reserve(self, connection: Connection, count: int) -> int:
        """The first of `count` fresh seqs."""
        if self._database.is_sqlite:
            statement = "select seq from sqlite_sequence where name = 'log_events'"
            return int(connection.exec_driver_sql(statement).scalar() or 0) + 1
        sequence = "pg_get_serial_sequence('log_events', 'seq')"
        statement = f"select setval({sequence}, nextval({sequence}) + %s - 1)"
        return int(connection.exec_driver_sql(statement, (count,)).scalar_one()) - count + 1

    def _insert(self, connection: Connection, first: int, candidates: Sequence[Candidate]) -> None:
        """One of the two hot paths, by hand."""
        rows = [
            (
                seq,
                c.lane,
                c.source,
                c.message_id,
                c.occurred_at,
                c.received_at,
                c.day,
                c.hour,
                c.tie,
                int(c.historical),
                c.body,
                c.key,
                c.fingerprint,
            )
            for seq, c in enumerate(candidates, first)
        ]
        raw: Any = connection.connection.driver_connection
        if self._database.is_sqlite:
            raw.executemany(f"insert into log_events ({_WRITTEN}) values (?,?,?,?,?,?,?,?,?,?,?,?,?)", rows)
            return
        with raw.cursor() as cursor, cursor.copy(f"copy log_events ({_WRITTEN}) from stdin") as copy:
            for row in rows:
                copy.write_row(row)

    def _keep_aside(self, connection: Connection, refused: Sequence[Refused]) -> None:
        if refused:
            connection.execute(
                log_refused.insert(),
                [
                    {
                        "received_at": one.received_at,
                        "source": one.source,
                        "message_id": one.message_id,
                        "verdict": str(one.verdict),
                        "reason": one.reason,
                        "detail": one.detail,
                        "line": one.line,
                        "body": one.body.decode("utf-8", "backslashreplace").replace("\x00", "\\x00"),
                    }
                    for one in refused
                ],
            )

    def _count(
        self,
        connection: Connection,
        candidates: Sequence[Candidate],
        verdicts: Sequence[ItemVerdict | None],
        refused: Sequence[Refused],
    ) -> None:
        counts = Counter(
            (candidate.source, candidate.received_at // DAY, str(verdict.verdict))
            for candidate, verdict in zip(candidates, verdicts, strict=True)
            if verdict is not None
        )
        counts.update((one.source, one.received_at // DAY, str(one.verdict)) for one in refused)
        if counts:
            rows = [{"s": s, "d": d, "v": v, "n": n} for (s, d, v), n in counts.items()]
            connection.execute(_ADD_COUNT, rows)

    # reading

    def read(self, lane: int, after: int, limit: int) -> list[LogEntry]:
        # The lane is a literal so that the planner may use the lane's partial index.
        body = "cast(body as blob)" if self._database.is_sqlite else "body"
        columns = _READ.replace("body", body)
        statement = (
            f"select {columns} from log_events where lane = {int(lane)} and seq > :after order by seq limit :limit"
        )
        with self._database.read() as connection:
            rows = connection.exec_driver_sql(
                statement if self._database.is_sqlite else _pyformat(statement), {"after": after, "limit": limit}
            ).fetchall()
        if self._database.is_sqlite:
            return [LogEntry._make((*row[:9], bool(row[9]), row[10])) for row in rows]
        return [LogEntry._make((*row[:9], bool(row[9]), row[10].encode())) for row in rows]

    def size(self) -> LogSize:
        with self._database.read() as connection:
            lanes = {
                lane: connection.exec_driver_sql(
                    f"select seq from log_events where lane = {lane} order by seq desc limit 1"
                ).scalar()
                for lane in (0, 1)
            }
        known = {lane: int(seq) for lane, seq in lanes.items() if seq is not None}
        return LogSize(head=max(known.values(), default=0), lanes=known)


def _pyformat(statement: str) -> str:
    return statement.replace(":after", "%(after)s").replace(":limit", "%(limit)s")


_ADD_COUNT = text(
    f"insert into {log_counts.name} (source, day, verdict, count) values (:s, :d, :v, :n) "
    f"on conflict (source, day, verdict) do update set count = {log_counts.name}.count + excluded.count"
).bindparams(bindparam("s"), bindparam("d"), bindparam("v"), bindparam("n"))


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
