"""Touchpoints as the API shows them; see insight/touchpoints for what each figure counts."""

from dataclasses import dataclass
from datetime import date

from percorso.http.insight_shapes import MeanMood, ShareRecord, WindowRecord
from percorso.http.kpi_shapes import KpiRecord
from percorso.http.wire import Texts
from percorso.insight.touchpoints.truth import Outcome
from percorso.model.touchpoint import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRecord:
    """What goes with having met a touchpoint: people of one stage, as active, who met it less those who did not."""

    outcome: Outcome
    value: float
    ci_low: float
    ci_high: float
    met: int
    not_met: int
    q: float
    currency: str | None
    is_truth: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedRecord:
    """When people met touchpoints, and the days after in which the outcomes lie."""

    meeting: WindowRecord
    after: WindowRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryRow:
    """One touchpoint. `declared`: a pack has it. `share`: of all people of the window."""

    touchpoint: str
    name: Texts
    channel: str | None
    physical: bool | None
    phase: Phase | None
    owner: str | None
    declared: bool
    people: int
    share: ShareRecord
    events: int
    events_before: int
    mood: MeanMood
    csat: KpiRecord | None
    nps: KpiRecord | None
    asa: KpiRecord | None
    last: date | None
    effects: list[EffectRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedRecord:
    """Something that happens at no touchpoint. `pack`: the lines of YAML that would make it one."""

    type: str
    name: str | None
    source: str
    events: int
    people: int
    last: date
    example: str
    touchpoint: str
    pack: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryRecord:
    """All touchpoints. `silent`: declared ones that nobody met. `truth`: when people met them, and the days looked at after."""

    window: WindowRecord
    people: int
    complete: bool
    touchpoints: list[InventoryRow]
    silent: int
    proposed: list[ProposedRecord]
    truth: LookedRecord | None
