"""Which properties of events the numbers look at: KPIs, what they are broken down by, the map, the troubles, the
signals of friction."""

from collections.abc import Iterable

from percorso.insight import map_tables
from percorso.insight.dimensions import DIMENSIONS, Dimension
from percorso.insight.friction.signals import SIGNALS
from percorso.insight.kpi import KPIS
from percorso.insight.trouble import TROUBLES
from percorso.model.tables import PROPERTIES_IN
from percorso.model.use import Reading, Use

_MEASURED = frozenset(name for definition in KPIS.values() for name in definition.names)


def readings() -> list[Reading]:
    """One for each KPI, dimension and trouble, and those of the map."""
    kpis = [
        Reading(
            use=Use(kind="kpi", id=name, name=definition.name),
            names=frozenset(definition.names),
            paths=(*_properties(name for name in definition.reads if name != "properties"), *definition.properties),
        )
        for name, definition in KPIS.items()
    ]
    dimensions = [
        Reading(use=Use(kind="dimension", id=name), names=_MEASURED, paths=paths)
        for name, dimension in DIMENSIONS.items()
        if (paths := _of_dimension(dimension))
    ]
    rows = [
        Reading(use=Use(kind="map", id="map"), names=None if name is None else frozenset((name,)), paths=paths)
        for name, paths in map_tables.READS.items()
    ]
    troubles = [
        Reading(use=Use(kind="friction", id=name), when=condition)
        for name, trouble in TROUBLES.items()
        for condition in (trouble.when, trouble.out_of)
        if condition is not None
    ]
    signals = [
        Reading(
            use=Use(kind="friction", id=name, name=signal.name),
            names=frozenset(signal.names) or None,
            paths=signal.reads,
        )
        for name, signal in SIGNALS.items()
        if signal.reads
    ]
    return [*kpis, *dimensions, *rows, *troubles, *signals]


def _of_dimension(dimension: Dimension) -> tuple[str, ...]:
    return _properties(dimension.reads) if dimension.property is None else (dimension.property,)


def _properties(columns: Iterable[str]) -> tuple[str, ...]:
    """The properties behind columns of ``events``."""
    return tuple(path for column in columns for path in PROPERTIES_IN.get(column, ()))
