"""How far a friction is believed.

What people do by themselves is only observed: it is at most moderate evidence, whatever its p-value. It becomes strong when
everything agrees: several outcomes, many visits, nothing before the signal that it cannot have caused, and a natural
experiment over the weeks.
"""

from collections.abc import Mapping
from typing import Literal

from percorso.insight.friction.effect import Effect
from percorso.insight.friction.natural import Slope
from percorso.insight.friction.signal import Outcome

Grade = Literal["strong", "moderate", "weak", "none", "few"]
"""weak: those hit were worse off before, or only the weeks say so, with what was matched pointing the same way;
none: nothing beyond luck was found;  few: too few visits to say."""
ORDER: Mapping[str, int] = {"strong": 0, "moderate": 1, "weak": 2, "none": 3, "few": 4}

SURE, VERY_SURE = 0.05, 0.01
LARGE = 100


def grade(
    q: float | None,
    effects: Mapping[Outcome, Effect],
    placebos: Mapping[Outcome, Effect],
    slopes: Mapping[Outcome, Slope],
) -> Grade:
    """`effects`, `placebos` and `slopes` by outcome; `q`: after correction for all that was looked at."""
    if q is None or not effects:
        return "few"
    if q >= SURE:
        return "weak" if _is_hinted(effects, slopes) else "none"
    if is_haunted(placebos):
        return "weak"
    clear = [name for name, one in effects.items() if one.excess > 0 and one.p_value < VERY_SURE]
    large = all(effects[name].n >= LARGE for name in clear)
    if q < VERY_SURE and len(clear) >= 2 and large and placebos and _agrees(clear, slopes):
        return "strong"
    return "moderate"


def is_haunted(placebos: Mapping[Outcome, Effect]) -> bool:
    """Whether those hit were worse off already before (each test gets its share of the error)."""
    return any(one.p_value < SURE / len(placebos) for one in placebos.values())


def _is_hinted(effects: Mapping[Outcome, Effect], slopes: Mapping[Outcome, Slope]) -> bool:
    """Whether an outcome was worse in the weeks in which more were hit, and for those who were hit."""
    return any(slopes[name].low > 0 and one.excess > one.error for name, one in effects.items() if name in slopes)


def _agrees(clear: list[Outcome], slopes: Mapping[Outcome, Slope]) -> bool:
    """Whether the weeks say the same of one outcome, and deny none."""
    told = [slopes[name] for name in clear if name in slopes]
    return any(slope.low > 0 for slope in told) and not any(slope.high < 0 for slope in told)
