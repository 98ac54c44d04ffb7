"""Plays: for one touchpoint x stage x condition, what to do and say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from percorso.model.condition import Condition
from percorso.model.touchpoint import Text

Intent = Literal["serve", "ask", "entertain", "sell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One real choice offered in a message; answering it is the event `event` with `properties`."""

    id: str
    label: Text
    event: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTemplate:
    """What to send: Liquid over MJML for email. `body` is MJML per language, `subject` Liquid per language."""

    channel: Literal["email"]
    subject: Text
    body: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTemplate:
    """What a person of the company must do, and within how many minutes of the event."""

    title: Text
    queue: str
    due_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """One page of the playbook, with its nine fields.

    touchpoint, stage   where it belongs (for the coverage matrix); None = any
    when      condition on the event and the person after it
    once_per  a field whose value makes the play unique (``properties.order_id``), or ``person``, or ``event``
    priority  the greatest wins when several plays meet one event on one channel
    intent    serve, ask, entertain or sell; ``purpose`` is the consent it needs, None for service messages

    do        what to do                          say       what to say
    how       in which manner and channel         timing    when
    ask       what to ask                         ask_how   how to ask it
    ask_when  when to ask                         give      information to give, and when
    get       information to get, and when

    choices   what the person may answer          message / task   what is executed; at least one
    """

    id: str
    version: int
    name: Text
    touchpoint: str | None
    stage: str | None
    when: Condition
    once_per: str
    priority: int
    intent: Intent
    purpose: str | None
    do: Text
    say: Text
    how: Text
    timing: Text
    ask: Text
    ask_how: Text
    ask_when: Text
    give: Text
    get: Text
    choices: tuple[Choice, ...] = ()
    message: MessageTemplate | None = None
    task: TaskTemplate | None = None
