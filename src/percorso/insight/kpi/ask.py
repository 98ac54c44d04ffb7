"""Asks a KPI of a session: the definition's sums by dimensions, then intervals, completeness and labels."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from percorso.insight.completeness import Told, Watermark, is_complete, known_day, known_until, watermarks
from percorso.insight.dimensions import DIMENSIONS, PeopleBy
from percorso.insight.interval import Estimate, apart
from percorso.insight.kpi.definition import Definition, Sums
from percorso.insight.kpi.grouping import grouped, people_of, within
from percorso.insight.kpi.periods import CUTS, cut
from percorso.insight.kpi.result import Difference, KpiRow
from percorso.insight.windows import Window
from percorso.model.errors import InvalidInput
from percorso.model.time import CivilClock
from percorso.ports import EngineSession

__all__ = ["Reader", "ask", "difference", "row_of", "within"]

MAX_GROUPS = 10_000
MAX_PERIODS = 1_000
Key = tuple[Any, ...]


@dataclass
class Reader:
    """Asks several things of one moment, sharing what they share. One thread. `robots_in`: they count like people.

    people_by   dimensions of people beside those of events, by name
    """

    session: EngineSession
    civil: CivilClock
    robots_in: bool = False
    people_by: Mapping[str, PeopleBy] = field(default_factory=dict)

    @cached_property
    def events(self) -> Any:
        """All, but what robots did where they are not let in."""
        events = self.session.table("events")
        return events if self.robots_in else events.filter(~events.robot)

    @cached_property
    def told(self) -> list[Told]:
        """What each source told, by event name."""
        return [Told(**row) for row in self.session.told()]

    @cached_property
    def marks(self) -> dict[str, Watermark]:
        """How far each source has come."""
        return watermarks(self.told)

    def known_day(self, names: Sequence[str], window: Window) -> int:
        """The civil day before which the sources that told of these events in the window have told everything."""
        sources = {
            one.source for one in self.told if one.name in names and one.first < window.end and one.last >= window.start
        }
        marks = [self.marks[source] for source in sorted(sources)] or list(self.marks.values())
        return known_day(known_until(marks), self.civil)

    def last_day(self) -> date | None:
        """The civil day of the last event; None when there is none."""
        return max((one.last for one in self.told), default=None)

    def span(self, names: Sequence[str]) -> Window | None:
        """The days from the first to the last event of some names, of all when none is named; None when there is none."""
        days = [(one.first, one.last) for one in self.told if not names or one.name in names]
        if not days:
            return None
        return Window(start=min(first for first, _ in days), end=max(last for _, last in days) + timedelta(days=1))

    def people_tables(self, by: Sequence[str]) -> dict[str, Any]:
        """Of the dimensions of people among these, their tables."""
        return {name: self.people_by[name](self.session) for name in by if name in self.people_by}

    def overlaps(self, by: Sequence[str]) -> bool:
        """Whether somebody may be in several groups of these dimensions."""
        return any(self.people_by[name].overlaps for name in by if name in self.people_by)

    def dimensions(self) -> tuple[str, ...]:
        """Every name that numbers can be asked by."""
        return (*DIMENSIONS, *self.people_by)


def ask(
    reader: Reader,
    definition: Definition,
    by: Sequence[str],
    start: date | None = None,
    end: date | None = None,
    *,
    people: bool = False,
) -> list[KpiRow]:
    """A KPI as one row of the whole and then, when there are dimensions, one a group, ordered by them.

    Where an end of the window is not given it is that of the events there are. `people`: count those behind each row.
    Raises InvalidInput for an unknown dimension or more groups than can be read.
    """
    check_dimensions(definition, by, reader.dimensions())
    window = window_of(reader, definition, start, end)
    asked = _Asked(reader, definition, window, reader.known_day(definition.names, window))
    groups = asked.groups(by) if by else {}
    adds = definition.adds and not reader.overlaps(by)
    whole = added(definition, [row for rows in groups.values() for row in rows]) if by and adds else asked.whole
    counted = asked.people(()) if people else {}
    found = [asked.row((), (), whole, counted.get((), None))]
    if by:
        counted = asked.people(by) if people else {}
        ordered = sorted(groups.items(), key=lambda group: [(value is None, _rank(value)) for value in group[0]])
        found += [asked.row(by, key, sums, counted.get(key, 0) if people else None) for key, sums in ordered]
    return found


@dataclass
class _Asked:
    """One KPI of one window."""

    reader: Reader
    definition: Definition
    window: Window
    known: int

    def _periods(self, by: Sequence[str]) -> Window | list[Window]:
        """The window; or, of what is told of a stretch of days, its parts when it is asked by time."""
        cuts = [name for name in by if name in CUTS]
        if self.definition.spans is None or not cuts:
            return self.window
        windows = [self.window]
        for name in cuts:
            windows = [part for one in windows for part in cut(one, name)]
        if len(windows) > MAX_PERIODS:
            raise InvalidInput(f"that makes more than {MAX_PERIODS} periods; ask by a longer one or a shorter time")
        return windows

    def _read(self, by: Sequence[str]) -> dict[Key, list[Mapping[str, Any]]]:
        reader, definition = self.reader, self.definition
        periods, labels = self._periods(by), reader.people_tables(by)
        expression = grouped(definition, reader.events, periods, by, self.known, labels)
        most = (MAX_GROUPS + 1) * (300 if definition.bin else 1)
        rows = reader.session.execute(expression.limit(most))
        groups: dict[Key, list[Mapping[str, Any]]] = defaultdict(list)
        for row in rows:
            groups[tuple(_day_of(row[f"by_{name}"]) for name in by)].append(row)
        if len(groups) > MAX_GROUPS or len(rows) == most:
            raise InvalidInput(f"that makes more than {MAX_GROUPS} rows; ask by fewer dimensions or a shorter time")
        return groups

    @cached_property
    def whole(self) -> list[Mapping[str, Any]]:
        return self._read(()).get((), [])

    def groups(self, by: Sequence[str]) -> dict[Key, list[Mapping[str, Any]]]:
        """The sums of each group, those that are shared put in."""
        groups, shared = self._read(by), self.definition.shared
        whole_by = [name for name in by if name in self.reader.people_by or DIMENSIONS[name].time]
        if not shared or len(whole_by) == len(by):
            return groups
        wholes = self._read(whole_by) if whole_by else {(): self.whole}
        places = [by.index(name) for name in whole_by]
        own = [name for name in self.definition.returns if name not in shared]
        return {
            key: [
                {**row, **{name: wholes[tuple(key[at] for at in places)][0][name] for name in shared}} for row in rows
            ]
            for key, rows in groups.items()
            if any(row[name] for row in rows for name in own)
        }

    def people(self, by: Sequence[str]) -> dict[Key, int]:
        """How many people are behind each group."""
        window, reader = self._periods(by), self.reader
        labels = reader.people_tables(by)
        expression = people_of(self.definition, reader.events, window, by, self.known, labels)
        rows = reader.session.execute(expression)
        return {tuple(_day_of(row[f"by_{name}"]) for name in by): int(row["people"] or 0) for row in rows}

    def row(self, by: Sequence[str], key: Key, sums: Sums, people: int | None) -> KpiRow:
        labels = {name: _label(self.reader, name, value) for name, value in zip(by, key, strict=True)}
        window = self.window
        for name, value in zip(by, key, strict=True):
            if name in CUTS and value is not None:
                (part,) = (one for one in cut(window, name) if one.start <= max(value, window.start) < one.end)
                window = part
        return told_row(self.definition, window, sums, self.known, labels, people)


def _label(reader: Reader, name: str, value: Any) -> str | None:
    if value is None:
        return None
    return str(value) if name in reader.people_by else DIMENSIONS[name].label(value)


def _day_of(value: Any) -> Any:
    """The beginning of a week or month is a day; an engine may say it with a time."""
    return value.date() if isinstance(value, datetime) else value


def _rank(value: Any) -> Any:
    return f"{value:05d}" if isinstance(value, int) else str(value)


def added(definition: Definition, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sums of several groups added up, one row a bin (or one in all)."""
    bins: dict[Any, dict[str, Any]] = {}
    for row in rows:
        at = row.get("bin")
        sums = bins.setdefault(at, {**dict.fromkeys(definition.returns, 0), **({"bin": at} if definition.bin else {})})
        for name in definition.returns:
            sums[name] += row[name] or 0
    return list(bins.values())


def difference(a: KpiRow, b: KpiRow) -> Difference | None:
    """a less b; None when either has no value, or they are of different currencies."""
    found = apart(_estimate(a), _estimate(b)) if a.currency == b.currency else None
    if found is None:
        return None
    clear = found.low > 0 or found.high < 0
    return Difference(value=found.value, ci_low=found.low, ci_high=found.high, is_clear=clear)


def check_dimensions(definition: Definition, by: Sequence[str], known: Sequence[str]) -> None:
    """Raise InvalidInput unless all are dimensions that the KPI can be asked by, each named once."""
    unknown = [name for name in by if name not in known]
    if unknown:
        raise InvalidInput(f"there is no dimension {unknown[0]!r}; there are {', '.join(known)}")
    if len(set(by)) != len(by):
        raise InvalidInput("name each dimension once")
    for name in by:
        if definition.spans is not None and name in DIMENSIONS and DIMENSIONS[name].time and name not in CUTS:
            raise InvalidInput(
                f"{definition.kpi} is told of a stretch of days; ask it by {', '.join(CUTS)}, not {name}"
            )


def told_row(
    definition: Definition,
    window: Window,
    sums: Sums,
    known: int,
    by: Mapping[str, str | None],
    people: int | None = None,
) -> KpiRow:
    """What the sums of a group say."""
    estimate = definition.estimate(sums)
    return KpiRow(
        kpi=definition.kpi,
        definition=definition.id,
        value=estimate.value,
        ci_low=estimate.low,
        ci_high=estimate.high,
        n=estimate.n,
        complete=is_complete(window, known, definition.lag_days),
        window=window,
        by=by,
        people=people,
        beside=definition.beside(sums) if definition.beside and estimate.n else {},
        currency=definition.currency(sums) if definition.currency else None,
    )


def row_of(definition: Definition, window: Window, estimate: Estimate, complete: bool, **by: str | None) -> KpiRow:
    """An estimate as a result row."""
    return KpiRow(
        kpi=definition.kpi,
        definition=definition.id,
        value=estimate.value,
        ci_low=estimate.low,
        ci_high=estimate.high,
        n=estimate.n,
        complete=complete,
        window=window,
        by=by,
    )


def _estimate(row: KpiRow) -> Estimate:
    return Estimate(row.value, row.ci_low, row.ci_high, row.n)


def window_of(reader: Reader, definition: Definition, start: date | None, end: date | None) -> Window:
    """The days asked for. Raises InvalidInput when they end before they begin."""
    if start is None or end is None:
        span = reader.span(definition.names)
        first = start or (span.start if span else end or date(1970, 1, 1))
        last = end or (span.end if span else first)
        start, end = first, max(last, first) if end is None else last
    if end < start:
        raise InvalidInput(f"the window ends ({end}) before it begins ({start})")
    return Window(start=start, end=end)
