"""Questions about frictions: which there are, who met one, what it looked like, and whether mending it helped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from percorso.insight.friction.behind import Example, examples_of, people_of
from percorso.insight.friction.found import Friction, Key, frictions, key_parts
from percorso.insight.friction.measure import Measured, measured
from percorso.insight.friction.signals import SIGNALS
from percorso.insight.friction.value import Prices
from percorso.insight.kpi.ask import Reader
from percorso.insight.listed import StagePeople
from percorso.insight.windows import Window
from percorso.model.errors import InvalidInput, NotFound
from percorso.model.time import Micros
from percorso.model.touchpoint import Text
from percorso.pipeline.analyse import Analyst

DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What could be done first: the signal's draft, and the play that the playbook has for the place; None when it has none."""

    text: Text
    play: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All frictions of a window, those shown to hurt first, the dearest first. found_at: when it was worked out, micros."""

    window: Window
    found_at: Micros
    prices: Prices
    frictions: tuple[Friction, ...]
    drafted: Mapping[str, Drafted]


@dataclass(frozen=True)
class FrictionFinder:
    """Asks an analyst's data. Days are company-local, the first included, the last not; None = the last 365 complete days."""

    analyst: Analyst

    def found(self, start: date | None = None, end: date | None = None) -> Found:
        """Every friction of the main journey."""
        config = self.analyst.config
        channels = {touchpoint.id: touchpoint.channel for touchpoint in config.touchpoints}
        with self.analyst.reading() as reader:
            window = self._window(reader, start, end)
            ranked = frictions(reader, config.journeys[0], window, self.analyst.prices, channels)
        return Found(
            window=window,
            found_at=self.analyst.clock.now(),
            prices=self.analyst.prices,
            frictions=tuple(ranked),
            drafted={one.key: self._drafted(one) for one in ranked},
        )

    def people(self, key: str, start: date | None, end: date | None, limit: int) -> StagePeople:
        """Who is behind a friction."""
        parts = _parts(key)
        with self.analyst.reading() as reader:
            return people_of(reader, parts, self._window(reader, start, end), limit)

    def examples(self, key: str, start: date | None, end: date | None) -> list[Example]:
        """What it looked like for the last people who met it."""
        parts = _parts(key)
        with self.analyst.reading() as reader:
            return examples_of(reader, parts, self._window(reader, start, end))

    def measured(self, key: str, mended_on: date) -> Measured:
        """Before and after a day."""
        parts = _parts(key)
        with self.analyst.reading() as reader:
            return measured(reader, parts, mended_on, self._window(reader, None, None), self.analyst.today(reader))

    def _window(self, reader: Reader, start: date | None, end: date | None) -> Window:
        first = min((one.first for one in reader.told), default=date(1970, 1, 1))
        until = end or self.analyst.today(reader)
        since = start or max(until - timedelta(days=DAYS), min(first, until))
        if until < since:
            raise InvalidInput(f"the window ends ({until}) before it begins ({since})")
        return Window(start=since, end=until)

    def _drafted(self, friction: Friction) -> Drafted:
        here = [play for play in self.analyst.config.plays if play.touchpoint == friction.touchpoint]
        best = max(here, key=lambda play: (play.stage == friction.stage, play.priority), default=None)
        return Drafted(text=SIGNALS[friction.signal].action, play=best.id if best else None)


def _parts(key: str) -> Key:
    parts = key_parts(key)
    if parts is None:
        raise NotFound("there is no such friction; take its key from the list")
    return parts
