"""Durations: their mean with a bootstrap interval, and the median and the ninth decile beside it."""

from collections.abc import Mapping
from typing import Any

import ibis

from percorso.insight.interval import NOTHING, Estimate, bootstrap_mean, mean
from percorso.insight.kpi.definition import Sums
from percorso.insight.kpi.spread import quantile_of

RETURNS = {"n": "int64", "total": "float64", "squares": "float64"}


def sums_of(column: str) -> Any:
    """Sums of a column of seconds."""

    def sums(units: Any) -> Mapping[str, Any]:
        lasted = units[column]
        return {"n": units.count(), "total": lasted.sum(), "squares": (lasted * lasted).sum()}

    return sums


def second(column: str) -> Any:
    """Durations are binned by the second, a day at most, so that the bootstrap draws from counts."""
    return lambda units: ibis.least(units[column].floor(), ibis.literal(86_400.0))


def estimate(rows: Sums) -> Estimate:
    counts = [int(row["n"]) for row in rows]
    n = sum(counts)
    if n == 0:
        return NOTHING
    value = mean(sum(row["total"] for row in rows), sum(row["squares"] for row in rows), n)
    drawn = bootstrap_mean([row["total"] / row["n"] for row in rows], counts)
    return Estimate(value.value, drawn.low, drawn.high, n)


def beside(rows: Sums) -> Mapping[str, float | None]:
    """Their tail is long: the mean alone misleads. To the second."""
    counts: dict[float, int] = {}
    for row in rows:
        at = float(row["total"] / row["n"])
        counts[at] = counts.get(at, 0) + int(row["n"])
    return {"median_s": quantile_of(counts, 0.5), "p90_s": quantile_of(counts, 0.9)}
