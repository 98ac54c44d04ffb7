"""What events of one name carry: the contract between those who send them and those who read them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from percorso.model.time import parse_iso
from percorso.model.touchpoint import Text

JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}
"""JSON Schema type word -> Python types; a boolean is no number."""
TIME = "time"
"""The unit of a text that is an ISO 8601 time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a property holds beside its type.

    enum   the only texts it may be; empty = any
    unit   ``s``, ``min``, ``g``, ...; ``time`` = ISO 8601; None = none, or that of `currency`
    least  the smallest number; None = any
    """

    enum: tuple[str, ...] = ()
    unit: str | None = None
    least: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventContract:
    """What an event of one name carries: property -> JSON Schema type word, and what it means.

    rules      of the properties that have more to obey than a type
    registers  who sends it becomes known by their own will: it lets in again whoever was erased
    keep_days  events of this name older than that, by their reception, are dropped; None = kept
    """

    name: str
    about: Text
    properties: Mapping[str, str]
    required: tuple[str, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    registers: bool = False
    keep_days: int | None = None


def json_schema(contract: EventContract) -> dict[str, Any]:
    """The contract as JSON Schema (2020-12) of an event's properties; others than these are allowed."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": contract.name,
        "type": "object",
        "properties": {name: _schema(kind, contract.rules.get(name)) for name, kind in contract.properties.items()},
        "required": list(contract.required),
    }


def _schema(kind: str, rule: Rule | None) -> dict[str, Any]:
    written: dict[str, Any] = {"type": kind}
    if rule is None:
        return written
    if rule.enum:
        written["enum"] = list(rule.enum)
    if rule.least is not None:
        written["minimum"] = rule.least
    if rule.unit == TIME:
        written["format"] = "date-time"
    elif rule.unit is not None:
        written["x-unit"] = rule.unit
    return written


def breaches(contract: EventContract, properties: Mapping[str, Any]) -> Iterator[str]:
    """What an event's properties have against its contract, a property at a time; names only, no values.

    >>> contract = EventContract(name="A", about={}, properties={"n": "number"}, required=("n",), rules={"n": Rule(least=0)})
    >>> list(breaches(contract, {"n": -1})), list(breaches(contract, {})), list(breaches(contract, {"n": 1, "m": 2}))
    (['n is under 0'], ['n is missing'], [])
    """
    for name in contract.required:
        if properties.get(name) is None:
            yield f"{name} is missing"
    for name, kind in contract.properties.items():
        value = properties.get(name)
        if value is None:
            continue
        if not _is_of(kind, value):
            yield f"{name} is no {kind}"
        elif name in contract.rules:
            yield from _against(name, value, contract.rules[name])


def _is_of(kind: str, value: object) -> bool:
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, JSON_TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _against(name: str, value: Any, rule: Rule) -> Iterator[str]:
    if rule.enum and value not in rule.enum:
        yield f"{name} is none of {', '.join(rule.enum)}"
    if rule.least is not None and value < rule.least:
        yield f"{name} is under {rule.least:g}"
    if rule.unit == TIME and not _is_time(value):
        yield f"{name} is no ISO 8601 time"


def _is_time(value: object) -> bool:
    try:
        parse_iso(str(value))
    except ValueError:
        return False
    return True
