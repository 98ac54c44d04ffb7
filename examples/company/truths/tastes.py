"""Content: who likes what, the series that is dropped, and what follows a finished episode."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from ..cast import Person
from ..catalogue import DROPPED, DROPPED_EPISODE, PRODUCTS, TOPICS
from ..content import DROPPED_AT, LEAVES, LEAVES_DROPPED, THEN_LOOKS, TRUE_TO_TASTE
from ..rhythm import MINUTE
from ..world import Item, World
from .witness import Fact, Witness, mean, share

_TOPIC_OF = {product.product_id: product.topic for product in PRODUCTS}


class Tastes(Witness):
    """Starts, ends and give-ups by topic and episode."""

    key = "content"
    names = ("Content Started", "Content Completed", "Content Abandoned", "Product Viewed")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.started: Counter[tuple[int, str]] = Counter()
        self.episodes: dict[str, Counter[str]] = defaultdict(Counter)
        self.positions: list[float] = []
        self.finished: dict[int, tuple[int, str]] = {}
        self.completed = self.looked = 0

    def see(self, item: Item, properties: Mapping[str, Any], person: Person | None) -> None:
        if person is None:
            return
        event, at = item.wire["event"], item.at // 1000
        if event == "Product Viewed":
            self._look(person.number, at, properties["product_id"])
            return
        episode = properties["content_id"]
        self.episodes[episode][event] += 1
        if event == "Content Started":
            self.started[(person.number, properties["topic"])] += 1
        elif event == "Content Completed":
            self.completed += 1
            self.finished[person.number] = (at, properties["topic"])
        elif episode == f"{DROPPED}-{DROPPED_EPISODE}":
            self.positions.append(properties["position"])

    def _look(self, number: int, at: int, product_id: str) -> None:
        ended = self.finished.pop(number, None)
        if ended and at - ended[0] <= 2 * MINUTE and _TOPIC_OF.get(product_id) == ended[1]:
            self.looked += 1

    def tell(self) -> Fact:
        people = [p for p in self.world.cast.people if p.taste and p.user_id]
        watched = {p.number: sum(self.started[(p.number, topic)] for topic in TOPICS) for p in people}
        weak = self.episodes[f"{DROPPED}-{DROPPED_EPISODE}"]
        others = Counter[str]()
        for episode, count in self.episodes.items():
            if episode != f"{DROPPED}-{DROPPED_EPISODE}":
                others.update(count)
        return {
            "planted": {
                "share_of_starts_of_the_favourite_topic": TRUE_TO_TASTE,
                "left_halfway": {"any": LEAVES, "dropped_episode": LEAVES_DROPPED},
                "then_looks_at_a_product_of_the_topic": THEN_LOOKS,
            },
            "dropped": {
                "content_id": f"{DROPPED}-{DROPPED_EPISODE}",
                "series": DROPPED,
                "position": DROPPED_AT,
                **_episode(weak),
                "mean_position": mean(sum(self.positions), len(self.positions)),
            },
            "other_episodes": _episode(others),
            "looked_after": {"completed": self.completed, "looked": self.looked},
            "people_by_taste": {
                topic: [p.user_id for p in people if p.taste == topic and watched[p.number] >= 3] for topic in TOPICS
            },
        }


def _episode(count: Counter[str]) -> dict[str, Fact]:
    started, left = count["Content Started"], count["Content Abandoned"]
    return {"started": started, "left": left, "left_share": share(left, started)}
