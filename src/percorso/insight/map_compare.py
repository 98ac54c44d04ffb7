"""Two maps of one journey set against each other: what differs, each difference with an interval of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from percorso.insight.interval import Estimate, apart, wilson
from percorso.insight.journey_map import JourneyMap, Mood, Share, StageColumn
from percorso.insight.kpi.result import Better, Difference, KpiRow, Unit

Measure = Literal["share", "conversion", "mood", "csat", "nps", "asa", "abandoned", "late"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapChange:
    """One measure of a stage, now less then. unit and better: how to read it."""

    stage: str
    measure: Measure
    unit: Unit
    better: Better
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class MapComparison:
    """A map and the one it is compared with. `changes`: those clearest for their interval first."""

    map: JourneyMap
    other: JourneyMap
    changes: tuple[MapChange, ...]


_READ: Mapping[Measure, tuple[Unit, Better]] = {
    "share": ("share", "higher"),
    "conversion": ("share", "higher"),
    "mood": ("score", "higher"),
    "csat": ("share", "higher"),
    "nps": ("points", "higher"),
    "asa": ("seconds", "lower"),
    "abandoned": ("share", "lower"),
    "late": ("share", "lower"),
}


def compare_maps(now: JourneyMap, other: JourneyMap) -> MapComparison:
    """Both are of one journey; a measure without a value on either side is left out."""
    found = []
    for stage, then in zip(now.stages, other.stages, strict=True):
        measures, before = _measures(stage, now.people), _measures(then, other.people)
        for measure, estimate in measures.items():
            unit, better = _READ[measure]
            between = apart(estimate, before[measure])
            if between is not None:
                clear = between.low > 0 or between.high < 0
                told = Difference(value=between.value, ci_low=between.low, ci_high=between.high, is_clear=clear)
                found.append(MapChange(stage=stage.stage, measure=measure, unit=unit, better=better, difference=told))
    return MapComparison(map=now, other=other, changes=tuple(sorted(found, key=_clearness)))


def _clearness(change: MapChange) -> float:
    """Less than nought by how many of its half-widths the difference is away from nought."""
    width = change.difference.ci_high - change.difference.ci_low
    return -abs(change.difference.value) / width if width else 0.0


def _measures(stage: StageColumn, people: int) -> dict[Measure, Estimate]:
    front, experience, back = stage.front, stage.experience, stage.back
    return {
        "share": wilson(front.people, people),
        "conversion": _estimate(front.conversion),
        "mood": _estimate(experience.mood),
        "csat": _estimate(experience.csat),
        "nps": _estimate(experience.nps),
        "asa": _estimate(back.asa),
        "abandoned": _estimate(back.abandoned),
        "late": _estimate(back.late),
    }


def _estimate(told: Share | Mood | KpiRow) -> Estimate:
    return Estimate(told.value, told.ci_low, told.ci_high, told.n)
