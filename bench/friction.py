"""The list of frictions over a large lake: what a manager waits for once, before the answer is kept for some minutes."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.collect import open_log
from bench.insight import YearEnd, make_lake
from bench.rows import Row
from percorso.adapters.duckdb_engine import DuckEngine
from percorso.adapters.packs import load_packs
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import STATE
from percorso.adapters.sql.tallies import SqlTallies
from percorso.model.time import CivilClock
from percorso.pipeline.analyse import Analyst
from percorso.pipeline.friction import FrictionFinder


def frictions(count: int) -> list[Row]:
    """Seconds, of the clock and of the processors, for the list over a year of so many events."""
    with TemporaryDirectory() as directory:
        folder = Path(directory)
        open_log(folder).close()
        log, state = Database(f"sqlite:///{directory}/log.db"), Database(f"sqlite:///{directory}/state.db")
        STATE.create_all(state.engine)
        (folder / "lake").mkdir()
        make_lake(folder / "lake", state, count)
        engine = DuckEngine(folder / "lake", log=log, state=state)
        config, civil = load_packs(["retail"]), CivilClock("Europe/Rome")
        finder = FrictionFinder(Analyst(engine, config, civil, YearEnd(), SqlTallies(log, state)))
        wall, cpu = time.perf_counter(), time.process_time()
        found = finder.found()
        size = f"{count // 1_000_000} M" if count >= 1_000_000 else f"{count}"
        rows = [
            Row(f"frictions, {size} events, {len(found.frictions)} found", time.perf_counter() - wall, "s"),
            Row(f"frictions, {size} events, of the processors", time.process_time() - cpu, "s"),
        ]
        for part in (engine, log, state):
            part.close()
        return rows


def run(*, scale: float = 1.0) -> list[Row]:
    """Both sizes."""
    return [row for count in (1_000_000, 10_000_000) for row in frictions(int(count * scale))]


if __name__ == "__main__":
    for row in run():
        print(row)
