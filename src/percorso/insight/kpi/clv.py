"""Customer lifetime value: what customers have been worth so far, by the day of their first order.

Historical: money that has come in, not what is expected. A predictive variant takes its place as the default when there is one.
"""

from collections.abc import Mapping
from typing import Any

import ibis

from percorso.insight.interval import NOTHING, Estimate
from percorso.insight.kpi.definition import Definition, Sums, Units
from percorso.insight.kpi.spread import mean_t
from percorso.model.condition_expr import property_number

READS = ("name", "properties", "revenue", "currency", "person_id", "local_date", "occurred_at", "tie", "message_id")
RETURNS = {"n": "int64", "total": "float64", "squares": "float64"}


def units(margin: bool) -> Units:
    """First orders with ``worth``: all orders of the person in the first one's currency, less what was given back."""

    def of(events: Any, known_to: int) -> Any:
        money = events.filter(
            events.name.isin(("Order Completed", "Order Refunded")),
            events.person_id.notnull(),
            events.revenue.notnull(),
        )
        worth = ibis.coalesce(property_number(money, "margin"), money.revenue) if margin else money.revenue
        sign = ibis.ifelse(money.name == "Order Completed", ibis.literal(1.0, "float64"), ibis.literal(-1.0, "float64"))
        told = money.mutate(worth=worth * sign, currency=ibis.coalesce(money.currency, ""))
        group = [told.person_id, told.currency]
        bought = told.mutate(worth=told.worth.sum().over(ibis.window(group_by=group)))
        bought = bought.filter(bought.name == "Order Completed")
        order = [bought.occurred_at, bought.tie, bought.message_id]
        turn = ibis.row_number().over(ibis.window(group_by=bought.person_id, order_by=order))
        return bought.mutate(turn=turn).filter(lambda row: row.turn == 0).drop("turn")

    return of


def sums(people: Any) -> Mapping[str, Any]:
    return {"n": people.count(), "total": people.worth.sum(), "squares": (people.worth * people.worth).sum()}


def main(rows: Sums) -> Mapping[str, Any] | None:
    """The row of the currency with most customers: money of several is never added up."""
    return max(rows, key=lambda row: (int(row["n"]), str(row["bin"])), default=None)


def estimate(rows: Sums) -> Estimate:
    row = main(rows)
    return NOTHING if row is None else mean_t(float(row["total"]), float(row["squares"]), int(row["n"]))


def beside(rows: Sums) -> Mapping[str, float | None]:
    row = main(rows)
    others = sum(int(one["n"]) for one in rows) - int(row["n"]) if row else 0
    return {"other_currencies_n": float(others)} if others else {}


def currency(rows: Sums) -> str | None:
    row = main(rows)
    return (row["bin"] or None) if row else None


def variant(name: str, margin: bool, title: Mapping[str, str], said: Mapping[str, str]) -> Definition:
    return Definition(
        kpi="clv",
        variant=name,
        version=1,
        name=title,
        about={
            "it": f"{said['it']} per cliente, in media, da sempre e fino a oggi, alla data del primo ordine. "
            "Intervallo al 95 %: t.",
            "en": f"{said['en']} by customer, on average, of all time until now, dated by the first order. "
            "95 % interval: t.",
        },
        edges={
            "it": "Storico, non previsto: chi è cliente da poco vale poco perché ha avuto poco tempo. Si confrontano solo "
            "clienti della stessa età. Valute diverse non si sommano: vale quella con più clienti.",
            "en": "Historical, not predicted: new customers are worth little because they had little time. Compare only "
            "customers of one age. Currencies are never added up: the one with most customers is shown.",
        },
        unit="money",
        better="higher",
        theme="value",
        names=("Order Completed", "Order Refunded"),
        reads=READS,
        properties=("margin",),
        returns=RETURNS,
        units=units(margin),
        sums=sums,
        estimate=estimate,
        bin=lambda people: people.currency,
        beside=beside,
        currency=currency,
    )


DEFINITION = variant(
    "clv_historical_margin",
    True,
    {"it": "Valore del cliente", "en": "Customer lifetime value"},
    {
        "it": "Margine degli ordini (`margin`; l'incasso dove l'ordine non lo dice) meno i rimborsi",
        "en": "Margin of orders (`margin`; the revenue where the order does not say) less refunds",
    },
)
VARIANTS = (
    DEFINITION,
    variant(
        "clv_historical_revenue",
        False,
        {"it": "Valore del cliente, incassi", "en": "Customer lifetime value, revenue"},
        {"it": "Incassi meno rimborsi", "en": "Revenue less refunds"},
    ),
)
