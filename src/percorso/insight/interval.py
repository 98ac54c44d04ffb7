"""Intervals and tests in plain numpy, at the 95 % level.

Sources: Wilson 1927; Rocks 2016 (arXiv 1601.07235) for NPS; Zou & Donner 2008 (MOVER) for differences;
Przyborowski & Wilenski 1940 for two counts.
"""

from collections.abc import Sequence
from math import comb, erf, exp, lgamma, log, sqrt
from typing import NamedTuple

import numpy as np

Z = 1.959963984540054
BOOTSTRAP_DRAWS = 2_000
BOOTSTRAP_UP_TO = 5_000
"""Above so many values the mean is as good as normal, whatever their shape."""
SEED = 20_260_101


class Estimate(NamedTuple):
    """A value with its interval; all None when n = 0."""

    value: float | None
    low: float | None
    high: float | None
    n: int


NOTHING = Estimate(None, None, None, 0)


def wilson(count: float, n: int) -> Estimate:
    """A proportion with Wilson's score interval.

    >>> [round(x, 4) for x in wilson(8, 10)[:3]]
    [0.8, 0.4902, 0.9433]
    """
    if n == 0:
        return NOTHING
    p = count / n
    centre = p + Z * Z / (2 * n)
    half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    return Estimate(p, max((centre - half) / scale, 0.0), min((centre + half) / scale, 1.0), n)


def nps(promoters: int, detractors: int, n: int) -> Estimate:
    """The net promoter score, -100 to 100, with the adjusted Wald interval: three answers are added, 3/4 at each end.

    >>> [round(x, 2) for x in nps(50, 20, 100)[:3]]
    [30.0, 14.05, 44.2]
    """
    if n == 0:
        return NOTHING
    m = n + 3
    p, d = (promoters + 0.75) / m, (detractors + 0.75) / m
    half = Z * sqrt(max(p + d - (p - d) ** 2, 0.0) / m)
    low, high = max(p - d - half, -1.0), min(p - d + half, 1.0)
    value = (promoters - detractors) / n
    return Estimate(100 * value, 100 * min(low, value), 100 * max(high, value), n)


def mean(total: float, squares: float, n: int) -> Estimate:
    """A mean with its normal interval, from Σx and Σx². With one value the interval is the value itself."""
    if n == 0:
        return NOTHING
    value = total / n
    if n == 1:
        return Estimate(value, value, value, 1)
    half = Z * sqrt(max(squares - n * value * value, 0.0) / (n - 1) / n)
    return Estimate(value, value - half, value + half, n)


def bootstrap_mean(values: Sequence[float], counts: Sequence[int]) -> Estimate:
    """A mean with its percentile bootstrap interval; `counts` says how often each value was met.

    Seeded: the same values, in whatever order, give the same interval.
    """
    order = np.argsort(np.asarray(values, dtype=np.float64), kind="stable")
    met = np.asarray(values, dtype=np.float64)[order]
    weights = np.asarray(counts, dtype=np.int64)[order]
    n = int(weights.sum())
    if n == 0:
        return NOTHING
    if n > BOOTSTRAP_UP_TO:
        return mean(float(met @ weights), float((met * met) @ weights), n)
    draws = np.random.default_rng(SEED).multinomial(n, weights / n, size=BOOTSTRAP_DRAWS)
    low, high = np.quantile(draws @ met / n, (0.025, 0.975))
    return Estimate(float(met @ weights / n), float(low), float(high), n)


class Apart(NamedTuple):
    """One value less another, with the interval of the difference."""

    value: float
    low: float
    high: float


def apart(a: Estimate, b: Estimate) -> Apart | None:
    """The difference a - b of two independent estimates, its interval made of theirs (MOVER). None without values."""
    if a.value is None or b.value is None or a.low is None or b.low is None or a.high is None or b.high is None:
        return None
    value = a.value - b.value
    low = value - sqrt((a.value - a.low) ** 2 + (b.high - b.value) ** 2)
    high = value + sqrt((a.high - a.value) ** 2 + (b.value - b.low) ** 2)
    return Apart(value, low, high)


def chance_of_difference(difference: Apart) -> float:
    """Two-sided p-value that the interval of a difference implies, its two halves taken as normal."""
    half = difference.value - difference.low if difference.value > 0 else difference.high - difference.value
    if half <= 0:
        return 0.0 if difference.value else 1.0
    return 1 - erf(abs(difference.value) / (half / Z) / sqrt(2))


def chance_of_count(count: int, others: int, share: float) -> float:
    """Chance of at least `count` of `count + others` events falling where the `share` of the exposure is.

    The exact conditional test of two Poisson rates, one-sided.

    >>> round(chance_of_count(8, 2, 0.5), 4)
    0.0547
    """
    n = count + others
    if n == 0 or share >= 1:
        return 1.0
    if share <= 0:
        return 0.0 if count else 1.0
    if n <= 60:
        return sum(comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(count, n + 1))
    tail = 0.0
    for k in range(count, n + 1):
        term = exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(share) + (n - k) * log(1 - share))
        tail += term
        if k > n * share and term < 1e-15:
            break
    return min(tail, 1.0)
