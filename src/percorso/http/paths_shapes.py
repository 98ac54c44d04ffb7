"""Paths, funnels and retention as the API shows them: with windows as the others have them; the rest is as insight says it."""

from dataclasses import dataclass

from percorso.http.insight_shapes import WindowRecord
from percorso.insight.funnel import FunnelGroup
from percorso.insight.journey_map import Share
from percorso.insight.paths.around import Cell, Direction, Link
from percorso.insight.paths.conformance import Deviation
from percorso.insight.paths.hops import Hop
from percorso.insight.paths.transitions import Loop, StepCount, Transition
from percorso.insight.paths.variants import Variant
from percorso.insight.retention import Period, RetentionColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """A step that paths can be made of, with how many events there are of it."""

    step: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSteps:
    """The most frequent first."""

    steps: list[PathStep]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionsRecord:
    """All transitions of a window, the most frequent first, and the steps that they are between."""

    window: WindowRecord
    step: str
    per: str
    paths: int
    people: int
    transitions: list[Transition]
    steps: list[StepCount]
    loops: list[Loop]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantsRecord:
    """The most frequent ways. total: how many different ones there are; others: paths that go no way shown."""

    window: WindowRecord
    step: str
    per: str
    paths: int
    people: int
    total: int
    others: int
    variants: list[Variant]


@dataclass(frozen=True, slots=True, kw_only=True)
class HopsRecord:
    """Changes of channel within a day, the most frequent first."""

    window: WindowRecord
    same_order: bool
    hops: list[Hop]


@dataclass(frozen=True, slots=True, kw_only=True)
class AroundRecord:
    """What comes before or after a pivot. Every column of cells sums to the total, and so do its links."""

    window: WindowRecord
    step: str
    per: str
    pivot: str
    direction: Direction
    every: bool
    total: int
    people: int
    cells: list[Cell]
    links: list[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformanceRecord:
    """Who goes a journey as it is declared, and how the others leave it."""

    window: WindowRecord
    journey: str
    on_path: Share
    to_the_end: int
    deviations: list[Deviation]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelRecord:
    """The whole first, then its groups, which sum to it. Counted are people; complete: nobody is open any more."""

    window: WindowRecord
    within_s: int
    entry: str
    strict: bool
    by: str | None
    complete: bool
    groups: list[FunnelGroup]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionCellRecord:
    """The period `after` periods after the cohort's own. complete: everything of it is known."""

    after: int
    window: WindowRecord
    share: Share
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionCohortRecord:
    """People whose first event was in the period; cells up to the present one."""

    window: WindowRecord
    people: int
    complete: bool
    cells: list[RetentionCellRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRecord:
    """The triangle; columns: all cohorts together, of complete cells alone."""

    window: WindowRecord
    period: Period
    first: str
    again: str
    cohorts: list[RetentionCohortRecord]
    columns: list[RetentionColumn]
