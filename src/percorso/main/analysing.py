"""How what was collected becomes figures: the lake, the engine over it, and the counts by day."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from percorso.main.stores import Stores
from percorso.ports import Engine, Lake

if TYPE_CHECKING:
    from percorso.pipeline.analyse import Analyst
    from percorso.pipeline.archive import Archiver
    from percorso.pipeline.matching import Proposer
    from percorso.pipeline.tally import Tallier


class Analysing(Stores):
    """Lake and engine share the files, and each has its part of the memory."""

    @cached_property
    def lake_folder(self) -> Path:
        return Path(self.settings.lake_url) if self.settings.lake_url else self.directory.lake

    @cached_property
    def lake(self) -> Lake:
        from percorso.adapters.lake import ParquetLake

        lake: Lake = self._closed_with(
            ParquetLake(
                self.lake_folder,
                log=self.log_database,
                state=self.state_database,
                memory=f"{self.settings.memory_mb // 2}MB",
                threads=self.settings.threads,
            )
        )
        return lake

    @cached_property
    def engine(self) -> Engine:
        from percorso.adapters.duckdb_engine import DuckEngine

        engine: Engine = self._closed_with(
            DuckEngine(
                self.lake_folder,
                log=self.log_database,
                state=self.state_database,
                memory=f"{self.settings.memory_mb}MB",
                threads=self.settings.threads,
            )
        )
        return engine

    @cached_property
    def archiver(self) -> "Archiver":
        from percorso.pipeline.archive import Archiver

        return Archiver(self.lake, self.civil, self.clock)

    @cached_property
    def analyst(self) -> "Analyst":
        from percorso.pipeline.analyse import Analyst

        return Analyst(
            engine=self.engine,
            config=self.config,
            civil=self.civil,
            clock=self.clock,
            tallies=self.tallies,
            planned=lambda: frozenset(self.plans.plan().events),
            robots_in=self.robots_in,
        )

    @cached_property
    def proposer(self) -> "Proposer":
        """What finds people who may be one."""
        from percorso.adapters.splink_matcher import SplinkMatcher
        from percorso.adapters.sql.known_people import SqlKnownPeople
        from percorso.pipeline.matching import Proposer

        matcher = SplinkMatcher(
            memory=f"{self.settings.memory_mb}MB", threads=self.settings.threads, spill=self.directory.run
        )
        return Proposer(SqlKnownPeople(self.state_database), matcher, self.proposals, self.clock)

    @cached_property
    def tallier(self) -> "Tallier":
        """What counts events by day, for the page of quality."""
        from percorso.pipeline.tally import Tallier

        return Tallier(self.engine, self.tallies, self.log.log_id)
