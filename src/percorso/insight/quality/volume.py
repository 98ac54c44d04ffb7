"""Did as much come as was to be expected? Each day against the same weekday of the eight weeks before.

The centre is the median and the spread the median absolute deviation, scaled to a standard deviation as for normal data
(Rousseeuw and Croux, JASA 88, 1993), never less than that of a count (the square root). A day outside centre plus or minus
three spreads is told, unless two of those weekdays were as far out: a newsletter of every other week is not missing in the week
between. Holidays are not guessed. With fewer than four such weekdays nothing is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from statistics import median
from typing import Literal

WEEKS = 8
FEWEST = 4
SPREADS = 3.0
_TO_SIGMA = 1.4826

VolumeState = Literal["as_expected", "low", "high", "young"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Events of a day: expected, and the interval in which a day passes without a word."""

    centre: float
    low: int
    high: int


def expected(before: Sequence[int]) -> Expected | None:
    """From the same weekday of the weeks before, None when they are too few.

    >>> expected([100, 100, 100, 100, 900])
    Expected(centre=100.0, low=70, high=130)
    >>> expected([3200, 3210, 0, 3190, 3205, 0, 3200, 3195]).low
    0
    """
    if len(before) < FEWEST:
        return None
    centre = float(median(before))
    deviation = _TO_SIGMA * median(abs(count - centre) for count in before)
    spread = max(deviation, sqrt(max(centre, 1.0)))
    ordered = sorted(before)
    return Expected(
        centre=centre,
        low=max(0, min(floor(centre - SPREADS * spread), ordered[1])),
        high=max(ceil(centre + SPREADS * spread), ordered[-2]),
    )


def weekdays_before(counts: Mapping[int, int], day: int, first: int) -> list[int]:
    """The counts of the same weekday, the last `WEEKS` of them; days before `first`, when nothing was sent yet, are none."""
    return [counts.get(day - 7 * week, 0) for week in range(1, WEEKS + 1) if day - 7 * week >= first]


def judge(count: int, found: Expected | None) -> VolumeState:
    """What is to be said of a day."""
    if found is None:
        return "young"
    if count < found.low:
        return "low"
    return "high" if count > found.high else "as_expected"
