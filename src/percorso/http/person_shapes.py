"""A person on one screen, as the API shows them."""

from dataclasses import dataclass
from typing import Any, Literal

from percorso.data.people import Link, NextReason
from percorso.http.config import PlayRecord
from percorso.http.wire import Iso, Money, Named
from percorso.model.touchpoint import Phase

Sent = Literal["sent", "waiting", "not_sent", "unknown", "task"]
"""What became of a decision: sent, waiting (queued or deferred), not sent (see `refusal`), unknown (nobody knows whether
it went), task (a task for an agent)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonStage:
    """Where somebody is on the main journey."""

    journey: str
    stage: Named
    since: Iso


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSummary:
    """A person in a list. `known`: there is more than a device to them. `name` is null for an unknown visitor."""

    person_id: str
    name: str | None
    known: bool
    first_seen_at: Iso
    last_seen_at: Iso
    events: int
    orders: int
    spend: list[Money]
    position: PersonStage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFound:
    """`more`: there are others; ask with a longer text."""

    people: list[PersonSummary]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierBrief:
    """An identifier by kind and value."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierRecord:
    """An identifier and why it is this person's.

    link       why it is this person's, or nobody else's; see data/people.py
    via        the stronger identifier that `link` speaks of
    seen_with  with how many stronger ones it was seen
    claimed    only a public key said it
    sessions   of a device, on how many days it was used without a stronger identifier
    events     how many events came under it, from first to last
    """

    node_id: str
    kind: str
    value: str
    link: Link
    via: IdentifierBrief | None
    seen_with: int
    claimed: bool
    sessions: int
    events: int
    first_seen_at: Iso | None
    last_seen_at: Iso | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStep:
    """A stage that was opened."""

    stage: Named
    at: Iso


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRecord:
    """Where the person is on one journey. `path`: the latest stays, oldest first, the present one last."""

    journey: Named
    stage: Named
    phase: Phase | None
    since: Iso
    came_from: Named | None
    touchpoint: Named | None
    path: list[StageStep]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecord:
    """One event that says how the person feels (`mood`, -1 to 1, or null) or how hard it was (`effort`, points)."""

    at: Iso
    message_id: str
    rule: str
    why: dict[str, str]
    mood: float | None
    effort: float
    touchpoint: Named | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoodRecord:
    """mood: -1 to 1 now, null without evidence;  effort: decayed points now, 0 or more.

    evidence  the events that weigh most in the mood, at most three;  hard: the latest others that made it hard
    """

    mood: float | None
    effort: float
    evidence: list[EvidenceRecord]
    hard: list[EvidenceRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRecord:
    """Completed orders and what they brought less refunds, by currency."""

    orders: int
    spend: list[Money]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """The latest choice for a purpose on a channel; `message_id` is the event that proves it."""

    purpose: str
    channel: str
    state: Literal["granted", "denied", "withdrawn", "expired"]
    since: Iso
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitRecord:
    """A trait as last said; `value` is any JSON."""

    name: str
    value: Any
    since: Iso


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRecord:
    """How often something happened."""

    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPlayRecord:
    """What to do next, and what speaks for it."""

    because: NextReason
    play: PlayRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecord:
    """What became of the message of a decision. `state`: see model/message.py; `refusal`: why it was not sent."""

    message_id: str
    channel: str
    state: str
    state_at: Iso
    due_at: Iso
    refusal: str | None
    recipient: str | None
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeRecord:
    """A play that matched too and was beaten."""

    play: Named
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """What was decided for the person, and what became of it.

    result   in one word;  refusal: why it was not sent, whether at the decision or at the gate, null when it was
    reasons  what made the play match
    """

    decision_id: str
    play: Named
    at: Iso
    cause_message_id: str
    touchpoint: Named | None
    stage: Named | None
    channel: str | None
    result: Sent
    refusal: str | None
    historical: bool
    reasons: list[str]
    alternatives: list[AlternativeRecord]
    message: MessageRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTask:
    """A task for this person."""

    task_id: str
    title: dict[str, str]
    queue: str
    play: Named
    due_at: Iso
    overdue: bool
    done_at: Iso | None
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """Everything on one screen.

    asked_id   the id that was asked for;  moved: it now leads to another id, `person_id`
    sent, not_sent   numbers among the latest `decisions`
    """

    person_id: str
    asked_id: str
    moved: bool
    name: str | None
    known: bool
    first_seen_at: Iso | None
    last_seen_at: Iso | None
    last_touchpoint: Named | None
    events: int
    identifiers: list[IdentifierRecord]
    positions: list[PositionRecord]
    mood: MoodRecord
    value: ValueRecord
    consents: list[ConsentRecord]
    traits: list[TraitRecord]
    counters: list[CounterRecord]
    next_play: NextPlayRecord | None
    decisions: list[DecisionRecord]
    sent: int
    not_sent: int
    tasks: list[PersonTask]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEntry:
    """Something that happened."""

    kind: Literal["event"]
    id: str
    at: Iso
    name: str
    source: str
    channel: str | None
    touchpoint: Named | None
    phase: Phase | None
    stage: Named | None
    historical: bool
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionEntry:
    """Something we decided for the person: sent, not sent and why, or a task."""

    kind: Literal["decision"]
    id: str
    at: Iso
    channel: str | None
    decision: DecisionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Newest first, what happened and what we did in one line. `next_before`: the `before` of the next older page."""

    entries: list[EventEntry | DecisionEntry]
    next_before: str | None
