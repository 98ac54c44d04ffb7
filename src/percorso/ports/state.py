"""What is folded from the log, and what is written with it in one transaction."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from percorso.model.decision import Decision
from percorso.model.event import Placed
from percorso.model.identity import Assertion, Child, Override
from percorso.model.message import Message, Task
from percorso.model.person import Node, Position
from percorso.model.time import Micros
from percorso.ports.event_log import LogEntry


class PersonRow(NamedTuple):
    """What is listed and searched of a person; everything else is in the nodes."""

    person_id: str
    name: str | None
    first_seen_at: Micros
    last_seen_at: Micros
    events: int
    orders: int
    spend: Mapping[str, int]
    known: bool


class StateTransaction(Protocol):
    """One unit of work; all of it or none of it is kept."""

    def offset(self, reader: str) -> int:
        """How far a reader has come in this log, 0 at first. Raises VersionMismatch when the state belongs to another log."""
        ...

    def set_offset(self, reader: str, seq: int) -> None: ...

    def nodes(self, node_ids: Sequence[str]) -> dict[str, Node]:
        """Those of the nodes that exist."""
        ...

    def members_of(self, person_ids: Sequence[str]) -> list[str]:
        """The ids of all nodes of these people."""
        ...

    def based_on(self, node_ids: Sequence[str]) -> list[str]:
        """The ids of the session windows of these devices, and of what is claimed to be these proven identifiers."""
        ...

    def children_of(self, node_ids: Sequence[str], most: int) -> list[Child]:
        """Of each of these the first `most` of each kind that hang on it by what was seen, held ones too; no windows."""
        ...

    def kept_apart_from(self, node_ids: Sequence[str]) -> list[str]:
        """The ids of the nodes that hang on these but for a decision (`Held.NEVER`)."""
        ...

    def assertions_of(self, node_ids: Sequence[str]) -> list[Assertion]:
        """What these were seen with that is stronger."""
        ...

    def store_assertions(self, assertions: Sequence[Assertion]) -> None:
        """Add lines to the ledger; of two with the same ends the earlier event stays."""
        ...

    def overrides(self) -> list[Override]:
        """All decisions on identifiers, those taken back too."""
        ...

    def store_overrides(self, overrides: Sequence[Override]) -> None:
        """Insert or replace."""
        ...

    def store_nodes(self, nodes: Sequence[Node]) -> None:
        """Insert or replace."""
        ...

    def store_moved(self, moved: Mapping[str, str]) -> None:
        """node_id -> person_id of nodes whose person changed after events were placed under them."""
        ...

    def store_people(self, people: Sequence[PersonRow], gone: Sequence[str]) -> None:
        """Insert or replace people; remove those who are gone (absorbed by another), with their positions."""
        ...

    def store_positions(self, positions_of: Mapping[str, Sequence[Position]], cleared: Sequence[str] = ()) -> None:
        """person_id -> their positions, journey by journey. The people of `cleared` lose what they had first."""
        ...

    def store_placed(self, placed: Sequence[Placed]) -> None: ...

    def store_unfolded(self, entry: LogEntry, reason: str) -> None:
        """Remember that an event could not be folded, or could not be decided on, and why."""
        ...

    def add_acts(self, decisions: Sequence[Decision], messages: Sequence[Message], tasks: Sequence[Task]) -> int:
        """Store those whose id is new; the others were decided before. Returns the number of new decisions.

        A task is not stored while one of the same play for the same node is open.
        """
        ...

    def append_later(self, items: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """(message id, item) pairs that a relay puts into the log, at least once; dedupe makes repeats harmless."""
        ...


class State(Protocol):
    """Where the folds and acts are kept."""

    def transaction(self) -> AbstractContextManager[StateTransaction]:
        """A unit of work: committed when the block ends, rolled back when it raises."""
        ...

    def close(self) -> None: ...
