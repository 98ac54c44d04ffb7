"""What users did that changed rights or data, and whom they looked at."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from percorso.model.audit import Act, Audited, AuditRow, Head, Verified
from percorso.model.time import Micros

__all__ = ["Act", "Acts", "Audit", "AuditRow", "Audited"]


class Acts(NamedTuple):
    """Which rows; None = any. `targets`: one of these, alone or with another; `since` is included, `until` is not."""

    act: Act | None = None
    actor: str | None = None
    targets: Sequence[str] | None = None
    since: Micros | None = None
    until: Micros | None = None


class Audit(Protocol):
    """Rows are added, each bound to the one before it (model/audit.py), never changed."""

    def record(self, *rows: AuditRow) -> None:
        """Append rows, in this order, in one transaction; on disk on return."""
        ...

    def latest(self, limit: int, which: Acts = Acts(), before: int | None = None) -> list[Audited]:
        """Newest first; with `before` those of smaller numbers."""
        ...

    def actors(self) -> list[str]:
        """Everybody who has a row."""
        ...

    def all(self) -> Iterator[Audited]:
        """Every row, by number."""
        ...

    def verify(self, noted: Head | None = None) -> Verified:
        """Follow the whole chain. `noted`: a head that must lie in it."""
        ...
