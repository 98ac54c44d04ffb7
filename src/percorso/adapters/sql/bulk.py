"""Many rows written by few statements, on SQLite.

`executemany` runs a statement a row, and the driver gives Python's lock back for each: slow, and where another thread waits
for the lock (the event loop, beside the appender) the two hand it back and forth for every row.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

_MOST_ROWS = 256
"""A full statement. What is left over takes one more or two, of few sizes, so that each is prepared once and kept."""
_MANY_ROWS = 64
"""Fewer rows say the same by chance, and each choice of columns would be a statement to prepare."""

Execute = Callable[[str, list[Any]], Any]


def insert_rows(execute: Execute, into: str, rows: Sequence[Sequence[Any]], end: str = "") -> None:
    """Run ``{into} values (...), (...) {end}`` over all rows, in order."""
    if not rows:
        return
    one = f"({','.join('?' * len(rows[0]))})"
    for start, size in _statements(len(rows)):
        values = list(chain.from_iterable(rows[start : start + size]))
        execute(f"{into} values {','.join([one] * size)} {end}", values)


def insert_columns(execute: Execute, into: str, columns: Sequence[Sequence[Any]]) -> None:
    """The same of rows given by columns, where some say one thing in all rows: that is bound once a statement.

    Binding costs more than storing, and most for what the driver first asks its adapters about: None, bool and bytes, all
    but bytearray, int, float and str.
    """
    rows = len(columns[0])
    alike = tuple(
        rows >= _MANY_ROWS and column[0] == column[-1] and column.count(column[0]) == rows for column in columns
    )
    same = [column[0] for column, one in zip(columns, alike, strict=True) if one]
    others = [column for column, one in zip(columns, alike, strict=True) if not one]
    for start, size in _statements(rows):
        values = chain.from_iterable(zip(*(column[start : start + size] for column in others), strict=True))
        execute(f"{into} values {_numbered(alike, size)}", [*same, *values])


def _statements(rows: int) -> Iterator[tuple[int, int]]:
    """(first row, how many) of each statement."""
    start = 0
    while left := rows - start:
        size = _MOST_ROWS if left >= _MOST_ROWS else left - left % 16 or left
        yield start, size
        start += size


@lru_cache(maxsize=256)
def _numbered(alike: tuple[bool, ...], rows: int) -> str:
    """Rows of numbered marks; columns that are alike have the first numbers, the same in every row.

    >>> _numbered((False, True), 2)
    '(?2,?1),(?3,?1)'
    """
    same, others = iter(range(1, len(alike) + 1)), iter(range(sum(alike) + 1, len(alike) * rows + 1))
    shared = [next(same) if one else None for one in alike]
    return ",".join(f"({','.join(f'?{number or next(others)}' for number in shared)})" for _ in range(rows))
