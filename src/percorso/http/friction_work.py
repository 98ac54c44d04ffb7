"""What the company does about frictions: who has which, what was mended and when, and the roadmap."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from secrets import token_hex
from typing import Annotated, Literal

from fastapi import APIRouter
from msgspec.structs import asdict
from pydantic import BaseModel, Field

from percorso.http.auth import MayData, MayInsight
from percorso.http.friction_shapes import FrictionStateRecord, FrictionStepRecord
from percorso.http.services import Given, Services
from percorso.http.wire import PlainText
from percorso.insight.roadmap import RoadmapItem, Step, roadmap
from percorso.model.errors import Conflict, InvalidInput, NotFound
from percorso.model.time import Micros, to_iso
from percorso.ports import AuditRow
from percorso.ports.frictions import FrictionStep, PlannedItem

router = APIRouter(tags=["frictions"])

Text = Annotated[PlainText, Field(max_length=500)]
Key = Annotated[PlainText, Field(min_length=1, max_length=400)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrictionStates:
    """Those about which somebody did something."""

    frictions: list[FrictionStateRecord]


class FrictionChange(BaseModel):
    """`owner`: wanted by ``owned``; `mended_on` by ``mended``; `told`, how many people, by ``told``."""

    friction: Key
    status: Literal["found", "owned", "mended", "told", "dismissed"]
    owner: Text | None = None
    mended_on: date | None = None
    told: Annotated[int, Field(ge=0)] | None = None
    note: Annotated[PlainText, Field(max_length=2000)] = ""


@router.get("/frictions")
def friction_states(services: Given, _: MayInsight) -> FrictionStates:
    """How the frictions stand that somebody has, with every change."""
    by_key: dict[str, list[FrictionStep]] = {}
    for step in services.frictions.steps():
        by_key.setdefault(step.friction, []).append(step)
    return FrictionStates(frictions=[_state(steps) for steps in by_key.values()])


@router.post("/frictions")
def change_friction(body: FrictionChange, services: Given, caller: MayData) -> FrictionStateRecord:
    """Say what is done about a friction. It keeps its status through every computation."""
    steps = services.frictions.steps(body.friction)
    _check(body, steps, services.civil.civil_date(services.clock.now()))
    owner = None if body.status == "found" else body.owner or (_state(steps).owner if steps else None)
    services.frictions.add(
        FrictionStep(
            friction=body.friction,
            at=services.clock.now(),
            by=caller.name,
            status=body.status,
            owner=owner,
            mended_on=body.mended_on.isoformat() if body.mended_on and body.status == "mended" else None,
            told=body.told if body.status == "told" else None,
            note=body.note,
        )
    )
    services.audit.record(
        AuditRow(services.clock.now(), caller.name, "friction.changed", f"{body.status}:{body.friction}")
    )
    return _state(services.frictions.steps(body.friction))


def _check(body: FrictionChange, steps: list[FrictionStep], today: date) -> None:
    if body.status == "owned" and not body.owner:
        raise InvalidInput("say who has it: `owner`")
    if body.status == "mended" and (body.mended_on is None or body.mended_on > today):
        raise InvalidInput("say on which day it was mended, today or before: `mended_on`")
    if body.status == "told":
        if body.told is None:
            raise InvalidInput("say how many people were told: `told`")
        if not steps or _state(steps).mended_on is None:
            raise Conflict("it is not mended yet; say first when it was")


def _state(steps: list[FrictionStep]) -> FrictionStateRecord:
    last = steps[-1]
    reopened = max((at for at, step in enumerate(steps) if step.status in ("found", "owned")), default=-1)
    mended = next((step.mended_on for step in reversed(steps[reopened + 1 :]) if step.mended_on), None)
    return FrictionStateRecord(
        friction=last.friction,
        status=last.status,
        owner=last.owner,
        mended_on=_day(mended),
        steps=[
            FrictionStepRecord(
                at=to_iso(step.at),
                by=step.by,
                status=step.status,
                owner=step.owner,
                mended_on=_day(step.mended_on),
                told=step.told,
                note=step.note,
            )
            for step in steps
        ],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapRecord:
    """The items in the order in which to do them, each with what has added up by then. Money in `currency`."""

    currency: str
    steps: list[Step]


class RoadmapChange(BaseModel):
    """Fields as in insight/roadmap.py; `friction` is a key of the list of frictions."""

    title: Annotated[PlainText, Field(min_length=1, max_length=200)]
    effort_days: Annotated[float, Field(ge=0, le=10_000)]
    cost: Annotated[float, Field(ge=0, le=1e12)] = 0.0
    value: Annotated[float, Field(ge=-1e12, le=1e12)] = 0.0
    value_low: Annotated[float, Field(ge=-1e12, le=1e12)] | None = None
    value_high: Annotated[float, Field(ge=-1e12, le=1e12)] | None = None
    friction: Key | None = None
    owner: Text | None = None
    after: Annotated[list[Annotated[PlainText, Field(max_length=40)]], Field(max_length=100)] = []


@router.get("/roadmap")
def get_roadmap(services: Given, _: MayInsight) -> RoadmapRecord:
    """What to do in which order."""
    return _roadmap(services)


@router.post("/roadmap", status_code=201)
def add_to_roadmap(body: RoadmapChange, services: Given, caller: MayData) -> RoadmapRecord:
    """Put something on the roadmap."""
    return _plan(services, caller.name, token_hex(6), _planned(body))


@router.put("/roadmap/{item_id}")
def change_roadmap(item_id: str, body: RoadmapChange, services: Given, caller: MayData) -> RoadmapRecord:
    """Put an item in place of another."""
    _known(services, item_id)
    return _plan(services, caller.name, item_id, _planned(body))


@router.delete("/roadmap/{item_id}")
def take_from_roadmap(item_id: str, services: Given, caller: MayData) -> RoadmapRecord:
    """Take an item away."""
    _known(services, item_id)
    return _plan(services, caller.name, item_id, None)


def _known(services: Services, item_id: str) -> None:
    if item_id not in services.frictions.planned():
        raise NotFound("there is no such item on the roadmap")


def _planned(body: RoadmapChange) -> PlannedItem:
    low = body.value if body.value_low is None else body.value_low
    high = body.value if body.value_high is None else body.value_high
    if not low <= body.value <= high:
        raise InvalidInput("the value lies outside its interval; give value_low, value and value_high in this order")
    given = body.model_dump(exclude={"value_low", "value_high", "after"})
    return PlannedItem(**given, value_low=low, value_high=high, after=tuple(body.after))


def _plan(services: Services, by: str, item_id: str, item: PlannedItem | None) -> RoadmapRecord:
    now: Micros = services.clock.now()
    planned = dict(services.frictions.planned())
    planned.pop(item_id, None)
    roadmap(_items(planned if item is None else {**planned, item_id: item}))  # refuses what depends on itself
    services.frictions.plan(item_id, item, now)
    services.audit.record(AuditRow(now, by, "roadmap.changed", item_id))
    return _roadmap(services)


def _roadmap(services: Services) -> RoadmapRecord:
    return RoadmapRecord(currency=services.company.currency, steps=roadmap(_items(services.frictions.planned())))


def _items(planned: Mapping[str, PlannedItem]) -> list[RoadmapItem]:
    return [RoadmapItem(id=item_id, **asdict(item)) for item_id, item in planned.items()]
