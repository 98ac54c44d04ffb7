"""Frictions as the API shows them: with names for people, and windows and times as the others have them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from percorso.http.insight_shapes import WindowRecord, plain
from percorso.http.kpi_shapes import DifferenceRecord
from percorso.http.names import Names
from percorso.http.wire import Iso, Named, Texts
from percorso.insight.friction.behind import Example
from percorso.insight.friction.effect import Effect
from percorso.insight.friction.grade import Grade
from percorso.insight.friction.natural import Slope
from percorso.insight.friction.signal import Outcome
from percorso.insight.friction.signals import SIGNALS
from percorso.insight.friction.value import Value, Worth
from percorso.model.time import to_iso
from percorso.pipeline.friction import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRecord:
    """A way in which a path hurts, and what it is compared with."""

    id: str
    name: Texts
    about: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFriction:
    """One friction; fields as in insight/friction/found.py.

    action   a first draft of what to do;  play: the play of the playbook for this touchpoint, null when it has none
    """

    key: str
    signal: str
    touchpoint: Named
    channel: str | None
    stage: Named | None
    subject: str | None
    visits: int
    people: int
    of: int
    weeks: int | None
    outcome: Outcome | None
    effects: dict[str, Effect]
    q_value: float | None
    grade: Grade
    placebos: dict[str, Effect]
    slopes: dict[str, Slope]
    value: list[Value]
    worth: list[Worth]
    action: Texts
    play: Named | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrictionsRecord:
    """All frictions of a window, those shown to hurt first, the dearest first.

    found_at      when it was worked out: the answer is kept for some minutes
    contact_cost  what a contact is priced at, in the currency
    """

    window: WindowRecord
    found_at: Iso
    currency: str
    contact_cost: float
    signals: list[SignalRecord]
    frictions: list[FoundFriction]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleEventRecord:
    """One event of an example; `here`: the moment that shows the friction."""

    message_id: str
    name: str
    occurred_at: Iso
    touchpoint: Named | None
    stage: Named | None
    properties: dict[str, Any]
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleRecord:
    """What happened around the friction to one person, in order."""

    person_id: str
    events: list[ExampleEventRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleList:
    """The last people who met it."""

    people: list[ExampleRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRecord:
    """Of the visits that could have met a friction, those that did."""

    window: WindowRecord
    visits: int
    of: int
    share: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRecord:
    """Before and after the mending. `enough`: so many days after it are over that it counts as measured."""

    before: RateRecord
    after: RateRecord
    difference: DifferenceRecord | None
    complete: bool
    enough: bool


def frictions_record(found: Found, names: Names) -> dict[str, Any]:
    """All frictions, as `FrictionsRecord`."""
    rows = []
    for one in found.frictions:
        drafted = found.drafted[one.key]
        rows.append(
            {
                **plain(one),
                "touchpoint": names.touchpoint(one.touchpoint),
                "channel": names.channel(one.touchpoint),
                "stage": names.stage(one.stage),
                "action": drafted.text,
                "play": names.play(drafted.play) if drafted.play else None,
            }
        )
    return {
        "window": plain(found.window),
        "found_at": to_iso(found.found_at),
        "currency": found.prices.currency,
        "contact_cost": found.prices.contact_cost,
        "signals": [{"id": s.id, "name": s.name, "about": s.about} for s in SIGNALS.values()],
        "frictions": rows,
    }


def example_list(examples: list[Example], names: Names) -> ExampleList:
    """Examples with names for people."""
    return ExampleList(
        people=[
            ExampleRecord(
                person_id=one.person_id,
                events=[
                    ExampleEventRecord(
                        message_id=event.message_id,
                        name=event.name,
                        occurred_at=to_iso(event.occurred_at),
                        touchpoint=names.touchpoint(event.touchpoint),
                        stage=names.stage(event.stage),
                        properties=dict(event.properties),
                        here=event.here,
                    )
                    for event in one.events
                ],
            )
            for one in examples
        ]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FrictionStepRecord:
    """One change of a friction's status; fields as in ports/frictions.py."""

    at: Iso
    by: str
    status: str
    owner: str | None
    mended_on: date | None
    told: int | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrictionStateRecord:
    """How a friction stands, and every change, the oldest first. What is not listed is found, and nobody has it."""

    friction: str
    status: str
    owner: str | None
    mended_on: date | None
    steps: list[FrictionStepRecord]
