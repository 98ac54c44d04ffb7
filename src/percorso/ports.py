"""What the inside asks of the outside: small Protocols whose docstring is the promise.

Every adapter of a port passes the same contract suite (tests/contracts).
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

from percorso.model.decision import Decision
from percorso.model.event import Placed
from percorso.model.message import Message, MessageState, Rendered, Task
from percorso.model.person import Node, Position
from percorso.model.plan import Plan
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

    def members_of(self, person_ids: Sequence[str]) -> list[str]:
        """The ids of all nodes of these people."""
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


Later = Sequence[tuple[str, Mapping[str, Any]]]
"""(message id, wire item) pairs on their way into the log."""


class Outbox(Protocol):
    """Messages on their way out, and what is on its way back into the log."""

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
        then: Later = (),
    ) -> None:
        """Move a message to a state and leave `then` (as `append_later`), in one transaction. Durable on return.

        ATTEMPTED is marked before the wire and counts the attempt. Raises Conflict when the message may not go there
        from where it is (model/message.py) and NotFound when there is none: whoever marks ATTEMPTED owns the message.
        What is given as None stays as it was; `refusal` is always set.
        """
        ...

    def attempted(self) -> list[Message]:
        """Messages left at ATTEMPTED by a crash."""
        ...

    def find(self, message_id: str) -> Message | None: ...

    def sent_to(self, person_id: str, since: Micros) -> int:
        """Messages that went, or may have gone, to a person since a time, over all channels."""
        ...

    def suppress(self, address_hash: str, channel: str, *, reason: str, at: Micros) -> None:
        """Never write to an address again. The first reason stays."""
        ...

    def is_suppressed(self, address_hash: str, channel: str) -> bool: ...

    def relay(self, limit: int) -> list[tuple[str, Mapping[str, Any]]]:
        """The oldest items of `append_later` not yet taken out."""
        ...

    def relayed(self, message_ids: Sequence[str]) -> None:
        """These are in the log: take them out."""
        ...

    def append_later(self, items: Later) -> None:
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

    async def close(self) -> None:
        """Let go of what is kept open; it may be called twice."""
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


class Unsealed(NamedTuple):
    """rows: processed events that are not in the lake yet; sealed: the seq up to which all are."""

    rows: int
    sealed: int


class Lake(Protocol):
    """Processed events as files that any tool can read. One process archives."""

    def recover(self) -> int:
        """Delete what a crash left behind; call it once, before archiving. Returns how many files."""
        ...

    def unsealed(self) -> Unsealed: ...

    def seal(self, *, today: date, now: Micros, limit: int) -> int:
        """Move the next processed events, at most `limit`, into the lake. Returns how many, 0 when none wait.

        Durable on return, and all or nothing: no crash leaves an event out or in twice. `today`: the civil date that says
        which month is open. Raises Conflict when another process archives.
        """
        ...

    def compact(self, *, today: date, now: Micros) -> int:
        """Join small files. Returns how many were replaced; readers that pinned them are not disturbed."""
        ...

    def sweep(self, *, now: Micros) -> int:
        """Delete files that were replaced long enough ago. Returns how many."""
        ...


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


class User(NamedTuple):
    """Somebody of the company who may sign in. `role`: admin, manager, agent or viewer; `password`: its argon2 hash."""

    user_id: str
    email: str
    password: str
    role: str
    created_at: Micros


class ApiKey(NamedTuple):
    """A key as it is kept: `hint` are its last characters, the key itself is stored nowhere.

    kind  ``write`` (may send events) or ``secret`` (may read); name: for a write key, the source of its events
    """

    key_id: str
    kind: str
    name: str
    hint: str
    created_at: Micros
    revoked_at: Micros | None


class Accounts(Protocol):
    """Users, their sessions and the API keys. Tokens and keys are given and compared as hashes."""

    def count_users(self) -> int: ...

    def add_user(self, user: User, *, only_first: bool = False) -> None:
        """Raises Conflict when the email is taken or, with `only_first`, when there is any user at all."""
        ...

    def user_by_email(self, email: str) -> User | None: ...

    def set_password(self, user_id: str, password: str) -> None:
        """A new hash. Sessions stay."""
        ...

    def open_session(self, token_hash: str, user_id: str, *, at: Micros, expires_at: Micros) -> None:
        """Also forgets the sessions that ended before `at`."""
        ...

    def session_user(self, token_hash: str, at: Micros) -> User | None:
        """Who holds an unexpired session."""
        ...

    def close_session(self, token_hash: str) -> None: ...

    def close_sessions(self, user_id: str) -> None:
        """All of a user's."""
        ...

    def add_key(self, key: ApiKey, key_hash: str) -> None: ...

    def all_keys(self) -> list[ApiKey]:
        """All of them, newest first, the revoked too."""
        ...

    def keys_in_force(self) -> Mapping[str, ApiKey]:
        """The keys that are not revoked, by their hash."""
        ...

    def revoke_key(self, key_id: str, at: Micros) -> bool:
        """False when there is no such key in force."""
        ...


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


class TaskRow(NamedTuple):
    """A task with the person it is for now, None when the person is gone."""

    task: Task
    person_id: str | None
    name: str | None


class Tasks(Protocol):
    """What people of the company must do."""

    def open(self, limit: int) -> list[TaskRow]:
        """Nearest deadline first."""
        ...

    def closed(self, limit: int) -> list[TaskRow]:
        """Done last first."""
        ...

    def of(self, node_ids: Sequence[str], limit: int) -> list[TaskRow]:
        """Those of a person's identifiers, newest first."""
        ...

    def get(self, task_id: str) -> TaskRow | None: ...

    def finish(self, task_id: str, *, by: str, outcome: str, at: Micros, then: Later) -> bool:
        """Mark done and leave `then` (as `append_later`) in one transaction; False when it was done before."""
        ...


class LaneLag(NamedTuple):
    """head, processed: last seq of the lane in the log, last one folded;  behind: entries of the lane not yet folded."""

    lane: int
    head: int
    processed: int
    behind: int


class Figures(NamedTuple):
    """Where everything stands now.

    sealed      last seq in the lake;  today: verdict -> items received since midnight UTC;  total: verdict -> items ever
    outbox      message state -> messages;  relay: items waiting to be appended
    """

    lanes: tuple[LaneLag, ...]
    sealed: int
    today: Mapping[str, int]
    total: Mapping[str, int]
    outbox: Mapping[str, int]
    tasks_open: int
    tasks_overdue: int
    relay: int


class Seen(NamedTuple):
    """One item as it came: a row of the log, or one that was refused (`seq` None).

    line       row of an imported file
    time_rule  which rule set occurred_at, a word; None when refused
    """

    key: str
    seq: int | None
    received_at: Micros
    occurred_at: Micros | None
    source: str
    message_id: str | None
    name: str | None
    verdict: str
    reason: str | None
    detail: str | None
    line: int | None
    time_rule: str | None = None


class SeenPerson(NamedTuple):
    """Whose an accepted event is and where it happened, once it is folded."""

    seq: int
    person_id: str | None
    name: str | None
    touchpoint: str | None
    robot: bool


class Mark(NamedTuple):
    """How far a watcher has looked: the last seq of the log and the last id of the refused."""

    seq: int
    refused: int


class Watch(Protocol):
    """Looks at log and state from outside; never waits for a writer, never makes one wait."""

    def figures(self, now: Micros) -> Figures:
        """Everything; the counts of messages may be some seconds old."""
        ...

    def lanes(self) -> tuple[LaneLag, ...]:
        """The lag alone, as it is at this moment."""
        ...

    def ready(self) -> None:
        """Raises StoreUnavailable unless the log can be written and the state can be read."""
        ...

    def head(self) -> Mark: ...

    def since(self, mark: Mark, limit: int) -> tuple[list[Seen], Mark]:
        """What came after a mark, oldest first, at most `limit` of each kind; the newest when there are more."""
        ...

    def recent(self, limit: int, verdict: str | None = None) -> list[Seen]:
        """The latest items, newest first. Duplicates of imports are counted and not kept: they are not among them."""
        ...

    def placed(self, seqs: Sequence[int]) -> dict[int, SeenPerson]:
        """Those of the events that are folded."""
        ...


class Chosen(NamedTuple):
    """Which refused items are meant; None = any. `event`: empty for those without a readable name.

    since, until   by reception, the first included
    state          waiting, replayed, dismissed, or None for all
    """

    verdict: str | None = None
    reason: str | None = None
    source: str | None = None
    event: str | None = None
    since: Micros | None = None
    until: Micros | None = None
    ids: tuple[int, ...] = ()
    state: str | None = "waiting"


class Quarantined(NamedTuple):
    """One refused item, and what became of it.

    settled_at  None while it waits;  outcome: dismissed, or the verdict on the mended item
    mended_id, mended_seq   message id and place in the log of the mended item;  rules: those it was mended by, JSON
    """

    id: int
    received_at: Micros
    source: str
    message_id: str | None
    event: str | None
    verdict: str
    reason: str | None
    detail: str | None
    line: int | None
    body: str
    settled_at: Micros | None
    settled_by: str | None
    outcome: str | None
    mended_id: str | None
    mended_seq: int | None
    rules: str | None


class QuarantineGroup(NamedTuple):
    """Refused items of one verdict, reason, source and event; `sample` is the newest of them."""

    verdict: str
    reason: str | None
    source: str
    event: str | None
    items: int
    first_at: Micros
    last_at: Micros
    sample: int


class Settled(NamedTuple):
    """What became of a refused item: see `Quarantined`."""

    id: int
    outcome: str
    mended_id: str | None = None
    mended_seq: int | None = None


class Quarantine(Protocol):
    """What intake refused and kept aside: quarantined items and conflicts. Repeats have nothing to mend."""

    def groups(self, chosen: Chosen, limit: int) -> list[QuarantineGroup]:
        """The largest first."""
        ...

    def count(self, chosen: Chosen) -> int: ...

    def newest(self, chosen: Chosen, limit: int, before: int | None = None) -> list[Quarantined]:
        """Newest first, those with an id below `before`."""
        ...

    def oldest(self, chosen: Chosen, limit: int, after: int = 0) -> list[Quarantined]:
        """Oldest first, those with an id above `after`."""
        ...

    def settle(self, settled: Sequence[Settled], *, by: str, at: Micros, rules: str | None) -> int:
        """Write what became of items that wait; how many did: what is settled stays as it is. Durable on return."""
        ...

    def dismiss(self, chosen: Chosen, *, by: str, at: Micros) -> int:
        """Settle all that are chosen and wait as dismissed; how many."""
        ...


class DayCount(NamedTuple):
    """Events of one civil day (days since 1970-01-01), source, touchpoint and name; empty text: unknown.

    historical     imported history
    nobody         without identifier
    late_hour, late_day, late_week   live ones received more than so long after they happened
    bots           sent by a page that a robot looked at
    """

    day: int
    source: str
    touchpoint: str
    name: str
    events: int
    historical: int
    nobody: int
    late_hour: int
    late_day: int
    late_week: int
    bots: int


class Tally(NamedTuple):
    """What was counted of a stretch of the log; properties: (name, day, properties as JSON) of its events."""

    days: Sequence[DayCount]
    properties: Sequence[tuple[str, int, str | None]]


class ShapeCount(NamedTuple):
    """Events of a name and civil day that have a path of a type; path empty and type event: all of them."""

    name: str
    path: str
    type: str
    day: int
    events: int


class WordCount(NamedTuple):
    """Events in which a path took a word; word empty: it takes many, and none is kept."""

    name: str
    path: str
    word: str
    first_day: int
    events: int


class TallyMark(NamedTuple):
    """How far counting has come: of which log, in which way, up to which place."""

    log_id: str
    version: str
    seq: int


class Aside(NamedTuple):
    """Items of a source that wait in the quarantine."""

    source: str
    verdict: Literal["quarantined", "conflict"]
    reason: str | None
    items: int


class Unfolded(NamedTuple):
    """Events of a source that are in the log and could not be folded."""

    source: str
    reason: str
    events: int


class Tallies(Protocol):
    """Counts kept beside the events, so that looking at a year needs no look at its events."""

    def mark(self) -> TallyMark | None:
        """None when nothing was counted yet."""
        ...

    def reset(self, mark: TallyMark) -> None:
        """Forget all counts and begin at a mark."""
        ...

    def add(
        self,
        days: Sequence[DayCount],
        shapes: Sequence[ShapeCount],
        words: Sequence[WordCount],
        before: TallyMark,
        after: TallyMark,
    ) -> None:
        """Add counts and move the mark, in one transaction. Raises Conflict when the mark is not `before`."""
        ...

    def days(self, first: int, end: int) -> list[DayCount]:
        """The counts of the civil days first <= day < end."""
        ...

    def shapes(self, since: int) -> list[ShapeCount]:
        """The counts of shapes of the civil days from `since`, added up: `day` is the first day of all time."""
        ...

    def words(self) -> list[WordCount]: ...

    def names(self) -> list[tuple[str, int, int, int]]:
        """(name, events, first day, last day) of every event name, the most frequent first."""
        ...

    def verdicts(self, first: int, end: int) -> list[tuple[str, str, int]]:
        """(source, verdict, items) by the UTC days of reception."""
        ...

    def aside(self, since: Micros, until: Micros) -> list[Aside]:
        """What was received in a time and waits in the quarantine."""
        ...

    def unfolded(self) -> list[Unfolded]: ...


class Plans(Protocol):
    """Where the tracking plan is kept."""

    def plan(self) -> Plan:
        """The one in force; an empty one when none was made."""
        ...

    def store(self, plan: Plan, at: Micros) -> None:
        """Put a plan in force; the versions before stay readable. Durable on return."""
        ...
