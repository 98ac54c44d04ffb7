"""The truths: what a perfect platform would find in the year, written down beside it.

Two kinds of figures: what was planted (probabilities, effects, prices, windows) and what came of it in this very stream,
counted once, item by item.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import Any

from ..cast import Cast
from ..simulate import Year
from ..timeline import Timeline
from ..world import Item, World
from .beliefs import Beliefs
from .incidents import CheckoutFault, LateCourier
from .messages import Messages
from .need import Need
from .paths import Paths
from .price import Price
from .relations import relations
from .scores import Counts, Repeat, Scores, Waits
from .tastes import Tastes
from .witness import Identities, Witness, name_of

WITNESSES: tuple[type[Witness], ...] = (
    Counts,
    Scores,
    Waits,
    Repeat,
    CheckoutFault,
    LateCourier,
    Price,
    Messages,
    Tastes,
    Need,
    Beliefs,
    Paths,
)

__all__ = ["Truths", "truths"]


class Truths:
    """Watches a year go by. `watch` passes the items on; `tell` gives the truths when it is over."""

    def __init__(self, year: Year) -> None:
        self._year = year
        self._identities = Identities(year.world.cast)
        self._witnesses = [witness(year.world) for witness in WITNESSES]
        self._by_name: dict[str, list[Witness]] = defaultdict(list)
        for witness in self._witnesses:
            for name in witness.names:
                self._by_name[name].append(witness)
        self._always = [witness for witness in self._witnesses if not witness.names]

    def watch(self, items: Iterator[Item]) -> Iterator[Item]:
        """The same items, each seen by the witnesses."""
        for item in items:
            person = self._identities.of(item.wire)
            properties = item.wire.get("properties", {})
            for witness in chain(self._always, self._by_name.get(name_of(item.wire), ())):
                witness.see(item, properties, person)
            yield item

    def tell(self) -> dict[str, Any]:
        """All truths, as YAML would hold them."""
        world: World = self._year.world
        cast: Cast = world.cast
        days: Timeline = world.days
        made = {"seed": world.seed, "people": self._year.people, "first_day": days.first.isoformat()}
        told = {witness.key: witness.tell() for witness in self._witnesses}
        return {"made_with": {**made, "end": days.end.isoformat()}, "identity": relations(cast), **told}


def truths(year: Year) -> dict[str, Any]:
    """The truths of a year nobody else wants to see."""
    seen = Truths(year)
    for _ in seen.watch(year.items()):
        pass
    return seen.tell()
