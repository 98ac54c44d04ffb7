"""The configuration in force, for reading: touchpoints, journeys, plays, and how far the playbook reaches."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from percorso.http.auth import MayInsight
from percorso.http.services import Given
from percorso.http.wire import Texts, texts
from percorso.model.journey import Journey
from percorso.model.play import Intent, Play
from percorso.model.touchpoint import Phase, Touchpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchpointRecord:
    """A place where people meet the company. `physical`: a body must be there."""

    id: str
    name: Texts
    channel: str
    physical: bool
    phase: Phase
    owner: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRecord:
    """A stage, in the journey's order. `entry`: the condition tree on an event that opens it."""

    id: str
    name: Texts
    phase: Phase
    entry: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyRecord:
    """A journey with its stages."""

    id: str
    version: int
    name: Texts
    stages: list[StageRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRecord:
    """One thing a person may answer."""

    id: str
    label: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayRecord:
    """A play with its nine fields (`do` to `get`); see model/play.py.

    `purpose`: the consent it needs, null for service.  `sends`: channel of its message.  `queue`, `due_minutes`: its task.
    """

    id: str
    version: int
    name: Texts
    touchpoint: str | None
    stage: str | None
    when: dict[str, Any]
    once_per: str
    priority: int
    intent: Intent
    purpose: str | None
    do: Texts
    say: Texts
    how: Texts
    timing: Texts
    ask: Texts
    ask_how: Texts
    ask_when: Texts
    give: Texts
    get: Texts
    choices: list[ChoiceRecord]
    sends: str | None
    queue: str | None
    due_minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventContractRecord:
    """What events of one name carry: property -> type."""

    name: str
    about: Texts
    properties: dict[str, str]
    required: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigRecord:
    """What is in force. The first journey is the main one."""

    version: str
    packs: list[str]
    touchpoints: list[TouchpointRecord]
    journeys: list[JourneyRecord]
    plays: list[PlayRecord]
    events: list[EventContractRecord]


router = APIRouter(tags=["config"])


@router.get("/config")
def get_config(services: Given, _caller: MayInsight) -> ConfigRecord:
    """The configuration in force."""
    config = services.config
    return ConfigRecord(
        version=config.version,
        packs=list(config.packs),
        touchpoints=[_touchpoint(touchpoint) for touchpoint in config.touchpoints],
        journeys=[_journey(journey) for journey in config.journeys],
        plays=[play_record(play) for play in config.plays],
        events=[
            EventContractRecord(
                name=contract.name,
                about=texts(contract.about),
                properties=dict(contract.properties),
                required=list(contract.required),
            )
            for contract in config.contracts
        ],
    )


def play_record(play: Play) -> PlayRecord:
    """A play as the API shows it."""
    return PlayRecord(
        id=play.id,
        version=play.version,
        name=texts(play.name),
        touchpoint=play.touchpoint,
        stage=play.stage,
        when=dict(play.when),
        once_per=play.once_per,
        priority=play.priority,
        intent=play.intent,
        purpose=play.purpose,
        do=texts(play.do),
        say=texts(play.say),
        how=texts(play.how),
        timing=texts(play.timing),
        ask=texts(play.ask),
        ask_how=texts(play.ask_how),
        ask_when=texts(play.ask_when),
        give=texts(play.give),
        get=texts(play.get),
        choices=[ChoiceRecord(id=choice.id, label=texts(choice.label)) for choice in play.choices],
        sends=play.message.channel if play.message else None,
        queue=play.task.queue if play.task else None,
        due_minutes=play.task.due_minutes if play.task else None,
    )


def _touchpoint(touchpoint: Touchpoint) -> TouchpointRecord:
    return TouchpointRecord(
        id=touchpoint.id,
        name=texts(touchpoint.name),
        channel=touchpoint.channel,
        physical=touchpoint.physical,
        phase=touchpoint.phase,
        owner=touchpoint.owner,
    )


def _journey(journey: Journey) -> JourneyRecord:
    return JourneyRecord(
        id=journey.id,
        version=journey.version,
        name=texts(journey.name),
        stages=[
            StageRecord(id=stage.id, name=texts(stage.name), phase=stage.phase, entry=dict(stage.entry))
            for stage in journey.stages
        ],
    )
