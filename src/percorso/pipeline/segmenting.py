"""Questions about segments: how many people a condition lets in, who they are, and what is known of the segments there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis

from percorso.insight.kpi.ask import Reader
from percorso.insight.listed import StagePeople, shown
from percorso.insight.segments.everybody import About, people_in
from percorso.model.segment import Segment
from percorso.model.segment_condition import read_condition
from percorso.model.time import Micros
from percorso.pipeline.analyse import Analyst
from percorso.pipeline.membership import day_of
from percorso.pipeline.segment_book import SegmentBook
from percorso.ports import PeopleReader
from percorso.ports.membership import Members

LATELY = 28
"""Days in which coming and going is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """people: how many it lets in;  of: of how many; unknown: events it asks for that never came."""

    people: int
    of: int
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One segment in the list.

    people    members now;  of: people in all;  entered, left: in the last `LATELY` days
    is_ready  whether these are the members of the version in force
    used_by   segments that refer to it
    """

    segment: Segment
    people: int
    of: int
    entered: int
    left: int
    is_ready: bool
    used_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """people: at the end of the day."""

    day: str
    people: int
    entered: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    segment: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One segment: its line, its size by day (days on which nobody moved left out), and whom it shares with others."""

    line: Line
    days: tuple[Day, ...]
    overlaps: tuple[Overlap, ...]
    versions: tuple[Segment, ...]


@dataclass(frozen=True)
class Segmenting:
    """`analyst` answers what is asked of everybody; the members are those that the follower keeps."""

    analyst: Analyst
    book: SegmentBook
    members: Members
    people: PeopleReader

    def lines(self) -> list[Line]:
        """Every segment in force, the largest first."""
        sizes, of = self.members.sizes(self._today() - LATELY), self.members.everybody()
        lines = [self._line(one, sizes, of) for one in self.book.all().values()]
        return sorted(lines, key=lambda line: (-line.people, line.segment.id))

    def page(self, segment: str) -> Page:
        """Raises NotFound."""
        found = self.book.find(segment)
        line = self._line(found, self.members.sizes(self._today() - LATELY), self.members.everybody())
        overlap = self.members.overlap(segment)
        return Page(
            line=line,
            days=self._days(segment, line.people),
            overlaps=tuple(
                Overlap(segment=name, people=many) for name, many in sorted(overlap.items(), key=lambda one: -one[1])
            ),
            versions=tuple(self.book.records.versions(segment)),
        )

    def count(self, condition: Mapping[str, Any]) -> Counted:
        """How many people a condition lets in now, published or not. Raises InvalidConfig."""
        with self.analyst.reading() as reader:
            inside = people_in(read_condition(condition), self._about(reader))
            everybody = reader.session.table("people")
            (row,) = reader.session.execute(inside.agg(people=inside.count()))
            (all_of,) = reader.session.execute(everybody.agg(people=everybody.count()))
            told = {one.name for one in reader.told}
        asked = _names(condition)
        return Counted(people=row["people"], of=all_of["people"], unknown=tuple(sorted(asked - told)))

    def sample(self, condition: Mapping[str, Any], limit: int) -> StagePeople:
        """Some of them, those seen last first, and how many there are."""
        with self.analyst.reading() as reader:
            inside = people_in(read_condition(condition), self._about(reader))
            (row,) = reader.session.execute(inside.agg(people=inside.count()))
            people = reader.session.table("people")
            named = people.semi_join(inside, "person_id").select("person_id", "name", "last_seen_at")
            latest = named.order_by(ibis.desc("last_seen_at"), "person_id")
            return StagePeople(people=shown(reader.session, latest, limit), count=row["people"])

    def inside(self, segment: str, limit: int, after: str = "") -> tuple[list[tuple[str, str | None, Micros]], int]:
        """(person, name, since) of members by id, and how many there are."""
        self.book.find(segment)
        rows = self.members.people(segment, limit, after)
        known = self.people.rows([person for person, _ in rows])
        named = [(person, known[person].name if person in known else None, since) for person, since in rows]
        return named, self.members.size(segment)

    def _about(self, reader: Reader) -> About:
        analyst = self.analyst
        today = analyst.civil.civil_date(analyst.clock.now())
        return About(reader.session.table, reader.events, today, analyst.civil, analyst.config.feelings)

    def _today(self) -> int:
        return self.analyst.civil.day_hour(self.analyst.clock.now())[0]

    def _line(self, one: Segment, sizes: Mapping[str, Any], of: int) -> Line:
        size = sizes.get(one.id)
        return Line(
            segment=one,
            people=size.people if size else 0,
            of=of,
            entered=size.entered if size else 0,
            left=size.left if size else 0,
            is_ready=self.book.is_ready(one),
            used_by=tuple(self.book.used_by(one.id)),
        )

    def _days(self, segment: str, now: int) -> tuple[Day, ...]:
        days = []
        for day, entered, left in reversed(self.members.days(segment)):
            days.append(Day(day=day_of(day).isoformat(), people=now, entered=entered, left=left))
            now -= entered - left
        return tuple(reversed(days))


def _names(condition: Any) -> set[str]:
    """The event names that a condition asks for by name alone."""
    if isinstance(condition, Mapping):
        named = {one for key in ("event", "then") if isinstance(one := condition.get(key), str)}
        return named.union(*(_names(part) for part in condition.values()))
    return set().union(*(_names(part) for part in condition)) if isinstance(condition, list) else set()
