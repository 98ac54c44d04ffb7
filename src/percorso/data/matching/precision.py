"""How many pairs of a weight are one person: what the model says, held against what people said of such pairs.

The weight of a pair is the model's own opinion. What people accepted and refused is the only outside word on it, so each
band of weights needs enough of that before anything in it is believed; the interval is given (Wilson's, at 95 %).
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

EDGES = (2.0, 4.0, 7.0, 10.0, 14.0, 20.0)
"""Weights at which bands begin; below the first and above the last there is a band too."""
MODEL_COUNTS_AS = 10
"""As many verdicts as the model's probability counts for, in a band."""

Interval = Callable[[int, int], tuple[float, float]]
"""(accepted, verdicts) -> the interval of their share."""


class Scored(NamedTuple):
    """A pair that nobody decided on yet."""

    weight: float
    probability: float


class Said(NamedTuple):
    """What a person said of a pair."""

    weight: float
    accepted: bool


class Band(NamedTuple):
    """Pairs of similar weight.

    low, high      weights: from, to under; None = no end
    pairs          those open
    model          the mean of their probabilities, None without pairs
    accepted, refused   what people said of such pairs
    precision      the model's word and people's together, None when there is neither
    least, most    the interval of the share that people accepted: 0 to 1 when they said nothing
    """

    low: float | None
    high: float | None
    pairs: int
    model: float | None
    accepted: int
    refused: int
    precision: float | None
    least: float
    most: float

    @property
    def said(self) -> int:
        return self.accepted + self.refused


class Trusted(NamedTuple):
    """What would be accepted at a precision.

    bands   the greatest weights first
    taken   how many of the bands are trusted, from the first on
    cut     the least weight that is accepted; None = nothing is
    pairs   how many open pairs are not below it
    wrong   how many of them are expected to be two people, with the ends of its interval
    """

    bands: Sequence[Band]
    taken: int
    cut: float | None
    pairs: int
    wrong: float
    wrong_least: float
    wrong_most: float


NO_CUT = float("-inf")


def trusted(pairs: Sequence[Scored], said: Sequence[Said], precision: float, interval: Interval) -> Trusted:
    """The bands from the top as long as they are trusted.

    A band is, when what people said of it puts the lower end of the interval at `precision` or above and the model does
    not say less. One above it may have fewer verdicts, for greater weights are no less sure; but none that speak against.
    """
    bands = [_band(number, pairs, said, interval) for number in range(len(EDGES), -1, -1)]
    sure = 0
    for number, band in enumerate(bands):
        if _speaks_against(band, precision):
            break
        if band.least >= precision:
            sure = number + 1
    taken = bands[:sure]
    if not taken:
        return Trusted(bands, 0, None, 0, 0.0, 0.0, 0.0)
    least = taken[-1].least
    count = sum(band.pairs for band in taken)
    return Trusted(
        bands,
        sure,
        taken[-1].low if taken[-1].low is not None else NO_CUT,
        count,
        sum(band.pairs * (1 - (band.precision or 0.0)) for band in taken),
        sum(band.pairs * (1 - band.most) for band in taken),
        sum(band.pairs * (1 - max(least, band.least)) for band in taken),
    )


def _speaks_against(band: Band, precision: float) -> bool:
    return band.precision is not None and band.precision < precision


def _band(number: int, pairs: Sequence[Scored], said: Sequence[Said], interval: Interval) -> Band:
    inside = [one.probability for one in pairs if bisect_right(EDGES, one.weight) == number]
    heard = [one.accepted for one in said if bisect_right(EDGES, one.weight) == number]
    model = sum(inside) / len(inside) if inside else None
    accepted = sum(heard)
    least, most = interval(accepted, len(heard)) if heard else (0.0, 1.0)
    return Band(
        low=EDGES[number - 1] if number else None,
        high=EDGES[number] if number < len(EDGES) else None,
        pairs=len(inside),
        model=model,
        accepted=accepted,
        refused=len(heard) - accepted,
        precision=_together(model, accepted, len(heard)),
        least=least,
        most=most,
    )


def _together(model: float | None, accepted: int, said: int) -> float | None:
    if model is None:
        return accepted / said if said else None
    return (accepted + MODEL_COUNTS_AS * model) / (said + MODEL_COUNTS_AS)
