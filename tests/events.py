"""Events made by hand, for tests."""

from typing import Any

from percorso.model.event import Event


def event(name: str = "Product Viewed", **fields: Any) -> Event:
    """A track event; every field may be given."""
    made: dict[str, Any] = {
        "seq": 1,
        "message_id": "m1",
        "source": "web",
        "type": "track",
        "name": name,
        "user_id": "u1",
        "anonymous_id": None,
        "group_id": None,
        "previous_id": None,
        "properties": {},
        "traits": {},
        "context": {},
        "occurred_at": 0,
        "received_at": 0,
        "tie": 0,
        "historical": False,
    }
    return Event(**{**made, **fields})
