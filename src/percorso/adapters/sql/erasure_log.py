"""The log without some events."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Row, delete, func, insert, select

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.erasure_state import settle
from percorso.adapters.sql.tables import LOG, log_erased, log_events, log_refused
from percorso.model.time import Micros
from percorso.ports import LogEntry
from percorso.ports.erasure import RefusedItem

_T = TypeVar("_T")
_MANY = 500
_PAGE = 2_000
_READ = [log_events.c[name] for name in LogEntry._fields]


class SqlErasableLog:
    """`ports.erasure.ErasableLog`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, seqs: Sequence[int]) -> list[LogEntry]:
        found = []
        with self._database.read() as connection:
            for some in _parts(seqs):
                query = select(*_READ).where(log_events.c.seq.in_(some))
                found += [_entry(row) for row in connection.execute(query)]
        return found

    def seqs_of(self, source: str, message_ids: Sequence[str]) -> list[int]:
        found: list[int] = []
        with self._database.read() as connection:
            for some in _parts(message_ids):
                query = select(log_events.c.seq).where(log_events.c.source == source, log_events.c.message_id.in_(some))
                found += connection.execute(query).scalars()
        return found

    def older(self, before: Micros, after: int, limit: int) -> list[LogEntry]:
        beyond = (log_events.c.seq > after, log_events.c.received_at < before)
        query = select(*_READ).where(*beyond).order_by(log_events.c.seq).limit(limit)
        with self._database.read() as connection:
            return [_entry(row) for row in connection.execute(query)]

    def wishes(self, name: str, after: int) -> tuple[list[LogEntry], int]:
        beyond = log_events.c.seq > after
        said = log_events.c.body.contains(f'"{name}"', autoescape=True)
        query = select(*_READ).where(beyond, log_events.c.lane == 0, log_events.c.source == "percorso", said)
        with self._database.read() as connection:
            upto = connection.execute(select(func.max(log_events.c.seq)).where(beyond)).scalar()
            return [_entry(row) for row in connection.execute(query)], int(upto or after)

    def erase(self, seqs: Sequence[int]) -> int:
        gone = 0
        kept = [log_events.c.seq, log_events.c.lane, log_events.c.key, log_events.c.fingerprint]
        for part in _parts(seqs, _PAGE):  # a transaction each: who appends waits for none of them long
            with self._database.write() as connection:
                if self._database.is_sqlite:
                    connection.exec_driver_sql("pragma secure_delete = on")
                for some in _parts(part):
                    here = log_events.c.seq.in_(some)
                    connection.execute(
                        insert(log_erased).from_select([c.name for c in kept], select(*kept).where(here))
                    )
                    gone += connection.execute(delete(log_events).where(here)).rowcount
        return gone

    def refused(self, after: int, limit: int) -> list[RefusedItem]:
        columns = [log_refused.c[name] for name in RefusedItem._fields]
        query = select(*columns).where(log_refused.c.id > after).order_by(log_refused.c.id).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [RefusedItem._make((*row[:3], (row.body or "").encode("utf-8", "surrogatepass"))) for row in rows]

    def erase_refused(self, ids: Sequence[int]) -> int:
        gone = 0
        for some in _parts(ids):
            with self._database.write() as connection:
                if self._database.is_sqlite:
                    connection.exec_driver_sql("pragma secure_delete = on")
                gone += connection.execute(delete(log_refused).where(log_refused.c.id.in_(some))).rowcount
        return gone

    def settle(self) -> None:
        settle(self._database, [table.name for table in LOG.sorted_tables], whole=False)


def _entry(row: Row[Any]) -> LogEntry:
    entry = LogEntry._make(row)
    return entry._replace(historical=bool(entry.historical), body=row.body.encode())


def _parts(values: Sequence[_T], many: int = _MANY) -> list[Sequence[_T]]:
    return [values[start : start + many] for start in range(0, len(values), many)]
