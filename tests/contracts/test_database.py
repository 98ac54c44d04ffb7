"""A database out of reach says so, so that whoever asked tries again; a wrong statement stays wrong."""

import pytest
from sqlalchemy import Connection, event, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import offsets
from percorso.model.errors import StoreUnavailable

ROW = {"reader": "r", "log_id": "l", "seq": 1}


def test_a_broken_rule_stays_what_it_is(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(offsets).values(ROW))
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(insert(offsets).values(ROW))


def test_a_wrong_statement_stays_what_it_is(database: Database) -> None:
    for block in (database.read, database.write):
        with pytest.raises((OperationalError, ProgrammingError)), block() as connection:
            connection.execute(text("select * from never"))


def test_an_error_of_the_block_stays_what_it_is(database: Database) -> None:
    for block in (database.read, database.write):
        with pytest.raises(ZeroDivisionError), block():
            raise ZeroDivisionError


def test_a_full_disk_is_out_of_reach_and_writes_nothing(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("only SQLite can be told that its disk is full")
    event.listen(database.engine, "begin", lambda line: line.exec_driver_sql("pragma max_page_count=1").close())
    with pytest.raises(StoreUnavailable) as told, database.write() as connection:
        connection.execute(insert(offsets), [{**ROW, "reader": "x" * 5_000 + str(n)} for n in range(50)])
    assert isinstance(told.value.__cause__, DBAPIError)
    with database.read() as connection:
        assert connection.execute(select(offsets)).all() == []


def test_a_file_that_cannot_be_opened_is_out_of_reach() -> None:
    nowhere = Database("sqlite:////never/there/store.db")
    for block in (nowhere.read, nowhere.write):
        with pytest.raises(StoreUnavailable), block():
            pass
    nowhere.close()


def test_a_lost_connection_is_out_of_reach_and_the_next_one_works(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("a file has no line that can be cut")
    for block in (database.read, database.write):
        with pytest.raises(StoreUnavailable), block() as connection:
            _cut(database, connection)
        with block() as connection:
            assert connection.execute(text("select 1")).scalar_one() == 1


def _cut(database: Database, connection: Connection) -> None:
    """Have the server end a connection, then use it."""
    mine = connection.execute(text("select pg_backend_pid()")).scalar_one()
    with database.engine.connect() as other:
        other.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": mine})
    connection.execute(text("select 1"))


def test_no_server_at_all_is_out_of_reach(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("a file has no server")
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none")
    for block in (nowhere.read, nowhere.write):
        with pytest.raises(StoreUnavailable), block():
            pass
    nowhere.close()
