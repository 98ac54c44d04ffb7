"""The simulator: a year of a coffee roaster's customers as Segment calls, and its continuation for as long as one likes.

The same (people, seed, last day) always gives the same items, byte for byte. A year that ends at an hour of a day is the
beginning of the year that ends with that day.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from . import calls, campaigns, gatherings, letters, opening, shopping, stories, subscription, surveys
from .cast import draw_cast
from .rhythm import CALLS, EVENING, HOUR, SHOP, ZONE, day_start, instant, iso
from .timeline import timeline
from .world import Item, World

DEFAULT_PEOPLE = 5000
DEFAULT_SEED = 7


class Year:
    """A company and its year. `end` is a day (the year ends as that day begins) or an aware time; None is now.

    `items` and then `live` may each be taken once: the world moves on.
    """

    def __init__(
        self, people: int = DEFAULT_PEOPLE, seed: int = DEFAULT_SEED, end: date | datetime | None = None
    ) -> None:
        end = end or datetime.now(ZONE)
        if isinstance(end, datetime):
            self.until = instant(end)
            last = end.astimezone(ZONE).date()
        else:
            self.until = day_start(end)
            last = end
        self.people = people
        self.seed = seed
        rng = Random(f"{seed}/{people}/{last}")
        days = timeline(last)
        cast = draw_cast(people, rng, days.first)
        stories.join(cast, days, rng)
        self.world = World(seed, cast, days, rng)
        _plan(self.world)

    def items(self) -> Iterator[Item]:
        """The year, in time order."""
        return self.world.stream(self.until)

    def live(self, start: int, rate: float = 1.0) -> Iterator[Item]:
        """The same people afterwards, without end: `rate` items a second from `start` on.

        `start` is in microseconds. Each item is due at its `at` and says so on the wire; the story goes as fast as the
        rate asks, and the distances between an event and the times it speaks of are kept. Message ids never repeat
        those of the year or of a continuation from another start. What has no identifier is left out: live traffic
        must name somebody.
        """
        for _ in self.items():
            pass
        self.world.restart(f"{self.seed}-{start // 1_000_000:x}-")
        pace = Random(f"{self.seed}/{start}")
        due = float(start)
        for item in self.world.stream():
            if not _names_somebody(item.wire):
                continue
            due += pace.expovariate(rate) * 1_000_000
            yield _moved(item, int(due))


def events(
    people: int = DEFAULT_PEOPLE, seed: int = DEFAULT_SEED, end: date | datetime | None = None
) -> Iterator[Item]:
    """A year of items in time order that ends at `end`; see `Year`."""
    return Year(people, seed, end).items()


def live(
    start: int,
    rate: float = 1.0,
    people: int = DEFAULT_PEOPLE,
    seed: int = DEFAULT_SEED,
    end: date | datetime | None = None,
) -> Iterator[Item]:
    """What the people of `events(people, seed, end)` do from `start` (microseconds) on; see `Year.live`."""
    return Year(people, seed, end or datetime.fromtimestamp(start / 1_000_000, ZONE)).live(start, rate)


def _plan(world: World) -> None:
    """Everything that begins by itself."""
    days = world.days
    opening.open_year(world)
    world.do(letters.first_issue(world), letters.newsletter, 1)
    for wave in days.waves:
        world.do(world.day(wave) + 9 * HOUR, surveys.nps_wave)
    world.do(world.day(days.split), subscription.split)
    world.do(world.day(days.winback) + 10 * HOUR, campaigns.run, campaigns.WINBACK)
    world.do(world.day(days.monday) + 8 * HOUR, campaigns.run, campaigns.MONDAY)
    world.do(world.rhythm.on(CALLS, 1, world.rng), calls.questions)
    world.do(world.rhythm.on(SHOP, 1, world.rng), shopping.passers_by)
    world.do(world.rhythm.on(EVENING, 1, world.rng), gatherings.gatherings)
    world.do(world.rhythm.on(EVENING, 2, world.rng), letters.catalogues)
    stories.nives(world, world.day(days.fault_story))
    stories.ottavia(world, world.day(days.consultant))


def _names_somebody(wire: dict[str, Any]) -> bool:
    context = wire["context"]
    return bool(wire.get("userId") or wire.get("anonymousId") or context.get("externalIds") or "traits" in wire)


def _moved(item: Item, at: int) -> Item:
    """The item at another time; the times among its properties keep their distance."""
    wire = {**item.wire, "timestamp": iso(at // 1000)}
    properties = wire.get("properties", {})
    times = [name for name in properties if name.endswith("_at")]
    if times:
        shift = timedelta(microseconds=at - item.at)
        moved = {name: iso(instant(datetime.fromisoformat(properties[name]) + shift)) for name in times}
        wire["properties"] = {**properties, **moved}
    return Item(at, item.source, wire)
