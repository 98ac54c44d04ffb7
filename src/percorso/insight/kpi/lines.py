"""The lines of orders and of what came back: the objects of ``properties.products``, one row each."""

from typing import Any

import ibis
import ibis.expr.datatypes as dt

_TEXT = r'"(?:[^"\\]|\\.)*"'
_FLAT = rf'\{{(?:[^{{}}"]|{_TEXT})*\}}'
OBJECT = rf'\{{(?:[^{{}}"]|{_TEXT}|{_FLAT})*\}}'
"""A JSON object whose values may be objects themselves, but no deeper."""


@ibis.udf.scalar.builtin(name="regexp_extract_all")  # type: ignore[untyped-decorator]
def _all_of(text: str, pattern: str, group: int) -> dt.Array[str]:
    """What both engines have; JSON arrays cannot be opened in Ibis on Spark."""


def lines(events: Any) -> Any:
    """One row a line of an event, all its columns kept: ``product``, ``quantity`` (one when not told), ``price`` (or null)."""
    products = events.properties.cast("json")["products"].cast("string")
    parts = events.mutate(part=_all_of(products, OBJECT, 0).unnest())
    line = parts.part.cast("json")
    told = parts.mutate(
        product=ibis.coalesce(line["product_id"].str, line["sku"].str, line["name"].str),
        quantity=ibis.coalesce(line["quantity"].float, ibis.literal(1.0, "float64")),
        price=line["price"].float,
    ).drop("part")
    return told.filter(told["product"].notnull(), told.quantity > 0.0)
