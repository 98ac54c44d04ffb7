"""A hundred segments live: how many events a second their members are kept up with, beside a bare reading of the same log.

    python -m bench.segments [EVENTS]

People come back, identify themselves, buy, answer surveys and give consents; the segments count, sum, look back, look for
one thing after another, at traits, stages, moods and consents, and at each other. The bare reading takes the same entries off
the log and reads each event, which is the least that any follower does.
"""

import random
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from tests.folding import NOW
from tests.segments import Segmented, segmented

from percorso.data.events import read_event
from percorso.model.time import MINUTE, to_iso
from percorso.model.verdict import LIVE_LANE
from percorso.pipeline.garbage import settle_memory
from percorso.pipeline.membership import BATCH

NAMES = ("Product Viewed", "Product Added", "Checkout Started", "Order Completed", "Survey Answered", "Call Ended")
WEIGHTS = (60, 14, 8, 8, 6, 4)
SEGMENTS = 100


def conditions() -> dict[str, dict[str, Any]]:
    """A hundred, as companies have them: most count, a quarter looks at the person, some at others."""
    found: dict[str, dict[str, Any]] = {}
    for number in range(SEGMENTS):
        name, other, days = NAMES[number % 6], NAMES[(number + 3) % 6], 1 + number % 60
        kind = number % 10
        found[f"s{number}"] = (
            {"event": name, "last_days": days, "count": {"at_least": 1 + number % 4}} if kind < 3
            else {"event": name, "count": {"at_least": 2 + number % 9}} if kind == 3
            else {"event": "Order Completed", "last_days": days, "sum": {"of": "revenue", "at_least": 10.0 * days}} if kind == 4
            else {"event": name, "then": other, "within_days": 1 + number % 7, "last_days": days} if kind == 5
            else {"all": [{"event": name, "count": {"at_least": 1}}, not_lately(name, days)]} if kind == 6
            else {"field": "person.traits.city", "is": ("Roma", "Milano", "Napoli")[number % 3]} if number % 20 == 7
            else {"field": "person.stage.shopping", "is": "buy"} if kind == 7
            else {"event": "Survey Answered", "last": {"of": "score", "at_most": number % 10}} if number % 20 == 8
            else {"field": "person.orders", "at_least": 1 + number % 7} if kind == 8
            else {"all": [{"segment": f"s{number - 9}"}, {"not": {"segment": f"s{number - 5}"}}]}
        )  # fmt: skip
    return found


def not_lately(name: str, days: int) -> dict[str, Any]:
    return {"event": name, "last_days": days, "count": {"is": 0}}


def calls(events: int, seed: int) -> list[dict[str, Any]]:
    """Live traffic: somebody does a few things in a row, a third of them known by name."""
    random_ = random.Random(seed)
    people = max(events // 12, 50)
    made: list[dict[str, Any]] = []
    at = NOW - 20 * MINUTE
    while len(made) < events:
        who = int(people * random_.random() ** 2)
        for _ in range(random_.randrange(1, 6)):
            at += 20_000
            name = random_.choices(NAMES, WEIGHTS)[0]
            item: dict[str, Any] = {
                "messageId": f"{seed}-{len(made)}", "anonymousId": f"device-{who}", "timestamp": to_iso(at),
                "type": "track", "event": name,
                "properties": {"revenue": random_.randrange(500, 9000) / 100, "score": random_.randrange(11), "kind": "nps"},
            }  # fmt: skip
            if who % 3 == 0:
                item["userId"] = f"user-{who}"
            if random_.random() < 0.02:
                item = {**item, "type": "identify", "traits": {"city": random_.choice(("Roma", "Milano", "Napoli"))}}
            made.append(item)
    return made[:events]


def fill(lake: Segmented, events: int, seed: int) -> None:
    made = calls(events, seed)
    for start in range(0, len(made), 5_000):
        lake.collect(made[start : start + 5_000])
    lake.fold()


def bare(lake: Segmented) -> tuple[float, int]:
    """CPU seconds and events of reading what the follower has not read yet."""
    with lake.store.reading() as reader:
        after, until = reader.place(LIVE_LANE)
    began, read = time.process_time(), 0
    while entries := lake.log.read(LIVE_LANE, after, BATCH):
        for entry in entries:
            read_event(entry)
        read, after = read + len(entries), entries[-1].seq
    assert after >= until
    return time.process_time() - began, read


def main(events: int) -> None:
    settle_memory()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with TemporaryDirectory() as folder, segmented(Path(folder)) as lake:
        for seed in (1, 5, 6):
            fill(lake, events, seed)
        for name, condition in conditions().items():
            lake.publish(name, condition)
        began = time.perf_counter()
        lake.follow()
        print(f"built {SEGMENTS} segments over {3 * events:,} events in {time.perf_counter() - began:.1f} s")
        for round_ in range(3):
            fill(lake, events, 2 + round_)
            cpu, read = bare(lake)
            began_cpu, began = time.process_time(), time.perf_counter()
            lake.follower.drain()
            mine, wall = time.process_time() - began_cpu, time.perf_counter() - began
            moves = sum(one.people for one in lake.members.sizes(0).values())
            print(
                f"followed {read:,} events: {read / mine:,.0f} a second of CPU, {read / wall:,.0f} of wall;"
                f" bare reading {read / cpu:,.0f} of CPU (ratio {mine / cpu:.1f}); {moves:,} memberships"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
