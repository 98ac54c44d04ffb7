"""Feeling rules: what an event says of how a person feels and how hard it was; and how it fades."""

from collections.abc import Sequence
from dataclasses import dataclass

from percorso.model.condition import Condition
from percorso.model.person import Evidence, Mood
from percorso.model.time import DAY, Micros
from percorso.model.touchpoint import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Reads the mood off a number of the event: `low` is -1, `high` is 1, linear between; outside it is no answer."""

    field: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FeelingRule:
    """An event that meets `when` is evidence.

    mood     -1 to 1, or a scale to read it from; None = says nothing of mood
    effort   points of effort, 0 or more
    why      the evidence in plain words, shown beside the mood
    """

    id: str
    when: Condition
    mood: float | Scale | None
    effort: float
    why: Text


MOOD_HALF_LIFE: Micros = 10 * DAY
BAD_COUNTS = 2.0
"""How much more a bad moment weighs than a good one of the same strength: see Baumeister et al., "Bad Is Stronger Than
Good", Review of General Psychology 5 (2001). Without it yesterday's late parcel drowns in last week's renewals."""
EFFORT_HALF_LIFE: Micros = 14 * DAY
CALM_WEIGHT = 0.25
"""Weight of "neither good nor bad" in the mean, so that one faint, old event does not make a strong mood."""


def _weight(mood: float, age: Micros) -> float:
    return float(0.5 ** (age / MOOD_HALF_LIFE)) * (BAD_COUNTS if mood < 0 else 1.0)


def mood_at(feelings: Sequence[Evidence], at: Micros) -> Mood:
    """How a person feels at a time: the mean of the evidence up to then, each halved every `MOOD_HALF_LIFE`, the bad
    weighing `BAD_COUNTS` times.

    Effort is the sum of points, halved every `EFFORT_HALF_LIFE`. Evidence later than `at` does not count.
    """
    known = [evidence for evidence in feelings if evidence.occurred_at <= at]
    weighed = [
        (_weight(evidence.mood, at - evidence.occurred_at), evidence.mood, evidence)
        for evidence in known
        if evidence.mood is not None
    ]
    total = sum(weight for weight, _, _ in weighed)
    mood = sum(weight * value for weight, value, _ in weighed) / (total + CALM_WEIGHT) if weighed else None
    effort = sum(e.effort * 0.5 ** ((at - e.occurred_at) / EFFORT_HALF_LIFE) for e in known if e.effort)
    strongest = sorted(weighed, key=lambda w: (-w[0] * abs(w[1]), -w[2].occurred_at))
    return Mood(mood=mood, effort=effort, evidence=tuple(evidence for _, _, evidence in strongest[:3]))
