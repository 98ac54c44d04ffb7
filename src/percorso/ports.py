"""What the inside asks of the outside: small Protocols whose docstring is the promise.

Every adapter of a port passes the same contract suite (tests/contracts).
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from percorso.model.decision import Decision
from percorso.model.event import Placed
from percorso.model.message import Message, MessageState, Rendered, Task
from percorso.model.person import Node, Position
from percorso.model.time import Micros
from percorso.model.verdict import Candidate, ItemVerdict, Refused


class Clock(Protocol):
    """The time, passed in so that tests may move it."""

    def now(self) -> Micros: ...


class LogEntry(NamedTuple):
    """One row of the log; fields as in `Candidate`."""

    seq: int
    lane: int
    source: str
    message_id: str
    occurred_at: Micros
    received_at: Micros
    day: int
    hour: int
    tie: int
    historical: bool
    body: bytes


class LogSize(NamedTuple):
    """head: the last seq given, 0 when empty; lanes: lane -> its last seq."""

    head: int
    lanes: Mapping[int, int]


class EventLog(Protocol):
    """The append-only log."""

    @property
    def log_id(self) -> str:
        """Random name given when the log was made; state remembers it and refuses another."""
        ...

    def append(self, candidates: Sequence[Candidate], refused: Sequence[Refused] = ()) -> list[ItemVerdict]:
        """Store what is new and say what became of each candidate, in order.

        Durable on return: the accepted, the conflicts and the refused are on disk. One transaction. A candidate whose
        key was stored before, or comes earlier in the same call, is a duplicate when its fingerprint is equal, else a
        conflict, kept aside with its body. `seq` rises and never repeats. Raises StoreUnavailable when nothing was stored.
        """
        ...

    def read(self, lane: int, after: int, limit: int) -> list[LogEntry]:
        """The next entries of a lane with seq > after, ascending. Every entry with a smaller seq is already visible."""
        ...

    def size(self) -> LogSize: ...

    def close(self) -> None: ...


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

    def nodes_of(self, person_ids: Sequence[str]) -> list[Node]:
        """All nodes of these people."""
        ...

    def children_of(self, node_ids: Sequence[str]) -> list[Node]:
        """The nodes that hang directly on these."""
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

    def store_positions(self, positions: Mapping[str, Sequence[Position]]) -> None:
        """person_id -> all their positions; replaces what was there."""
        ...

    def store_placed(self, placed: Sequence[Placed]) -> None: ...

    def add_acts(self, decisions: Sequence[Decision], messages: Sequence[Message], tasks: Sequence[Task]) -> int:
        """Store those whose id is new; the others were decided before. Returns the number of new decisions."""
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


class Outbox(Protocol):
    """Messages on their way out. One delivering process at a time."""

    def due(self, now: Micros, limit: int) -> list[Message]:
        """Queued or deferred messages with due_at <= now, oldest first."""
        ...

    def mark(
        self,
        message_id: str,
        state: MessageState,
        *,
        at: Micros,
        due_at: Micros | None = None,
        refusal: str | None = None,
        provider_id: str | None = None,
        to: str | None = None,
        person_id: str | None = None,
    ) -> None:
        """Durable on return. ATTEMPTED is marked before the wire."""
        ...

    def attempted(self) -> list[Message]:
        """Messages left at ATTEMPTED by a crash."""
        ...

    def sent_to(self, person_id: str, since: Micros) -> int:
        """Messages attempted or accepted for a person since a time, over all channels."""
        ...

    def relay(self, limit: int) -> list[tuple[str, Mapping[str, Any]]]:
        """The oldest items of `append_later` not yet taken out."""
        ...

    def relayed(self, message_ids: Sequence[str]) -> None: ...

    def append_later(self, items: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """As `StateTransaction.append_later`, in a transaction of its own."""
        ...


class Channel(Protocol):
    """One way out."""

    name: str

    async def send(self, message: Rendered) -> str:
        """Hand the message over and return the provider's id.

        Raises ChannelRefused (for good) or ChannelUnavailable (not taken; may be tried again); any other failure means
        that nobody knows whether it went.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail in the built-in local inbox."""

    mail_id: str
    to: str
    subject: str
    html: str
    text: str
    received_at: Micros
    person_id: str | None


class Mailbox(Protocol):
    """The built-in local inbox: where mail goes until a real SMTP server is set."""

    def put(self, mail: Mail) -> None:
        """Durable on return; the same mail_id twice is one mail."""
        ...

    def list(self, limit: int, before: Micros | None = None) -> list[Mail]:
        """Newest first."""
        ...

    def get(self, mail_id: str) -> Mail | None: ...


class Engine(Protocol):
    """Answers questions about everybody. One Ibis connection a request, never shared between threads."""

    def session(self) -> AbstractContextManager["EngineSession"]: ...


class EngineSession(Protocol):
    """Tables pinned to one moment: sealed files plus the processed tail, each event once."""

    def table(self, name: str) -> Any:
        """An Ibis table: events, people, identifiers, positions, decisions, messages, verdicts."""
        ...

    def execute(self, expression: Any) -> list[dict[str, Any]]:
        """Run an Ibis expression and return its rows."""
        ...

    def sql(self, query: str, limit: int) -> list[dict[str, Any]]:
        """Run one read-only statement over the same tables. Raises InvalidQuery."""
        ...
