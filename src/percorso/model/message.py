"""Messages: one communication out, in one channel, and the tasks that people of the company get."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from percorso.model.time import Micros


class MessageState(StrEnum):
    """queued -> (deferred ->) attempted -> accepted | rejected | unknown; or queued -> refused by the gate.

    ``attempted`` is written before the wire; a message found there after a crash is ``unknown`` and never sent blindly
    again. From attempted it goes back to deferred only when the channel is certain that it did not take it, and to
    refused when the channel may not write to that address.
    """

    QUEUED = "queued"
    DEFERRED = "deferred"
    REFUSED = "refused"
    ATTEMPTED = "attempted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


WAITING: tuple[MessageState, ...] = (MessageState.QUEUED, MessageState.DEFERRED)
"""States from which a message may be sent."""

WENT: frozenset[MessageState] = frozenset((MessageState.ATTEMPTED, MessageState.ACCEPTED, MessageState.UNKNOWN))
"""States in which it reached, or may have reached, the person."""

CAME_FROM: Mapping[MessageState, tuple[MessageState, ...]] = {
    MessageState.QUEUED: (),
    MessageState.DEFERRED: (*WAITING, MessageState.ATTEMPTED),
    MessageState.REFUSED: (*WAITING, MessageState.ATTEMPTED),
    MessageState.ATTEMPTED: WAITING,
    MessageState.ACCEPTED: (MessageState.ATTEMPTED, MessageState.UNKNOWN),
    MessageState.REJECTED: (MessageState.ATTEMPTED, MessageState.UNKNOWN),
    MessageState.UNKNOWN: (MessageState.ATTEMPTED,),
}
"""Where a message may come from; everything else is a conflict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One outgoing message as it lies in the outbox.

    message_id    hash of the business key; also the Message-ID of a mail
    business_key  unique: one message per (play, once_per value, channel)
    node_id       the identifier of the event that caused it; its person is looked up when the message is sent
    facts         what the template may read of the event: name, properties
    due_at        not before; `expires_at`: not after
    """

    message_id: str
    business_key: str
    decision_id: str
    node_id: str
    channel: str
    play: str
    play_version: int
    intent: str
    purpose: str | None
    facts: Mapping[str, Any]
    created_at: Micros
    due_at: Micros
    expires_at: Micros
    state: MessageState = MessageState.QUEUED
    refusal: str | None = None
    attempts: int = 0
    provider_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message written for one person, ready for its channel. `headers` are those of a mail, beyond the usual."""

    message_id: str
    channel: str
    to: str
    language: str
    subject: str
    html: str
    text: str
    headers: Mapping[str, str]
    person_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something an agent must do for a person.

    due_at   the deadline;  done_at: when it was done, None while open;  outcome: a word of the agent's
    """

    task_id: str
    decision_id: str
    node_id: str
    play: str
    queue: str
    title: Mapping[str, str]
    created_at: Micros
    due_at: Micros
    done_at: Micros | None = None
    done_by: str | None = None
    outcome: str | None = None
