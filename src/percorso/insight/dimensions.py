"""What numbers can be broken down by. Add one: one line here.

A dimension is read off the event that a unit of a KPI stands for (an answer, a call, a first order). Null stays null.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from percorso.insight.windows import week_name
from percorso.model.condition_expr import property_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """of: expression over event columns;  reads: those columns;  label: its value as text.

    position   whether `of` reads ``position``, the stage the person was in
    property   the property that `of` reads out of ``properties``; None when it reads columns alone
    """

    of: Callable[[Any], Any]
    reads: tuple[str, ...]
    label: Callable[[Any], str] = str
    position: bool = False
    property: str | None = None


def _column(name: str) -> Dimension:
    return Dimension(of=lambda table: table[name], reads=(name,))


def _property(name: str) -> Dimension:
    return Dimension(of=lambda table: property_text(table, name), reads=("properties",), property=name)


DIMENSIONS: Mapping[str, Dimension] = {
    "touchpoint": _column("touchpoint"),
    "channel": _column("channel"),
    "stage": Dimension(of=lambda table: table.position, reads=("stage",), position=True),
    "week": Dimension(of=lambda table: table.local_date.truncate("W"), reads=("local_date",), label=week_name),
    "phase": _column("phase"),
    "source": _column("source"),
    "language": _column("language"),
    "region": _property("region"),
    "store": _property("store_id"),
    "queue": _property("queue"),
    "device": _property("device"),
}
