"""Troubles people meet, each a condition on an event: friction marks on the map, spikes in what needs attention.

Add one: one line.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from percorso.model.condition import Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """when: the trouble;  out_of: the events it is a share of; None = counted by itself."""

    when: Condition
    out_of: Condition | None = None


_DELIVERED: Condition = {
    "all": [
        {"field": "name", "in": ["Order Delivered", "Parcel Delivered"]},
        {"field": "properties.estimated_at", "exists": True},
    ]
}

TROUBLES: Mapping[str, Trouble] = {
    "checkout_failed": Trouble(
        when={"field": "name", "is": "Checkout Failed"},
        out_of={"field": "name", "in": ["Checkout Started", "Checkout Failed", "Order Completed"]},
    ),
    "payment_failed": Trouble(when={"field": "name", "is": "Payment Failed"}),
    "late_delivery": Trouble(
        when={
            "all": [_DELIVERED, {"field": "properties.delivered_at", "later_than": "properties.estimated_at"}],
        },
        out_of=_DELIVERED,
    ),
    "call_abandoned": Trouble(
        when={"field": "name", "is": "Call Abandoned"},
        out_of={"field": "name", "in": ["Call Abandoned", "Call Answered"]},
    ),
    "long_wait": Trouble(
        when={"all": [{"field": "name", "is": "Call Answered"}, {"field": "properties.wait_s", "above": 120}]},
        out_of={"field": "name", "is": "Call Answered"},
    ),
    "complaint": Trouble(when={"field": "name", "is": "Complaint Filed"}),
    "machine_fault": Trouble(when={"field": "name", "is": "Machine Fault"}),
    "search_without_result": Trouble(
        when={"all": [{"field": "name", "is": "Products Searched"}, {"field": "properties.results", "is": 0}]},
        out_of={"field": "name", "is": "Products Searched"},
    ),
    "order_cancelled": Trouble(when={"field": "name", "is": "Order Cancelled"}),
    "subscription_cancelled": Trouble(when={"field": "name", "is": "Subscription Cancelled"}),
}
