"""What the company says of its KPIs, over HTTP: targets, and KPIs of its own."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from percorso.http.auth import MayData, MayInsight
from percorso.http.internal import ByCommand, check_run_token
from percorso.http.services import Given, Services
from percorso.http.wire import Iso, PlainText
from percorso.model.audit import Act
from percorso.model.kpi_target import Target, TargetDraft
from percorso.model.own_kpi import Published, read_own
from percorso.model.time import to_iso
from percorso.ports import AuditRow

router = APIRouter(prefix="/kpis", tags=["kpis"])
internal_router = APIRouter(prefix="/internal/kpis", include_in_schema=False, dependencies=[Depends(check_run_token)])

Name = Annotated[PlainText, Field(min_length=1, max_length=80)]
Segment = Annotated[str | None, Query(max_length=40, description="The segment whose target it is; else everybody's.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRecord:
    """A target as it was set. `kpi`: a variant's own name; `value`: in its unit, a share as 0 to 1."""

    kpi: str
    segment: str | None
    value: float
    owner: str
    due: date
    version: int
    set_at: Iso
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetList:
    """Those that stand, the nearest day first."""

    targets: list[TargetRecord]


class TargetBody(BaseModel):
    """A target to be set, in place of the one for the same KPI and segment. `owner`: who answers for it."""

    kpi: Name
    segment: Annotated[PlainText, Field(max_length=40)] | None = None
    value: Annotated[float, Field(allow_inf_nan=False)]
    owner: Name
    due: date


class OwnKpiBody(BaseModel):
    """A KPI of the company's own, as docs/kpis.md writes it."""

    definition: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKpiRecord:
    """A version of a KPI of the company's own, as it was published."""

    kpi: str
    version: int
    published_at: Iso
    by: str
    definition: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKpiList:
    """Every version in force, the newest of each first."""

    kpis: list[OwnKpiRecord]


@router.get("/targets")
def targets(services: Given, _: MayInsight) -> TargetList:
    """The targets that stand."""
    return TargetList(targets=[target_record(one) for one in services.kpi_book.targets()])


@router.post("/targets")
def set_target(body: TargetBody, services: Given, caller: MayData) -> TargetRecord:
    """Set a target, or change it."""
    return target_record(_set(body, services, caller.name))


@router.delete("/targets/{kpi}")
def drop_target(kpi: str, services: Given, caller: MayData, segment: Segment = None) -> TargetRecord:
    """Drop a target."""
    return target_record(_drop(kpi, segment, services, caller.name))


@router.get("/own")
def own_kpis(services: Given, _: MayInsight) -> OwnKpiList:
    """The company's own KPIs as they are written."""
    return OwnKpiList(kpis=[_own_record(one) for one in services.kpi_book.published()])


@router.post("/own")
def publish_kpi(body: OwnKpiBody, services: Given, caller: MayData) -> OwnKpiRecord:
    """Publish a KPI of the company's own, or the next version of it."""
    return _own_record(_publish(body, services, caller.name))


@router.delete("/own/{kpi}")
def retire_kpi(kpi: str, services: Given, caller: MayData) -> OwnKpiRecord:
    """Take a KPI of the company's own off the board. Refused while it has a target."""
    return _own_record(_retire(kpi, services, caller.name))


@internal_router.post("/targets")
def set_internal(body: TargetBody, services: Given, by: ByCommand) -> TargetRecord:
    return target_record(_set(body, services, by))


@internal_router.post("/targets/{kpi}/drop")
def drop_internal(kpi: str, services: Given, by: ByCommand, segment: Segment = None) -> TargetRecord:
    return target_record(_drop(kpi, segment, services, by))


@internal_router.post("/own")
def publish_internal(body: OwnKpiBody, services: Given, by: ByCommand) -> OwnKpiRecord:
    return _own_record(_publish(body, services, by))


@internal_router.post("/own/{kpi}/retire")
def retire_internal(kpi: str, services: Given, by: ByCommand) -> OwnKpiRecord:
    return _own_record(_retire(kpi, services, by))


def _set(body: TargetBody, services: Services, by: str) -> Target:
    made = services.kpi_book.set_target(TargetDraft(**body.model_dump()), by)
    _note(services, by, "kpi.target_set", f"{made.key}@{made.version}")
    return made


def _drop(kpi: str, segment: str | None, services: Services, by: str) -> Target:
    gone = services.kpi_book.drop_target(kpi, segment, by)
    _note(services, by, "kpi.target_dropped", gone.key)
    return gone


def _publish(body: OwnKpiBody, services: Services, by: str) -> Published:
    made = services.kpi_book.publish(read_own(body.definition), by)
    _note(services, by, "kpi.published", made.id)
    return made


def _retire(kpi: str, services: Services, by: str) -> Published:
    gone = services.kpi_book.retire(kpi)
    _note(services, by, "kpi.retired", kpi)
    return gone


def _note(services: Services, by: str, act: Act, target: str) -> None:
    services.audit.record(AuditRow(services.clock.now(), by, act, target))


def target_record(target: Target) -> TargetRecord:
    said = {name: value for name, value in target.as_mapping().items() if name != "is_dropped"}
    return TargetRecord(**{**said, "due": target.due, "set_at": to_iso(target.set_at)})


def _own_record(published: Published) -> OwnKpiRecord:
    said = published.own.as_mapping()
    return OwnKpiRecord(
        kpi=published.own.kpi,
        version=published.version,
        published_at=to_iso(published.published_at),
        by=published.by,
        definition={name: value for name, value in said.items() if value not in (None, {})},
    )
