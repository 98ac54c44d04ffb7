"""Five beliefs of the management against the data: two true, two false, one that nobody can know yet."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from ..campaigns import MONDAY
from ..cast import Person
from ..rhythm import DAY
from ..world import Item, World
from .witness import Fact, Witness, mean, share

_AFTER_PARCEL = 14 * DAY
_AROUND_COURSE = 90 * DAY
_YOUNG = 30

NOISE_SURVEY = {
    "survey_id": "rental-noise",
    "kind": "csat",
    "scale": 5,
    "asked_of": "people who end a rental",
    "question": {
        "it": "Quanto è silenziosa la macchina che ha avuto a noleggio?",
        "en": "How quiet is the machine you rented?",
    },
}


class Beliefs(Witness):
    """Late parcels and complaints, courses and purchases, age and app; the discount is told by its experiment."""

    key = "beliefs"
    names = ("Parcel Delivered", "Complaint Filed", "Course Attended", "Order Completed", "Subscription Cancelled")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.parcels: dict[str, tuple[bool, int]] = {}
        self.complaints: set[str] = set()
        self.courses: dict[int, int] = {}
        self.orders: dict[int, list[int]] = defaultdict(list)
        self.online: Counter[tuple[bool, bool]] = Counter()
        self.reasons: Counter[str] = Counter()

    def see(self, item: Item, properties: Mapping[str, Any], person: Person | None) -> None:
        event, at = item.wire["event"], item.at // 1000
        if event == "Parcel Delivered":
            late = properties["delivered_at"] > properties["estimated_at"]
            self.parcels[properties["order_id"]] = (late, at)
        elif event == "Complaint Filed":
            order = properties.get("order_id", "")
            if order in self.parcels and at - self.parcels[order][1] <= _AFTER_PARCEL:
                self.complaints.add(order)
        elif event == "Subscription Cancelled":
            self.reasons[properties["reason"]] += 1
        elif person and event == "Course Attended":
            self.courses.setdefault(person.number, at)
        elif person:
            self.orders[person.number].append(at)
            if "device" in properties:
                self.online[(person.age(self.days.end) < _YOUNG, properties["device"] == "app")] += 1

    def tell(self) -> Fact:
        return {
            "late_parcels_bring_complaints": {
                "belief": {
                    "it": "Chi riceve in ritardo reclama molto di più",
                    "en": "Who gets it late complains far more",
                },
                "truth": True,
                "complaints_per_parcel": {
                    word: self._complaints(late) for word, late in (("late", True), ("on_time", False))
                },
            },
            "courses_sell": {
                "belief": {"it": "Chi fa un corso poi compra di più", "en": "Who takes a course buys more afterwards"},
                "truth": True,
                "orders_in_90_days": self._courses(),
            },
            "the_young_only_use_the_app": {
                "belief": {"it": "I giovani comprano solo dall'app", "en": "The young buy only in the app"},
                "truth": False,
                "share_of_online_orders_in_the_app": {
                    "under_30": self._app(True),
                    "others": self._app(False),
                },
            },
            "the_monday_discount_sells": {
                "belief": {"it": "Lo sconto del lunedì fa vendere", "en": "The Monday discount sells"},
                "truth": False,
                "evidence": f"messages.{MONDAY}",
            },
            "rentals_end_because_of_noise": {
                "belief": {
                    "it": "Chi lascia il noleggio lo fa perché la macchina è rumorosa",
                    "en": "Rentals end because the machine is noisy",
                },
                "truth": None,
                "reasons_on_file": dict(sorted(self.reasons.items())),
                "survey": NOISE_SURVEY,
            },
        }

    def _complaints(self, late: bool) -> Fact:
        orders = [order for order, (was_late, _) in self.parcels.items() if was_late is late]
        filed = sum(order in self.complaints for order in orders)
        return {"parcels": len(orders), "complaints": filed, "share": share(filed, len(orders))}

    def _courses(self) -> Fact:
        end = self.millis(self.days.end)
        whole = {
            number: at
            for number, at in self.courses.items()
            if at - _AROUND_COURSE >= self.world.start and at + _AROUND_COURSE <= end
        }
        before = sum(at - _AROUND_COURSE <= then < at for n, at in whole.items() for then in self.orders[n])
        after = sum(at < then <= at + _AROUND_COURSE for n, at in whole.items() for then in self.orders[n])
        return {
            "people": len(whole),
            "before": mean(before, len(whole)),
            "after": mean(after, len(whole)),
        }

    def _app(self, young: bool) -> Fact:
        app, others = self.online[(young, True)], self.online[(young, False)]
        return {"orders": app + others, "in_app": app, "share": share(app, app + others)}
