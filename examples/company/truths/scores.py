"""The KPIs as planted: NPS, CSAT, answer times, repeat purchase; and the plain counts."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from ..cast import Person
from ..catalogue import QUEUES
from ..surveys import CES, CSAT, NPS
from ..world import Item, World
from .witness import Fact, Witness, mean, name_of, share


class Counts(Witness):
    """How many items there are, by source and by name; orders and turnover."""

    key = "counts"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.sources: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.cents: Counter[str] = Counter()

    def see(self, item: Item, properties: Mapping[str, Any], person: Person | None) -> None:
        name = name_of(item.wire)
        self.sources[item.source] += 1
        self.events[name] += 1
        if name in ("Order Completed", "Order Refunded"):
            self.cents[name] += round(properties["revenue"] * 100)
            named = item.wire.get("userId") or item.wire.get("anonymousId") or "externalIds" in item.wire["context"]
            if name == "Order Completed" and not named:
                self.cents["nobody"] += round(properties["revenue"] * 100)
                self.events["orders of nobody"] += 1

    def tell(self) -> Fact:
        nobody = self.events.pop("orders of nobody", 0)
        return {
            "items": self.sources.total(),
            "sources": dict(sorted(self.sources.items())),
            "events": dict(sorted(self.events.items())),
            "turnover_eur": self.cents["Order Completed"] / 100,
            "refunds_eur": self.cents["Order Refunded"] / 100,
            "orders_of_nobody": nobody,
            "turnover_of_nobody_eur": self.cents["nobody"] / 100,
        }


class Scores(Witness):
    """NPS, CSAT and CES, over all and by touchpoint, each beside what was planted."""

    key = "scores"
    names = ("Survey Answered",)

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.given: dict[str, Counter[tuple[str, int]]] = defaultdict(Counter)

    def see(self, item: Item, properties: Mapping[str, Any], person: Person | None) -> None:
        place = item.wire["context"]["touchpoint"]
        self.given[properties["kind"]][(place, properties["score"])] += 1

    def tell(self) -> Fact:
        return {
            "nps": self._by_place("nps", _nps) | {"planted_shares_of_detractors_and_passives": _listed(NPS)},
            "csat": self._by_place("csat", _top(4)) | {"planted_shares_of_1_to_5": _listed(CSAT)},
            "ces": self._by_place("ces", _top(5)) | {"planted_shares_of_1_to_7": _listed(CES)},
        }

    def _by_place(self, kind: str, read: Any) -> dict[str, Fact]:
        places: dict[str, Counter[int]] = defaultdict(Counter)
        for (place, score), count in self.given[kind].items():
            places[place][score] += count
            places["all"][score] += count
        return {place: read(places[place]) for place in sorted(places)}


def _nps(scores: Counter[int]) -> Fact:
    n = scores.total()
    promoters = sum(count for score, count in scores.items() if score >= 9)
    detractors = sum(count for score, count in scores.items() if score <= 6)
    value = mean(100.0 * (promoters - detractors), n)
    return {"n": n, "promoters": promoters, "detractors": detractors, "value": value}


def _top(least: int) -> Any:
    def read(scores: Counter[int]) -> Fact:
        n = scores.total()
        content = sum(count for score, count in scores.items() if score >= least)
        return {"n": n, "content": content, "value": share(content, n)}

    return read


def _listed(planted: Mapping[str, tuple[float, ...]]) -> Fact:
    return {name: list(shares) for name, shares in planted.items()}


class Waits(Witness):
    """Average speed of answer by queue: mean wait of the answered calls."""

    key = "asa"
    names = ("Call Offered", "Call Answered", "Call Abandoned")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.calls: Counter[tuple[str, str]] = Counter()
        self.waited: Counter[str] = Counter()

    def see(self, item: Item, properties: Mapping[str, Any], person: Person | None) -> None:
        queue = properties["queue"]
        for one in (queue, "all"):
            self.calls[(one, item.wire["event"])] += 1
            if item.wire["event"] == "Call Answered":
                self.waited[one] += round(properties["wait_s"] * 10)

    def tell(self) -> Fact:
        planted = {queue.name: queue.wait_s for queue in QUEUES}
        out: dict[str, Fact] = {}
        for queue in ("all", *planted):
            answered = self.calls[(queue, "Call Answered")]
            out[queue] = {
                "offered": self.calls[(queue, "Call Offered")],
                "answered": answered,
                "abandoned": self.calls[(queue, "Call Abandoned")],
                "asa_s": mean(self.waited[queue] / 10, answered),
            }
            if queue in planted:
                out[queue]["planted_mean_wait_s"] = planted[queue]
        return out


class Repeat(Witness):
    """Repeat purchase: of those whose first order's 90 days are over, the share with a second order on a later day."""

    key = "repeat_purchase"
    names = ("Order Completed",)
    within_days = 90

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.first: dict[int, int] = {}
        self.second: dict[int, int] = {}

    def see(self, item: Item, properties: Mapping[str, Any], person: Person | None) -> None:
        if person is None:
            return
        day = self.rhythm.index(item.at // 1000)
        first = self.first.setdefault(person.number, day)
        if day > first:
            self.second.setdefault(person.number, day)

    def tell(self) -> Fact:
        last = (self.days.end - self.days.first).days
        over = [number for number, day in self.first.items() if day + self.within_days < last]
        again = [number for number in over if self.second.get(number, last) - self.first[number] <= self.within_days]
        return {
            "within_days": self.within_days,
            "n": len(over),
            "again": len(again),
            "value": share(len(again), len(over)),
        }
