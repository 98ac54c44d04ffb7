"""Whether mending helped: how often a friction was met before and after a day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from percorso.insight.friction.behind import keep_named
from percorso.insight.friction.found import Key
from percorso.insight.interval import apart, wilson
from percorso.insight.kpi.ask import Reader, within
from percorso.insight.kpi.result import Difference
from percorso.insight.windows import Window

DAYS = 28
"""So long on either side, as far as there are data."""
FEWEST_DAYS = 14
"""After fewer days nothing is said to be measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Of the visits that could have met a friction, those that did. Shares with their 95 % interval; None without visits."""

    window: Window
    visits: int
    of: int
    share: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """before: the days until the mending;  after: from the day after it on;  difference: after less before.

    complete   whether all the days after it are over;  enough: whether so many are that it counts as measured
    """

    before: Rate
    after: Rate
    difference: Difference | None
    complete: bool
    enough: bool


def measured(reader: Reader, key: Key, mended_on: date, window: Window, today: date) -> Measured:
    """Before and after, by the visits of the same touchpoint and stage. `window`: the days that the subjects are named by."""
    before = Window(start=mended_on - timedelta(days=DAYS), end=mended_on)
    begins = min(mended_on + timedelta(days=1), max(today, mended_on))
    after = Window(start=begins, end=max(begins, min(begins + timedelta(days=DAYS), today)))
    whole = Window(start=min(window.start, before.start), end=max(window.end, after.end))
    visits = keep_named(reader, key, whole)
    first, second = (_rate(reader, visits, key[3], one) for one in (before, after))
    return Measured(
        before=first,
        after=second,
        difference=_difference(first, second),
        complete=after.days == DAYS,
        enough=after.days >= FEWEST_DAYS and second.of > 0,
    )


def _rate(reader: Reader, visits: Any, subject: str, window: Window) -> Rate:
    inside = visits.filter(within(visits, window))
    hit = inside.hit & (inside.subject == subject)
    (row,) = reader.session.execute(inside.agg(visits=hit.sum(), of=inside.count()))
    count, of = int(row["visits"] or 0), int(row["of"])
    estimate = wilson(count, of)
    return Rate(window=window, visits=count, of=of, share=estimate.value, ci_low=estimate.low, ci_high=estimate.high)


def _difference(before: Rate, after: Rate) -> Difference | None:
    found = apart(wilson(after.visits, after.of), wilson(before.visits, before.of))
    if found is None:
        return None
    clear = found.low > 0 or found.high < 0
    return Difference(value=found.value, ci_low=found.low, ci_high=found.high, is_clear=clear)
