"""Reading people one by one."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from percorso.model.decision import Decision
from percorso.model.message import Message
from percorso.model.person import Node, Position
from percorso.model.time import Micros
from percorso.ports.state import PersonRow


class Dispatched(NamedTuple):
    """A message with what became of it: when it came to its state, and to which address it went."""

    message: Message
    state_at: Micros
    recipient: str | None


class PeopleReader(Protocol):
    """What is known of people, for reading."""

    def find(self, text: str, limit: int) -> list[PersonRow]:
        """People by identifier (``kind:value``, a value, its beginning) or the beginning of a word of their name.

        Exact identifiers first, then the latest seen; an empty text gives the latest seen.
        """
        ...

    def holder(self, node_id: str) -> str | None:
        """Who holds a person id ever given, None when it never was."""
        ...

    def holders(self, node_ids: Sequence[str]) -> dict[str, str]:
        """node id -> who holds it, for those that were ever given."""
        ...

    def row(self, person_id: str) -> PersonRow | None: ...

    def rows(self, person_ids: Sequence[str]) -> dict[str, PersonRow]:
        """Those of the people that exist."""
        ...

    def nodes(self, person_id: str) -> list[Node]: ...

    def node(self, node_id: str) -> Node | None: ...

    def positions(self, person_ids: Sequence[str]) -> dict[str, list[Position]]: ...

    def decisions(self, node_ids: Sequence[str], limit: int, before: Micros | None = None) -> list[Decision]:
        """What was decided for these identifiers, newest first, decided before a time."""
        ...

    def messages(self, decision_ids: Sequence[str]) -> list[Dispatched]:
        """The messages these decisions made."""
        ...
