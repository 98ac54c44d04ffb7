"""What a friction costs in a year: visits hit, times the excess, times what each loss is worth.

A lost visit costs what an order of that channel brings (the mean, since the mean times the count is the sum that is lost); a
contact costs what the company says. Only an outcome that is shown is priced. Money of several currencies is never added up.
A low score has no price of its own. The interval is that of the excess and of the order's worth together (delta method); what
a contact costs is taken as given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from percorso.insight.friction.effect import Effect
from percorso.insight.friction.signal import Outcome
from percorso.insight.interval import Z
from percorso.model.condition_expr import property_number

SHOWN = 0.01
"""An outcome is priced when its q-value is below this."""
FEWEST_ORDERS = 30
YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Prices:
    """What a contact costs, in major units of the company's currency."""

    currency: str = "EUR"
    contact_cost: float = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """Money a year, major units of the currency, with its 95 % interval. lost: the part of orders; contacts: that of contacts."""

    currency: str
    a_year: float
    ci_low: float
    ci_high: float
    lost: float
    contacts: float


@dataclass(frozen=True, slots=True)
class Worth:
    """What an order is worth in one currency: the mean and its standard error, the share of orders that are in it."""

    currency: str
    mean: float
    error: float
    share: float
    basis: str


def orders(events: Any) -> Any:
    """Expression: by channel and currency, the orders with their sums of revenue and, as far as told, of margin."""
    bought = events.filter(events.name == "Order Completed", events.revenue.notnull(), events.currency.notnull())
    margin = property_number(bought, "margin")
    told = bought.mutate(margin=margin)
    return told.group_by("channel", "currency").agg(
        n=told.count(),
        total=told.revenue.sum(),
        squares=(told.revenue * told.revenue).sum(),
        margins=told.margin.count(),
        margin_total=told.margin.sum(),
        margin_squares=(told.margin * told.margin).sum(),
    )


def worths(rows: Sequence[Mapping[str, Any]], channel: str | None) -> list[Worth]:
    """What orders are worth by currency: those of a channel where it has enough, else all. Margin where nine in ten tell it."""
    own = [row for row in rows if row["channel"] == channel]
    chosen = own if sum(row["n"] for row in own) >= FEWEST_ORDERS else list(rows)
    by_currency: dict[str, dict[str, float]] = {}
    for row in chosen:
        sums = by_currency.setdefault(row["currency"], {})
        for name in ("n", "total", "squares", "margins", "margin_total", "margin_squares"):
            sums[name] = sums.get(name, 0.0) + float(row[name] or 0.0)
    everything = sum(sums["n"] for sums in by_currency.values())
    return [_worth(currency, sums, everything) for currency, sums in sorted(by_currency.items())]


def _worth(currency: str, sums: Mapping[str, float], everything: float) -> Worth:
    told = sums["margins"] >= 0.9 * sums["n"]
    n, total, squares = (
        (sums["margins"], sums["margin_total"], sums["margin_squares"])
        if told
        else (sums["n"], sums["total"], sums["squares"])
    )
    mean = total / n
    error = sqrt(max(squares / n - mean * mean, 0.0) / max(n - 1, 1))
    return Worth(currency, mean, error, sums["n"] / everything, "margin" if told else "revenue")


def values(
    visits: float, effects: Mapping[Outcome, Effect], worths: Sequence[Worth], currency: str, contact_cost: float
) -> list[Value]:
    """By currency, the company's own first; none where nothing is shown that has a price. `visits`: hit in a year."""
    found: list[Value] = []
    lost, contact = _shown(effects, "lost"), _shown(effects, "contact")
    own = {worth.currency: worth for worth in worths} if lost else {}
    for name in dict.fromkeys([currency, *own]):
        worth = own.get(name)
        orders = variance = 0.0
        if worth and lost:
            count = visits * worth.share
            orders = count * lost.excess * worth.mean
            variance += (count * worth.mean * lost.error) ** 2 + (count * lost.excess * worth.error) ** 2
        calls = 0.0
        if name == currency and contact:
            calls = visits * contact.excess * contact_cost
            variance += (visits * contact_cost * contact.error) ** 2
        if variance:
            total, half = orders + calls, Z * sqrt(variance)
            found.append(
                Value(
                    currency=name,
                    a_year=total,
                    ci_low=total - half,
                    ci_high=total + half,
                    lost=orders,
                    contacts=calls,
                )
            )
    return found


def _shown(effects: Mapping[Outcome, Effect], outcome: Outcome) -> Effect | None:
    one = effects.get(outcome)
    return one if one is not None and one.excess > 0 and one.q_value is not None and one.q_value < SHOWN else None
