"""Two periods, or two groups, compared: each difference with an interval of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from percorso.insight.dimensions import DIMENSIONS
from percorso.insight.kpi.ask import Reader, ask, difference
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.result import Compared, KpiRow
from percorso.insight.windows import Window
from percorso.model.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What rows are compared with: the same groups in other days, or one group of the same days; None: nothing."""

    days: Window | None = None
    group: str | None = None


def compare(
    reader: Reader, definition: Definition, by: Sequence[str], rows: Sequence[KpiRow], how: Comparison
) -> tuple[Compared | None, ...]:
    """One a row, in their order. Raises InvalidInput for what cannot be compared."""
    if how.days is not None and how.group is not None:
        raise InvalidInput("compare with other days or with another group, not with both at once")
    if how.days is not None:
        return _with_days(reader, definition, by, rows, how.days)
    return () if how.group is None else _with_group(by, rows, how.group)


def _with_days(
    reader: Reader, definition: Definition, by: Sequence[str], rows: Sequence[KpiRow], days: Window
) -> tuple[Compared | None, ...]:
    times = [name for name in by if name in DIMENSIONS and DIMENSIONS[name].time and name not in ("weekday", "hour")]
    if times:
        raise InvalidInput(f"by {times[0]} each row has days of its own; compare without it")
    others = {tuple(row.by.items()): row for row in ask(reader, definition, by, days.start, days.end)}
    found = (others.get(tuple(row.by.items())) for row in rows)
    return tuple(
        Compared(other=other, difference=difference(row, other)) if other is not None else None
        for row, other in zip(rows, found, strict=True)
    )


def _with_group(by: Sequence[str], rows: Sequence[KpiRow], group: str) -> tuple[Compared | None, ...]:
    if len(by) != 1:
        raise InvalidInput("compare groups by one dimension")
    other = next((row for row in rows if row.by.get(by[0]) == group), None)
    if other is None:
        known = ", ".join(str(row.by[by[0]]) for row in rows[1:] if row.by[by[0]] is not None)
        raise InvalidInput(f"there is no group {group!r} by {by[0]}; there are {known or 'none'}")
    return tuple(
        None if row is other or not row.by else Compared(other=other, difference=difference(row, other)) for row in rows
    )
