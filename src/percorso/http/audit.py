"""The audit log: who did what that changed rights or data."""

from dataclasses import dataclass

from fastapi import APIRouter

from percorso.http.auth import MayAudit
from percorso.http.services import Given
from percorso.http.wire import Iso, Limit
from percorso.model.time import to_iso
from percorso.ports import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One act. `actor`: an email, or ``key:NAME``; `target`: an id."""

    at: Iso
    actor: str
    act: Act
    target: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditList:
    """Newest first."""

    acts: list[AuditRecord]


router = APIRouter(tags=["audit"])


@router.get("/audit")
def list_acts(services: Given, _caller: MayAudit, limit: Limit = 100) -> AuditList:
    """The latest acts."""
    rows = services.audit.latest(limit)
    return AuditList(
        acts=[AuditRecord(at=to_iso(row.at), actor=row.actor, act=row.act, target=row.target) for row in rows]
    )
