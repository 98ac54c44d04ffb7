"""A KPI that a company wrote itself, as a definition like those that ship: the same sums, intervals and groups.

What one person does is not independent, so every interval but a quantile's goes by people: shares and means as ratios over
clusters (Cochran 1977, ch. 6), counts and sums as a compound Poisson total, whose variance is the sum of people's squares.
"""

from collections.abc import Callable, Mapping
from math import sqrt
from typing import Any, NamedTuple

import ibis

from percorso.insight.interval import NOTHING, Estimate, Z
from percorso.insight.kpi import own_words
from percorso.insight.kpi.definition import Definition, Sums, Units
from percorso.insight.kpi.spread import Clusters, clustered_ratio, clustered_share, garwood, quantile_between
from percorso.model.condition import event_names
from percorso.model.condition_expr import property_number, to_expr
from percorso.model.fields import fields_of
from percorso.model.own_kpi import OwnKpi, Published

READS = ("name", "person_id", "message_id")
_CLUSTERED = {
    "clusters": "int64",
    "units": "float64",
    "met": "float64",
    "units2": "float64",
    "both": "float64",
    "met2": "float64",
}
"""Sums over people with ``x`` events, which have ``y`` in all."""


class _Measure(NamedTuple):
    """returns and estimate as in `Definition`; grade: what of an event is added up, or is the value of a quantile."""

    returns: Mapping[str, str]
    grade: Callable[[Any, OwnKpi], Any]
    estimate: Callable[[Sums], Estimate]


def definition(published: Published) -> Definition:
    """The definition of a version that was published, or of a draft as if it were."""
    own = published.own
    measure = _measure(own)
    is_quantile = own.measure == "quantile"
    return Definition(
        kpi=own.kpi,
        version=published.version,
        name=own.name,
        about=own_words.about(own),
        edges=own_words.edges(own),
        unit=own.unit,
        better=own.better,
        theme="own",
        names=tuple(sorted(event_names(own.events) or ())),
        reads=(*READS, *_columns(own)),
        properties=_properties(own),
        returns=measure.returns,
        units=_units_of(own, measure.grade),
        parts=None if is_quantile else _of_person,
        cluster=None if is_quantile else _person,
        sums=_met_so_often if is_quantile else _of_all,
        estimate=measure.estimate,
        bin=_bin_of(own) if is_quantile else None,
        currency=(lambda rows: own.currency) if own.currency else None,
    )


def _measure(own: OwnKpi) -> _Measure:
    if own.measure == "share":
        return _Measure(_CLUSTERED, _is_met, _share)
    if own.measure == "mean":
        return _Measure(_CLUSTERED, _value, _mean)
    if own.measure == "quantile":
        return _Measure({"n": "int64"}, _value, _quantile_of(own))
    if own.measure == "sum":
        return _Measure(_CLUSTERED, _value, _total)
    return _Measure(_CLUSTERED, lambda events, one: ibis.literal(1.0, "float64"), _count)


def _units_of(own: OwnKpi, grade: Callable[[Any, OwnKpi], Any]) -> Units:
    def units(events: Any, known_to: int) -> Any:
        """The events that are meant, each with its ``grade``; without one it is none."""
        meant = events.filter(to_expr(own.events, events))
        if own.currency is not None:
            meant = meant.filter(meant.currency == own.currency)
        graded = meant.mutate(grade=grade(meant, own))
        return graded.filter(graded.grade.notnull())

    return units


def _is_met(events: Any, own: OwnKpi) -> Any:
    return to_expr(own.met or own.events, events).cast("float64")


def _value(events: Any, own: OwnKpi) -> Any:
    return property_number(events, own.value_name)


def _person(units: Any) -> Any:
    """Whoever did it; what nobody is known to have done stands for itself."""
    return ibis.coalesce(units.person_id, units.message_id)


def _of_person(units: Any) -> Mapping[str, Any]:
    return {"x": units.count().cast("float64"), "y": units.grade.sum()}


def _of_all(people: Any) -> Mapping[str, Any]:
    x, y = people.x, people.y
    return {
        "clusters": people.count(),
        "units": x.sum(),
        "met": y.sum(),
        "units2": (x * x).sum(),
        "both": (x * y).sum(),
        "met2": (y * y).sum(),
    }


def _met_so_often(units: Any) -> Mapping[str, Any]:
    return {"n": units.count()}


def _bin_of(own: OwnKpi) -> Callable[[Any], Any]:
    """Values to the nearest step, as a whole number of steps."""
    return lambda units: (units.grade / ibis.literal(own.step, "float64") + ibis.literal(0.5, "float64")).floor()


def _clusters(rows: Sums) -> Clusters:
    row = rows[0] if rows else {}
    return Clusters(*(float(row.get(name) or 0) for name in _CLUSTERED))  # type: ignore[arg-type]


def _share(rows: Sums) -> Estimate:
    return clustered_share(_clusters(rows))


def _mean(rows: Sums) -> Estimate:
    """`n` says how many events, as everywhere; the interval goes by people."""
    sums = _clusters(rows)
    return clustered_ratio(sums)._replace(n=round(sums.units))


def _count(rows: Sums) -> Estimate:
    """How many, with Garwood's interval of as many independent ones as the variance between people leaves.

    Of people who did it once each it is Garwood's own.
    """
    sums = _clusters(rows)
    if not sums.units:
        return NOTHING
    at_once = sums.met2 / sums.met
    found = garwood(round(sums.met / at_once), 1.0, round(sums.units))
    if found.low is None or found.high is None:
        return NOTHING
    return Estimate(sums.met, min(found.low * at_once, sums.met), max(found.high * at_once, sums.met), found.n)


def _total(rows: Sums) -> Estimate:
    sums = _clusters(rows)
    if not sums.units:
        return NOTHING
    half = Z * sqrt(sums.met2)
    return Estimate(sums.met, sums.met - half, sums.met + half, round(sums.units))


def _quantile_of(own: OwnKpi) -> Callable[[Sums], Estimate]:
    share, step = own.quantile or 0.5, own.step or 1.0

    def estimate(rows: Sums) -> Estimate:
        counts: dict[float, int] = {}
        for row in rows:
            at = float(row["bin"]) * step
            counts[at] = counts.get(at, 0) + int(row["n"])
        return quantile_between(counts, share)

    return estimate


def _columns(own: OwnKpi) -> tuple[str, ...]:
    """The columns of ``events`` that the conditions and the value look at."""
    roots = {field.split(".")[0] for field in _fields(own)} | ({"currency"} if own.currency else set())
    return tuple(sorted(roots - set(READS)))


def _properties(own: OwnKpi) -> tuple[str, ...]:
    found = {field.removeprefix("properties.") for field in _fields(own) if field.startswith("properties.")}
    return tuple(sorted(found | ({"currency"} if own.currency else set())))


def _fields(own: OwnKpi) -> list[str]:
    return [
        *fields_of(own.events),
        *(fields_of(own.met) if own.met is not None else ()),
        *([own.value] if own.value is not None else ()),
    ]
