"""Retention: of the people who came first in a week or a month, who came again in each one after.

The first event is that of the whole life, not of the window; a period is a calendar week (from Monday) or month, so that
all people of a cohort have the same time in it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import ibis

from percorso.insight.interval import wilson
from percorso.insight.journey_map import Share
from percorso.insight.kpi.ask import Reader
from percorso.insight.windows import Window
from percorso.model.errors import InvalidInput

Period = Literal["week", "month"]
MOST_PERIODS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionChoice:
    """first: the event that makes a cohort, empty = any; again: the event that counts as coming again, empty = any."""

    period: Period = "week"
    first: str = ""
    again: str = ""

    def __post_init__(self) -> None:
        if self.period not in ("week", "month"):
            raise InvalidInput(f"retention is by week or month, not by {self.period!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionCell:
    """The period `after` periods after the cohort's own (0). complete: everything of it is known."""

    after: int
    window: Window
    share: Share
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionCohort:
    """People whose first event was in the period; cells up to the present one."""

    window: Window
    people: int
    complete: bool
    cells: tuple[RetentionCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionColumn:
    """All cohorts, so many periods after; those whose period is not complete are not in it."""

    after: int
    share: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """The triangle. Cell 0 is not 1 where another event counts as coming again."""

    window: Window
    period: Period
    first: str
    again: str
    cohorts: tuple[RetentionCohort, ...]
    columns: tuple[RetentionColumn, ...]


def retention(reader: Reader, choice: RetentionChoice, window: Window) -> Retention:
    """Cohorts whose period meets the window; each is whole."""
    window = from_first_day(window, choice.period)
    kept = keep_visits(reader, choice, window)
    sizes = {_day(row["cohort"]): int(row["people"]) for row in reader.session.execute(cohort_sizes(kept))}
    met = {
        (_day(row["cohort"]), _day(row["period"])): int(row["people"])
        for row in reader.session.execute(cell_counts(kept))
    }
    known = date(1970, 1, 1) + timedelta(days=reader.known_day((), window))
    last = reader.last_day() or window.start
    periods = periods_of(Window(start=window.start, end=max(last + timedelta(days=1), window.end)), choice.period)
    if len(periods) > MOST_PERIODS:
        raise InvalidInput(f"that makes more than {MOST_PERIODS} {choice.period}s; ask for a shorter time, or by month")
    cohorts = [
        _cohort(period, [later for later in periods[at:] if later.start <= last], sizes, met, known)
        for at, period in enumerate(periods)
        if window.start <= period.start < window.end
    ]
    found = tuple(cohort for cohort in cohorts if cohort.people)
    return Retention(
        window=window,
        period=choice.period,
        first=choice.first,
        again=choice.again,
        cohorts=found,
        columns=tuple(_columns(found)),
    )


def keep_visits(reader: Reader, choice: RetentionChoice, window: Window) -> Any:
    """One row for each person and period of theirs, worked out once."""
    days = from_first_day(window, choice.period)
    return reader.session.keep("retention_visits", visits(reader.events, choice, days))


def visits(events: Any, choice: RetentionChoice, window: Window) -> Any:
    """Expression: (person_id, cohort, period, occurred_at); period: null in the row that stands for the cohort itself."""
    everything = events.filter(events.person_id.notnull())
    first = everything.filter(everything.name == choice.first) if choice.first else everything
    again = everything.filter(everything.name == choice.again) if choice.again else everything
    born = first.group_by("person_id").agg(day=first.local_date.min(), occurred_at=first.occurred_at.min())
    unit = "W" if choice.period == "week" else "M"
    born = born.mutate(cohort=born.day.truncate(unit)).drop("day")
    born = born.filter(born.cohort >= window.start, born.cohort < window.end)
    times = again.mutate(period=again.local_date.truncate(unit))
    each = times.group_by("person_id", "period").agg(occurred_at=times.occurred_at.max())
    joined = born.inner_join(each, [born.person_id == each.person_id, each.period >= born.cohort])
    come = joined.select(born.person_id, born.cohort, period=each.period, occurred_at=each.occurred_at)
    whole = born.select("person_id", "cohort", period=ibis.null("date"), occurred_at=born.occurred_at)
    return whole.union(come)


def cohort_sizes(visits: Any) -> Any:
    """Expression: (cohort, people)."""
    born = visits.filter(visits.period.isnull())
    return born.group_by("cohort").agg(people=born.count())


def cell_counts(visits: Any) -> Any:
    """Expression: (cohort, period, people)."""
    come = visits.filter(visits.period.notnull())
    return come.group_by("cohort", "period").agg(people=come.count())


def in_cell(visits: Any, period: Period, cohort: date, after: int | None) -> Any:
    """Expression: the people of a cohort, or of one cell of it."""
    rows = visits.filter(visits.cohort == cohort)
    return rows.filter(rows.period.isnull() if after is None else rows.period == moved(cohort, period, after))


def moved(start: date, period: Period, by: int) -> date:
    """The begin of the period so many periods later.

    >>> moved(date(2026, 11, 1), "month", 3)
    datetime.date(2027, 2, 1)
    """
    if period == "week":
        return start + timedelta(weeks=by)
    months = start.year * 12 + start.month - 1 + by
    return date(months // 12, months % 12 + 1, 1)


def from_first_day(window: Window, period: Period) -> Window:
    """The window from the first day of its first period."""
    day = window.start
    return Window(start=day - timedelta(days=day.weekday()) if period == "week" else day.replace(day=1), end=window.end)


def periods_of(window: Window, period: Period) -> list[Window]:
    """The weeks or months that meet a window, oldest first."""
    start = from_first_day(window, period).start
    found = []
    while start < window.end:
        end = moved(start, period, 1)
        found.append(Window(start=start, end=end))
        start = end
    return found


def _cohort(
    period: Window,
    later: Sequence[Window],
    sizes: Mapping[date, int],
    met: Mapping[tuple[date, date], int],
    known: date,
) -> RetentionCohort:
    people = sizes.get(period.start, 0)
    cells = [
        RetentionCell(
            after=after,
            window=one,
            share=_share(met.get((period.start, one.start), 0), people),
            complete=one.end <= known,
        )
        for after, one in enumerate(later)
    ]
    return RetentionCohort(window=period, people=people, complete=period.end <= known, cells=tuple(cells))


def _columns(cohorts: Sequence[RetentionCohort]) -> list[RetentionColumn]:
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for cohort in cohorts:
        for cell in cohort.cells:
            if cell.complete:
                sums[cell.after][0] += cell.share.count
                sums[cell.after][1] += cell.share.n
    return [RetentionColumn(after=after, share=_share(count, n)) for after, (count, n) in sorted(sums.items())]


def _day(value: date) -> date:
    """A day, of an engine that cuts days to a timestamp."""
    return value.date() if isinstance(value, datetime) else value


def _share(count: int, n: int) -> Share:
    found = wilson(count, n)
    return Share(value=found.value, ci_low=found.low, ci_high=found.high, count=count, n=n)
