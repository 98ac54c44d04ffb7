"""A KPI that a company writes itself: what is counted of the events that meet a condition.

    {kpi: big_baskets, name: {it: Carrelli grandi, en: Big baskets}, better: higher, measure: share,
     events: {field: name, is: Order Completed}, met: {field: properties.total, at_least: 100}}

measure     ``count``: how many events;  ``share``: of them, those that also meet `met`;  ``sum``, ``mean``, ``quantile`` of `value`
events      which events, a condition on events (model/condition.py)
value       of a sum, mean or quantile: the property that is a number, ``properties.NAME``
quantile    0.9 = nine in ten do not exceed it;  step: to what its values are rounded (1)
unit        of a sum, mean or quantile: ``amount`` (a plain number), ``seconds``, ``score`` or ``money``
currency    of money: only events in it count
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from percorso.model.condition import Condition
from percorso.model.fields import Fields
from percorso.model.time import Micros
from percorso.model.touchpoint import Text

OwnMeasure = Literal["count", "share", "sum", "mean", "quantile"]
OwnUnit = Literal["amount", "share", "seconds", "score", "money"]
BETTER = ("higher", "lower")
WORDS = ("show", "target", "targets", "define", "retire", "draft")
"""What no KPI can be called: the command line and the API mean something else by it."""
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_VALUE = re.compile(r"properties\.[^.\"'\\\[\]*$?#]+")
_CURRENCY = re.compile(r"[A-Z]{3}")
_PERSON = frozenset(("person",))
_NOT_OF_PEOPLE = "it is asked of events; make a segment of it and ask the KPI by segment"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKpi:
    """Fields as above. `about`: what it means, in the company's words; empty when it did not say."""

    kpi: str
    name: Text
    about: Text
    measure: OwnMeasure
    events: Condition
    met: Condition | None
    value: str | None
    quantile: float | None
    step: float | None
    unit: OwnUnit
    currency: str | None
    better: Literal["higher", "lower"]

    def as_mapping(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def value_name(self) -> str:
        """The property's name."""
        return (self.value or "").removeprefix("properties.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A version as it was published: it never changes. `is_retired`: not on the board any more."""

    own: OwnKpi
    version: int
    published_at: Micros
    by: str
    is_retired: bool = False

    @property
    def id(self) -> str:
        return f"{self.own.kpi}@{self.version}"

    def as_mapping(self) -> dict[str, Any]:
        return {
            "own": self.own.as_mapping(),
            "version": self.version,
            "published_at": self.published_at,
            "by": self.by,
            "is_retired": self.is_retired,
        }


def stored_own(body: Mapping[str, Any]) -> Published:
    """A record that `as_mapping` wrote."""
    return Published(**{**body, "own": OwnKpi(**body["own"])})


def read_own(body: object) -> OwnKpi:
    """A KPI as people write it. Raises InvalidConfig saying what is wrong."""
    fields = Fields(body, "KPI")
    measure: OwnMeasure = fields.word("measure", get_args(OwnMeasure))
    unit = _unit(fields, measure)
    events, better = fields.condition("events", about=_NOT_OF_PEOPLE, without=_PERSON), fields.word("better", BETTER)
    own = OwnKpi(
        kpi=_matching(fields, "kpi", _ID, "small letters, digits and _, at most 40, a letter first"),
        name=fields.translated("name"),
        about=fields.translated("about") if fields.take("about", None) else {},
        measure=measure,
        events=events,
        met=fields.condition("met", about=_NOT_OF_PEOPLE, without=_PERSON) if measure == "share" else None,
        value=_matching(fields, "value", _VALUE, "a property such as properties.total")
        if unit_is_free(measure)
        else None,
        quantile=fields.number("quantile", least=0.01, most=0.99) if measure == "quantile" else None,
        step=fields.number("step", 1.0, least=1e-6, most=1e9) if measure == "quantile" else None,
        unit=unit,
        currency=_matching(fields, "currency", _CURRENCY, "three capital letters such as EUR")
        if unit == "money"
        else None,
        better=better,
    )
    fields.done()
    if own.kpi in WORDS:
        raise fields.error("kpi", f"{own.kpi!r} is a word of the commands; call it something else")
    return own


def unit_is_free(measure: OwnMeasure) -> bool:
    """Whether a measure is of values, which are in a unit that the company names."""
    return measure in ("sum", "mean", "quantile")


def _unit(fields: Fields, measure: OwnMeasure) -> OwnUnit:
    if unit_is_free(measure):
        found: OwnUnit = fields.word("unit", ("amount", "seconds", "score", "money"))
        return found
    return "share" if measure == "share" else "amount"


def _matching(fields: Fields, key: str, pattern: re.Pattern[str], wanted: str) -> str:
    value: str = fields.text(key)
    if not pattern.fullmatch(value):
        raise fields.error(key, f"{value!r} is not {wanted}")
    return value
