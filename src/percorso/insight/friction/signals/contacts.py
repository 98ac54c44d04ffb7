"""The moments in which people turn to us, through whatever channel."""

from typing import Any

import ibis

from percorso.model.condition_expr import property_text

NAMES = (
    "Call Offered",
    "Chat Started",
    "Ticket Opened",
    "Complaint Filed",
    "Direct Message Received",
    "Email Received",
)
READS = ("subject",)


def contacts(events: Any) -> Any:
    """Contacts with ``topic``: what they are about, null when nobody said."""
    rows = events.filter(events.name.isin(NAMES))
    return rows.mutate(topic=ibis.coalesce(*(property_text(rows, name) for name in READS)))
