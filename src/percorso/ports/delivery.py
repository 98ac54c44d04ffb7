"""What carries a message to a person, and keeps it until then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from percorso.model.message import Message, MessageState, Rendered
from percorso.model.time import Micros

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
