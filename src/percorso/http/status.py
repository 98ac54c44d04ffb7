"""How it is going: processing lag, today's verdicts, queues; shown on every page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter

from percorso.http.auth import MayInsight
from percorso.http.services import Given, Services
from percorso.http.wire import Iso
from percorso.model.time import to_iso
from percorso.model.verdict import Verdict
from percorso.ports import LaneLag

_LANES: dict[int, Literal["live", "import"]] = {0: "live", 1: "import"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyRecord:
    """Zone as IANA name, currency as ISO 4217, language of its messages."""

    name: str
    zone: str
    currency: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneStatus:
    """One lane of the log: last place taken, last place folded, how many events are not yet folded."""

    lane: Literal["live", "import"]
    head: int
    processed: int
    behind: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """Items by verdict."""

    accepted: int
    duplicate: int
    conflict: int
    quarantined: int
    suppressed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """What waits. Messages by state: queued, deferred, attempted, accepted, rejected, unknown, refused."""

    messages: dict[str, int]
    tasks_open: int
    tasks_overdue: int
    to_append: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How it is going now.

    behind  events taken and not yet folded, over both lanes;  sealed: last place of the log in the lake
    today   items received since midnight UTC;  total: items ever
    """

    version: str
    at: Iso
    company: CompanyRecord
    config_version: str
    packs: list[str]
    behind: int
    lanes: list[LaneStatus]
    sealed: int
    today: Verdicts
    total: Verdicts
    queues: Queues


router = APIRouter(tags=["status"])


@router.get("/status")
def get_status(services: Given, _caller: MayInsight) -> Status:
    """How it is going."""
    return status_of(services)


def status_of(services: Services) -> Status:
    now, company = services.clock.now(), services.company
    figures = services.watch.figures(now)
    return Status(
        version=services.version,
        at=to_iso(now),
        company=CompanyRecord(
            name=company.name, zone=company.zone, currency=company.currency, language=company.language
        ),
        config_version=services.config.version,
        packs=list(services.config.packs),
        behind=behind(figures.lanes),
        lanes=[_lane(lane) for lane in figures.lanes],
        sealed=figures.sealed,
        today=Verdicts(**{verdict.value: figures.today.get(verdict, 0) for verdict in Verdict}),
        total=Verdicts(**{verdict.value: figures.total.get(verdict, 0) for verdict in Verdict}),
        queues=Queues(
            messages=dict(figures.outbox),
            tasks_open=figures.tasks_open,
            tasks_overdue=figures.tasks_overdue,
            to_append=figures.relay,
        ),
    )


def behind(lanes: Sequence[LaneLag]) -> int:
    """Events taken and not yet folded."""
    return sum(lane.behind for lane in lanes)


def _lane(lane: LaneLag) -> LaneStatus:
    return LaneStatus(lane=_LANES[lane.lane], head=lane.head, processed=lane.processed, behind=lane.behind)
