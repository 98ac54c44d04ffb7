"""What a benchmark reports."""

import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Row(NamedTuple):
    """One figure. `aim` is what the project promises, None for limits and peers measured beside it."""

    what: str
    value: float
    unit: str
    aim: float | None = None
    note: str = ""


def median_of(runs: int, measure: Callable[[], float]) -> float:
    """The median of several runs of one measurement."""
    return statistics.median(measure() for _ in range(runs))


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(len(ordered) * share * 1_000_000) // 1_000_000) - 1))]
