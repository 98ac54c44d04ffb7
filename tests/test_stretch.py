"""A stretch of a table comes out of SQLite as it went in, whatever the texts hold and however many rows there are."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percorso.adapters.stretch import ROWS, Columns, read_stretch

COLUMNS = Columns(
    table="t",
    numbers={"seq": "seq", "n": "coalesce(n, -1)"},
    texts={"a": "a", "b": "coalesce(b, '')"},
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ROW = st.tuples(st.none() | st.integers(-(2**63), 2**63 - 1), TEXTS, st.none() | TEXTS)


def made(rows: list[tuple[int, int | None, str, str | None]]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.text_factory = bytes
    connection.execute("create table t (seq integer primary key, n integer, a text, b text)")
    connection.executemany("insert into t values (?,?,?,?)", rows)
    return connection


@pytest.fixture
def many() -> Iterator[sqlite3.Connection]:
    """Twice what is joined at a time and a bit more, with holes in the numbering."""
    count = 2 * ROWS + 100
    with closing(made([(n, n * 7, f"a{n}", None) for n in range(1, count) if n % 3])) as connection:
        yield connection


@given(st.lists(ROW, max_size=30))
def test_what_comes_out_is_what_went_in(rows: list[tuple[int | None, str, str | None]]) -> None:
    with closing(made([(seq, *row) for seq, row in enumerate(rows, 1)])) as connection:
        table = read_stretch(connection, COLUMNS, 0, len(rows))
    assert table.column_names == COLUMNS.names
    expected = [(seq, -1 if n is None else n, a, b or "") for seq, (n, a, b) in enumerate(rows, 1)]
    assert [tuple(row.values()) for row in table.to_pylist()] == expected


def test_many_rows_come_by_seq_and_holes_are_passed(many: sqlite3.Connection) -> None:
    table = read_stretch(many, COLUMNS, 5, 2 * ROWS + 50)
    expected = [n for n in range(6, 2 * ROWS + 51) if n % 3]
    assert table["seq"].to_pylist() == expected
    assert table["a"].to_pylist() == [f"a{n}" for n in expected]


def test_a_stretch_without_rows_has_its_columns(many: sqlite3.Connection) -> None:
    table = read_stretch(many, COLUMNS, 10**6, 10**6 + 5)
    assert table.num_rows == 0
    assert [str(field.type) for field in table.schema] == ["int64", "int64", "string", "string"]


def test_texts_too_long_to_be_joined_come_in_smaller_parts() -> None:
    with closing(made([(n, n, str(n) * 300, "") for n in range(1, 9)])) as connection:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1_000)
        table = read_stretch(connection, COLUMNS, 0, 8)
        assert table["a"].to_pylist() == [str(n) * 300 for n in range(1, 9)]
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 200)
        with pytest.raises(sqlite3.DataError):
            read_stretch(connection, COLUMNS, 0, 8)


def test_bytes_that_are_no_text_are_told() -> None:
    with closing(made([])) as connection:
        connection.execute("insert into t values (1, 1, cast(x'ff' as text), '')")
        with pytest.raises(ValueError, match="UTF8"):
            read_stretch(connection, COLUMNS, 0, 1)
