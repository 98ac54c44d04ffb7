"""The tracking plan: what is in force, how what comes differs, and putting it right."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from percorso.data.breaking import BreakKind
from percorso.data.planning import DriftKind
from percorso.http.auth import MayData, MayInsight
from percorso.http.internal import ByCommand, check_run_token
from percorso.http.services import Given, Services
from percorso.http.uses_shapes import UsesRecord, uses_record
from percorso.http.wire import Limit, PlainText
from percorso.model.plan import Plan, Word, read_plan
from percorso.pipeline.planning import LATELY, Applied
from percorso.ports import AuditRow

Planned = Literal["plan", "pack", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEvent:
    """One event name. `planned`: by the plan, by a pack's contract, or not at all.  `events`: of the last seven days."""

    name: str
    planned: Planned
    version: int | None
    new_properties: Word
    types: Word
    events: int
    properties: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRecord:
    """How what comes differs from the plan; see data/planning.py. `rate`: of the name's events of the last seven days."""

    kind: DriftKind
    name: str
    path: str
    detail: str | None
    first_seen: date
    events: int
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRecord:
    """The plan in force. Events: the most frequent first; drift: the most frequent first."""

    new_events: Word
    events: list[PlannedEvent]
    drift: list[DriftRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakRecord:
    """What a change refuses that passed before. `events`: of the last 28 days."""

    kind: BreakKind
    name: str
    path: str
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanApplied:
    """Event -> version in force, and what was accepted to break."""

    versions: dict[str, int]
    breaks: list[BreakRecord]


class PlanBody(BaseModel):
    """A whole plan, as docs/plan.md writes it."""

    plan: dict[str, Any]
    accept_breaking: bool = False


class SeenBody(BaseModel):
    """Events whose plan is to be made anew from what was seen of them."""

    events: list[PlainText] = Field(min_length=1, max_length=200)
    accept_breaking: bool = False


router = APIRouter(prefix="/plan", tags=["plan"])
internal_router = APIRouter(prefix="/internal", include_in_schema=False)


@router.get("")
def get_plan(services: Given, _caller: MayInsight) -> PlanRecord:
    """The plan in force, and the drift of the last seven days."""
    planner = services.planner
    plan, seen = planner.plan(), planner.seen(LATELY)
    names = {name for name, one in seen.items() if name and one.events} | set(plan.events)
    events = [_event(name, plan, planner.known, seen[name].events if name in seen else 0) for name in names]
    return PlanRecord(
        new_events=plan.new_events,
        events=sorted(events, key=lambda one: (-one.events, one.name)),
        drift=[
            DriftRecord(
                kind=one.kind,
                name=one.name,
                path=one.path,
                detail=one.detail,
                first_seen=date(1970, 1, 1) + timedelta(days=one.first_day),
                events=one.events,
                rate=one.rate,
            )
            for one in planner.drift()
        ],
    )


@router.get("/uses")
def get_uses(
    services: Given, _caller: MayInsight, event: str | None = None, unused: bool = False, limit: Limit = 200
) -> UsesRecord:
    """Each property that was seen in the last 28 days, and who looks at it; with `unused` those that nobody does."""
    return uses_record(services.planner.uses(event), only_unused=unused, limit=limit)


@router.put("")
def put_plan(body: PlanBody, services: Given, caller: MayData) -> PlanApplied:
    """Put a whole plan in force. 409 when it would refuse what passes now and that is not accepted."""
    return _apply(services, read_plan(body.plan), body.accept_breaking, caller.name)


@router.post("/breaking")
def breaking_plan(body: PlanBody, services: Given, _caller: MayInsight) -> PlanApplied:
    """What a plan would refuse of what passes now. Nothing is put in force."""
    plan = read_plan(body.plan)
    breaks = tuple(services.planner.breaks(plan))
    return _applied(Applied(plan=plan, breaks=breaks))


@router.post("/seen")
def plan_what_was_seen(body: SeenBody, services: Given, caller: MayData) -> PlanApplied:
    """Add events to the plan as they were seen, or widen their plan by what is new."""
    return _apply(services, services.planner.generated(body.events), body.accept_breaking, caller.name)


@internal_router.post("/plan", dependencies=[Depends(check_run_token)])
def put_plan_for_commands(body: PlanBody, services: Given, by: ByCommand) -> PlanApplied:
    """The same for a command of this machine."""
    return _apply(services, read_plan(body.plan), body.accept_breaking, by)


def _apply(services: Services, plan: Plan, accept_breaking: bool, by: str) -> PlanApplied:
    applied = services.planner.apply(plan, accept_breaking=accept_breaking)
    services.audit.record(AuditRow(services.clock.now(), by, "plan.changed", None))
    return _applied(applied)


def _applied(applied: Applied) -> PlanApplied:
    return PlanApplied(
        versions={name: one.version for name, one in applied.plan.events.items()},
        breaks=[BreakRecord(kind=one.kind, name=one.name, path=one.path, events=one.events) for one in applied.breaks],
    )


def _event(name: str, plan: Plan, known: frozenset[str], events: int) -> PlannedEvent:
    one = plan.events.get(name)
    return PlannedEvent(
        name=name,
        planned="plan" if one else "pack" if name in known else "none",
        version=one.version if one else None,
        new_properties=one.new_properties if one else plan.new_events,
        types=one.types if one else plan.new_events,
        events=events,
        properties=dict(one.schema.get("properties", {})) if one else None,
    )
