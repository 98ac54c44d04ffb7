"""Insight as the API shows it: KPI rows, the board, the journey map, what needs attention, a person's timeline."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

from percorso.http.kpi_shapes import DifferenceRecord, KpiRecord, StandingRecord
from percorso.http.kpi_shapes import WindowRecord as WindowRecord
from percorso.http.wire import Iso, Texts
from percorso.insight.attention import AttentionKind, Severity
from percorso.insight.journey_map import Quote
from percorso.insight.kpi.result import Better, Unit
from percorso.insight.listed import StagePerson as StagePersonFound
from percorso.insight.map_compare import Measure
from percorso.insight.timeline import TimelineEvent
from percorso.insight.windows import Window
from percorso.model.play import Intent
from percorso.model.time import to_iso
from percorso.model.touchpoint import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class TileRecord:
    """A KPI now, in the equally long time before, the difference, its last thirteen whole weeks, oldest first, and
    how it stands against its targets."""

    kpi: str
    definition: str
    name: Texts
    unit: Unit
    better: Better
    theme: str
    now: KpiRecord
    before: KpiRecord
    difference: DifferenceRecord | None
    weeks: list[KpiRecord]
    targets: list[StandingRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRecord:
    """All tiles. `today`: the company's civil date."""

    today: date
    window: WindowRecord
    tiles: list[TileRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRecord:
    """One thing to look at; `params` fill the sentence of its `kind`. `link`: path in the UI."""

    kind: AttentionKind
    subject: str
    severity: Severity
    params: dict[str, float | str | None]
    p_value: float
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionList:
    """The gravest first."""

    attention: list[AttentionRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRecord:
    """`count` of `n` as a proportion with its interval; null when n = 0."""

    value: float | None
    ci_low: float | None
    ci_high: float | None
    count: int
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchpointCellRecord:
    """One touchpoint met while in the stage; null where unknown. `share` of all people of the map."""

    touchpoint: str | None
    name: Texts
    channel: str | None
    physical: bool
    people: int
    share: float
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontRecord:
    """What people do. `live`: people in the stage now. `median_next_s`: seconds to the next later stage.

    Of the people in the stage some went on, some are `waiting` (no longer than is usual) and some are `lost`.
    """

    people: int
    share: float
    live: int
    conversion: ShareRecord
    waiting: int
    lost: int
    median_next_s: float | None
    touchpoints: list[TouchpointCellRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanMood:
    """Mean of all scores in the stage on -1 to 1."""

    value: float | None
    ci_low: float | None
    ci_high: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRecord:
    """Something a person wrote; `mood`: their score on -1 to 1."""

    text: str
    language: str | None
    kind: str | None
    mood: float | None
    touchpoint: str | None
    person_id: str | None
    message_id: str
    at: Iso


@dataclass(frozen=True, slots=True, kw_only=True)
class FrictionRecord:
    """A trouble met in the stage."""

    kind: str
    events: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperienceRecord:
    """What people feel."""

    mood: MeanMood
    csat: KpiRecord
    nps: KpiRecord
    quotes: list[QuoteRecord]
    frictions: list[FrictionRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayInForceRecord:
    """A play of the stage, or of any stage."""

    play: str
    version: int
    name: Texts
    intent: Intent
    touchpoint: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackRecord:
    """What the company does; see insight/journey_map.py."""

    asa: KpiRecord
    abandoned: ShareRecord
    handling_s: float | None
    handled: int
    late: ShareRecord
    plays: list[PlayInForceRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageColumnRecord:
    """One stage, in the journey's order."""

    stage: str
    name: Texts
    phase: Phase
    front: FrontRecord
    experience: ExperienceRecord
    back: BackRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyMapRecord:
    """A journey in a window. `people`: the one denominator of all its rows; `unplaced`: of these, in no stage."""

    journey: str
    version: int
    name: Texts
    window: WindowRecord
    people: int
    unplaced: int
    live: int
    complete: bool
    stages: list[StageColumnRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapChangeRecord:
    """One measure of a stage, now less then."""

    stage: str
    measure: Measure
    unit: Unit
    better: Better
    difference: DifferenceRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class MapComparisonRecord:
    """A map, the one it is compared with, and what differs: the clearest first."""

    map: JourneyMapRecord
    other: JourneyMapRecord
    changes: list[MapChangeRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePerson:
    """Somebody behind a number."""

    person_id: str
    name: str | None
    last_seen_at: Iso


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePeople:
    """The people behind a stage of the map: as many as its count says, the latest seen first, at most `limit`."""

    people: list[StagePerson]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEventRecord:
    """One event of a person."""

    seq: int
    message_id: str
    source: str
    type: str
    name: str
    occurred_at: Iso
    touchpoint: str | None
    channel: str | None
    phase: Phase | None
    stage: str | None
    historical: bool
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvents:
    """Newest first; `next_before`: cursor of the next older page."""

    events: list[TimelineEventRecord]
    next_before: str | None


_TIMES: Mapping[type, str] = {Quote: "at", StagePersonFound: "last_seen_at", TimelineEvent: "occurred_at"}
"""Records with a time -> its field."""


def plain(value: Any) -> Any:
    """A record of insight as the shapes above want it."""
    if isinstance(value, Window):
        return {"from": value.start, "to": value.end}
    if is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value


def _fields(record: Any) -> dict[str, Any]:
    out = {field.name: plain(getattr(record, field.name)) for field in fields(record)}
    time = _TIMES.get(type(record))
    if time is not None:
        out[time] = to_iso(out[time])
    return out
