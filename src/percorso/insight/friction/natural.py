"""A natural experiment: in the weeks in which more people met a signal, did more of all people come to harm?

Who meets a signal is seldom drawn by lot: those who do may differ from the others. A whole week of a device differs from
another less, so the share of the outcome among *everybody* is set against the share who were hit, over weeks and within
devices (weighted least squares, errors robust to unequal variance). Where the incident came and went, the slope is its effect.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from percorso.insight.interval import Z

FEWEST_CELLS = 12
"""Weeks times devices."""


@dataclass(frozen=True, slots=True)
class Slope:
    """By how much the outcome rises when everybody instead of nobody is hit, with its 95 % interval."""

    value: float
    low: float
    high: float


def slope(hits: Iterable[Mapping[str, Any]], others: Iterable[Mapping[str, Any]], measure: str) -> Slope | None:
    """From the strata of one friction and of its cell; None when too few weeks, or all were hit alike."""
    sums: dict[tuple[Any, Any], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for row, hit in (*((row, 1) for row in hits), *((row, 0) for row in others)):
        cell = sums[(row["device"], row["week"])]
        cell[0] += row[f"n_{measure}"]
        cell[1] += row[f"y_{measure}"]
        cell[2] += row[f"n_{measure}"] * hit
    cells = [(device, *values) for (device, _), values in sums.items() if values[0] > 0]
    if len(cells) < FEWEST_CELLS:
        return None
    devices = np.array([cell[0] or "" for cell in cells])
    n, y, h = (np.array([cell[at] for cell in cells], dtype=np.float64) for at in (1, 2, 3))
    return _fit(devices, n, h / n, y / n)


def _fit(devices: Any, n: Any, x: Any, y: Any) -> Slope | None:
    """The slope of y on x within devices, weighted by n."""
    for device in np.unique(devices):
        here = devices == device
        x[here] -= np.average(x[here], weights=n[here])
        y[here] -= np.average(y[here], weights=n[here])
    varies = float(np.sum(n * x * x))
    if varies <= 1e-9:
        return None
    value = float(np.sum(n * x * y)) / varies
    rest = y - value * x
    spare = len(x) / max(len(x) - len(np.unique(devices)) - 1, 1)
    error = sqrt(spare * float(np.sum((n * x * rest) ** 2))) / varies
    return Slope(value, value - Z * error, value + Z * error)
