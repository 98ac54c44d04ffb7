"""One database, SQLite or PostgreSQL, with two kinds of transaction: reading and writing."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from percorso.model.errors import StoreUnavailable

BUSY_TIMEOUT_MS = 15_000
CHECKPOINT_PAGES = 4_000
"""A fold touches many pages again and again: they go into the file once in 16 MB, not with every batch."""

_SQLITE_OUT_OF_REACH = frozenset(
    (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    )
)
"""Primary result codes of a file that cannot be used now; the others are wrong statements, broken rules or bad files."""


_NOT_OURS = "the database file cannot be written; look whether its disk is read-only and who owns its files"
_TOLD = {
    sqlite3.SQLITE_FULL: "the disk is full; make room",
    sqlite3.SQLITE_READONLY: _NOT_OURS,
    sqlite3.SQLITE_CANTOPEN: _NOT_OURS,
    sqlite3.SQLITE_IOERR: "the disk fails; look at the system's log",
}


class Database:
    """A database by URL: ``sqlite:///path`` or ``postgresql://...``.

    SQLite runs in WAL with synchronous FULL: a commit is on disk. Writers queue with BEGIN IMMEDIATE, so a transaction
    that began never fails half-way for want of the lock.

    repeatable  what is committed here can be made again from what is on disk: after a power cut SQLite may have lost the
                last commits, whole and newest first, but those of nobody who commits with FULL after them
    """

    def __init__(self, url: str, *, repeatable: bool = False) -> None:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.dialect = parsed.get_backend_name()
        self.url = parsed
        if self.dialect == "sqlite":
            self.engine = create_engine(parsed, pool_size=8, max_overflow=64, hide_parameters=True)
            event.listen(self.engine, "connect", partial(_prepare_sqlite, "NORMAL" if repeatable else "FULL"))
            event.listen(self.engine, "begin", _begin)
        else:
            self.engine = create_engine(parsed, pool_size=8, max_overflow=64, pool_pre_ping=True, hide_parameters=True)

    @property
    def is_sqlite(self) -> bool:
        return self.dialect == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot: everything read inside the block is of one moment.

        Raises StoreUnavailable when the database is out of reach or goes away meanwhile.
        """
        options: dict[str, Any] = (
            {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        with _in_reach(), self.engine.connect() as connection, connection.execution_options(**options).begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write: committed when the block ends, rolled back when it raises.

        Raises StoreUnavailable when the lock cannot be had in time, the disk is full, or the database is out of reach or
        goes away meanwhile; then nothing was written, unless the line was cut in the very moment of the commit.
        """
        with _in_reach(), self.engine.connect() as connection:
            writing = connection.execution_options(percorso_begin="BEGIN IMMEDIATE")
            with writing.begin():
                yield writing

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _in_reach() -> Iterator[None]:
    """Says StoreUnavailable of what may work later. Broken rules and wrong statements stay what they are."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, psycopg.Error, NoConnectionFree) as error:
        if not _may_work_later(error):
            raise
        raise StoreUnavailable(what_is_wrong(error)) from error


def what_is_wrong(error: BaseException) -> str:
    """Why a database cannot be used now, and what to do, for people."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    return _TOLD.get(code, "the database is locked or out of reach; try again")


def _may_work_later(error: Exception) -> bool:
    if isinstance(error, NoConnectionFree):
        return True
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0)  # the module's own complaints have none
        return (code & 0xFF) in _SQLITE_OUT_OF_REACH  # the low byte is the primary code
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return lost or isinstance(cause, psycopg.OperationalError)


def _prepare_sqlite(synchronous: str, connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        f"synchronous={synchronous}",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
        "cache_size=-65536",
        "mmap_size=1073741824",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
        "temp_store=MEMORY",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("percorso_begin", "BEGIN"))
