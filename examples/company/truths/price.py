"""The 60 % price: who was hit, what they paid, who left overnight, who came back, and that nobody else did."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..cast import Person
from ..catalogue import BUNDLE, CAPSULES, RENTAL, SPLIT_PRICE
from ..rhythm import DAY
from ..subscription import LEAVE_AT_SPLIT, MONTHLY_LEAVING, OVERNIGHT, RETURN
from ..world import Item, World
from .witness import Fact, Witness, share

MONTH = 30 * DAY


class Price(Witness):
    """Prices up 60 % for those with both; cancellations in the month before, the month after and the month after that."""

    key = "price"
    names = ("Subscription Changed", "Subscription Cancelled", "Subscription Started", "Subscription Renewed")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.raised: list[str] = []
        self.restored: list[str] = []
        self.left: dict[str, list[str]] = {"month_before": [], "month_after": [], "month_after_reversal": []}
        self.first_day: list[str] = []
        self.back: dict[str, str] = {}
        self.others_left: Counter[str] = Counter()
        self.others: set[str] = set()

    def see(self, item: Item, properties: Mapping[str, Any], person: Person | None) -> None:
        at, user = item.at // 1000, str(item.wire["userId"])
        split, reversal = self.world.split, self.world.reversal
        event, plan = item.wire["event"], properties["plan"]
        if event == "Subscription Changed":
            (self.raised if properties["price"] > properties["previous_price"] else self.restored).append(user)
        elif plan != BUNDLE.name:
            if event != "Subscription Cancelled" and at < split:
                self.others.add(user)
            elif event == "Subscription Cancelled" and abs(at - split) < MONTH:
                self.others_left["month_after" if at >= split else "month_before"] += 1
        elif event == "Subscription Cancelled":
            self._left(at - split, at - reversal, user)
        elif event == "Subscription Started" and at >= reversal and user in self.left["month_after"]:
            self.back[user] = self.rhythm.civil(at).isoformat()

    def _left(self, since_split: int, since_reversal: int, user: str) -> None:
        if -MONTH <= since_split < 0:
            self.left["month_before"].append(user)
        elif 0 <= since_split < MONTH:
            self.left["month_after"].append(user)
            if since_split < DAY:
                self.first_day.append(user)
        elif 0 <= since_reversal < MONTH:
            self.left["month_after_reversal"].append(user)

    def tell(self) -> Fact:
        hit = len(self.raised)
        return {
            "split": self.days.split.isoformat(),
            "reversal": self.days.reversal.isoformat(),
            "prices": {
                "rental_alone": [RENTAL.price, RENTAL.price],
                "capsules_alone": [CAPSULES.price, CAPSULES.price],
                "both": [BUNDLE.price, SPLIT_PRICE],
            },
            "increase_of_both": round(SPLIT_PRICE / BUNDLE.price - 1, 4),
            "people_hit": hit,
            "extra_eur_a_month": round(hit * (SPLIT_PRICE - BUNDLE.price), 2),
            "planted": {
                "leave_in_the_month": LEAVE_AT_SPLIT,
                "of_these_on_the_first_day": OVERNIGHT,
                "of_these_back_after_reversal": RETURN,
                "leave_in_an_ordinary_month": MONTHLY_LEAVING,
            },
            "left": {when: len(who) for when, who in self.left.items()},
            "left_on_first_day": len(self.first_day),
            "left_share": share(len(self.left["month_after"]), hit),
            "lost_eur_a_month_at_old_price": len(self.left["month_after"]) * BUNDLE.price,
            "price_restored": len(self.restored),
            "came_back": len(self.back),
            "came_back_share": share(len(self.back), len(self.left["month_after"])),
            "others": {"people": len(self.others), "left": dict(sorted(self.others_left.items()))},
            "who": {
                "hit": sorted(self.raised),
                "left_in_the_month_after": sorted(self.left["month_after"]),
                "left_on_first_day": sorted(self.first_day),
                "came_back": dict(sorted(self.back.items())),
            },
        }
