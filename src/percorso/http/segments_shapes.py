"""Segments as the API shows them."""

from dataclasses import dataclass
from typing import Any

from percorso.http.wire import Iso, Texts, texts
from percorso.model.segment import Kind, Segment
from percorso.model.time import to_iso
from percorso.pipeline.segmenting import Line, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentVersion:
    """A segment as it was published. `condition`: empty of a list."""

    id: str
    name: Texts
    kind: Kind
    version: int
    condition: dict[str, Any]
    published_at: Iso
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentLine:
    """A segment with its size: members now, of so many people; who came and went in the last 28 days.

    is_ready   whether these are the members of this version; false for some moments after it was published
    used_by    segments that refer to it
    """

    segment: SegmentVersion
    people: int
    of: int
    entered: int
    left: int
    is_ready: bool
    used_by: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentList:
    """The largest first."""

    segments: list[SegmentLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentDay:
    """Members at the end of a day, and who came and went on it."""

    day: str
    people: int
    entered: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentOverlap:
    """People of this segment who are in another too."""

    segment: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentPage:
    """One segment. `days`: those on which anybody came or went, the oldest first."""

    line: SegmentLine
    days: list[SegmentDay]
    overlaps: list[SegmentOverlap]
    versions: list[SegmentVersion]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentCount:
    """How many of `of` people a condition lets in. `unknown`: events it names that never came."""

    people: int
    of: int
    unknown: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentPerson:
    """A member. `since`: when they came in, or when it was published with them in it."""

    person_id: str
    name: str | None
    since: Iso


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentPeople:
    """Members by id, as many as `count` in all; `next`: ask on after this id, null at the end."""

    people: list[SegmentPerson]
    count: int
    next: str | None


def version(segment: Segment) -> SegmentVersion:
    return SegmentVersion(
        id=segment.id,
        name=texts(segment.name),
        kind=segment.kind,
        version=segment.version,
        condition=dict(segment.condition),
        published_at=to_iso(segment.published_at),
        by=segment.by,
    )


def line(found: Line) -> SegmentLine:
    return SegmentLine(
        segment=version(found.segment),
        people=found.people,
        of=found.of,
        entered=found.entered,
        left=found.left,
        is_ready=found.is_ready,
        used_by=list(found.used_by),
    )


def page(found: Page) -> SegmentPage:
    return SegmentPage(
        line=line(found.line),
        days=[SegmentDay(day=d.day, people=d.people, entered=d.entered, left=d.left) for d in found.days],
        overlaps=[SegmentOverlap(segment=one.segment, people=one.people) for one in found.overlaps],
        versions=[version(one) for one in found.versions],
    )
