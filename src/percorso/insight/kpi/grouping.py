"""The units of a KPI in a window, in groups: expressions, executed by `ask`."""

from collections.abc import Mapping, Sequence
from typing import Any

import ibis

from percorso.insight.dimensions import DIMENSIONS, Dimension
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.periods import periods_table
from percorso.insight.positions_then import with_position
from percorso.insight.windows import Window

NO_PEOPLE: Mapping[str, Any] = {}


def within(table: Any, window: Window) -> Any:
    """Whether a row's day lies in the window."""
    return (table.local_date >= window.start) & (table.local_date < window.end)


def grouped(
    definition: Definition,
    events: Any,
    windows: Window | Sequence[Window],
    by: Sequence[str],
    known_to: int,
    people: Mapping[str, Any] = NO_PEOPLE,
) -> Any:
    """Expression: the sums of a definition, one row a group (and bin); of several windows, also one a window.

    `people`: of each dimension of people that is asked for, its table (person_id, label).
    """
    units = units_of(definition, events, windows, by, known_to, people)
    keys = _keys(windows, by)
    return _summed(definition, units, keys).cast(dict(definition.returns))


def by_day(definition: Definition, events: Any, window: Window, known_to: int) -> Any:
    """Expression: the sums of a definition that adds up, for each day of a window (and bin)."""
    units = units_of(definition, events, window, (), known_to)
    return _summed(definition, units.mutate(day=units.local_date), ["day"])


def people_of(
    definition: Definition,
    events: Any,
    windows: Window | Sequence[Window],
    by: Sequence[str],
    known_to: int,
    people: Mapping[str, Any] = NO_PEOPLE,
) -> Any:
    """Expression: how many people are behind each group."""
    units = behind(definition, units_of(definition, events, windows, by, known_to, people))
    keys = [f"by_{name}" for name in by]
    count = {"people": units.person_id.nunique()}
    return units.group_by(keys).agg(**count) if keys else units.agg(**count)


def behind(definition: Definition, units: Any) -> Any:
    """The units whose people are behind the number."""
    return units if definition.behind is None else units.filter(definition.behind(units))


def units_of(
    definition: Definition,
    events: Any,
    windows: Window | Sequence[Window],
    by: Sequence[str],
    known_to: int,
    people: Mapping[str, Any] = NO_PEOPLE,
) -> Any:
    """The units of one window or of several, with the dimension NAME as ``by_NAME``."""
    found = {name: DIMENSIONS[name] for name in by if name not in people}
    units = _units(definition, _narrow(events, definition, found), windows, found, known_to)
    if any(dimension.position for dimension in found.values()):
        units = _with_position(units, events)
    units = units.mutate(**{f"by_{name}": dimension.of(units) for name, dimension in found.items()}) if found else units
    for name, labels in people.items():
        told = labels.select(person_id="person_id", **{f"by_{name}": "label"})
        units = units.left_join(told, "person_id").drop("person_id_right")
    return units


def _units(
    definition: Definition,
    events: Any,
    windows: Window | Sequence[Window],
    by: Mapping[str, Dimension],
    known_to: int,
) -> Any:
    one = windows if isinstance(windows, Window) else None
    if definition.spans is not None:
        return definition.spans(events, known_to, periods_table([one] if one else list(windows)))  # type: ignore[arg-type]
    bare = definition.bare_units is not None and all(found.reads == ("local_date",) for found in by.values())
    make = definition.bare_units if bare and definition.bare_units is not None else definition.units
    units = make(events, known_to)
    if one is not None:
        return units.filter(within(units, one))
    periods = periods_table(list(windows))  # type: ignore[arg-type]
    return units.inner_join(periods, [units.local_date >= periods.start, units.local_date < periods.end])


def _with_position(units: Any, events: Any) -> Any:
    """Where their person was at the unit's event. Units that stand for no event have no position."""
    at = units.filter(units.seq.notnull()).select("seq", "person_id", "occurred_at", "tie", "message_id", "stage")
    found = with_position(at.distinct(), events).select("seq", "position")
    return units.left_join(found, "seq").drop("seq_right")


def _keys(windows: Window | Sequence[Window], by: Sequence[str]) -> list[str]:
    periods = [] if isinstance(windows, Window) else ["start", "end"]
    return [*periods, *(f"by_{name}" for name in by)]


def _summed(definition: Definition, units: Any, keys: Sequence[str]) -> Any:
    """The sums by some columns; of units in clusters first those of each cluster."""
    keys = list(keys)
    if definition.bin is not None:
        units = units.mutate(bin=definition.bin(units))
        keys = [*keys, "bin"]
    if definition.parts is not None and definition.cluster is not None:
        named = units.mutate(cluster=definition.cluster(units))
        units = named.group_by([*keys, "cluster"]).agg(**definition.parts(named))
    sums = definition.sums(units)
    return units.group_by(keys).agg(**sums) if keys else units.agg(**sums)


def _narrow(events: Any, definition: Definition, by: Mapping[str, Dimension]) -> Any:
    """Only the columns that are needed: an engine may keep the others of every row it numbers."""
    needed = {"seq", "person_id", "occurred_at", "tie", "message_id", "local_date", "stage", *definition.reads}
    needed.update(column for dimension in by.values() for column in dimension.reads)
    return events.select(*sorted(needed))


def matches(units: Any, by: str, value: str | None, is_people: bool) -> Any:
    """Whether a unit is in the group of a dimension with this label; None: in the one without."""
    column = units[f"by_{by}"]
    if value is None:
        return column.isnull()
    return column == ibis.literal(value if is_people else DIMENSIONS[by].value(value))
