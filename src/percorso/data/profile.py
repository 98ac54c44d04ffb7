"""The profile fold: what a set of events says of the person behind one identifier.

Order does not matter and nothing reads a clock; the log has already removed repeats.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from percorso.data.consent import CONSENT_READS, CONSENT_UPDATED
from percorso.model.event import Event, Order
from percorso.model.money import currency_of, minor_units
from percorso.model.person import Facts, Stamped, supersedes

_SPEND_SIGN = {"Order Completed": 1, "Order Refunded": -1}
_AMOUNTS = ("revenue", "total", "value")

READS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(_SPEND_SIGN, (*_AMOUNTS, "currency")),
    CONSENT_UPDATED: CONSENT_READS,
}
"""Event name -> the properties that make a profile."""


def fold_facts(facts: Facts, events: Iterable[tuple[Event, str | None]], currency: str) -> Facts:
    """Facts with more events counted in.

    events    pairs of an event and the touchpoint it happened at, None when unknown
    currency  of amounts that do not name theirs
    """
    count, orders = facts.events, facts.orders
    first, last = facts.first, facts.last
    counters, touchpoints = dict(facts.counters), facts.touchpoints
    traits, spend = facts.traits, facts.spend
    for event, touchpoint in events:
        count += 1
        order = Order(event.occurred_at, event.tie, event.message_id)
        if first is None or order < first:
            first = order
        if last is None or order > last:
            last = order
        name = event.name
        counters[name] = counters.get(name, 0) + 1
        if touchpoint is not None:
            touchpoints = {**touchpoints, touchpoint: touchpoints.get(touchpoint, 0) + 1}
        if event.traits and event.type != "group":
            traits = with_traits(traits, event.traits, order)
        sign = _SPEND_SIGN.get(name)
        if sign is not None:
            orders += sign > 0
            spend = with_spend(spend, event.properties, sign, currency)
    return Facts(
        events=count,
        first=first,
        last=last,
        counters=counters,
        touchpoints=touchpoints,
        traits=traits,
        orders=orders,
        spend=spend,
    )


def with_traits(traits: Mapping[str, Stamped], said: Mapping[str, Any], order: Order) -> dict[str, Stamped]:
    """Each trait keeps the value of the greatest order. None takes a trait back (its order is kept)."""
    out = dict(traits)
    for name, value in said.items():
        mine, new = out.get(name), Stamped(*order, value)
        if mine is None or supersedes(new, mine):
            out[name] = new
    return out


def with_spend(spend: Mapping[str, int], properties: Mapping[str, Any], sign: int, default: str) -> Mapping[str, int]:
    """Spend with one order added or one refund taken off; an order without an amount changes nothing."""
    currency = currency_of(properties.get("currency"), default)
    for name in _AMOUNTS:
        amount = minor_units(properties.get(name), currency)
        if amount is not None:
            return {**spend, currency: spend.get(currency, 0) + sign * amount}
    return spend


def display_name(traits: Mapping[str, Stamped]) -> str | None:
    """How to call a person: name, else first and last name, else the email address."""

    def text(name: str) -> str | None:
        stamped = traits.get(name)
        return stamped.value.strip() if stamped and isinstance(stamped.value, str) and stamped.value.strip() else None

    whole = " ".join(part for part in (text("firstName"), text("lastName")) if part)
    return text("name") or whole or text("email")
