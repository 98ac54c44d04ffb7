"""A log and a state without the rest of the product, for tests of the folds."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from sqlalchemy import select

from percorso.adapters.packs import load_packs
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.log import SqlEventLog
from percorso.adapters.sql.state import SqlState
from percorso.adapters.sql.tables import FOLDED, LOG, STATE, offsets
from percorso.data.intake import Item
from percorso.execution.decide import Decider
from percorso.model.config import Config
from percorso.model.time import CivilClock, Micros, parse_iso
from percorso.model.verdict import LIVE_LANE, ItemVerdict
from percorso.pipeline.collect import Collector
from percorso.pipeline.process import Processor

NOW = parse_iso("2026-11-22T12:00:00Z")


class FixedClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: Micros = NOW) -> None:
        self.time = now

    def now(self) -> Micros:
        return self.time


@cache
def _empty_stores() -> dict[str, bytes]:
    """Both databases with empty tables, as files: made once, since property tests want hundreds."""
    with TemporaryDirectory() as directory:
        for name, tables in (("log.db", LOG), ("state.db", STATE)):
            database = Database(f"sqlite:///{directory}/{name}")
            tables.create_all(database.engine)
            with database.engine.connect() as connection:
                connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
            database.close()
        return {name: (Path(directory) / name).read_bytes() for name in ("log.db", "state.db")}


class Folding:
    """Collects and folds in one directory; `tables` shows what came of it."""

    def __init__(self, directory: Path, config: Config, *, secret: bytes = b"secret", acts: bool = False) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in _empty_stores().items():
            (directory / name).write_bytes(content)
        self.log_database = Database(f"sqlite:///{directory}/log.db")
        self.state_database = Database(f"sqlite:///{directory}/state.db")
        self.log = SqlEventLog(self.log_database)
        self.state = SqlState(self.state_database, self.log.log_id)
        self.collector = Collector(self.log, CivilClock("Europe/Rome"), FixedClock())
        decider = Decider(config) if acts else None
        self.processor = Processor(self.log, self.state, config, secret, decider=decider)

    def collect(self, items: Iterable[Mapping[str, Any]], *, tie: int | None = None) -> list[ItemVerdict]:
        """Take items in as one batch; `tie` stands for their index when they are sent one by one."""
        raw = [Item(msgspec.json.encode(item), index if tie is None else tie) for index, item in enumerate(items)]
        return self.collector.collect_now(raw, source="web", lane=LIVE_LANE)

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every folded table, sorted, but for what depends on the order of arrival (seq)."""
        out = {}
        with self.state_database.read() as connection:
            for table in FOLDED:
                if table is not offsets and table.name not in ("placed", "moved"):
                    rows = connection.execute(select(table)).all()
                    out[table.name] = sorted(map(tuple, rows), key=repr)
        return out

    def close(self) -> None:
        self.log.close()
        self.state.close()


@cache
def retail() -> Config:
    """The retail pack as shipped. Nobody can change it, so it is read once."""
    return load_packs(["retail"])
