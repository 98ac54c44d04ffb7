"""Quality as the API shows it; the rest of its shapes are those of insight/quality/people.py."""

from dataclasses import dataclass
from typing import Literal

from percorso.http.insight_shapes import WindowRecord
from percorso.insight.quality.volume import VolumeState

LeakKind = Literal["quarantined", "conflict", "missing", "unplaced", "nobody", "late", "unplanned", "bots", "unfolded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakRecord:
    """Events that numbers and flows cannot use, or should not; `share`: of the company's events of the window.

    `share_here`: of those of the source.  `reason`: of a refusal.  `names`: the events it is mostly about.
    """

    kind: LeakKind
    source: str
    touchpoint: str | None
    reason: str | None
    names: list[str]
    events: int
    share: float
    share_here: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginRecord:
    """What one source sent from one touchpoint; touchpoint null: unknown. `live`: not imported as history.

    `volume`: the last whole day against the same weekday of eight weeks; `low`, `high`: the interval, null while young.
    `by_day`: events of each of the last 28 days.
    """

    source: str
    touchpoint: str | None
    events: int
    live: int
    nobody: int
    late_hour: int
    late_day: int
    late_week: int
    unplanned: int
    bots: int
    volume: VolumeState
    last_day: int
    low: int | None
    high: int | None
    by_day: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTakenRecord:
    """What intake said of one source's items. `waiting`: those that wait in the quarantine."""

    source: str
    accepted: int
    duplicate: int
    conflict: int
    quarantined: int
    suppressed: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRecord:
    """Leaks: the dearest first. `days`: days of the window with any event; `behind`: places of the log not yet counted.

    `planned`: share of events whose name has a plan, null without events.
    """

    window: WindowRecord
    days: int
    events: int
    behind: int
    planned: float | None
    leaks: list[LeakRecord]
    origins: list[OriginRecord]
    sources: list[SourceTakenRecord]
