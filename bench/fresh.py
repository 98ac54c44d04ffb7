"""From the acknowledged event to the readable profile, with everything of `percorso up` running under a load.

Under a steady load at first; then under one of which nine events in ten are one person's, beside the same load spread
over everybody: a shop's shared tablet must not make others wait.
"""

import random
import time
from collections.abc import Callable, Sequence
from statistics import median
from zlib import crc32

import httpx

from bench.load import prepared
from bench.pace import SHAPES, Beside, due
from bench.rows import Row, quantile
from bench.traffic import batches, events
from bench.up import Served, served
from percorso.data.identity.identifiers import NodeIds
from percorso.model.identifier import Identifier

RATE = 2_000
BATCH = 20
PROBES_EVERY_S = 0.05
PEOPLE = 5_000
LOOK_EVERY_S = 0.002
HOT_ROUNDS = 3

Person = Callable[[int], str]


def run(*, scale: float = 1.0) -> list[Row]:
    """Half a minute of load at full scale, then three of each kind in turn."""
    seconds = max(30 * scale, 3.0)
    with served() as up:
        waits = under(up, seconds, spread(1), "steady")
        rounds = [
            [quantile(under(up, seconds / 2, person, f"{name}-{turn}"), 0.99) for name, person in kinds(turn)]
            for turn in range(HOT_ROUNDS)
        ]
    even, hot = (median(figures) for figures in zip(*rounds, strict=True))
    note = f"{len(waits)} probes at {RATE:,} events/s, all processes running"
    return [
        Row("event to readable profile, p50", quantile(waits, 0.5), "s", note=note),
        Row("event to readable profile, p99", quantile(waits, 0.99), "s", 1.0, note),
        Row("p99 of others, load spread over everybody", even, "s", note=f"median of {HOT_ROUNDS} rounds"),
        Row("p99 of others, 90 % of the load one person's", hot, "s", note="the same load, in turn with it"),
        Row("the hot person's cost to others", hot / even, "x", 2.0),
    ]


def spread(seed: int) -> Person:
    """Everybody alike."""
    rng = random.Random(seed)
    return lambda _: f"u{rng.randrange(PEOPLE)}"


def one_hot(seed: int) -> Person:
    """Nine of ten are one person's."""
    rng = random.Random(seed)
    return lambda _: "hot" if rng.random() < 0.9 else f"u{rng.randrange(PEOPLE)}"


def kinds(turn: int) -> Sequence[tuple[str, Person]]:
    """Both loads of a round, each with people it has met before."""
    return [("even", spread(turn)), ("hot", one_hot(turn))]


def under(up: Served, seconds: float, person: Person, name: str) -> list[float]:
    """Waits of people who are new, under a load. Raises when any of the load was not answered 200."""
    made = events(int(RATE * seconds), person, seed=crc32(name.encode()))
    requests = prepared(batches(made, BATCH), "/v1/batch", up.key)
    with Beside(*up.address, requests, due(len(requests), seconds, SHAPES["constant"]), 8) as load:
        waits = probe(up, name, seconds)
    if set(load.result.statuses) != {200}:
        raise RuntimeError(f"the load was answered {dict(load.result.statuses)}")
    return waits


def probe(up: Served, name: str, seconds: float) -> list[float]:
    """Seconds from the answer to a new person's event until the person can be read."""
    waits = []
    end = time.monotonic() + seconds
    with httpx.Client(auth=(up.key, ""), trust_env=False, timeout=10.0) as client:
        number = 0
        while time.monotonic() < end:
            number += 1
            who = f"probe-{name}-{number}"
            event = {"event": "Product Viewed", "messageId": who, "userId": who}
            client.post(f"{up.url}/v1/track", json=event).raise_for_status()
            start = time.monotonic()
            wanted = NodeIds(up.company.facts.secret).of(Identifier("user_id", who))
            while up.company.people.row(wanted) is None and time.monotonic() - start < 30.0:
                time.sleep(LOOK_EVERY_S)
            waits.append(time.monotonic() - start)
            time.sleep(PROBES_EVERY_S)
    return waits
