"""What a KPI says: a value with its interval, its n and whether its window is complete."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from percorso.insight.windows import Window
from percorso.model.touchpoint import Text

Unit = Literal["points", "share", "seconds", "count", "score", "money", "amount"]
"""points: -100 to 100; share: 0 to 1; count: of a thousand; score: on the scale of the answers; money: major units of the row's
currency; amount: a plain number, of a company's own."""
Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiRow:
    """One number of a KPI.

    definition       id and version, ``nps@1``
    value            in the unit of the definition; None when n = 0, as are both ends of the 95 % interval
    n                how many answers, people or calls it rests on
    complete         whether the sources it reads have passed the end of the window
    window           the days it is about; for a row by week, that week within the days asked for
    by               dimension -> value, None where the event does not say; empty for the whole
    people           how many people are behind it; None where nobody counted them
    beside           figures to be read with the value, in its unit unless their name says otherwise
    currency         of money; None when it is none
    """

    kpi: str
    definition: str
    value: float | None
    ci_low: float | None
    ci_high: float | None
    n: int
    complete: bool
    window: Window
    by: Mapping[str, str | None] = field(default_factory=dict)
    people: int | None = None
    beside: Mapping[str, float | None] = field(default_factory=dict)
    currency: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As ``percorso kpi --json`` prints it."""
        return {
            "kpi": self.kpi,
            "definition": self.definition,
            "value": self.value,
            "ci_low": self.ci_low,
            "ci_high": self.ci_high,
            "n": self.n,
            "complete": self.complete,
            "window": self.window.as_json(),
            "by": dict(self.by),
            "people": self.people,
            "beside": dict(self.beside),
            "currency": self.currency,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value less another, with the 95 % interval of the difference itself (never two overlapping intervals).

    is_clear   whether the interval excludes nought
    """

    value: float
    ci_low: float
    ci_high: float
    is_clear: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way of counting a KPI, by its own name."""

    variant: str
    definition: str
    name: Text
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What exactly a KPI means.

    variant    its own name among `variants`, the KPI's own first
    names      the events that it is made of;  lag_days: how long after its day a unit can still change
    edges      what to mind when reading it
    is_custom  whether it is one that the company wrote itself
    """

    kpi: str
    definition: str
    name: Text
    about: Text
    unit: Unit
    better: Better
    variant: str
    theme: str
    edges: Text
    names: tuple[str, ...]
    lag_days: int
    variants: tuple[Variant, ...]
    is_custom: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """All KPIs, and the dimensions that each can be asked by."""

    kpis: tuple[About, ...]
    dimensions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The same group in another time, or another group of the same time.

    other        what the row is compared with;  difference: the row less the other, None when either has no value
    """

    other: KpiRow
    difference: Difference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiAnswer:
    """Rows of one KPI, the whole first, then by the dimensions asked for.

    compared    one a row, in the same order; empty when no comparison was asked for, None where there is nothing to compare
    overlaps    whether somebody may be in several groups, whose counts then do not add up to the whole
    """

    definition: About
    rows: tuple[KpiRow, ...]
    compared: tuple[Compared | None, ...] = ()
    overlaps: bool = False
