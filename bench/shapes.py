"""How the whole product bears loads of several shapes: constant, rising, with a spike, and skewed towards few people.

Each is the same number of events in the same time, over HTTP, in batches of ten, with every process of `percorso up` at work.
"""

import random
import time
from collections.abc import Callable

from bench.load import prepared
from bench.pace import SHAPES, Beside, Paced, due
from bench.rows import Row, quantile
from bench.traffic import batches, events
from bench.up import Served, served

RATE = 1_500
BATCH = 10
SECONDS = 20.0
PEOPLE = 20_000
CONNECTIONS = 32
SKEW = 1.2
"""Of the Pareto distribution that says whose an event is: the first of 20,000 people have most of it."""


def run(*, scale: float = 1.0) -> list[Row]:
    """One load after the other, on one company."""
    seconds = max(SECONDS * scale, 3.0)
    rows = []
    with served() as up:
        for seed, (name, shape, person) in enumerate(loads()):
            made = events(int(RATE * seconds), person, seed=100 + seed)
            requests = prepared(batches(made, BATCH), "/v1/batch", up.key)
            with Beside(*up.address, requests, due(len(requests), seconds, SHAPES[shape]), CONNECTIONS) as load:
                pass
            rows += figures(name, load.result, folded(up))
    return rows


def loads() -> list[tuple[str, str, Callable[[int], str]]]:
    """(name, shape, whose the n-th event is)."""
    rng = random.Random(5)

    def even(_: int) -> str:
        return f"u{rng.randrange(PEOPLE)}"

    def skewed(_: int) -> str:
        return f"u{min(int(rng.paretovariate(SKEW)), PEOPLE)}"

    return [
        ("constant", "constant", even),
        ("ramp", "ramp", even),
        ("spike", "spike", even),
        ("skewed", "constant", skewed),
    ]


def folded(up: Served) -> float:
    """Seconds from now until everything in the log is folded."""
    started = time.monotonic()
    log, state = up.company.log, up.company.state
    while True:
        ends = log.size().lanes
        with state.transaction() as transaction:
            places = {lane: transaction.offset(f"process/{lane}") for lane in ends}
        if all(places[lane] >= end for lane, end in ends.items()):
            return time.monotonic() - started
        if time.monotonic() - started > 120:
            raise RuntimeError("the worker did not catch up within two minutes")
        time.sleep(0.05)


def figures(name: str, load: Paced, behind_s: float) -> list[Row]:
    """The row of one load; refused requests are told, not hidden."""
    refused = {status: count for status, count in load.statuses.items() if status != 200}
    note = f"p50 {quantile(load.waits, 0.5) * 1000:.0f} ms, folded {behind_s:.1f} s after the last answer"
    if refused:
        note += f"; not taken: {refused}"
    what = f"{name} load, {RATE:,} ev/s on average, p99 of an answer"
    return [Row(what, quantile(load.waits, 0.99) * 1000, "ms", note=note)]
