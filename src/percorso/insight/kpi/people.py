"""The people behind a number: as many as it says."""

from dataclasses import dataclass

import ibis

from percorso.insight.kpi.ask import Reader, check_dimensions
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.grouping import behind, matches, units_of
from percorso.insight.listed import StagePeople, shown
from percorso.insight.windows import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group of a dimension; `value` None: that of the units which do not say."""

    by: str
    value: str | None


def people_behind(
    reader: Reader, definition: Definition, window: Window, group: Group | None, limit: int
) -> StagePeople:
    """The people of a KPI's row, or of one group of it, the latest seen first; the count is that of the row."""
    by = [group.by] if group else []
    check_dimensions(definition, by, reader.dimensions())
    known = reader.known_day(definition.names, window)
    units = behind(definition, units_of(definition, reader.events, window, by, known, reader.people_tables(by)))
    if group is not None:
        units = units.filter(matches(units, group.by, group.value, group.by in reader.people_by))
    who = units.filter(units.person_id.notnull()).select("person_id").distinct()
    people = reader.session.table("people").select("person_id", "name", "last_seen_at")
    named = who.left_join(people, "person_id").drop("person_id_right")
    ordered = named.order_by(ibis.desc("last_seen_at"), "person_id")
    count = reader.session.execute(who.agg(count=who.count()))[0]["count"]
    return StagePeople(people=shown(reader.session, ordered, limit), count=int(count))
