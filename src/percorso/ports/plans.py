"""The tracking plan, kept."""

from typing import Protocol

from percorso.model.plan import Plan
from percorso.model.time import Micros


class Plans(Protocol):
    """Where the tracking plan is kept."""

    def plan(self) -> Plan:
        """The one in force; an empty one when none was made."""
        ...

    def store(self, plan: Plan, at: Micros) -> None:
        """Put a plan in force; the versions before stay readable. Durable on return."""
        ...
