"""Questions about KPIs: what they mean, how they stand, compared with what, and who is behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from percorso.insight.dimensions import DIMENSIONS
from percorso.insight.kpi.about import about, find, newest
from percorso.insight.kpi.ask import ask, window_of
from percorso.insight.kpi.compare import Comparison, compare
from percorso.insight.kpi.own import definition
from percorso.insight.kpi.people import Group, people_behind
from percorso.insight.kpi.result import Definitions, KpiAnswer
from percorso.insight.kpi.target import Standing
from percorso.insight.listed import StagePeople
from percorso.model.own_kpi import OwnKpi, Published
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
            kpis=tuple(about(variants[0], variants) for variants in self.analyst.known().values()),
            dimensions=tuple(DIMENSIONS),
        )

    def every_variant(self) -> Definitions:
        """Every variant of every KPI with what it means."""
        told = tuple(about(one, variants) for variants in self.analyst.known().values() for one in newest(variants))
        return Definitions(kpis=told, dimensions=tuple(DIMENSIONS))

    def stamp(self) -> str:
        """Another text with every target that is set and every KPI that is published."""
        own = [one.id for variants in self.analyst.known().values() for one in variants if one.theme == "own"]
        return " ".join([*own, *(f"{target.key}@{target.version}" for target in self.analyst.targets())])

    def standings(self) -> list[Standing]:
        """How each target stands, the nearest day first."""
        with self.analyst.reading() as reader:
            return self.analyst.standings(reader)

    def draft(self, own: OwnKpi, start: date | None, end: date | None) -> KpiAnswer:
        """What a KPI of the company's own would say as its next version. Default: the last 28 complete days."""
        before = next((one for one in self.analyst.known().get(own.kpi, ()) if one.theme == "own"), None)
        version = 1 if before is None else before.version + 1
        made = definition(Published(own=own, version=version, published_at=self.analyst.clock.now(), by=""))
        with self.analyst.reading() as reader:
            window = self.analyst.window(reader, start, end)
            rows = ask(reader, made, (), window.start, window.end, people=True)
        return KpiAnswer(definition=about(made, [made]), rows=tuple(rows))

    def answer(self, asked: KpiQuestion) -> KpiAnswer:
        """The whole, then by the dimensions, each with its people, and compared if that was asked for.

        Raises NotFound for an unknown KPI or variant, InvalidInput for what cannot be asked.
        """
        found, variants = find(asked.name, asked.variant, self.analyst.known())
        with self.analyst.reading() as reader:
            rows = ask(reader, found, asked.by, asked.start, asked.end, people=True)
            compared = compare(reader, found, asked.by, rows, asked.against)
            overlaps = reader.overlaps(asked.by)
        return KpiAnswer(definition=about(found, variants), rows=tuple(rows), compared=compared, overlaps=overlaps)

    def people(self, asked: KpiQuestion, value: str | None, limit: int) -> StagePeople:
        """Who is behind the whole or, when it is asked by one dimension, behind the group with this value (None: without)."""
        found, _ = find(asked.name, asked.variant, self.analyst.known())
        group = Group(by=asked.by[0], value=value) if asked.by else None
        with self.analyst.reading() as reader:
            window = window_of(reader, found, asked.start, asked.end)
            return people_behind(reader, found, window, group, limit)
