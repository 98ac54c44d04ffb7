"""How much worse off those are who met a signal: the risk beyond that of visits that were otherwise alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import erfc, sqrt
from typing import Any

from percorso.insight.interval import Z

FEWEST_VISITS = 20
"""Of fewer visits with an outcome nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The excess risk of one outcome.

    n         visits with the signal that could be compared, and whose outcome is known;  others: visits they are compared with
    risk      share of those visits with the outcome;  usual: the share to be expected from the others
    excess    risk less usual, with its 95 % interval;  p_value: chance of as much or more by luck
    q_value   the same among all that was looked at (Benjamini & Hochberg); None where nobody asked
    """

    n: int
    others: int
    risk: float
    usual: float
    excess: float
    ci_low: float
    ci_high: float
    p_value: float
    q_value: float | None

    @property
    def error(self) -> float:
        """The standard error."""
        return (self.ci_high - self.ci_low) / (2 * Z)


def effect(row: Mapping[str, Any], measure: str) -> Effect | None:
    """From the sums of strata.py, `wholes` and `spread` of one friction; None of too few visits.

    The risk difference is standardised to those who met the signal (each stratum weighs as many as were hit in it).
    """
    n, others = int(row[f"n1_{measure}"] or 0), int(row[f"n0_{measure}"] or 0)
    if n < FEWEST_VISITS or others < FEWEST_VISITS:
        return None
    met, expected = float(row[f"y1_{measure}"]), float(row[f"e0_{measure}"])
    excess = (met - expected) / n
    error = sqrt(max(float(row[f"v_{measure}"] or 0.0) * n / (n - 1), _least(met, n) / n))
    return Effect(
        n=n,
        others=others,
        risk=met / n,
        usual=expected / n,
        excess=excess,
        ci_low=max(excess - Z * error, -1.0),
        ci_high=min(excess + Z * error, 1.0),
        p_value=0.5 * erfc(excess / error / sqrt(2)),
        q_value=None,
    )


def _least(met: float, n: int) -> float:
    """Nobody or everybody with the outcome is no proof that it varies not at all (one of each is added)."""
    share = (met + 1) / (n + 2)
    return share * (1 - share) if met in (0, n) else 0.0
