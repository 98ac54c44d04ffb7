"""A folding with a lake and an engine over it, for tests of everything that asks questions."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from percorso.adapters.duckdb_engine import DuckEngine
from percorso.adapters.lake import ParquetLake
from percorso.adapters.sql.tallies import SqlTallies
from percorso.data.intake import Item
from percorso.model.config import Config
from percorso.model.time import CivilClock
from percorso.model.verdict import IMPORT_LANE
from percorso.pipeline.analyse import Analyst
from percorso.pipeline.archive import Archiver
from tests.folding import FixedClock, Folding, retail

TODAY = date(2026, 11, 22)


class Lake(Folding):
    """Collects, folds, seals and asks, in one directory."""

    def __init__(self, directory: Path, config: Config | None = None, *, acts: bool = False) -> None:
        super().__init__(directory, config or retail(), acts=acts)
        self.config = config or retail()
        self.clock = FixedClock()
        self.civil = CivilClock("Europe/Rome")
        self.folder = directory / "lake"
        self.lake = ParquetLake(self.folder, log=self.log_database, state=self.state_database, memory="256MB")
        self.engine = DuckEngine(
            self.folder, log=self.log_database, state=self.state_database, memory="256MB", sql_seconds=5.0
        )
        self.archiver = Archiver(self.lake, self.civil, self.clock)
        self.tallies = SqlTallies(self.log_database, self.state_database)
        self.analyst = Analyst(self.engine, self.config, self.civil, self.clock, self.tallies)

    def import_(self, items: Iterable[Mapping[str, Any]], *, source: str = "till", historical: bool = True) -> None:
        """Take items in as a file's rows."""
        raw = [Item(msgspec.json.encode(item), index, index + 2) for index, item in enumerate(items)]
        self.collector.collect_now(raw, source=source, lane=IMPORT_LANE, historical=historical)

    def fold(self) -> None:
        self.processor.drain()

    def seal(self, limit: int = 1000) -> int:
        return self.lake.seal(today=TODAY, now=self.clock.now(), limit=limit)

    def sql(self, query: str, limit: int = 10_000) -> list[dict[str, Any]]:
        with self.engine.session() as session:
            return session.sql(query, limit)

    def close(self) -> None:
        self.engine.close()
        self.lake.close()
        super().close()


@contextmanager
def lake_in(directory: Path, config: Config | None = None, *, acts: bool = False) -> Iterator[Lake]:
    lake = Lake(directory, config, acts=acts)
    try:
        yield lake
    finally:
        lake.close()


def track(name: str, number: int, at: str, who: str | None = "u1", **properties: Any) -> dict[str, Any]:
    """A track call. `who` is a user id."""
    item: dict[str, Any] = {
        "type": "track", "event": name, "messageId": f"m{number}", "timestamp": at, "properties": properties
    }  # fmt: skip
    return item | ({"userId": who} if who else {})
