"""Questions about paths: transitions, variants, what comes before and after, funnels, retention, conformance."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from percorso.insight import funnel as funnels
from percorso.insight import retention as retentions
from percorso.insight.funnel import Funnel, State
from percorso.insight.funnel_choice import FunnelChoice
from percorso.insight.kpi.ask import Reader
from percorso.insight.listed import StagePeople, people_behind
from percorso.insight.paths import around as arounds
from percorso.insight.paths import conformance as conformances
from percorso.insight.paths.around import Around, AroundChoice, Kind
from percorso.insight.paths.choice import STEPS, PathChoice
from percorso.insight.paths.conformance import Conformance
from percorso.insight.paths.hops import Hops, hops, keep_hops
from percorso.insight.paths.steps import keep_steps
from percorso.insight.paths.transitions import Transitions, transitions
from percorso.insight.paths.variants import Variants, is_way, variants, ways_of
from percorso.insight.retention import Retention, RetentionChoice
from percorso.insight.windows import Window
from percorso.model.errors import InvalidInput
from percorso.pipeline.analyse import Analyst

MOST_VARIANTS = 100_000


@dataclass(frozen=True)
class Pathing:
    """Asks an analyst's data. Days are company-local, the first included, the last not; None = all the days there are.

    Each figure has a method that ends in ``_people`` and lists exactly those behind it.
    """

    analyst: Analyst

    @contextmanager
    def _asking(self, start: date | None, end: date | None) -> Iterator[tuple[Reader, Window]]:
        with self.analyst.reading() as reader:
            yield reader, window_of(reader, start, end)

    def transitions(self, choice: PathChoice, start: date | None, end: date | None) -> Transitions:
        with self._asking(start, end) as (reader, window):
            return transitions(reader, choice, window)

    def transition_people(
        self, choice: PathChoice, start: date | None, end: date | None, step: str, to: str | None, limit: int
    ) -> StagePeople:
        """Who went from a step directly to another; without one, who made the step at all."""
        with self._asking(start, end) as (reader, window):
            steps = keep_steps(reader, choice, window)
            rows = steps.table.filter(steps.table.step == steps.number(step))
            behind = rows if to is None else rows.filter(rows.after == steps.number(to))
            return people_behind(reader.session, behind, limit)

    def variants(self, choice: PathChoice, start: date | None, end: date | None, limit: int) -> Variants:
        with self._asking(start, end) as (reader, window):
            return variants(reader, choice, window, limit)

    def variant_people(
        self, choice: PathChoice, start: date | None, end: date | None, path: list[str], limit: int
    ) -> StagePeople:
        with self._asking(start, end) as (reader, window):
            steps = keep_steps(reader, choice, window)
            ways = ways_of(steps.table)
            return people_behind(reader.session, ways.filter(is_way(ways, path, steps)), limit)

    def hops(self, choice: PathChoice, start: date | None, end: date | None, *, same_order: bool) -> Hops:
        with self._asking(start, end) as (reader, window):
            return hops(reader, choice, window, same_order=same_order)

    def hop_people(
        self,
        choice: PathChoice,
        start: date | None,
        end: date | None,
        channels: tuple[str, str],
        limit: int,
        *,
        same_order: bool,
    ) -> StagePeople:
        with self._asking(start, end) as (reader, window):
            rows = keep_hops(reader, choice, window, same_order=same_order)
            behind = rows.filter(rows.channel == channels[0], rows.after == channels[1])
            return people_behind(reader.session, behind, limit)

    def around(self, choice: PathChoice, start: date | None, end: date | None, asked: AroundChoice) -> Around:
        with self._asking(start, end) as (reader, window):
            return arounds.around(reader, choice, window, asked)

    def around_people(
        self,
        choice: PathChoice,
        start: date | None,
        end: date | None,
        asked: AroundChoice,
        cell: tuple[int, Kind, str | None],
        limit: int,
    ) -> StagePeople:
        """`cell`: its column, kind and step."""
        with self._asking(start, end) as (reader, window):
            steps = keep_steps(reader, choice, window)
            met = arounds.keep_around(reader, steps, asked)
            folded = arounds.fold(met, arounds.top_steps(reader, met, asked))
            column, kind, step = cell
            behind = arounds.in_cell(folded, column, kind, None if step is None else steps.number(step))
            return people_behind(reader.session, behind, limit)

    def funnel(self, choice: FunnelChoice, start: date | None, end: date | None) -> Funnel:
        with self._asking(start, end) as (reader, window):
            return funnels.funnel(reader, choice, window)

    def funnel_people(
        self, choice: FunnelChoice, start: date | None, end: date | None, step: int, state: State, limit: int
    ) -> StagePeople:
        """`step` counts from 1."""
        if not 1 <= step <= len(choice.steps):
            raise InvalidInput(f"this funnel has the steps 1 to {len(choice.steps)}, not {step}")
        with self._asking(start, end) as (reader, window):
            people = funnels.keep_funnel(reader, choice, window)
            return people_behind(reader.session, funnels.at_step(people, step, state), limit)

    def retention(self, choice: RetentionChoice, start: date | None, end: date | None) -> Retention:
        with self._asking(start, end) as (reader, window):
            return retentions.retention(reader, choice, window)

    def retention_people(
        self, choice: RetentionChoice, start: date | None, end: date | None, cohort: date, after: int | None, limit: int
    ) -> StagePeople:
        """The people of a cell; without `after`, of the cohort that begins on that day."""
        with self._asking(start, end) as (reader, window):
            visits = retentions.keep_visits(reader, choice, window)
            return people_behind(reader.session, retentions.in_cell(visits, choice.period, cohort, after), limit)

    def conformance(self, journey: str, start: date | None, end: date | None) -> Conformance:
        """Raises NotFound for an unknown journey."""
        found = self.analyst.journey(journey)
        with self._asking(start, end) as (reader, window):
            return conformances.conformance(reader, found, window, main=self._is_main(journey))

    def conformance_people(
        self,
        journey: str,
        start: date | None,
        end: date | None,
        deviation: tuple[str, str | None, str | None],
        limit: int,
    ) -> StagePeople:
        """`deviation`: its kind and stages; ``("on_path", None, None)`` is who has none. Raises NotFound, InvalidInput."""
        found = self.analyst.journey(journey)
        with self._asking(start, end) as (reader, window):
            gone = conformances.keep_ways(reader, found, window, main=self._is_main(journey))
            return people_behind(reader.session, conformances.behind(gone, found, *deviation), limit)

    def _is_main(self, journey: str) -> bool:
        return self.analyst.config.journeys[0].id == journey

    def names(self, step: str) -> list[tuple[str, int]]:
        """The steps there are, with how many events each, the most frequent first."""
        with self.analyst.reading() as reader:
            events = reader.events.filter(reader.events.person_id.notnull())
            named = events.select(step=_step_of(events, step))
            counted = named.filter(named.step.notnull()).group_by("step").agg(count=lambda rows: rows.count())
            rows: list[dict[str, Any]] = reader.session.execute(counted)
            return sorted(((row["step"], int(row["count"])) for row in rows), key=lambda one: (-one[1], one[0]))


def _step_of(events: Any, step: str) -> Any:
    return STEPS[PathChoice(step=step).step](events)


def window_of(reader: Reader, start: date | None, end: date | None) -> Window:
    """The days asked for, as far as given, else all there are. Raises InvalidInput when they end before they begin."""
    first = min((one.first for one in reader.told), default=date(1970, 1, 1))
    last = reader.last_day()
    begin = start or min(first, end or first)
    until = end or max(begin, (last or begin) + timedelta(days=1))
    if until < begin:
        raise InvalidInput(f"the window ends ({until}) before it begins ({begin})")
    return Window(start=begin, end=until)
