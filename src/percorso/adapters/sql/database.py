"""One database, SQLite or PostgreSQL, with two kinds of transaction: reading and writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from percorso.model.errors import StoreUnavailable

BUSY_TIMEOUT_MS = 15_000


class Database:
    """A database by URL: ``sqlite:///path`` or ``postgresql://...``.

    SQLite runs in WAL with synchronous FULL: a commit is on disk. Writers queue with BEGIN IMMEDIATE, so a transaction
    that began never fails half-way for want of the lock.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.dialect = parsed.get_backend_name()
        self.url = parsed
        if self.dialect == "sqlite":
            self.engine = create_engine(parsed, pool_size=8, max_overflow=64, hide_parameters=True)
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin)
        else:
            self.engine = create_engine(parsed, pool_size=8, max_overflow=64, pool_pre_ping=True, hide_parameters=True)

    @property
    def is_sqlite(self) -> bool:
        return self.dialect == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot: everything read inside the block is of one moment."""
        with self.engine.connect() as connection:
            options: dict[str, Any] = (
                {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            )
            with connection.execution_options(**options).begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write: committed when the block ends, rolled back when it raises.

        Raises StoreUnavailable when the lock cannot be had in time.
        """
        with self.engine.connect() as connection:
            writing = connection.execution_options(percorso_begin="BEGIN IMMEDIATE")
            try:
                transaction = writing.begin()
            except OperationalError as error:
                raise StoreUnavailable("the database is locked or out of reach; try again") from error
            with transaction:
                yield writing

    def close(self) -> None:
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
        "cache_size=-65536",
        "mmap_size=1073741824",
        "temp_store=MEMORY",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("percorso_begin", "BEGIN"))
