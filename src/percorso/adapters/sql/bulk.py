"""Many rows a statement, on SQLite.

`executemany` runs a statement a row, and the driver gives Python's lock back for each: slow, and where another thread waits
for the lock (the event loop, beside the appender) the two hand it back and forth for every row.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

_MOST_ROWS = 256
"""A full statement. What is left over takes one more or two, of few sizes, so that each is prepared once and kept."""


def insert_rows(
    execute: Callable[[str, list[Any]], Any], into: str, rows: Sequence[Sequence[Any]], end: str = ""
) -> None:
    """Run ``{into} values (...), (...) {end}`` over all rows, in order."""
    if not rows:
        return
    one, start = f"({','.join('?' * len(rows[0]))})", 0
    while left := len(rows) - start:
        size = _MOST_ROWS if left >= _MOST_ROWS else left - left % 16 or left
        values = list(chain.from_iterable(rows[start : start + size]))
        execute(f"{into} values {','.join([one] * size)} {end}", values)
        start += size
