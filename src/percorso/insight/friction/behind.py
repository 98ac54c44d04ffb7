"""Who is behind a friction, and what it looked like for some of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from percorso.insight.friction.found import Key
from percorso.insight.friction.signals import SIGNALS
from percorso.insight.friction.strata import with_subjects
from percorso.insight.friction.visits import keep_visits
from percorso.insight.kpi.ask import Reader
from percorso.insight.listed import StagePeople, people_behind
from percorso.insight.windows import Window
from percorso.model.time import Micros, from_datetime

EXAMPLES = 3
AROUND = 6
"""So many events before and after the moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleEvent:
    """One event of an example; `here`: the moment that shows the friction."""

    message_id: str
    name: str
    occurred_at: Micros
    touchpoint: str | None
    stage: str | None
    properties: Mapping[str, Any]
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What happened around the friction to one person, in order."""

    person_id: str
    events: tuple[ExampleEvent, ...]


def keep_hit(reader: Reader, key: Key, window: Window) -> Any:
    """The visits of one friction, kept; with ``occurred_at`` of the moment."""
    visits = keep_named(reader, key, window)
    hit = visits.filter(visits.hit, visits.subject == key[3])
    moments = reader.events.select("seq", "occurred_at", "message_id")
    joined = hit.inner_join(moments, "seq")
    return reader.session.keep("friction_hit", joined.select(*hit.columns, joined.occurred_at, joined.message_id))


def keep_named(reader: Reader, key: Key, window: Window) -> Any:
    """All visits of a friction's signal, touchpoint and stage, kept; those not hit have no subject."""
    signal, touchpoint, stage, _ = key
    visits = with_subjects(keep_visits(reader, [SIGNALS[signal]], window))
    here = visits.filter(visits.touchpoint == touchpoint, visits.stage == stage)
    return reader.session.keep("friction_named", here)


def people_of(reader: Reader, key: Key, window: Window, limit: int) -> StagePeople:
    """The people behind a friction: as many as it says."""
    return people_behind(reader.session, keep_hit(reader, key, window), limit)


def examples_of(reader: Reader, key: Key, window: Window) -> list[Example]:
    """The last people who met it, each with what they did before and after."""
    hit = keep_hit(reader, key, window)
    order = [hit.occurred_at.desc(), hit.seq.desc()]
    rows = reader.session.execute(hit.order_by(order).limit(EXAMPLES * 3))
    found: list[Example] = []
    for row in rows:
        if len(found) < EXAMPLES and row["person_id"] not in {one.person_id for one in found}:
            found.append(_example(reader, row))
    return found


def _example(reader: Reader, row: Mapping[str, Any]) -> Example:
    events, day = reader.events, row["local_date"]
    near = events.filter(
        events.person_id == row["person_id"],
        events.local_date >= day - timedelta(days=7),
        events.local_date <= day + timedelta(days=7),
    ).order_by("occurred_at", "tie", "message_id")
    columns = ("seq", "message_id", "name", "occurred_at", "touchpoint", "stage", "properties")
    line = reader.session.execute(near.select(*columns))
    at = next(index for index, one in enumerate(line) if one["seq"] == row["seq"])
    return Example(person_id=row["person_id"], events=_events(line[max(0, at - AROUND) : at + AROUND + 1], row["seq"]))


def _events(line: Sequence[Mapping[str, Any]], seq: int) -> tuple[ExampleEvent, ...]:
    return tuple(
        ExampleEvent(
            message_id=one["message_id"],
            name=one["name"] or "",
            occurred_at=from_datetime(one["occurred_at"].replace(tzinfo=UTC)),
            touchpoint=one["touchpoint"],
            stage=one["stage"],
            properties=json.loads(one["properties"]) if one["properties"] else {},
            here=one["seq"] == seq,
        )
        for one in line
    )
