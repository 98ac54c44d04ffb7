"""Periods as a table, so that one question answers for several, and what cuts a window into them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import ibis

from percorso.insight.windows import Window, monday

CUTS = ("day", "week", "month")
"""Dimensions of time that cut a window into periods one after another."""


def periods_table(windows: Sequence[Window]) -> Any:
    """(start, end), one row a window."""
    rows = [{"start": window.start, "end": window.end} for window in windows]
    table = ibis.literal(rows, type="array<struct<start: date, end: date>>").unnest().name("period").as_table()
    return table.select(start=table.period["start"], end=table.period["end"])


def cut(window: Window, by: str) -> list[Window]:
    """A window as its days, ISO weeks or months, the first and the last as far as they lie in it.

    >>> from datetime import date
    >>> [str(part.start) for part in cut(Window(start=date(2026, 1, 30), end=date(2026, 3, 2)), "month")]
    ['2026-01-30', '2026-02-01', '2026-03-01']
    """
    found, start = [], window.start
    while start < window.end:
        if by == "month":
            after = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        else:
            after = monday(start) + timedelta(days=7) if by == "week" else start + timedelta(days=1)
        end = min(after, window.end)
        found.append(Window(start=start, end=end))
        start = end
    return found
