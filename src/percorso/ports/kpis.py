"""What a company says of its KPIs, kept: targets, and definitions of its own."""

from typing import Protocol

from percorso.model.kpi_target import Target
from percorso.model.own_kpi import Published


class Targets(Protocol):
    """Where targets are kept."""

    def all(self) -> dict[str, Target]:
        """The present one of each key, dropped ones too."""
        ...

    def put(self, target: Target) -> None:
        """In place of the one with its key; the versions before stay readable. Durable on return."""
        ...

    def versions(self, key: str) -> list[Target]:
        """Every one there was, the newest first."""
        ...


class OwnKpis(Protocol):
    """Where the KPIs are kept that a company wrote itself."""

    def all(self) -> list[Published]:
        """Every version of every one, the newest of each first."""
        ...

    def add(self, published: Published) -> None:
        """One more version. Durable on return. Raises Conflict when there is this version already: it never changes."""
        ...

    def retire(self, published: Published) -> None:
        """Write the newest version anew, retired or back, and nothing else of it."""
        ...
