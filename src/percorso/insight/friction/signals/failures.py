"""Events that say that something went wrong, and those that say that the same went well."""

from typing import Any

import ibis

from percorso.model.condition_expr import property_text

FAILED = (
    "Checkout Failed",
    "Payment Failed",
    "Delivery Failed",
    "Machine Fault",
    "Error Shown",
    "Form Rejected",
    "Message Bounced",
)
READS = ("error", "reason", "code", "message")


def failures(events: Any) -> Any:
    """Failures with ``error``: what went wrong, else the event's name."""
    rows = events.filter(events.name.isin(FAILED))
    return rows.mutate(error=error_of(rows))


def error_of(rows: Any) -> Any:
    """What went wrong, in the words of the event."""
    return ibis.coalesce(*(property_text(rows, name) for name in READS), rows.name)
