"""The audit log: rows in a chain, appended one transaction after the other.

On SQLite writers queue anyway; on PostgreSQL an advisory lock lets one append at a time, from reading the head to the
commit. The head is kept beside the rows, so that the last ones cannot be taken away unseen.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from zlib import crc32

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, text, update

from percorso.adapters.sql.config_store import get_meta
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import audit, state_meta
from percorso.model.audit import EMPTY, OF_TWO, Audited, AuditRow, Head, Verified, chained, read_head, verified
from percorso.ports import Acts

_HEAD = "audit_head"
_LOCK = crc32(b"percorso audit")
_ROWS = 5_000


def append(connection: Connection, *rows: AuditRow) -> Head:
    """Append in the transaction of what the rows witness, best as its last statement: others wait for the commit."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    kept = get_meta(connection, _HEAD)
    before = _head(kept)
    last = connection.execute(select(func.max(audit.c.number))).scalar() or 0
    head = before._replace(number=max(before.number, last))  # a row put in by others stops nobody
    for row in rows:
        added = chained(head, row)
        connection.execute(insert(audit), added._asdict())
        head = Head(added.number, added.hash)
    if kept is None:
        connection.execute(insert(state_meta), {"name": _HEAD, "value": str(head)})
    else:
        connection.execute(update(state_meta).where(state_meta.c.name == _HEAD), {"value": str(head)})
    return head


def _head(kept: str | None) -> Head:
    """A head that was taken away or spoilt is that of no row: the first row is then found broken."""
    try:
        return EMPTY if kept is None else read_head(kept)
    except ValueError:
        return EMPTY


class SqlAudit:
    """`ports.Audit` on a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, *rows: AuditRow) -> None:
        with self._database.write() as connection:
            append(connection, *rows)

    def latest(self, limit: int, which: Acts = Acts(), before: int | None = None) -> list[Audited]:
        query = select(audit).where(*self._wanted(which)).order_by(audit.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.number < before)
        with self._database.read() as connection:
            return [_row(row) for row in connection.execute(query)]

    def actors(self) -> list[str]:
        with self._database.read() as connection:
            return list(connection.execute(select(audit.c.actor).distinct().order_by(audit.c.actor)).scalars())

    def all(self) -> Iterator[Audited]:
        with self._database.read() as connection:
            yield from _rows(connection)

    def verify(self, noted: Head | None = None) -> Verified:
        with self._database.read() as connection:
            return verified(_rows(connection), _head(get_meta(connection, _HEAD)), noted)

    def _wanted(self, which: Acts) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if which.act is not None:
            conditions.append(audit.c.act == which.act)
        if which.actor is not None:
            conditions.append(audit.c.actor == which.actor)
        if which.targets is not None:
            conditions.append(self._is_about(which.targets))
        if which.since is not None:
            conditions.append(audit.c.at >= which.since)
        if which.until is not None:
            conditions.append(audit.c.at < which.until)
        return conditions

    def _is_about(self, targets: Sequence[str]) -> ColumnElement[bool]:
        space = (func.instr if self._database.is_sqlite else func.strpos)(audit.c.target, " ")
        first, second = func.substr(audit.c.target, 1, space - 1), func.substr(audit.c.target, space + 1)
        of_two = and_(audit.c.act.in_(OF_TWO), space > 0, or_(first.in_(targets), second.in_(targets)))
        return or_(audit.c.target.in_(targets), of_two)


def _rows(connection: Connection) -> Iterator[Audited]:
    query = select(audit).order_by(audit.c.number).execution_options(yield_per=_ROWS)
    for part in connection.execute(query).partitions():
        yield from map(_row, part)


def _row(row: Row[Any]) -> Audited:
    return Audited._make(row)
