"""The journey map: one journey in three lenses, front-end, experience and back-end, on one denominator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from percorso.insight import map_tables as tables
from percorso.insight.completeness import is_complete, known_day, known_until
from percorso.insight.interval import Estimate, mean, wilson
from percorso.insight.kpi import KPIS
from percorso.insight.kpi.ask import Reader, row_of
from percorso.insight.kpi.result import KpiRow
from percorso.insight.listed import StagePeople, people_behind
from percorso.insight.trouble import TROUBLES
from percorso.insight.windows import Window
from percorso.model.config import Config
from percorso.model.journey import Journey, Stage
from percorso.model.play import Intent
from percorso.model.time import Micros, from_datetime, to_datetime
from percorso.model.touchpoint import Phase, Text, Touchpoint

UNKNOWN_TOUCHPOINT: Text = {"it": "Sconosciuto", "en": "Unknown"}
QUOTE_LENGTH = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A proportion with its 95 % interval; value and ends are None when n = 0. `count` of `n`."""

    value: float | None
    ci_low: float | None
    ci_high: float | None
    count: int
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchpointCell:
    """One touchpoint met while in a stage. `share` is of all people of the map. `touchpoint` is None where unknown."""

    touchpoint: str | None
    name: Text
    channel: str | None
    physical: bool
    people: int
    share: float
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What people do.

    people        distinct people who were in the stage in the window (their position at one of their events)
    share         of all people of the map
    live          people whose position is this stage now
    conversion    of the people in the stage, those seen later in the window in a stage further on
    waiting       of those not seen further on, those who have been in the stage no longer than is usual for going on
    lost          the others of them; conversion, waiting and lost add up to the people in the stage
    median_next_s median seconds from coming into the stage to the next later stage; None without any
    touchpoints   most people first
    """

    people: int
    share: float
    live: int
    conversion: Share
    waiting: int
    lost: int
    median_next_s: float | None
    touchpoints: tuple[TouchpointCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """Mean of all scores in the stage put on -1 to 1, with its 95 % interval; None when n = 0."""

    value: float | None
    ci_low: float | None
    ci_high: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Something a person wrote. `mood` is their score on -1 to 1, None when they gave none."""

    text: str
    language: str | None
    kind: str | None
    mood: float | None
    touchpoint: str | None
    person_id: str | None
    message_id: str
    at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class FrictionMark:
    """A trouble met in the stage: `checkout_failed`, `payment_failed`, `late_delivery`, `call_abandoned`, `long_wait`,
    `complaint`, `machine_fault`, `search_without_result`, `order_cancelled`."""

    kind: str
    events: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """What people feel. Quotes: the unhappiest and the happiest, newest first among equals."""

    mood: Mood
    csat: KpiRow
    nps: KpiRow
    quotes: tuple[Quote, ...]
    frictions: tuple[FrictionMark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayInForce:
    """A play of the company's that belongs to the stage."""

    play: str
    version: int
    name: Text
    intent: Intent
    touchpoint: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """What the company does.

    asa         average speed of answer of the calls in the stage
    abandoned   calls given up, of calls answered or given up
    handling_s  mean of talk + hold + wrap-up; None without calls;  handled: how many calls
    late        deliveries after their estimate, of deliveries with an estimate
    plays       those of the stage, and those of any stage
    """

    asa: KpiRow
    abandoned: Share
    handling_s: float | None
    handled: int
    late: Share
    plays: tuple[PlayInForce, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageColumn:
    """One stage, in the journey's order."""

    stage: str
    name: Text
    phase: Phase
    front: Front
    experience: Experience
    back: Back


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyMap:
    """A journey in a window.

    people    the one denominator: distinct people with any event in the window
    unplaced  of these, people who were in no stage of this journey at any of their events
    live      people who are somewhere on the journey now
    complete  whether every source has passed the end of the window
    """

    journey: str
    version: int
    name: Text
    window: Window
    people: int
    unplaced: int
    live: int
    complete: bool
    stages: tuple[StageColumn, ...]


def journey_map(reader: Reader, config: Config, journey: Journey, window: Window) -> JourneyMap:
    """The map of a journey in a window; see map_tables.py for what each figure counts."""
    here = keep_moments(reader, config, journey, window)
    run = reader.session.execute
    total = run(tables.people(here))[0]
    now = {row["stage"]: int(row["people"]) for row in run(tables.live(reader.session.table("positions"), journey))}
    mark = known_until(list(reader.marks.values()))
    known = known_day(mark, reader.civil)
    end = reader.civil.midnight(window.end)
    until = to_datetime(end if mark is None else min(mark, end)).replace(tzinfo=None)
    stays = reader.session.keep("stays", tables.stays(here))
    found = _Found(
        people=int(total["people"]),
        in_stage=tables.by_index(run(tables.stage_people(here))),
        onward=tables.by_index(run(tables.conversions(stays, until))),
        touchpoints=run(tables.touchpoints(here)),
        moods=tables.by_index(run(tables.moods(here))),
        quotes=run(tables.quotes(here)),
        frictions=tables.by_index(run(tables.frictions(here))),
        back=tables.by_index(run(tables.back_office(here))),
        kpis={name: _kpi(reader, here, name, window, known) for name in ("csat", "nps", "asa")},
        live=now,
        complete=is_complete(window, known, 0),
        window=window,
    )
    return JourneyMap(
        journey=journey.id,
        version=journey.version,
        name=journey.name,
        window=window,
        people=found.people,
        unplaced=found.people - int(total["placed"]),
        live=sum(now.values()),
        complete=found.complete,
        stages=tuple(_column(found, config, index, stage) for index, stage in enumerate(journey.stages)),
    )


def stage_people(
    reader: Reader, config: Config, journey: Journey, stage: str, window: Window, limit: int
) -> StagePeople:
    """The people behind a stage of the map, counted from the same table."""
    here = keep_moments(reader, config, journey, window)
    index = [known.id for known in journey.stages].index(stage)
    return people_behind(reader.session, here.filter(here["index"] == index), limit)


def keep_moments(reader: Reader, config: Config, journey: Journey, window: Window) -> Any:
    """The one table that the map is counted from, worked out once."""
    main = bool(config.journeys) and config.journeys[0].id == journey.id
    return reader.session.keep("moments", tables.moments(reader.events, journey, window, main=main))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the tables said, by the stage's place in the journey."""

    people: int
    in_stage: Mapping[int, Mapping[str, Any]]
    onward: Mapping[int, Mapping[str, Any]]
    touchpoints: Sequence[Mapping[str, Any]]
    moods: Mapping[int, Mapping[str, Any]]
    quotes: Sequence[Mapping[str, Any]]
    frictions: Mapping[int, Mapping[str, Any]]
    back: Mapping[int, Mapping[str, Any]]
    kpis: Mapping[str, Mapping[int, KpiRow]]
    live: Mapping[str, int]
    complete: bool
    window: Window


def _kpi(reader: Reader, moments: Any, name: str, window: Window, known: int) -> dict[int, KpiRow]:
    """A KPI per stage, by its own definition over the moments."""
    definition = KPIS[name]
    units = definition.units(moments.filter(moments["index"].notnull()), known)
    keys = {"at": units["index"]} | ({"bin": definition.bin(units)} if definition.bin else {})
    keyed = units.mutate(**keys)
    rows = reader.session.execute(keyed.group_by(list(keys)).agg(**definition.sums(keyed)))
    complete = is_complete(window, known, definition.lag_days)
    by_stage: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_stage.setdefault(int(row["at"]), []).append(row)
    return {at: row_of(definition, window, definition.estimate(sums), complete) for at, sums in by_stage.items()}


def _column(found: _Found, config: Config, index: int, stage: Stage) -> StageColumn:
    return StageColumn(
        stage=stage.id,
        name=stage.name,
        phase=stage.phase,
        front=_front(found, config, index, stage),
        experience=_experience(found, index),
        back=_back(found, config, index, stage),
    )


def _front(found: _Found, config: Config, index: int, stage: Stage) -> Front:
    places = {touchpoint.id: touchpoint for touchpoint in config.touchpoints}
    people = int(found.in_stage.get(index, {}).get("people", 0))
    onward = found.onward.get(index, {})
    went, waiting = int(onward.get("onward", 0)), int(onward.get("waiting", 0))
    cells = [_cell(row, places, found.people) for row in found.touchpoints if row["index"] == index]
    cells.sort(key=lambda cell: (-cell.people, -cell.events, cell.touchpoint or ""))
    return Front(
        people=people,
        share=people / found.people if found.people else 0.0,
        live=found.live.get(stage.id, 0),
        conversion=_share(went, people),
        waiting=waiting,
        lost=people - went - waiting,
        median_next_s=_float(onward.get("median_next_s")),
        touchpoints=tuple(cells),
    )


def _cell(row: Mapping[str, Any], places: Mapping[str, Touchpoint], people: int) -> TouchpointCell:
    place = places.get(row["touchpoint"])
    name = row["touchpoint"]
    return TouchpointCell(
        touchpoint=name,
        name=place.name if place else UNKNOWN_TOUCHPOINT if name is None else {"it": name, "en": name},
        channel=place.channel if place else row["channel"],
        physical=place.physical if place else False,
        people=int(row["people"]),
        share=int(row["people"]) / people,
        events=int(row["events"]),
    )


def _experience(found: _Found, index: int) -> Experience:
    row = found.moods.get(index)
    mood = mean(row["total"], row["squares"], int(row["n"])) if row else Estimate(None, None, None, 0)
    marks = found.frictions.get(index, {})
    frictions = [
        FrictionMark(kind=kind, events=int(marks[f"{kind}_events"] or 0), people=int(marks[f"{kind}_people"] or 0))
        for kind in TROUBLES
        if marks.get(f"{kind}_events")
    ]
    return Experience(
        mood=Mood(value=mood.value, ci_low=_clip(mood.low), ci_high=_clip(mood.high), n=mood.n),
        csat=_kpi_row(found, "csat", index),
        nps=_kpi_row(found, "nps", index),
        quotes=tuple(_quote(row) for row in found.quotes if row["index"] == index),
        frictions=tuple(sorted(frictions, key=lambda mark: (-mark.people, mark.kind))),
    )


def _quote(row: Mapping[str, Any]) -> Quote:
    text = row["comment"]
    return Quote(
        text=text if len(text) <= QUOTE_LENGTH else text[: QUOTE_LENGTH - 1] + "…",
        language=row["language"],
        kind=row["kind"],
        mood=_float(row["mood"]),
        touchpoint=row["touchpoint"],
        person_id=row["person_id"],
        message_id=row["message_id"],
        at=_micros(row["occurred_at"]),
    )


def _back(found: _Found, config: Config, index: int, stage: Stage) -> Back:
    row = found.back.get(index, {})
    answered, abandoned = int(row.get("answered") or 0), int(row.get("abandoned") or 0)
    plays = [
        PlayInForce(play=p.id, version=p.version, name=p.name, intent=p.intent, touchpoint=p.touchpoint)
        for p in sorted(config.plays, key=lambda play: (play.stage is None, -play.priority, play.id))
        if p.stage in (stage.id, None)
    ]
    return Back(
        asa=_kpi_row(found, "asa", index),
        abandoned=_share(abandoned, answered + abandoned),
        handling_s=_float(row.get("handling_s")),
        handled=int(row.get("handled") or 0),
        late=_share(int(row.get("late") or 0), int(row.get("deliveries") or 0)),
        plays=tuple(plays),
    )


def _kpi_row(found: _Found, name: str, index: int) -> KpiRow:
    definition = KPIS[name]
    row = found.kpis[name].get(index)
    return row or row_of(definition, found.window, Estimate(None, None, None, 0), found.complete)


def _share(count: int, n: int) -> Share:
    found = wilson(count, n)
    return Share(value=found.value, ci_low=found.low, ci_high=found.high, count=count, n=n)


def _clip(value: float | None) -> float | None:
    return None if value is None else max(-1.0, min(1.0, value))


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _micros(at: datetime) -> Micros:
    return from_datetime(at.replace(tzinfo=UTC))
