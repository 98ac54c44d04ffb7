"""KPIs of what people answer to one question on a scale: what their variants have in common."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from percorso.insight.kpi.answers import READS
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.result import Unit
from percorso.insight.kpi.scores import Measure, Scale

Said: TypeAlias = Mapping[str, str]
Variant: TypeAlias = Callable[[str | None, Scale, Measure, Unit, Said, Said], Definition]
"""(variant, scale, measure, unit, name, about) -> its definition."""


def variants_of(kpi: str, edges: Said, also: Said | None = None) -> Variant:
    """What makes variants of a KPI. `also`: a sentence at the end of what each is about."""

    def variant(name: str | None, scale: Scale, measure: Measure, unit: Unit, title: Said, said: Said) -> Definition:
        return Definition(
            kpi=kpi,
            variant=name,
            version=1,
            name=title,
            about=said if also is None else {language: f"{text} {also[language]}" for language, text in said.items()},
            edges=edges,
            unit=unit,
            better="higher",
            theme="voice",
            names=("Survey Answered",),
            reads=READS,
            returns=measure.returns,
            units=scale.units,
            sums=measure.sums,
            estimate=measure.estimate,
        )

    return variant
