"""Subscriptions as lives: from a start, or a return, to the next cancellation.

A subscription is told apart by ``subscription_id``, else by its person. Twice started without an end between is one start.
"""

from typing import Any

import ibis

from percorso.model.condition_expr import property_text

OPENS = ("Subscription Started", "Subscription Reactivated")
CLOSES = ("Subscription Cancelled",)
NAMES = (*OPENS, *CLOSES)
READS = ("name", "properties", "person_id", "local_date", "occurred_at", "tie", "message_id")
INVOLUNTARY = ("payment", "payment_failed", "non_payment", "nonpayment", "unpaid", "card_expired", "involuntary")
"""Reasons of a cancellation that nobody wished for."""


def lives(events: Any) -> Any:
    """One row a life: the opening event with ``key``, ``opened``, ``closed`` (null: still open), ``involuntary``,
    ``reopened`` (the day the next life of the subscription began) and ``life`` (0 for the first).
    """
    changes = _changes(events)
    order = [changes.occurred_at, changes.tie, changes.message_id]
    along = ibis.window(group_by=changes.key, order_by=order)
    told = changes.mutate(
        opened=changes.local_date,
        closed=changes.local_date.lead(1).over(along),
        involuntary=ibis.coalesce(changes.reason.lead(1).over(along).isin(INVOLUNTARY), ibis.literal(False)),
        reopened=changes.local_date.lead(2).over(along),
    )
    found = told.filter(told.opens)
    again = ibis.window(group_by=found.key, order_by=[found.occurred_at, found.tie, found.message_id])
    return found.mutate(life=ibis.row_number().over(again))


def _changes(events: Any) -> Any:
    """Starts and ends in turn: of several of a kind one after another the first; no end before the first start."""
    told = events.filter(events.name.isin(NAMES))
    key = ibis.coalesce(property_text(told, "subscription_id"), told.person_id)
    named = told.mutate(key=key, opens=told.name.isin(OPENS), reason=property_text(told, "reason"))
    named = named.filter(named.key.notnull())
    order = [named.occurred_at, named.tie, named.message_id]
    before = named.opens.cast("int8").lag().over(ibis.window(group_by=named.key, order_by=order))
    turns = named.mutate(before=ibis.coalesce(before, ibis.literal(0, "int8")))
    return turns.filter(turns.opens.cast("int8") != turns.before).drop("before")
