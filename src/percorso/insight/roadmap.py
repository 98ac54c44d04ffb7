"""In which order to do what: effort, value and what depends on what.

First what is likeliest to pay (the chance that a year's value beats the cost, to the nearest hundredth), then what is expected
to pay most; nothing before what it depends on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, sqrt

from percorso.insight.interval import Z
from percorso.model.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapItem:
    """Something to be done.

    friction     key of the friction that it mends; None for a free item
    effort_days  days of work;  cost: money, once, in the company's currency
    value        what it brings in a year, with its 95 % interval, same currency
    after        ids of items that must come first
    """

    id: str
    title: str
    effort_days: float
    cost: float
    value: float
    value_low: float
    value_high: float
    friction: str | None
    owner: str | None
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An item in its place.

    net           value of the first year less the cost, with its interval;  chance: that it is above nought
    day           days of work when it is done, those before it included
    total_net     net of it and all before it, with its interval (taken as independent);  total_cost: the same of cost
    """

    item: RoadmapItem
    net: float
    net_low: float
    net_high: float
    chance: float
    day: float
    total_cost: float
    total_net: float
    total_low: float
    total_high: float


def chance_of_gain(item: RoadmapItem) -> float:
    """Chance that the value beats the cost, the interval taken as normal.

    >>> worth = {"effort_days": 1, "cost": 0, "value": 10, "value_low": 0, "value_high": 20}
    >>> chance_of_gain(RoadmapItem(id="a", title="", **worth, friction=None, owner=None, after=())) > 0.97
    True
    """
    spread, net = _error(item), item.value - item.cost
    if spread <= 0:
        return 1.0 if net > 0 else 0.0 if net < 0 else 0.5
    return 0.5 * (1 + erf(net / spread / sqrt(2)))


def _error(item: RoadmapItem) -> float:
    return (item.value_high - item.value_low) / (2 * Z)


def roadmap(items: Sequence[RoadmapItem]) -> list[Step]:
    """The items in their order. Raises InvalidInput when one depends on itself, by whatever way; what is not there any more is
    not waited for."""
    known = {item.id for item in items}
    waiting = sorted(items, key=lambda item: (-round(chance_of_gain(item), 2), item.cost - item.value, item.id))
    done: list[RoadmapItem] = []
    while waiting:
        ready = next((item for item in waiting if _is_ready(item, known, done)), None)
        if ready is None:
            raise InvalidInput(f"{waiting[0].title!r} depends on itself; take one of its dependencies away")
        waiting.remove(ready)
        done.append(ready)
    return _added(done)


def _is_ready(item: RoadmapItem, known: set[str], done: Sequence[RoadmapItem]) -> bool:
    return set(item.after) & known <= {one.id for one in done}


def _added(items: Sequence[RoadmapItem]) -> list[Step]:
    steps: list[Step] = []
    day = cost = net = variance = 0.0
    for item in items:
        day, cost, net = day + item.effort_days, cost + item.cost, net + item.value - item.cost
        variance += _error(item) ** 2
        half = Z * sqrt(variance)
        steps.append(
            Step(
                item=item,
                net=item.value - item.cost,
                net_low=item.value_low - item.cost,
                net_high=item.value_high - item.cost,
                chance=chance_of_gain(item),
                day=day,
                total_cost=cost,
                total_net=net,
                total_low=net - half,
                total_high=net + half,
            )
        )
    return steps
