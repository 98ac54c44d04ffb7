"""KPIs as the API shows them: definitions, rows, comparisons."""

from dataclasses import dataclass
from datetime import date

from typing_extensions import TypedDict

from percorso.http.wire import Texts
from percorso.insight.kpi.result import Better, Unit
from percorso.insight.kpi.target import TargetVerdict

WindowRecord = TypedDict("WindowRecord", {"from": date, "to": date})
"""Company-local days, `from` included, `to` excluded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiRecord:
    """One number of a KPI; value and both ends of its 95 % interval are null when n = 0.

    `people`: behind it, null where they were not counted.  `beside`: figures to be read with it.
    """

    kpi: str
    definition: str
    value: float | None
    ci_low: float | None
    ci_high: float | None
    n: int
    complete: bool
    window: WindowRecord
    by: dict[str, str | None]
    people: int | None
    beside: dict[str, float | None]
    currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRecord:
    """How a KPI stands against a target, for everybody or for a segment.

    `verdict`: ``met`` and ``missed`` when the whole interval lies on that side, ``open`` when it holds the target inside, ``few``
    below ten cases.  `chance` of being as far from the target by luck.  `is_final`: the day has come, the verdict stays.
    """

    kpi: str
    variant: str
    definition: str
    name: Texts
    unit: Unit
    better: Better
    segment: str | None
    value: float
    owner: str
    due: date
    row: KpiRecord
    verdict: TargetVerdict
    chance: float | None
    days_left: int
    is_final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingList:
    """The nearest day first."""

    targets: list[StandingRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRecord:
    """One value less another with the interval of the difference. `is_clear`: the interval excludes nought."""

    value: float
    ci_low: float
    ci_high: float
    is_clear: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantRecord:
    """One way of counting a KPI."""

    variant: str
    definition: str
    name: Texts
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRecord:
    """What exactly a KPI means. `names`: the events it is made of; `lag_days`: how long a unit can still change."""

    kpi: str
    definition: str
    name: Texts
    about: Texts
    unit: Unit
    better: Better
    variant: str
    theme: str
    edges: Texts
    names: list[str]
    lag_days: int
    variants: list[VariantRecord]
    is_custom: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiList:
    """The definitions, and the dimensions every KPI can be asked by."""

    kpis: list[DefinitionRecord]
    dimensions: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRecord:
    """What a row is compared with, and the row less that; null when either has no value."""

    other: KpiRecord
    difference: DifferenceRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiAnswer:
    """Rows of one KPI, the whole first, then by dimension.

    `compared`: one a row when a comparison was asked for.  `overlaps`: people may be in several groups.
    """

    definition: DefinitionRecord
    rows: list[KpiRecord]
    compared: list[ComparedRecord | None]
    overlaps: bool
