"""Questions about everybody."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from percorso.model.time import Micros
from percorso.ports.tallies import Tally


class Engine(Protocol):
    """Answers questions about everybody. One Ibis connection a request, never shared between threads."""

    def session(self) -> AbstractContextManager["EngineSession"]: ...


class EngineSession(Protocol):
    """Tables pinned to one moment: sealed files plus the processed tail, each event once."""

    def table(self, name: str) -> Any:
        """An Ibis table: events, people, identifiers, positions, decisions, messages, verdicts."""
        ...

    def told(self) -> list[dict[str, Any]]:
        """What each source told of each event name (source, name), null names included.

        first and last: civil dates of its events; live: when the last of them was received live, history: when the last
        imported one happened, both micros, None when there is none.
        """
        ...

    def execute(self, expression: Any) -> list[dict[str, Any]]:
        """Run an Ibis expression and return its rows."""
        ...

    def sql(self, query: str, limit: int) -> list[dict[str, Any]]:
        """Run one read-only statement over the same tables; values are JSON's. Raises InvalidQuery."""
        ...

    def upto(self) -> int:
        """The last place of the log that this moment shows."""
        ...

    def tally(self, after: int, upto: int) -> "Tally":
        """The counts of the events with after < seq <= upto."""
        ...

    def keep(self, name: str, expression: Any) -> Any:
        """Work an expression out once and keep it for the session; returns it as a table."""
        ...

    def nodes_of(self, person_id: str) -> list[str]:
        """The identifiers of whoever holds this person id now; empty when it was never given."""
        ...

    def of_nodes(
        self, node_ids: Sequence[str], before: tuple[Micros, int] | None, channel: str | None, limit: int
    ) -> list[dict[str, Any]]:
        """The events folded under some identifiers, newest first by (occurred_at, seq), older than `before`.

        Columns seq, message_id, source, type, name, node_id, occurred_at (micros), touchpoint, channel, phase, stage,
        historical and properties, as in `model.tables.EVENTS`.
        """
        ...
