"""lake -> answers: what the analysis process is asked, each question on one moment of the data."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

from percorso.insight.attention import Attention, attention
from percorso.insight.board import Board, board
from percorso.insight.friction.value import Prices
from percorso.insight.journey_map import JourneyMap, journey_map, stage_people
from percorso.insight.kpi import VARIANTS
from percorso.insight.kpi.about import Known, about, find
from percorso.insight.kpi.ask import Reader, ask
from percorso.insight.kpi.result import KpiAnswer
from percorso.insight.kpi.target import Standing, standings
from percorso.insight.listed import StagePeople
from percorso.insight.map_compare import MapComparison, compare_maps
from percorso.insight.quality.page import QualityPage, quality_page
from percorso.insight.quality.people import QualityPeople, quality_people
from percorso.insight.segments.rows import BySegment
from percorso.insight.timeline import TimelinePage, timeline
from percorso.insight.windows import Window, before, last_period
from percorso.model.config import Config
from percorso.model.errors import InvalidInput, NotFound
from percorso.model.journey import Journey
from percorso.model.kpi_target import Target
from percorso.model.time import CivilClock
from percorso.ports import Clock, Engine, Tallies

MAP_DAYS = 28


@dataclass(frozen=True)
class Analyst:
    """Answers questions about everybody. Any thread may ask; each question has a session of its own.

    Days are company-local, the first included, the last not; None = a default that the method names.
    """

    engine: Engine
    config: Config
    civil: CivilClock
    clock: Clock
    tallies: Tallies
    planned: Callable[[], frozenset[str]] = frozenset
    """The event names that the tracking plan has now; those of packs are known."""
    robots_in: bool = False
    prices: Prices = field(default_factory=Prices)
    known: Callable[[], Known] = lambda: VARIANTS
    """The KPIs that there are now, the company's own among them."""
    targets: Callable[[], Sequence[Target]] = tuple

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """One moment of the data."""
        with self.engine.session() as session:
            yield Reader(session, self.civil, self.robots_in, {"segment": BySegment()})

    def board(self) -> Board:
        """Every KPI now, before, and over thirteen weeks."""
        with self.reading() as reader:
            return board(reader, self.today(reader), self.known(), self.standings(reader))

    def attention(self) -> list[Attention]:
        """What needs attention, the gravest first."""
        with self.reading() as reader:
            return attention(reader, self.today(reader), self.known(), self.standings(reader))

    def kpi(self, name: str, by: Sequence[str], start: date | None, end: date | None) -> KpiAnswer:
        """One KPI: the whole, then by the dimensions. Default: all the days there are.

        Raises NotFound for an unknown KPI, InvalidInput for an unknown dimension.
        """
        definition, variants = find(name, None, self.known())
        with self.reading() as reader:
            rows = ask(reader, definition, by, start, end)
        return KpiAnswer(definition=about(definition, variants), rows=tuple(rows))

    def journey_map(self, journey: str, start: date | None, end: date | None) -> JourneyMap:
        """A journey in three lenses. Default: the last 28 complete days."""
        found = self.journey(journey)
        with self.reading() as reader:
            return journey_map(reader, self.config, found, self.window(reader, start, end))

    def compared_maps(
        self, journey: str, start: date | None, end: date | None, other_start: date | None, other_end: date | None
    ) -> MapComparison:
        """A journey's map against that of other days. Default: the equally long time before."""
        found = self.journey(journey)
        with self.reading() as reader:
            window = self.window(reader, start, end)
            other = Window(start=other_start, end=other_end) if other_start and other_end else before(window)
            if other.end < other.start:
                raise InvalidInput(f"the window ends ({other.end}) before it begins ({other.start})")
            return compare_maps(
                journey_map(reader, self.config, found, window), journey_map(reader, self.config, found, other)
            )

    def stage_people(self, journey: str, stage: str, start: date | None, end: date | None, limit: int) -> StagePeople:
        """The people behind a stage of the map of the same window. Raises NotFound for an unknown stage."""
        found = self.journey(journey)
        if stage not in {known.id for known in found.stages}:
            raise NotFound(f"the journey {journey} has no stage {stage!r}")
        with self.reading() as reader:
            window = self.window(reader, start, end)
            return stage_people(reader, self.config, found, stage, window, limit)

    def timeline(self, person_id: str, before: str | None, channel: str | None, limit: int) -> TimelinePage:
        """A page of one person's events, newest first."""
        with self.engine.session() as session:
            return timeline(session, person_id, before, channel, limit)

    def quality(self, start: date | None, end: date | None) -> QualityPage:
        """Where events are lost. Default: the last 28 complete days. It reads what was counted, not the events."""
        with self.reading() as reader:
            window, mark = self.window(reader, start, end), self.tallies.mark()
            behind = reader.session.upto() - (mark.seq if mark else 0)
        planned = self.planned() | {contract.name for contract in self.config.contracts}
        return quality_page(self.tallies, window, planned=planned, midnight=self.civil.midnight, behind=max(0, behind))

    def quality_people(self) -> QualityPeople:
        """Whom we can reach, and which systems know whom."""
        with self.reading() as reader:
            return quality_people(reader.session, list(reader.marks))

    def journey(self, journey: str) -> Journey:
        for known in self.config.journeys:
            if known.id == journey:
                return known
        raise NotFound(f"there is no journey {journey!r}; there are {', '.join(j.id for j in self.config.journeys)}")

    def standings(self, reader: Reader) -> list[Standing]:
        """How each target stands, the nearest day first."""
        on = self.civil.civil_date(self.clock.now())
        return standings(reader, self.known(), self.targets(), self.today(reader), on)

    def today(self, reader: Reader) -> date:
        """The civil date, or the day after the last event when the data end earlier (imported history alone)."""
        today = self.civil.civil_date(self.clock.now())
        last = reader.last_day()
        return today if last is None else min(today, last + timedelta(days=1))

    def window(self, reader: Reader, start: date | None, end: date | None) -> Window:
        end = end or (self.today(reader) if start is None else self.civil.civil_date(self.clock.now()))
        start = start or last_period(end, MAP_DAYS).start
        if end < start:
            raise InvalidInput(f"the window ends ({end}) before it begins ({start})")
        return Window(start=start, end=end)
