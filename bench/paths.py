"""Paths over a large lake: each question, the least that DuckDB can do for it, and pm4py on the same events.

pm4py runs in an environment of its own (`make .tools/pm4py/.ready`) over one million events; without it its rows are missing.
retentioneering is not compared: it sends telemetry by default.
"""

import os
import resource
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.collect import open_log
from bench.insight import ROUNDS, YearEnd, make_lake
from bench.rows import Row, median_of
from percorso.adapters.duckdb_base import open_duckdb, quoted
from percorso.adapters.duckdb_engine import DuckEngine
from percorso.adapters.engine_tables import read_files
from percorso.adapters.packs import load_packs
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import STATE
from percorso.adapters.sql.tallies import SqlTallies
from percorso.insight.funnel_choice import FunnelChoice, read_step
from percorso.insight.paths.around import AroundChoice
from percorso.insight.paths.choice import PathChoice
from percorso.insight.retention import RetentionChoice
from percorso.model.time import CivilClock
from percorso.pipeline.analyse import Analyst
from percorso.pipeline.pathing import Pathing

STEPS = ("Product Viewed", "Product Added", "Order Completed", "Parcel Delivered", "Survey Answered")
PM4PY = Path(os.environ.get("PERCORSO_PM4PY", ".tools/pm4py")) / "bin" / "python"
PM4PY_EVENTS = 1_000_000

_ORACLE = """
import sys, time
import pandas as pd, pm4py
log = pd.read_parquet(sys.argv[1]).rename(
    columns={"person_id": "case:concept:name", "name": "concept:name", "occurred_at": "time:timestamp"})
log["time:timestamp"] = pd.to_datetime(log["time:timestamp"], utc=True)
started = time.perf_counter()
log = pm4py.format_dataframe(log)
pm4py.discover_dfg(log)
edges = time.perf_counter() - started
pm4py.get_variants(log)
print("SECONDS", edges, time.perf_counter() - started)
"""


def questions(paths: Pathing, count: int, size: str) -> list[Row]:
    """Seconds of each question, wall clock, the median of some."""
    funnel = FunnelChoice(steps=tuple(map(read_step, STEPS)), within_s=30 * 86_400)
    large = count >= 10_000_000
    asked: list[tuple[str, Callable[[], Any], float | None]] = [
        ("transitions", lambda: paths.transitions(PathChoice(), None, None), 3.0 if large else None),
        ("variants", lambda: paths.variants(PathChoice(), None, None, 50), None),
        ("after a step, 3 columns", lambda: paths.around(PathChoice(), None, None, AroundChoice(pivot=STEPS[2])), None),
        ("funnel of five steps, 30 days", lambda: paths.funnel(funnel, None, None), 1.5 if large else None),
        ("retention by month", lambda: paths.retention(RetentionChoice(period="month"), None, None), None),
    ]
    return [
        Row(f"{name}, {size} events", median_of(ROUNDS, lambda ask=ask: _seconds(ask)), "s", aim)
        for name, ask, aim in asked
    ]  # type: ignore[misc]


def ceiling(lake: Path, size: str) -> Row:
    """Seconds to read the columns of a path and do nothing with them."""
    connection = open_duckdb(memory="2GB", spill=lake / ".spill")
    files = read_files(sorted(lake.rglob("*.parquet")))
    query = f"SELECT count(person_id), count(name), max(occurred_at), sum(tie), max(seq) FROM {files} WHERE NOT robot"
    taken = median_of(ROUNDS, lambda: _seconds(lambda: connection.execute(query).fetchall()))
    connection.close()
    return Row(f"  bare DuckDB: reads the columns of paths, {size} events", taken, "s")


def oracle(lake: Path, folder: Path, size: str) -> list[Row]:
    """Seconds of pm4py on the same events, once they are in its memory."""
    if not PM4PY.is_file():
        return []
    file = folder / "log.parquet"
    connection = open_duckdb(memory="2GB")
    files = read_files(sorted(lake.rglob("*.parquet")))
    query = f"SELECT person_id, name, occurred_at FROM {files} ORDER BY seq"
    connection.execute(f"COPY ({query}) TO {quoted(str(file))} (FORMAT parquet)")
    connection.close()
    ran = subprocess.run([str(PM4PY), "-c", _ORACLE, str(file)], capture_output=True, text=True, check=True)
    line = next(line for line in ran.stdout.splitlines() if line.startswith("SECONDS"))
    edges, variants = map(float, line.split()[1:])
    return [
        Row(f"  pm4py: directly-follows graph, {size} events", edges, "s"),
        Row(f"  pm4py: variants, {size} events", variants, "s"),
    ]


def over(count: int) -> list[Row]:
    """Every figure over a lake of so many events."""
    with TemporaryDirectory() as directory:
        folder = Path(directory)
        open_log(folder).close()
        log, state = Database(f"sqlite:///{directory}/log.db"), Database(f"sqlite:///{directory}/state.db")
        STATE.create_all(state.engine)
        (folder / "lake").mkdir()
        make_lake(folder / "lake", state, count)
        engine = DuckEngine(folder / "lake", log=log, state=state)
        analyst = Analyst(engine, load_packs(["retail"]), CivilClock("Europe/Rome"), YearEnd(), SqlTallies(log, state))
        size = f"{count // 1_000_000} M" if count >= 1_000_000 else f"{count}"
        rows = [*questions(Pathing(analyst), count, size), ceiling(folder / "lake", size)]
        if count <= PM4PY_EVENTS:
            rows += oracle(folder / "lake", folder, size)
        engine.close()
        log.close()
        state.close()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return [*rows, Row(f"most memory so far, {size} events", peak, "MB", 4096)]


def _seconds(ask: Callable[[], Any]) -> float:
    started = time.perf_counter()
    ask()
    return time.perf_counter() - started


def run(*, scale: float = 1.0) -> list[Row]:
    """Every figure of this page."""
    return [row for count in (1_000_000, 10_000_000, 50_000_000) for row in over(int(count * scale))]


if __name__ == "__main__":
    for row in run():
        print(row)
