"""What reads a file for analysis must not let go of the locks that the same process holds on it.

POSIX drops a process's locks on a file when any of its descriptors of that file is closed. One SQLite library keeps account of
that; two in a process do not know of each other, and a commit is lost now and then.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from percorso.adapters.arrow import Snapshot
from percorso.adapters.sql.database import Database

TRY = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0)
try:
    connection.execute("begin immediate")
except sqlite3.OperationalError as error:
    print(error)
else:
    print("taken")
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{tmp_path / 'one.db'}")) as made:
        with made.write() as connection:
            connection.exec_driver_sql("create table t (x integer)")
            connection.exec_driver_sql("insert into t values (1)")
        yield made


def other_process(database: Database) -> str:
    """What another process hears that wants to write."""
    command = [sys.executable, "-c", TRY, str(database.url.database)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_a_snapshot_that_ends_lets_go_of_no_lock(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("insert into t values (2)")
        assert other_process(database) == "database is locked"
        with Snapshot(database) as snapshot:
            assert snapshot.number("select count(*) from t") == 1  # what is committed
        assert other_process(database) == "database is locked"
    assert other_process(database) == "taken"
