"""The audit log: who did what that changed rights or data, who looked at whom, and whether the log is whole."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from percorso.http.auth import MayAudit
from percorso.http.questions import From, To
from percorso.http.services import Given, Services
from percorso.http.wire import Iso, Limit
from percorso.model.audit import Why
from percorso.model.time import to_iso
from percorso.ports import Act, Acts, Audited


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One act. `actor`: an email, ``key:NAME`` or ``command line (ACCOUNT)``.

    target  an id, a number or a hash: of ``person.*`` the person id, of ``people.listed`` ``PLACE:NUMBER``
    hash    of this row and, through the row before it, of all before
    """

    number: int
    at: Iso
    actor: str
    act: Act
    target: str | None
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditList:
    """Newest first. `next`: give it as `before` for the acts before these; null at the end."""

    acts: list[AuditRecord]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditActors:
    """Everybody who has done something, by name."""

    actors: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditBroken:
    """The first row that is not as it was written."""

    number: int
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditChain:
    """Whether every row is as it was written.

    verified  rows that are, from the first on;  head: ``NUMBER:HASH`` of the last of them
    broken    null when the log is whole
    """

    verified: int
    head: str
    checked_at: Iso
    broken: AuditBroken | None


Word = Annotated[str | None, Query(max_length=256)]
router = APIRouter(prefix="/audit", tags=["audit"])


@router.get("")
def list_acts(
    services: Given,
    _caller: MayAudit,
    act: Act | None = None,
    actor: Word = None,
    person: Annotated[str | None, Query(max_length=256, description="Any id the person ever had.")] = None,
    start: From = None,
    end: To = None,
    before: int | None = None,
    limit: Limit = 100,
) -> AuditList:
    """The acts, newest first."""
    targets = None if person is None else _ids_of(person, services)
    since, until = (None if day is None else services.civil.midnight(day) for day in (start, end))
    which = Acts(act, actor, targets, since, until)
    rows = services.audit.latest(limit + 1, which, before)
    more = len(rows) > limit
    return AuditList(acts=[_record(row) for row in rows[:limit]], next=rows[limit - 1].number if more else None)


@router.get("/actors")
def list_actors(services: Given, _caller: MayAudit) -> AuditActors:
    """Who has done something, ever."""
    return AuditActors(actors=services.audit.actors())


@router.get("/chain")
def audit_chain(services: Given, _caller: MayAudit) -> AuditChain:
    """Follow the chain through every row; what was found seconds ago is not looked for again."""
    chain: AuditChain = services.audited.get("chain", lambda: _checked(services))
    return chain


def _checked(services: Services) -> AuditChain:
    found = services.audit.verify()
    broken = found.broken
    return AuditChain(
        verified=found.head.number,
        head=str(found.head),
        checked_at=to_iso(services.clock.now()),
        broken=AuditBroken(number=broken.number, why=broken.why) if broken else None,
    )


def _ids_of(person_id: str, services: Services) -> list[str]:
    """Every id of the person, so that what was done before a merge is found too."""
    holder = services.people.holder(person_id)
    nodes = [] if holder is None else services.people.nodes(holder)
    return sorted({person_id, *(node.node_id for node in nodes)})


def _record(row: Audited) -> AuditRecord:
    return AuditRecord(
        number=row.number, at=to_iso(row.at), actor=row.actor, act=row.act, target=row.target, hash=row.hash
    )
