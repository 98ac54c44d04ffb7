"""The two randomised messages: what each arm bought, and what was planted."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..campaigns import MONDAY, UPLIFT, WINBACK, WITHIN_DAYS
from ..cast import Person
from ..rhythm import DAY
from ..world import Item, World
from .witness import Fact, Witness, share


class Messages(Witness):
    """Per experiment and arm: how many were assigned and how many of them bought, anywhere, within 30 days.

    The message moves a planted share of the treated to buy; some of them would have bought anyway, so its true effect is
    that share of those who would not, as the holdout tells.
    """

    key = "messages"
    names = ("Experiment Viewed", "Order Completed")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.arms: dict[str, dict[int, tuple[str, int]]] = {WINBACK: {}, MONDAY: {}}
        self.bought: dict[str, set[int]] = {WINBACK: set(), MONDAY: set()}

    def see(self, item: Item, properties: Mapping[str, Any], person: Person | None) -> None:
        if person is None:
            return
        at = item.at // 1000
        if item.wire["event"] == "Experiment Viewed":
            self.arms[properties["experiment_id"]][person.number] = (properties["variation_id"], at)
            return
        for experiment, arms in self.arms.items():
            assigned = arms.get(person.number)
            if assigned and assigned[1] <= at < assigned[1] + WITHIN_DAYS * DAY:
                self.bought[experiment].add(person.number)

    def tell(self) -> Fact:
        return {experiment: self._experiment(experiment) for experiment in self.arms}

    def _experiment(self, experiment: str) -> Fact:
        people: Counter[str] = Counter(arm for arm, _ in self.arms[experiment].values())
        bought: Counter[str] = Counter(self.arms[experiment][number][0] for number in self.bought[experiment])
        rate = {arm: bought[arm] / people[arm] if people[arm] else 0.0 for arm in ("treated", "holdout")}
        return {
            "sent": (self.days.winback if experiment == WINBACK else self.days.monday).isoformat(),
            "outcome": f"an order within {WITHIN_DAYS} days",
            "arms": {
                arm: {"people": people[arm], "bought": bought[arm], "share": share(bought[arm], people[arm])}
                for arm in ("treated", "holdout")
            },
            "difference": round(rate["treated"] - rate["holdout"], 4),
            "planted": {
                "moved_to_buy": self.world.notes.get(experiment, {}).get("moved", 0),
                "share_moved": UPLIFT[experiment],
                "effect": round(UPLIFT[experiment] * (1 - rate["holdout"]), 4),
            },
        }
