"""What a KPI says: a value with its interval, its n and whether its window is complete."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from percorso.insight.windows import Window
from percorso.model.touchpoint import Text

Unit = Literal["points", "share", "seconds"]
"""points: -100 to 100; share: 0 to 1."""
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
class About:
    """What exactly a KPI means."""

    kpi: str
    definition: str
    name: Text
    about: Text
    unit: Unit
    better: Better


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """All KPIs, and the dimensions that each can be asked by."""

    kpis: tuple[About, ...]
    dimensions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiAnswer:
    """Rows of one KPI, the whole first, then by the dimensions asked for."""

    definition: About
    rows: tuple[KpiRow, ...]
