"""What can be said of answers on a scale: a share of them, their mean, the good less the bad. Shared by NPS, CSAT and CES."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from percorso.insight.interval import NOTHING, Estimate, nps, wilson
from percorso.insight.kpi.answers import answers
from percorso.insight.kpi.definition import Sums
from percorso.insight.kpi.spread import mean_t


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Answers of a kind from `low` to `high`. `told`: only those that name their scale; else also those that name none.

    best   the end that is good: a CES of the first kind asks for the effort, and less of it is better
    """

    kind: str
    low: float
    high: float
    told: bool = False
    best: str = "high"

    def units(self, events: Any, known_to: int) -> Any:
        """The answers, each one's ``grade``: its score, counted so that more is better."""
        found = answers(events, self.kind, self.low, self.high)
        if self.told:
            found = found.filter(found.scale.notnull())
        grade = found.score if self.best == "high" else _less(self.low + self.high, found.score)
        return found.mutate(grade=grade)


def _less(total: float, score: Any) -> Any:
    """total - score, as float64 on every engine."""
    return score * -1.0 + total


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Sums over grades, and what they say."""

    returns: Mapping[str, str]
    sums: Callable[[Any], Mapping[str, Any]]
    estimate: Callable[[Sums], Estimate]


def share_from(least: float) -> Measure:
    """The share of grades of at least so much, with Wilson's interval."""

    def sums(told: Any) -> Mapping[str, Any]:
        return {"n": told.count(), "good": (told.grade >= least).sum()}

    def estimate(rows: Sums) -> Estimate:
        return wilson(int(rows[0]["good"] or 0), int(rows[0]["n"])) if rows else NOTHING

    return Measure(returns={"n": "int64", "good": "int64"}, sums=sums, estimate=estimate)


def net(good_from: float, bad_to: float) -> Measure:
    """Share of the good less share of the bad, in points, with the adjusted Wald interval."""

    def sums(told: Any) -> Mapping[str, Any]:
        good, bad = (told.grade >= good_from).sum(), (told.grade <= bad_to).sum()
        return {"n": told.count(), "promoters": good, "detractors": bad}

    def estimate(rows: Sums) -> Estimate:
        if not rows:
            return NOTHING
        row = rows[0]
        return nps(int(row["promoters"] or 0), int(row["detractors"] or 0), int(row["n"]))

    return Measure(returns={"n": "int64", "promoters": "int64", "detractors": "int64"}, sums=sums, estimate=estimate)


def mean_of(low: float, high: float, *, to_hundred: bool = False) -> Measure:
    """The mean grade with its t interval, within the scale; `to_hundred`: stretched to 0 to 100."""
    base, factor = (low, 100 / (high - low)) if to_hundred else (0.0, 1.0)

    def sums(told: Any) -> Mapping[str, Any]:
        return {"n": told.count(), "total": told.grade.sum(), "squares": (told.grade * told.grade).sum()}

    def estimate(rows: Sums) -> Estimate:
        if not rows or not rows[0]["n"]:
            return NOTHING
        row = rows[0]
        found = mean_t(float(row["total"]), float(row["squares"]), int(row["n"]))
        value, least, most = (
            factor * (min(max(at, low), high) - base) for at in (found.value, found.low, found.high) if at is not None
        )
        return Estimate(value, least, most, found.n)

    return Measure(returns={"n": "int64", "total": "float64", "squares": "float64"}, sums=sums, estimate=estimate)
