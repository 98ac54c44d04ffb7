"""Recency, frequency and money of everybody who ordered in a window, in fifths.

    recency     civil days from the last order to the last day of the window
    frequency   orders in the window
    money       their ``revenue`` added up, whole ten-thousandths of one currency; refunds are not taken off

The edges are values: of each measure the four smallest values that at least 1/5, 2/5, 3/5 and 4/5 of the people do not exceed.
A score counts the edges that lie below a value, so equal values always have equal scores, and where many people have the
same value there are fewer than five classes. Source of the method: Hughes, Strategic Database Marketing, 1994.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any, Literal

import ibis

from percorso.insight.segments.rfm_cells import Cell
from percorso.insight.segments.rows import counted, number_of, scaled
from percorso.model.condition import Condition
from percorso.model.condition_expr import to_expr

ORDER = "Order Completed"
SUM_OF = "revenue"
READS = ("events",)
RETURNS = ("recency", "frequency", "money", "people", "spent", "orders")
FIFTHS = 5
SCALE = 10_000
Measure = Literal["recency", "frequency", "money"]
MEASURES: tuple[Measure, ...] = ("recency", "frequency", "money")
Edges = Mapping[Measure, tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """day: the last of the window;  days: how many it has;  is_own: what names no currency is in this one."""

    day: date
    days: int
    currency: str
    is_own: bool

    @property
    def order(self) -> Condition:
        """The orders that count."""
        named: Condition = {"field": "properties.currency", "is": self.currency}
        unnamed: Condition = {"field": "properties.currency", "exists": False}
        return {"all": [{"field": "name", "is": ORDER}, {"any": [named, unnamed]} if self.is_own else named]}


def buyers(events: Any, asked: Asked) -> Any:
    """Expression (person_id, recency, frequency, money): one row a person who ordered."""
    rows = counted(events)
    rows = rows.filter(
        to_expr(asked.order, rows),
        rows.local_date > asked.day - timedelta(days=asked.days),
        rows.local_date <= asked.day,
    )
    rows = rows.mutate(amount=scaled(number_of(rows, SUM_OF)))
    people = rows.group_by("person_id").agg(
        last=rows.local_date.max(), frequency=rows.count(), money=rows.amount.sum().fill_null(0).cast("int64")
    )
    recency = ibis.literal(asked.day).delta(people["last"], unit="day").cast("int64")
    return people.select("person_id", "frequency", "money", recency=recency)


def crossings(people: Any, measure: Measure) -> Any:
    """Expression (value, upto, of): the values at which another fifth of the people is reached; at most five rows.

    upto: how many people have no greater value
    """
    values = people.group_by(value=people[measure]).agg(people=people.count())
    values = values.mutate(
        upto=values.people.sum().over(ibis.cumulative_window(order_by=values.value)),
        of=values.people.sum().over(ibis.window()),
    )
    reached, before = (values.upto * FIFTHS) // values.of, ((values.upto - values.people) * FIFTHS) // values.of
    return values.filter(reached > before).select("value", "upto", "of")


def edges_of(rows: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """The four edges of a measure, off its crossings; none when nobody ordered.

    >>> edges_of([{"value": 1, "upto": 7, "of": 10}, {"value": 3, "upto": 10, "of": 10}])
    (1, 1, 1, 3)
    """
    ordered = sorted(rows, key=lambda row: int(row["value"]))
    reached = [
        next((int(row["value"]) for row in ordered if row["upto"] * FIFTHS >= fifth * row["of"]), None)
        for fifth in range(1, FIFTHS)
    ]
    return tuple(value for value in reached if value is not None)


def scored(people: Any, edges: Edges) -> Any:
    """`people` with ``r``, ``f`` and ``m`` from 1 to 5; few days since the last order are good."""
    above = {
        name: sum(((people[name] > ibis.literal(edge)).cast("int64") for edge in edges[name]), ibis.literal(0, "int64"))
        for name in MEASURES
    }
    return people.mutate(r=FIFTHS - above["recency"], f=1 + above["frequency"], m=1 + above["money"])


def by_scores(people: Any) -> Any:
    """Expression: the scored people counted by their three scores; at most 125 rows."""
    keys = {"recency": people.r, "frequency": people.f, "money": people.m}
    return people.group_by(**keys).agg(people=people.count(), spent=people.money.sum(), orders=people.frequency.sum())


def in_cell(people: Any, cell: Cell) -> Any:
    """The scored people of a cell."""
    boxes = [
        people.r.between(*box.recency) & people.f.between(*box.frequency) & people.m.between(*box.money)
        for box in cell.boxes
    ]
    return people.filter(reduce(or_, boxes))


def classes(edges: Edges, measure: Measure, top: int) -> int:
    """How many different scores a measure gives, when `top` is its greatest value."""
    return len({edge for edge in edges[measure] if edge < top}) + 1


def condition_of(cell: Cell, edges: Edges, asked: Asked, gap: int) -> dict[str, Any]:
    """The condition of a live segment that lets in exactly a cell's people, `gap` days after the day of the question."""
    days = asked.days + gap
    bought = {"event": asked.order, "last_days": days, "count": {"at_least": 1}}
    boxes = []
    for box in cell.boxes:
        parts: list[dict[str, Any]] = []
        low, high = box.recency
        since = _between(edges["recency"], FIFTHS + 1 - high, FIFTHS + 1 - low)
        count, money = _between(edges["frequency"], *box.frequency), _between(edges["money"], *box.money)
        if since:
            since = {name: value + gap for name, value in since.items()}
            parts.append({"event": asked.order, "days_since_last": since})
        if count:
            parts.append({"event": asked.order, "last_days": days, "count": count})
        if money:
            sums = {name: value / SCALE for name, value in money.items()}
            parts.append({"event": asked.order, "last_days": days, "sum": {"of": SUM_OF, **sums}})
        boxes.append({"all": parts} if len(parts) != 1 else parts[0])
    return {"all": [bought, *(boxes if len(boxes) == 1 else [{"any": boxes}])]}


def _between(edges: Sequence[int], low: int, high: int) -> dict[str, int]:
    """What is compared for classes `low` to `high` of values in ascending order."""
    return {
        **({"above": edges[low - 2]} if low > 1 else {}),
        **({"at_most": edges[high - 1]} if high < FIFTHS else {}),
    }
