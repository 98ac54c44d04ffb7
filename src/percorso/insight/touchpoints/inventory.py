"""Every touchpoint, before, during and after the purchase: who owns it, how many meet it, how they feel and wait there.

Those that events name but nobody declared are proposed, with the lines a pack would want.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from percorso.insight.completeness import is_complete, known_day, known_until
from percorso.insight.interval import mean, wilson
from percorso.insight.journey_map import Mood, Share
from percorso.insight.kpi import KPIS
from percorso.insight.kpi.ask import Reader, ask
from percorso.insight.kpi.result import KpiRow
from percorso.insight.listed import StagePeople, people_behind
from percorso.insight.touchpoints import tables
from percorso.insight.touchpoints.truth import Effect, Looked, moments_of_truth
from percorso.insight.windows import Window, before
from percorso.model.config import Config
from percorso.model.pack import CHANNELS
from percorso.model.time import Micros, from_datetime
from percorso.model.touchpoint import Phase, Text, Touchpoint

NOWHERE = "-"
"""Stands for "no touchpoint" in an address."""
MOST_PROPOSED = 50
ASKED = ("csat", "nps", "asa")


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchpointRow:
    """One touchpoint in a window.

    declared        whether a pack has it; if not, channel comes from its name and phase is unknown
    share           of all people with an event in the window
    events_before   in the equally long time before
    mood            mean of the scores given there, on -1 to 1
    csat, nps, asa  of the answers and calls there; None where there is none
    last            civil day of its last event in the two windows, None when it had none
    effects         what meeting it goes with, where that is more than chance; the clearest first
    """

    touchpoint: str
    name: Text
    channel: str | None
    physical: bool | None
    phase: Phase | None
    owner: str | None
    declared: bool
    people: int
    share: Share
    events: int
    events_before: int
    mood: Mood
    csat: KpiRow | None
    nps: KpiRow | None
    asa: KpiRow | None
    last: date | None
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """Something that happens, and at no touchpoint. `pack`: the lines that would make it one, to be looked over."""

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
class Inventory:
    """All touchpoints of a window, in the order before, during, after; within a phase those most people meet first.

    people            everybody with an event in the window
    truth             the days the effects were read over; None when there are not enough
    silent            how many declared touchpoints nobody met
    """

    window: Window
    people: int
    complete: bool
    touchpoints: tuple[TouchpointRow, ...]
    silent: int
    proposed: tuple[Proposed, ...]
    truth: Looked | None


def inventory(reader: Reader, config: Config, window: Window) -> Inventory:
    """The touchpoints of a window."""
    run = reader.session.execute
    people = int(run(tables.people(reader.events, window))[0]["people"])
    rows = {row["touchpoint"]: row for row in run(tables.met(reader.events, window, before(window)))}
    kpis = {name: _by_touchpoint(reader, name, window) for name in ASKED}
    known = known_day(known_until(list(reader.marks.values())), reader.civil)
    truth, effects = moments_of_truth(reader, window, known)
    declared = {one.id: one for one in config.touchpoints}
    names = [*declared, *sorted(name for name in rows if name is not None and name not in declared)]
    found = [_row(name, declared.get(name), rows.get(name), people, kpis, effects.get(name, ())) for name in names]
    order = {"before": 0, "during": 1, "after": 2, None: 3}
    return Inventory(
        window=window,
        people=people,
        complete=is_complete(window, known, 0),
        touchpoints=tuple(sorted(found, key=lambda row: (order[row.phase], -row.people, -row.events, row.touchpoint))),
        silent=sum(row.declared and not row.events for row in found),
        proposed=tuple(_proposed(row) for row in run(tables.unplaced(reader.events, window).limit(MOST_PROPOSED))),
        truth=truth,
    )


def touchpoint_people(reader: Reader, window: Window, touchpoint: str, limit: int) -> StagePeople:
    """The people behind a touchpoint's number, as many as it says. `NOWHERE`: those who were at none."""
    place = None if touchpoint == NOWHERE else touchpoint
    return people_behind(reader.session, tables.at_touchpoint(reader.events, window, place), limit)


def _by_touchpoint(reader: Reader, kpi: str, window: Window) -> dict[str | None, KpiRow]:
    rows = ask(reader, KPIS[kpi], ["touchpoint"], window.start, window.end)
    return {row.by["touchpoint"]: row for row in rows[1:] if row.n}


def _row(
    name: str,
    place: Touchpoint | None,
    row: Mapping[str, Any] | None,
    people: int,
    kpis: Mapping[str, Mapping[str | None, KpiRow]],
    effects: Sequence[Effect],
) -> TouchpointRow:
    met = int(row["people"]) if row else 0
    share = wilson(met, people)
    scored = int(row["n"]) if row else 0
    mood = mean(row["total"], row["squares"], scored) if row and scored else mean(0.0, 0.0, 0)
    head = name.split(".")[0]
    return TouchpointRow(
        touchpoint=name,
        name=place.name if place else {"it": name, "en": name},
        channel=place.channel if place else head if head in CHANNELS else None,
        physical=place.physical if place else None,
        phase=place.phase if place else None,
        owner=place.owner if place else None,
        declared=place is not None,
        people=met,
        share=Share(value=share.value, ci_low=share.low, ci_high=share.high, count=met, n=people),
        events=int(row["events"] or 0) if row else 0,
        events_before=int(row["events_before"] or 0) if row else 0,
        mood=Mood(value=mood.value, ci_low=_within_mood(mood.low), ci_high=_within_mood(mood.high), n=scored),
        csat=kpis["csat"].get(name),
        nps=kpis["nps"].get(name),
        asa=kpis["asa"].get(name),
        last=row["last"] if row else None,
        effects=tuple(effects),
    )


def _micros(at: datetime) -> Micros:
    return from_datetime(at.replace(tzinfo=UTC))


def _within_mood(value: float | None) -> float | None:
    return None if value is None else max(-1.0, min(1.0, value))


def _proposed(row: Mapping[str, Any]) -> Proposed:
    kind, name, source = str(row["type"]), row["name"], str(row["source"])
    channel = next((word for word in re.split(r"[^a-z]+", source.lower()) if word in CHANNELS), "web")
    said = "_".join(re.findall(r"[a-z0-9]+", (name or kind).lower())) or kind
    touchpoint = f"{channel}.{said}"
    return Proposed(
        type=kind,
        name=name,
        source=source,
        events=int(row["events"]),
        people=int(row["people"]),
        last=row["last"],
        example=str(row["message_id"]),
        touchpoint=touchpoint,
        pack=_pack_lines(touchpoint, name or kind, channel),
    )


def _pack_lines(touchpoint: str, name: str, channel: str) -> str:
    """The touchpoint as a pack writes it; names as JSON, which YAML reads whatever they hold."""
    quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return (
        f"{touchpoint}:\n"
        f"  name: {{it: {quoted}, en: {quoted}}}\n"
        f"  channel: {channel}\n"
        "  physical: false\n"
        "  phase: during\n"
        f"  match: {{field: name, is: {quoted}}}\n"
    )
