"""Folding the log into people, one process, everything of the retail pack in force."""

import json
import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.collect import open_log
from bench.rows import Row
from bench.traffic import bursts, events, everyone_else
from percorso.adapters.packs import load_packs
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.node_rows import pack_profile, unpack_profile
from percorso.adapters.sql.state import SqlState
from percorso.adapters.sql.tables import STATE
from percorso.adapters.system_clock import SystemClock
from percorso.data.intake import Item
from percorso.execution.decide import Decider
from percorso.model.person import Facts, Profile
from percorso.model.time import CivilClock
from percorso.model.verdict import LIVE_LANE
from percorso.pipeline.collect import Collector
from percorso.pipeline.garbage import settle_memory
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


def _bare_updates(people: int, rounds: int) -> list[float]:
    """Profiles/s of reading, unpacking, packing and storing each again, a thousand a commit, and nothing else: the ceiling."""
    profile = Profile(
        facts=Facts(events=3, counters={"Product Viewed": 2, "Product Added": 1}, touchpoints={"web.shop": 3})
    )
    rng, rates = random.Random(3), []
    with TemporaryDirectory() as directory:
        bare = sqlite3.connect(f"{directory}/bare.db", isolation_level=None)
        bare.execute("pragma journal_mode=wal")
        bare.execute("pragma synchronous=normal")
        bare.execute("create table profiles (id text primary key, profile blob) without rowid")
        names = [f"{number:012d}" for number in range(people)]
        bare.execute("begin")
        bare.executemany("insert into profiles values (?, ?)", [(name, pack_profile(profile)) for name in names])
        bare.execute("commit")
        for _ in range(rounds):
            rng.shuffle(names)
            started = time.perf_counter()
            for at in range(0, people, 1000):
                part = sorted(names[at : at + 1000])
                bare.execute("begin immediate")
                wanted = "select id, profile from profiles where id in (select value from json_each(?))"
                found = [(row[0], unpack_profile(row[1])) for row in bare.execute(wanted, (json.dumps(part),))]
                rows = [(name, pack_profile(one)) for name, one in found]
                change = "insert into profiles values (?, ?) on conflict (id) do update set profile = excluded.profile"
                bare.executemany(change, rows)
                bare.execute("commit")
            rates.append(people / (time.perf_counter() - started))
        bare.close()
    return rates


def run(*, scale: float = 1.0) -> list[Row]:
    """Every figure of this page."""
    bare = median(_bare_updates(int(60_000 * scale), 3))
    first, *again = _folded(int(60_000 * scale), everyone_else, 3)
    bursty_first, *bursty_again = _folded(int(120_000 * scale), bursts, 3)
    met = median(again)
    return [
        Row("profiles read and stored again, nothing else", bare, "1/s", note="ceiling, one process, one row each"),
        Row("processed, every event a new person", first, "ev/s", 20_000, f"{first / bare:.0%} of the ceiling"),
        Row("processed, every event another, met before", met, "ev/s", 20_000, f"{met / bare:.0%} of the ceiling"),
        Row("processed, bursts of 8, new people", bursty_first, "ev/s", 60_000),
        Row("processed, bursts of 8, met before", median(bursty_again), "ev/s", 60_000),
    ]


if __name__ == "__main__":
    for row in run(scale=0.5):
        print(row)
