"""Return rate: of the units sold on some days, how many came back within 30 days of the sale.

By the date of the sale and only once the 30 days are over, so a number never changes later. What comes back is put to the order
that it names; when it names none that we know, to its person's last earlier sale of the product. More cannot come back of a
line than was sold.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis

from percorso.insight.kpi.contacts import RETURNS
from percorso.insight.kpi.contacts import estimate as estimate_share
from percorso.insight.kpi.contacts import sums as sums_of_clusters
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.lines import lines

READS = (
    "name",
    "properties",
    "order_id",
    "revenue",
    "currency",
    "person_id",
    "local_date",
    "occurred_at",
    "tie",
    "message_id",
)
DAYS = 30
_ORDER = ("occurred_at", "tie", "message_id")


def sold_lines(events: Any, known_to: int, days: int) -> Any:
    """Lines of orders whose days are over: one row an order and product, with ``quantity``, ``amount`` and ``back``, the units
    of it that came back within the days.
    """
    sold = _sold(events)
    back = _came_back(events, sold, days)
    joined = sold.left_join(back, "line").drop("line_right")
    told = joined.mutate(back=ibis.least(ibis.coalesce(joined.back, ibis.literal(0.0, "float64")), joined.quantity))
    day = told.local_date.delta(ibis.date(1970, 1, 1), unit="day")
    return told.filter(day + days < known_to)


def _sold(events: Any) -> Any:
    """Lines sold, those of one product in one order as one, told apart by ``line``."""
    rows = lines(events.filter(events.name == "Order Completed"))
    order = ibis.coalesce(rows.order_id, rows.message_id)
    named = rows.mutate(sale=order, line=order + ibis.literal("\x1f") + rows["product"])
    same = ibis.window(group_by=named.line)
    turn = ibis.row_number().over(ibis.window(group_by=named.line, order_by=[named[name] for name in _ORDER]))
    worth = named.quantity * ibis.coalesce(named.price, ibis.literal(0.0, "float64"))
    summed = named.mutate(quantity=named.quantity.sum().over(same), amount=worth.sum().over(same), turn=turn)
    return summed.filter(summed.turn == 0).drop("turn", "price")


def _came_back(events: Any, sold: Any, days: int) -> Any:
    """(line, back)."""
    rows = lines(events.filter(events.name == "Order Refunded"))
    about = ("seq", "product", "order_id", "person_id", "local_date", "occurred_at")
    returned = rows.group_by([rows[name] for name in about]).agg(quantity=rows.quantity.sum())
    known = sold.select("sale").distinct()
    by_order = returned.semi_join(known, returned.order_id == known.sale)
    others = returned.anti_join(known, returned.order_id == known.sale).filter(lambda row: row.person_id.notnull())
    sales = sold.select("line", "sale", "product", "person_id", day="local_date", at="occurred_at", rank="message_id")
    named = by_order.inner_join(
        sales.drop("person_id"), [by_order.order_id == sales.sale, by_order["product"] == sales["product"]]
    )
    named = named.select("line", "quantity", "local_date", "day")
    earlier = others.inner_join(
        sales,
        [others.person_id == sales.person_id, others["product"] == sales["product"], sales["at"] <= others.occurred_at],
    )
    last = [earlier["at"].desc(), earlier["rank"].desc()]
    turn = ibis.row_number().over(ibis.window(group_by=[earlier.seq, earlier["product"]], order_by=last))
    latest = earlier.mutate(turn=turn).filter(lambda row: row.turn == 0).select("line", "quantity", "local_date", "day")
    found = named.union(latest)
    age = found.local_date.delta(found.day, unit="day")
    soon = found.filter(age >= 0, age <= days)
    return soon.group_by("line").agg(back=soon.quantity.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """`days`: how long a return counts."""

    days: int = DAYS

    def __call__(self, events: Any, known_to: int) -> Any:
        return sold_lines(events, known_to, self.days)


def _of_order(units: Any) -> Any:
    """The lines of one order are not independent."""
    return units.sale


def _pieces(units: Any) -> Mapping[str, Any]:
    return {"x": units.quantity.sum(), "y": units.back.sum()}


def _orders(units: Any) -> Mapping[str, Any]:
    return {"x": (units.quantity > 0.0).any().cast("float64"), "y": (units.back > 0.0).any().cast("float64")}


def _value(units: Any) -> Mapping[str, Any]:
    worth = units.amount / units.quantity
    return {"x": units.amount.sum(), "y": (units.back * worth).sum()}


def variant(
    name: str, days: int, parts: Callable[[Any], Mapping[str, Any]], title: Mapping[str, str], said: Mapping[str, str]
) -> Definition:
    return Definition(
        kpi="return_rate",
        variant=name,
        version=1,
        name=title,
        about={
            "it": f"{said['it']} entro {days} giorni dalla vendita, alla data della vendita. Contano solo le vendite i cui "
            f"{days} giorni sono finiti. Intervallo al 95 %: Wilson, per gruppi di righe di un ordine.",
            "en": f"{said['en']} within {days} days of the sale, dated by the sale. Only sales whose {days} days are over "
            "count. 95 % interval: Wilson, clustered by order.",
        },
        edges={
            "it": "Un ordine annullato prima della spedizione non è un reso. Un reso che non dice l'ordine va all'ultimo acquisto "
            "del prodotto; senza persona non si può attribuire e non conta.",
            "en": "An order cancelled before it is shipped is no return. A return that does not name its order goes to the last "
            "purchase of the product; without a person it cannot be put anywhere and does not count.",
        },
        unit="share",
        better="lower",
        theme="returns",
        names=("Order Completed", "Order Refunded"),
        reads=READS,
        properties=("products",),
        returns={name: "float64" if name in ("units", "met") else kind for name, kind in RETURNS.items()},
        units=Sold(days=days),
        parts=parts,
        cluster=_of_order,
        sums=sums_of_clusters,
        estimate=estimate_share,
        lag_days=days,
    )


DEFINITION = variant(
    "return_rate_30d_units",
    DAYS,
    _pieces,
    {"it": "Tasso di reso", "en": "Return rate"},
    {"it": "Dei pezzi venduti, quanti sono tornati", "en": "Of the units sold, how many came back"},
)
VARIANTS = (
    DEFINITION,
    variant(
        "return_rate_30d_orders",
        DAYS,
        _orders,
        {"it": "Tasso di reso, ordini", "en": "Return rate, orders"},
        {"it": "Degli ordini, quanti hanno avuto un reso", "en": "Of the orders, how many had something come back"},
    ),
    variant(
        "return_rate_30d_value",
        DAYS,
        _value,
        {"it": "Tasso di reso, valore", "en": "Return rate, value"},
        {
            "it": "Del valore venduto (prezzo per pezzi), quanto è tornato",
            "en": "Of the value sold (price by units), how much came back",
        },
    ),
    variant(
        "return_rate_90d_units",
        90,
        _pieces,
        {"it": "Tasso di reso, 90 giorni", "en": "Return rate, 90 days"},
        {"it": "Dei pezzi venduti, quanti sono tornati", "en": "Of the units sold, how many came back"},
    ),
)
