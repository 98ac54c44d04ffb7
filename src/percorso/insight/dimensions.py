"""What numbers can be broken down by. Add one: one line here.

A dimension is read off the event that a unit of a KPI stands for (an answer, a call, a first order), so that each unit is in one
group of it. Null stays null. What is known of people instead (a segment, a persona) is a table that the reader brings: see
`PeopleBy`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from percorso.insight.windows import week_name, week_window
from percorso.model.condition_expr import property_text
from percorso.ports import EngineSession


class PeopleBy(Protocol):
    """A dimension of people: a table (person_id, label) of strings, at most one row a person and label.

    overlaps   whether a person may have several labels: their groups then share people, and do not add up to the whole
    """

    @property
    def overlaps(self) -> bool: ...

    def __call__(self, session: EngineSession) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """of: expression over event columns;  reads: those columns;  label: its value as text;  value: the value of a label.

    position   whether `of` reads ``position``, the stage the person was in
    property   the property that `of` reads out of ``properties``; None when it reads columns alone
    time       whether it is about when: what is told of a stretch of days is then asked of each
    """

    of: Callable[[Any], Any]
    reads: tuple[str, ...]
    label: Callable[[Any], str] = str
    value: Callable[[str], Any] = str
    position: bool = False
    property: str | None = None
    time: bool = False


def _column(name: str) -> Dimension:
    return Dimension(of=lambda table: table[name], reads=(name,))


def _property(name: str) -> Dimension:
    return Dimension(of=lambda table: property_text(table, name), reads=("properties",), property=name)


def _day(unit: str, label: Callable[[date], str], value: Callable[[str], date]) -> Dimension:
    return Dimension(
        of=lambda table: table.local_date.truncate(unit).cast("date"),
        reads=("local_date",),
        label=label,
        value=value,
        time=True,
    )


def _product(table: Any) -> Any:
    """That of the line, where a unit is one; else the one that the event is about."""
    return table["product"] if "product" in table.columns else property_text(table, "product_id")


DIMENSIONS: Mapping[str, Dimension] = {
    "touchpoint": _column("touchpoint"),
    "channel": _column("channel"),
    "stage": Dimension(of=lambda table: table.position, reads=("stage",), position=True),
    "week": _day("W", week_name, lambda label: week_window(label).start),
    "month": _day("M", lambda day: f"{day:%Y-%m}", lambda label: date.fromisoformat(f"{label}-01")),
    "day": _day("D", date.isoformat, date.fromisoformat),
    "weekday": Dimension(
        of=lambda table: table.local_date.day_of_week.index() + 1,
        reads=("local_date",),
        label=lambda index: str(int(index)),
        value=int,
        time=True,
    ),
    "hour": Dimension(of=lambda table: table.local_hour, reads=("local_hour",), value=int, time=True),
    "phase": _column("phase"),
    "source": _column("source"),
    "language": _column("language"),
    "region": _property("region"),
    "store": _property("store_id"),
    "queue": _property("queue"),
    "device": _property("device"),
    "product": Dimension(of=_product, reads=("properties",), property="product_id"),
    "subject": _property("subject"),
}
