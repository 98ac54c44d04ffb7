"""Folding the log into people, one process, everything of the retail pack in force."""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.collect import open_log
from bench.rows import Row
from bench.traffic import bursts, events, everyone_else
from percorso.adapters.packs import load_packs
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.state import SqlState
from percorso.adapters.sql.tables import STATE
from percorso.adapters.system_clock import SystemClock
from percorso.data.intake import Item
from percorso.execution.decide import Decider
from percorso.main.processes import settle_memory
from percorso.model.time import CivilClock
from percorso.model.verdict import LIVE_LANE
from percorso.pipeline.collect import Collector
from percorso.pipeline.process import Processor


def _folded(count: int, person: Callable[[int], str], rounds: int) -> list[float]:
    """Events/s of each round over the same people: the first makes them, the others meet them again."""
    config = load_packs(["retail"])
    rates = []
    with TemporaryDirectory() as directory:
        log = open_log(Path(directory))
        database = Database(f"sqlite:///{directory}/state.db", repeatable=True)
        STATE.create_all(database.engine)
        collector = Collector(log, CivilClock("Europe/Rome"), SystemClock())
        processor = Processor(log, SqlState(database, log.log_id), config, b"secret", decider=Decider(config))
        for seed in range(rounds):
            made = [Item(body, index) for index, body in enumerate(events(count, person, seed=seed))]
            for at in range(0, count, 5000):
                collector.collect_now(made[at : at + 5000], source="web", lane=LIVE_LANE)
            settle_memory()
            started = time.perf_counter()
            processor.drain()
            rates.append(count / (time.perf_counter() - started))
    return rates


def run(*, scale: float = 1.0) -> list[Row]:
    """Every figure of this page."""
    first, *again = _folded(int(60_000 * scale), everyone_else, 3)
    bursty_first, *bursty_again = _folded(int(120_000 * scale), bursts, 3)
    return [
        Row("processed, every event a new person", first, "ev/s", 20_000),
        Row("processed, every event another person, met before", sum(again) / len(again), "ev/s", 20_000),
        Row("processed, bursts of 8, new people", bursty_first, "ev/s", 60_000),
        Row("processed, bursts of 8, met before", sum(bursty_again) / len(bursty_again), "ev/s", 60_000),
    ]


if __name__ == "__main__":
    for row in run(scale=0.5):
        print(row)
