"""The tracking plan: for each event name what its properties are, and what happens to an event that is otherwise.

    new_events: evolve
    events:
      Order Completed:
        version: 3
        contract: {new_properties: evolve, types: discard_row}
        schema:                       # JSON Schema, draft 2020-12, of the properties
          type: object
          properties: {order_id: {type: string}, revenue: {type: number, minimum: 0}}
          required: [order_id]

The words are those of dlt's schema contracts; nothing is ever dropped silently:

    evolve         stored as it came; shown as drift
    discard_value  the value is taken out of the properties and kept beside them, in ``leftOut``
    discard_row    refused: quarantined with reason ``plan``
    freeze         refused: quarantined with reason ``plan_frozen``, a breach rather than a slip

`new_events` is for names without a plan (evolve, discard_row, freeze); `new_properties` for properties that the schema does
not name, at the top level; `types` for values that break the schema. What is required and missing cannot be taken out: it
is stored under discard_value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import jsonschema_rs

from percorso.model.errors import InvalidConfig
from percorso.model.fields import Fields

Word = Literal["evolve", "freeze", "discard_row", "discard_value"]
WORDS: tuple[Word, ...] = ("evolve", "freeze", "discard_row", "discard_value")
NEW_EVENTS: tuple[Word, ...] = ("evolve", "freeze", "discard_row")
MOST_TOLD = 3
REASONS = {"discard_row": "plan", "freeze": "plan_frozen"}


@dataclass(frozen=True, slots=True)
class Breach:
    """How properties differ from the plan. `path`: the top-level property to take out; None when one is missing."""

    word: Word
    path: str | None
    about: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the plan says of one event.

    reason   why it is refused, None when it is stored
    kept     the properties to store, None when they stay as they are;  left_out: what was taken out of them
    about    the differences, for people; no values
    """

    reason: str | None = None
    about: str | None = None
    kept: Mapping[str, Any] | None = None
    left_out: Mapping[str, Any] | None = None


AS_IT_IS = Outcome()


@dataclass(frozen=True)
class EventPlan:
    """The plan of one event name. `schema`: JSON Schema, draft 2020-12, of the properties."""

    name: str
    version: int
    schema: Mapping[str, Any]
    new_properties: Word = "evolve"
    types: Word = "evolve"

    @cached_property
    def named(self) -> frozenset[str]:
        """The properties that the schema names."""
        return frozenset(self.schema.get("properties", {}))

    @cached_property
    def _validator(self) -> Any:
        return jsonschema_rs.Draft202012Validator(dict(self.schema), validate_formats=True)

    def breaches(self, properties: Mapping[str, Any]) -> list[Breach]:
        """Every difference that is not to be let pass."""
        found: list[Breach] = []
        if self.new_properties != "evolve":
            new = sorted(properties.keys() - self.named)
            found += [Breach(self.new_properties, name, f"{name} is not in the plan") for name in new]
        if self.types != "evolve" and not self._validator.is_valid(properties):
            for error in self._validator.iter_errors(properties):
                path = [str(step) for step in error.instance_path]
                rule = str(error.schema_path[-1]) if error.schema_path else "schema"
                where = ".".join(path) or "the properties"
                found.append(Breach(self.types, path[0] if path else None, f"{where} breaks the rule {rule!r}"))
        return found

    def as_mapping(self) -> dict[str, Any]:
        contract = {"new_properties": self.new_properties, "types": self.types}
        return {"version": self.version, "contract": contract, "schema": dict(self.schema)}


@dataclass(frozen=True)
class Plan:
    """The company's plan. `new_events`: what happens to names without a plan."""

    events: Mapping[str, EventPlan] = field(default_factory=dict)
    new_events: Word = "evolve"

    @cached_property
    def is_open(self) -> bool:
        """Whether it lets everything pass, so that nobody need ask it."""
        words = {word for one in self.events.values() for word in (one.new_properties, one.types)}
        return words <= {"evolve"} and self.new_events == "evolve"

    def check(self, name: str, properties: Any) -> Outcome:
        """What is to be done with an event."""
        plan = self.events.get(name)
        if plan is None:
            if self.new_events == "evolve":
                return AS_IT_IS
            return Outcome(REASONS[self.new_events], f"the plan has no event {name!r}; add it, or send a name it has")
        given = properties if isinstance(properties, dict) else {}
        breaches = plan.breaches(given)
        if not breaches:
            return AS_IT_IS
        about = "; ".join(sorted({one.about for one in breaches})[:MOST_TOLD])
        words = {one.word for one in breaches}
        for word in ("freeze", "discard_row"):
            if word in words:
                return Outcome(REASONS[word], f"{about}; see the plan of {name}, version {plan.version}")
        out = {one.path for one in breaches if one.path is not None and one.path in given}
        if not out:
            return AS_IT_IS
        kept = {key: value for key, value in given.items() if key not in out}
        return Outcome(None, f"left out: {about}", kept, {key: given[key] for key in sorted(out)})

    def as_mapping(self) -> dict[str, Any]:
        return {"new_events": self.new_events, "events": {name: one.as_mapping() for name, one in self.events.items()}}


def read_plan(mapping: object) -> Plan:
    """A plan as people write it. Raises InvalidConfig naming event and key."""
    fields = Fields(mapping, "plan")
    new_events = _word(fields, "new_events", NEW_EVENTS)
    events = {name: _event(name, part) for name, part in fields.named("events", ids=False)}
    fields.done()
    return Plan(events, new_events)


def _event(name: str, fields: Fields) -> EventPlan:
    contract = fields.part("contract") or Fields({}, fields.where)
    new_properties, types = _word(contract, "new_properties", WORDS), _word(contract, "types", WORDS)
    contract.done()
    schema = dict(fields.mapping("schema"))
    plan = EventPlan(name, fields.whole("version", 1, least=1), schema, new_properties, types)
    fields.done()
    if _refers(schema):  # before anything compiles it: what compiles a reference fetches it
        raise fields.error("schema", "may not refer to other documents ($ref); write it out")
    try:
        jsonschema_rs.Draft202012Validator(schema)
    except (ValueError, jsonschema_rs.ValidationError) as error:
        raise fields.error("schema", f"is no JSON Schema of draft 2020-12: {str(error).splitlines()[0]}") from error
    if schema.get("type", "object") != "object":
        raise InvalidConfig(f"{fields.where}, schema: describes the properties, an object")
    return plan


def _word(fields: Fields, key: str, words: tuple[Word, ...]) -> Word:
    if fields.take(key, None) is None:
        return "evolve"
    found: Word = fields.word(key, words)
    return found


def _refers(schema: Any) -> bool:
    if isinstance(schema, Mapping):
        return "$ref" in schema or "$dynamicRef" in schema or any(_refers(value) for value in schema.values())
    return isinstance(schema, list) and any(_refers(value) for value in schema)
