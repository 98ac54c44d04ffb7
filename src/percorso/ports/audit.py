"""What users did that changed rights or data."""

from typing import Literal, NamedTuple, Protocol, TypeAlias

from percorso.model.time import Micros

Act: TypeAlias = Literal[
    "user.created",
    "password.set",
    "session.opened",
    "session.refused",
    "session.closed",
    "key.created",
    "key.revoked",
    "task.done",
    "plan.changed",
    "quarantine.replayed",
    "quarantine.dismissed",
]


class AuditRow(NamedTuple):
    """Who did what, when. `actor` is an email or ``key:NAME``; `target` an id."""

    at: Micros
    actor: str
    act: Act
    target: str | None


class Audit(Protocol):
    """What users did that changed rights or data. Rows are added, never changed."""

    def record(self, row: AuditRow) -> None: ...

    def latest(self, limit: int) -> list[AuditRow]:
        """Newest first."""
        ...
