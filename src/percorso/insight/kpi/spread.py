"""Intervals of what is not a plain share or mean: rates, units in clusters, survival, quantiles. Plain Python, 95 %.

Sources: Garwood 1936 for counts, with Byar's approximation for large ones; Cochran 1977, ch. 6 for the ratio of two sums over
clusters; Kaplan & Meier 1958 with the log-log interval of Kalbfleisch & Prentice; Hill 1970 for Student's t.
"""

from collections.abc import Mapping
from math import exp, lgamma, log, sqrt
from typing import NamedTuple

from percorso.insight.interval import NOTHING, Estimate, Z

_TAIL = 0.025
_EXACT_UP_TO = 400


def student(freedom: int) -> float:
    """The 97.5 % quantile of Student's t.

    >>> [round(student(n), 2) for n in (1, 2, 5, 30, 1000)]
    [12.71, 4.3, 2.57, 2.04, 1.96]
    """
    exact = {1: 12.7062, 2: 4.30265, 3: 3.18245, 4: 2.77645}
    if freedom in exact:
        return exact[freedom]
    z, n = Z, freedom
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    )


def mean_t(total: float, squares: float, n: int) -> Estimate:
    """A mean with its t interval, from Σx and Σx². With one value the interval is the value itself."""
    if n == 0:
        return NOTHING
    value = total / n
    if n == 1:
        return Estimate(value, value, value, 1)
    half = student(n - 1) * sqrt(max(squares - n * value * value, 0.0) / (n - 1) / n)
    return Estimate(value, value - half, value + half, n)


def garwood(count: int, exposure: float, n: int) -> Estimate:
    """A rate, `count` over `exposure`, with the exact interval of a Poisson count. `n`: what the row says it rests on.

    >>> [round(x, 3) for x in garwood(10, 1.0, 1)[1:3]]
    [4.795, 18.39]
    """
    if exposure <= 0:
        return NOTHING
    low = 0.0 if count == 0 else _poisson_mean(count - 1, 1 - _TAIL)
    return Estimate(count / exposure, low / exposure, _poisson_mean(count, _TAIL) / exposure, n)


def _poisson_mean(count: int, below: float) -> float:
    """The mean at which a Poisson count is at most `count` with chance `below`."""
    z = Z if below == _TAIL else -Z
    k = count + 1
    byar = k * (1 - 1 / (9 * k) + z / (3 * sqrt(k))) ** 3
    if count > _EXACT_UP_TO:
        return byar
    low, high = 0.0, 2 * byar + 10
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(count, middle) > below else (low, middle)
    return (low + high) / 2


def _at_most(count: int, mean: float) -> float:
    if mean == 0:
        return 1.0
    return sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(count + 1))


class Clusters(NamedTuple):
    """Sums over clusters with x units of which y are met: how many clusters, Σx, Σy, Σx², Σxy, Σy²."""

    clusters: int
    units: float
    met: float
    units2: float
    both: float
    met2: float


def clustered_share(sums: Clusters) -> Estimate:
    """Σy / Σx as a share: Wilson's interval on as many independent units as the variance between clusters leaves.

    With one unit a cluster it is Wilson's own, but for one degree of freedom.
    """
    k, x, y, xx, xy, yy = sums
    if x <= 0:
        return NOTHING
    p = y / x
    n = float(x)
    if 0 < p < 1 and k > 1:
        between = max(yy - 2 * p * xy + p * p * xx, 0.0) * k / (k - 1) / (x * x)
        n = min(p * (1 - p) / between, x) if between > 0 else x
    elif k:
        n = min(k, x)
    centre, half, scale = (
        p + Z * Z / (2 * n),
        Z * sqrt(max(p * (1 - p), 0.0) / n + Z * Z / (4 * n * n)),
        1 + Z * Z / n,
    )
    return Estimate(p, min(p, max((centre - half) / scale, 0.0)), max(p, min((centre + half) / scale, 1.0)), round(x))


def clustered_ratio(sums: Clusters) -> Estimate:
    """Σy / Σx of amounts, with the normal interval of a ratio estimator; `n` counts clusters."""
    k, x, y, xx, xy, yy = sums
    if x <= 0:
        return NOTHING
    ratio = y / x
    if k < 2:
        return Estimate(ratio, ratio, ratio, k)
    half = student(k - 1) * sqrt(max(yy - 2 * ratio * xy + ratio * ratio * xx, 0.0) * k / (k - 1)) / x
    return Estimate(ratio, ratio - half, ratio + half, k)


def lost_by(day: int, lost: Mapping[int, int], left: Mapping[int, int]) -> Estimate:
    """1 - S(day), by Kaplan and Meier. `lost`, `left`: age in days -> how many were lost, or not followed further, then.

    Who is not followed further at an age was at risk at that age. No value when nobody was followed to `day` and some are
    still there: what has not been seen cannot be told.

    >>> round(lost_by(90, {10: 1, 20: 1}, {90: 8})[0], 9)
    0.2
    """
    n = at_risk = sum(lost.values()) + sum(left.values())
    if n == 0:
        return NOTHING
    if not any(age >= day for age in left) and at_risk > sum(count for age, count in lost.items() if age <= day):
        return Estimate(None, None, None, n)
    stay, spread = 1.0, 0.0
    for age in sorted({*lost, *left}):
        gone = lost.get(age, 0)
        if age <= day and gone:
            stay *= 1 - gone / at_risk
            spread += gone / (at_risk * (at_risk - gone)) if at_risk > gone else 0.0
        at_risk -= gone + left.get(age, 0)
    low, high = _log_log(stay, spread, n)
    return Estimate(1 - stay, 1 - high, 1 - low, n)


def _log_log(stay: float, spread: float, n: int) -> tuple[float, float]:
    """The interval of a survival; at its ends, where it has no variance, that of a share of n."""
    if stay in (0.0, 1.0) or spread == 0:
        edge = Z * Z / (n + Z * Z)
        return (0.0, edge) if stay < 0.5 else (1 - edge, 1.0)
    width = Z * sqrt(spread) / abs(log(stay))
    return stay ** exp(width), stay ** exp(-width)


def quantile_of(counts: Mapping[float, int], share: float) -> float | None:
    """The least value that at least `share` of all do not exceed.

    >>> quantile_of({1.0: 50, 2.0: 45, 9.0: 5}, 0.95)
    2.0
    """
    n = sum(counts.values())
    passed = 0
    for value in sorted(counts):
        passed += counts[value]
        if passed >= share * n - 1e-9:
            return value
    return None


def quantile_between(counts: Mapping[float, int], share: float) -> Estimate:
    """A quantile with the interval of order statistics (its rank is binomial, taken as normal)."""
    n = sum(counts.values())
    if n == 0:
        return NOTHING
    half = Z * sqrt(share * (1 - share) / n)
    ends = [quantile_of(counts, min(max(at, 1 / n), 1.0)) for at in (share, share - half, share + half)]
    return Estimate(ends[0], ends[1], ends[2], n)
