"""Questions about KPIs: what they mean, how they stand, compared with what, and who is behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from percorso.insight.dimensions import DIMENSIONS
from percorso.insight.journey_map import StagePeople
from percorso.insight.kpi import VARIANTS
from percorso.insight.kpi.about import about, find
from percorso.insight.kpi.ask import ask, window_of
from percorso.insight.kpi.compare import Comparison, compare
from percorso.insight.kpi.people import Group, people_behind
from percorso.insight.kpi.result import Definitions, KpiAnswer
from percorso.pipeline.analyse import Analyst

NOTHING_ELSE = Comparison()


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiQuestion:
    """One KPI: which variant (None: its default), by what, of which days (None: as far as its events go), against what."""

    name: str
    variant: str | None = None
    by: Sequence[str] = ()
    start: date | None = None
    end: date | None = None
    against: Comparison = NOTHING_ELSE


@dataclass(frozen=True)
class Kpis:
    """Answers them."""

    analyst: Analyst

    def definitions(self) -> Definitions:
        """Every KPI with what it means."""
        return Definitions(
            kpis=tuple(about(variants[0], variants) for variants in VARIANTS.values()), dimensions=tuple(DIMENSIONS)
        )

    def every_variant(self) -> Definitions:
        """Every variant of every KPI with what it means."""
        told = tuple(about(one, variants) for variants in VARIANTS.values() for one in variants)
        return Definitions(kpis=told, dimensions=tuple(DIMENSIONS))

    def answer(self, asked: KpiQuestion) -> KpiAnswer:
        """The whole, then by the dimensions, each with its people, and compared if that was asked for.

        Raises NotFound for an unknown KPI or variant, InvalidInput for what cannot be asked.
        """
        definition, variants = find(asked.name, asked.variant)
        with self.analyst.reading() as reader:
            rows = ask(reader, definition, asked.by, asked.start, asked.end, people=True)
            compared = compare(reader, definition, asked.by, rows, asked.against)
            overlaps = reader.overlaps(asked.by)
        return KpiAnswer(definition=about(definition, variants), rows=tuple(rows), compared=compared, overlaps=overlaps)

    def people(self, asked: KpiQuestion, value: str | None, limit: int) -> StagePeople:
        """Who is behind the whole or, when it is asked by one dimension, behind the group with this value (None: without)."""
        definition, _ = find(asked.name, asked.variant)
        group = Group(by=asked.by[0], value=value) if asked.by else None
        with self.analyst.reading() as reader:
            window = window_of(reader, definition, asked.start, asked.end)
            return people_behind(reader, definition, window, group, limit)
