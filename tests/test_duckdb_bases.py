"""What DuckDB remembers of files that are gone does not grow for ever, and nobody loses the database they use."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from percorso.adapters.duckdb_base import open_duckdb
from percorso.adapters.duckdb_bases import Bases


class Opened:
    """Counts what was opened."""

    def __init__(self) -> None:
        self.databases: list[Any] = []

    def __call__(self) -> Any:
        self.databases.append(open_duckdb(memory="64MB", threads=1, reads_again=True))
        return self.databases[-1]


def is_open(database: Any) -> bool:
    try:
        database.execute("SELECT 1")
    except duckdb.ConnectionException:
        return False
    return True


def test_the_same_files_are_read_in_the_same_database() -> None:
    opened = Opened()
    bases = Bases(opened, gone=3)
    for _ in range(20):
        with bases.connection([Path("a"), Path("b")]) as connection:
            assert connection.execute("SELECT 1").fetchall() == [(1,)]
    bases.close()
    assert [is_open(one) for one in opened.databases] == [False]


def test_many_files_that_are_gone_are_forgotten_with_their_database() -> None:
    opened = Opened()
    bases = Bases(opened, gone=3)
    for number in range(20):
        with bases.connection([Path(str(number))]):
            pass
    assert 2 <= len(opened.databases) <= 5
    assert [is_open(one) for one in opened.databases] == [*[False] * (len(opened.databases) - 1), True]
    bases.close()


def test_who_came_before_keeps_their_database() -> None:
    opened = Opened()
    bases = Bases(opened, gone=1)
    with bases.connection([Path("old")]) as first:
        for number in range(10):
            with bases.connection([Path(str(number))]):
                pass
        assert len(opened.databases) > 1
        assert first.execute("SELECT 1").fetchall() == [(1,)]
        bases.close()
        assert first.execute("SELECT 1").fetchall() == [(1,)]
    assert not any(is_open(one) for one in opened.databases)


@pytest.mark.parametrize("files", [0, 50])
def test_files_that_stay_are_never_many(files: int) -> None:
    opened = Opened()
    bases = Bases(opened, gone=1)
    there = [Path(str(number)) for number in range(files)]
    for _ in range(5):
        with bases.connection(there):
            pass
    assert len(opened.databases) == 1
    bases.close()
