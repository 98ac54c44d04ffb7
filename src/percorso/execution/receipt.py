"""Receipts: what became of a message, as an event of the person it was for."""

from typing import Any

from percorso.execution.own_event import own_event
from percorso.model.identifier import Identifier
from percorso.model.message import Message, MessageState
from percorso.model.time import Micros

NAMES: dict[MessageState, str] = {
    MessageState.ACCEPTED: "Message Sent",
    MessageState.REJECTED: "Message Failed",
    MessageState.UNKNOWN: "Message Unconfirmed",
}
"""Only what was tried is an event. What the gate refused did not happen to the person: its reason is in the outbox."""


def receipt(
    message: Message, state: MessageState, who: Identifier, at: Micros, reason: str | None = None
) -> tuple[str, dict[str, Any]]:
    """(message id, wire item) of what became of a message; the same for the same message and state."""
    message_id = f"{state.value}-{message.message_id}"
    properties: dict[str, Any] = {
        "message_id": message.message_id,
        "channel": message.channel,
        "play": message.play,
        "intent": message.intent,
    }
    if reason is not None:
        properties["reason"] = reason
    context = {"touchpoint": f"{message.channel}.service"}
    return message_id, own_event(NAMES[state], message_id, who, properties, context, at)
