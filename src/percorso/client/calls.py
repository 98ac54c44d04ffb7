"""The calls: what a program may say, and whether it can be an event."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from percorso.client.values import encoded
from percorso.client.waiting import Waiting

MOST_MESSAGE_ID = 100
Id = str | int | UUID


class Calls(ABC):
    """Each call returns the message id. `context` lies under that of every event."""

    _context: Mapping[str, Any]

    @abstractmethod
    def _take(self, event: Waiting) -> None:
        """The event is on its way from here on."""

    def track(self, event: str, *, properties: Mapping[str, Any] | None = None, **said: Any) -> str:
        """Something happened. `said`: see `call`."""
        if not isinstance(event, str) or not event.strip():
            raise ValueError("a track call names its event, such as Order Completed")
        return self.call("track", {"event": event, **known(properties=properties)}, **said)

    def identify(self, user_id: Id | None = None, traits: Mapping[str, Any] | None = None, **said: Any) -> str:
        """What is known of a person."""
        said.pop("traits", None)
        return self.call("identify", known(traits=traits), user_id=user_id, **said)

    def page(self, name: str | None = None, *, properties: Mapping[str, Any] | None = None, **said: Any) -> str:
        """A page was seen."""
        return self.call("page", known(name=name, properties=properties), **said)

    def screen(self, name: str | None = None, *, properties: Mapping[str, Any] | None = None, **said: Any) -> str:
        """A screen of an app was seen."""
        return self.call("screen", known(name=name, properties=properties), **said)

    def group(self, group_id: Id, traits: Mapping[str, Any] | None = None, **said: Any) -> str:
        """A person belongs to a company."""
        return self.call("group", {"groupId": _id(group_id, "group_id"), **known(traits=traits)}, **said)

    def alias(self, previous_id: Id, user_id: Id, **said: Any) -> str:
        """A former id is this person's."""
        return self.call("alias", {"previousId": _id(previous_id, "previous_id")}, user_id=user_id, **said)

    def call(
        self,
        type: str,
        fields: Mapping[str, Any],
        *,
        user_id: Id | None = None,
        anonymous_id: Id | None = None,
        external_ids: Mapping[str, Id] | None = None,
        traits: Mapping[str, Any] | None = None,
        touchpoint: str | None = None,
        context: Mapping[str, Any] | None = None,
        timestamp: datetime | str | None = None,
        message_id: str | None = None,
    ) -> str:
        """An event of any type; the other calls end here.

        external_ids  further identifiers by kind: {"card": "4711"}
        traits        what is known of the person at this event; email and phone identify
        timestamp     when it happened; now, when left out. Without offset it is this machine's time
        message_id    names the event for ever; give your own when two programs may tell of the same event

        Raises ValueError or TypeError when it can be no event, never for the network's sake.
        """
        message_id = message_id or str(uuid4())
        external = [{"type": kind, "id": _id(one, kind)} for kind, one in (external_ids or {}).items()]
        under = known(externalIds=external or None, traits=traits, touchpoint=touchpoint)
        who = known(userId=_id(user_id, "user_id"), anonymousId=_id(anonymous_id, "anonymous_id"))
        if len(message_id) > MOST_MESSAGE_ID:
            raise ValueError(f"message_id has at most {MOST_MESSAGE_ID} characters")
        event = {
            "type": type,
            "messageId": message_id,
            "timestamp": timestamp or datetime.now(UTC),
            **who,
            **fields,
            "context": {**self._context, **under, **(context or {})},
        }
        if not who and not _identified(event):
            raise ValueError("say whose it is: user_id, anonymous_id, external_ids, or traits with email or phone")
        self._take(Waiting(message_id, encoded(event)))
        return message_id


def known(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _id(value: Id | None, name: str) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | UUID):
        raise TypeError(f"{name} is text or a whole number, not {type(value).__name__}")
    return str(value)


def _identified(event: Mapping[str, Any]) -> bool:
    context = event["context"]
    traits = [fields for fields in (event.get("traits"), context.get("traits")) if isinstance(fields, Mapping)]
    return bool(context.get("externalIds")) or any(one.get("email") or one.get("phone") for one in traits)
