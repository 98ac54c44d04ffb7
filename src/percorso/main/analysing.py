"""How what was collected becomes figures: the lake, the engine over it, and the counts by day."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from percorso.main.stores import Stores
from percorso.ports import Engine, Lake, Matcher

if TYPE_CHECKING:
    from percorso.pipeline.analyse import Analyst
    from percorso.pipeline.archive import Archiver
    from percorso.pipeline.matching import Proposer
    from percorso.pipeline.membership import Follower
    from percorso.pipeline.segmenting import Segmenting
    from percorso.pipeline.tally import Tallier
    from percorso.ports.printer import Printer


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
        from percorso.insight.friction.value import Prices
        from percorso.pipeline.analyse import Analyst

        return Analyst(
            engine=self.engine,
            config=self.config,
            civil=self.civil,
            clock=self.clock,
            tallies=self.tallies,
            planned=lambda: frozenset(self.plans.plan().events),
            robots_in=self.robots_in,
            prices=Prices(self.facts.currency, self.settings.contact_cost),
            known=lambda: self.kpi_book.known(),
            targets=lambda: self.kpi_book.targets(),
        )

    @cached_property
    def printer(self) -> "Printer":
        from percorso.adapters.sheet_pdf import SheetPdf

        return SheetPdf()

    @cached_property
    def follower(self) -> "Follower":
        """What keeps the members of segments, behind processing."""
        from percorso.pipeline.membership import Follower

        return Follower(
            log=self.log,
            store=self.membership,
            records=self.segments.records,
            config=self.config,
            civil=self.civil,
            clock=self.clock,
            engine=self.engine,
            robots_in=self.robots_in,
        )

    @cached_property
    def segmenting(self) -> "Segmenting":
        """What answers questions about segments."""
        from percorso.pipeline.segmenting import Segmenting

        return Segmenting(analyst=self.analyst, book=self.segments, members=self.members, people=self.people)

    @cached_property
    def proposer(self) -> "Proposer":
        """What finds people who may be one."""
        from percorso.adapters.sql.known_people import SqlKnownPeople
        from percorso.pipeline.matching import Proposer

        return Proposer(SqlKnownPeople(self.state_database), self._matcher(), self.proposals, self.clock)

    def _matcher(self) -> "Matcher":
        """What compares people: a Spark cluster where the settings name one."""
        from percorso.adapters.splink_matcher import SplinkMatcher
        from percorso.adapters.splink_spark import SparkMatcher

        memory, threads, spill = f"{self.settings.memory_mb}MB", self.settings.threads, self.directory.run
        if self.settings.engine_url:
            return SparkMatcher(self.settings.engine_url, memory=memory, threads=threads, spill=spill)
        return SplinkMatcher(memory=memory, threads=threads, spill=spill)

    @cached_property
    def tallier(self) -> "Tallier":
        """What counts events by day, for the page of quality."""
        from percorso.pipeline.tally import Tallier

        return Tallier(self.engine, self.tallies, self.log.log_id)
