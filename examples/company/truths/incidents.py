"""The two planted incidents: the checkout that fails on mobile for a month, and the late courier."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..cast import Person
from ..delivery import LATE, LATE_REGION, LATE_THERE
from ..rhythm import DAY
from ..shopping import FAILS, FAULT_FAILS
from ..world import Item, World
from .witness import Fact, Witness, mean, share

_STEPS = {"Checkout Started": "started", "Checkout Failed": "failed", "Order Completed": "completed"}


class CheckoutFault(Witness):
    """Checkouts started, failed and completed by device, in the month of the fault and in the other months.

    A lost order is a failure on mobile in that month that no order of the same person follows within a day; its value is
    that of the cart.
    """

    key = "checkout_fault"
    names = tuple(_STEPS)

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.steps: dict[str, dict[str, Counter[str]]] = {
            "during": defaultdict(Counter),
            "other_months": defaultdict(Counter),
        }
        self.carts: dict[str, float] = {}
        self.failures: list[tuple[int, int | None, float]] = []
        self.orders: dict[int, list[int]] = defaultdict(list)

    def see(self, item: Item, properties: Mapping[str, Any], person: Person | None) -> None:
        device = properties.get("device")
        if device is None:
            return
        at = item.at // 1000
        during = self.world.fault[0] <= at < self.world.fault[1]
        event = item.wire["event"]
        self.steps["during" if during else "other_months"][device][_STEPS[event]] += 1
        visitor = item.wire["anonymousId"]
        if event == "Checkout Started":
            self.carts[visitor] = properties["revenue"]
        elif event == "Order Completed" and person:
            self.orders[person.number].append(at)
        elif event == "Checkout Failed" and during and device == "mobile":
            self.failures.append((at, person.number if person else None, self.carts[visitor]))

    def tell(self) -> Fact:
        lost = [cart for at, number, cart in self.failures if not self._bought(at, number)]
        first, after = self.days.fault
        return {
            "from": first.isoformat(),
            "to": after.isoformat(),
            "device": "mobile",
            "error": "payment_page_timeout",
            "planted_failure_rate": {"during": FAULT_FAILS, "otherwise": FAILS},
            "steps": {
                when: {device: _row(count) for device, count in sorted(by.items())} for when, by in self.steps.items()
            },
            "lost_orders": len(lost),
            "lost_eur": round(sum(lost), 2),
        }

    def _bought(self, at: int, number: int | None) -> bool:
        return number is not None and any(at < then <= at + DAY for then in self.orders[number])


def _row(count: Counter[str]) -> Fact:
    return {
        "started": count["started"],
        "failed": count["failed"],
        "completed": count["completed"],
        "conversion": share(count["completed"], count["started"]),
    }


class LateCourier(Witness):
    """Parcels and late parcels, inside the region and weeks of the delay and outside; what people thought of them."""

    key = "late_courier"
    names = ("Parcel Delivered", "Survey Answered")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.parcels: Counter[tuple[bool, bool]] = Counter()
        self.days_late: Counter[bool] = Counter()
        self.late_orders: dict[str, bool] = {}
        self.judged: Counter[tuple[bool, bool]] = Counter()
        self.courier = ""

    def see(self, item: Item, properties: Mapping[str, Any], person: Person | None) -> None:
        order_id = str(properties.get("order_id", ""))
        if item.wire["event"] == "Survey Answered":
            if order_id in self.late_orders and properties["kind"] == "csat":
                self.judged[(self.late_orders[order_id], properties["score"] >= 4)] += 1
            return
        delivered = datetime.fromisoformat(properties["delivered_at"])
        estimated = datetime.fromisoformat(properties["estimated_at"])
        expected = int(estimated.timestamp() * 1000)
        hit = properties["region"] == LATE_REGION and self.world.late[0] <= expected < self.world.late[1]
        late = delivered > estimated
        self.late_orders[order_id] = late
        self.parcels[(hit, late)] += 1
        if hit:
            self.courier = properties["courier"]
        if late:
            self.days_late[hit] += round((delivered - estimated).total_seconds())

    def tell(self) -> Fact:
        first, after = self.days.late
        return {
            "estimated_from": first.isoformat(),
            "estimated_to": after.isoformat(),
            "region": LATE_REGION,
            "courier": self.courier,
            "planted_late_share": {"there_and_then": LATE_THERE, "elsewhere": LATE},
            "there_and_then": self._row(True),
            "elsewhere": self._row(False),
            "csat": {word: self._csat(late) for word, late in (("late", True), ("on_time", False))},
        }

    def _row(self, hit: bool) -> Fact:
        late, on_time = self.parcels[(hit, True)], self.parcels[(hit, False)]
        return {
            "parcels": late + on_time,
            "late": late,
            "late_share": share(late, late + on_time),
            "mean_days_late": mean(self.days_late[hit] / 86_400, late),
        }

    def _csat(self, late: bool) -> Fact:
        content, others = self.judged[(late, True)], self.judged[(late, False)]
        return {"n": content + others, "content": content, "value": share(content, content + others)}
