"""Asks a KPI of a session: the definition's sums by dimensions, then intervals, completeness and labels."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from percorso.insight.completeness import (
    Told,
    Watermark,
    is_complete,
    known_day,
    known_until,
    watermarks,
)
from percorso.insight.dimensions import DIMENSIONS
from percorso.insight.interval import Estimate, apart
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.result import About, Difference, KpiRow
from percorso.insight.positions_then import with_position
from percorso.insight.windows import Window, week_window
from percorso.model.errors import InvalidInput
from percorso.model.time import CivilClock
from percorso.ports import EngineSession

MAX_GROUPS = 10_000


@dataclass
class Reader:
    """Asks several things of one moment, sharing what they share. One thread. `robots_in`: they count like people."""

    session: EngineSession
    civil: CivilClock
    robots_in: bool = False

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
        """The days from the first to the last event of some names; None when there is none."""
        days = [(one.first, one.last) for one in self.told if one.name in names]
        if not days:
            return None
        return Window(start=min(first for first, _ in days), end=max(last for _, last in days) + timedelta(days=1))


def within(table: Any, window: Window) -> Any:
    """Whether a row's day lies in the window."""
    return (table.local_date >= window.start) & (table.local_date < window.end)


def about(definition: Definition) -> About:
    """What a definition says of itself."""
    return About(
        kpi=definition.kpi,
        definition=definition.id,
        name=definition.name,
        about=definition.about,
        unit=definition.unit,
        better=definition.better,
    )


def ask(
    reader: Reader, definition: Definition, by: Sequence[str], start: date | None = None, end: date | None = None
) -> list[KpiRow]:
    """A KPI as one row of the whole and then, when there are dimensions, one a group, ordered by them.

    All from one reading: sums add, so the whole is that of its groups. Where an end of the window is not given it is that
    of the events there are. Raises InvalidInput for an unknown dimension or more groups than can be read.
    """
    check_dimensions(by)
    window = _window(reader, definition, start, end)
    known = reader.known_day(definition.names, window)
    expression = grouped(definition, reader.events, window, by, known)
    most = (MAX_GROUPS + 1) * (300 if definition.bin else 1)
    rows = reader.session.execute(expression.limit(most))
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[f"by_{name}"] for name in by)].append(row)
    if len(groups) > MAX_GROUPS or len(rows) == most:
        raise InvalidInput(f"that makes more than {MAX_GROUPS} rows; ask by fewer dimensions or a shorter time")
    whole = definition.estimate(added(definition, rows))
    found = [_row(definition, window, (), (), whole, known)]
    if by:
        ordered = sorted(groups.items(), key=lambda group: [(value is None, str(value)) for value in group[0]])
        found += [_row(definition, window, by, key, definition.estimate(sums), known) for key, sums in ordered]
    return found


def added(definition: Definition, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sums of several groups added up, one row a bin (or one in all)."""
    bins: dict[Any, dict[str, Any]] = {}
    for row in rows:
        sums = bins.setdefault(row.get("bin"), dict.fromkeys(definition.returns, 0))
        for name in definition.returns:
            sums[name] += row[name] or 0
    return list(bins.values())


def grouped(definition: Definition, events: Any, window: Window, by: Sequence[str], known_to: int) -> Any:
    """Expression: the sums of a definition over the units of a window, one row a group (and bin)."""
    units = _units(definition, events, window, by, known_to)
    if any(DIMENSIONS[name].position for name in by):
        units = with_position(units, events)
    keys = {f"by_{name}": DIMENSIONS[name].of(units) for name in by}
    if definition.bin is not None:
        keys["bin"] = definition.bin(units)
    keyed = units.mutate(**keys) if keys else units
    sums = definition.sums(keyed)
    result = keyed.group_by(list(keys)).agg(**sums) if keys else keyed.agg(**sums)
    return result.cast(dict(definition.returns))


def _units(definition: Definition, events: Any, window: Window, by: Sequence[str], known_to: int) -> Any:
    """The units of a window, with what the dimensions read."""
    bare = definition.bare_units is not None and all(DIMENSIONS[name].reads == ("local_date",) for name in by)
    make = definition.bare_units if bare and definition.bare_units is not None else definition.units
    units = make(_narrow(events, definition, by), known_to)
    return units.filter(within(units, window))


def _narrow(events: Any, definition: Definition, by: Sequence[str]) -> Any:
    """Only the columns that are needed: an engine may keep the others of every row it numbers."""
    needed = {"seq", "person_id", "occurred_at", "tie", "message_id", "local_date", "stage", *definition.reads}
    needed.update(column for name in by for column in DIMENSIONS[name].reads)
    return events.select(*sorted(needed))


@dataclass(frozen=True)
class Days:
    """A KPI's sums by day: any window of them can be added up, since sums add and values do not."""

    reader: Reader
    definition: Definition
    rows: Sequence[Mapping[str, Any]]

    @classmethod
    def read(cls, reader: Reader, definition: Definition, window: Window) -> "Days":
        known = reader.known_day(definition.names, window)
        return cls(reader, definition, reader.session.execute(by_day(definition, reader.events, window, known)))

    def row(self, window: Window, **by: str | None) -> KpiRow:
        """The whole of some days."""
        chosen = [row for row in self.rows if window.start <= row["day"] < window.end]
        estimate = self.definition.estimate(added(self.definition, chosen))
        known = self.reader.known_day(self.definition.names, window)
        return row_of(self.definition, window, estimate, is_complete(window, known, self.definition.lag_days), **by)


def by_day(definition: Definition, events: Any, window: Window, known_to: int) -> Any:
    """Expression: the sums of a definition for each day of a window (and bin)."""
    units = _units(definition, events, window, (), known_to)
    keys = {"day": units.local_date} | ({"bin": definition.bin(units)} if definition.bin else {})
    keyed = units.mutate(**keys)
    return keyed.group_by(list(keys)).agg(**definition.sums(keyed))


def difference(a: KpiRow, b: KpiRow) -> Difference | None:
    """a less b; None when either has no value."""
    found = apart(_estimate(a), _estimate(b))
    if found is None:
        return None
    clear = found.low > 0 or found.high < 0
    return Difference(value=found.value, ci_low=found.low, ci_high=found.high, is_clear=clear)


def check_dimensions(by: Sequence[str]) -> None:
    """Raise InvalidInput unless all are dimensions, each named once."""
    unknown = [name for name in by if name not in DIMENSIONS]
    if unknown:
        raise InvalidInput(f"there is no dimension {unknown[0]!r}; there are {', '.join(DIMENSIONS)}")
    if len(set(by)) != len(by):
        raise InvalidInput("name each dimension once")


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


def _row(
    definition: Definition, window: Window, by: Sequence[str], key: tuple[Any, ...], estimate: Estimate, known: int
) -> KpiRow:
    labels = {
        name: None if value is None else DIMENSIONS[name].label(value) for name, value in zip(by, key, strict=True)
    }
    week = labels.get("week")
    if week is not None:
        days = week_window(week)
        window = Window(start=max(days.start, window.start), end=min(days.end, window.end))
    return row_of(definition, window, estimate, is_complete(window, known, definition.lag_days), **labels)


def _window(reader: Reader, definition: Definition, start: date | None, end: date | None) -> Window:
    if start is None or end is None:
        span = reader.span(definition.names)
        first = start or (span.start if span else end or date(1970, 1, 1))
        last = end or (span.end if span else first)
        start, end = first, max(last, first) if end is None else last
    if end < start:
        raise InvalidInput(f"the window ends ({end}) before it begins ({start})")
    return Window(start=start, end=end)
