"""Of a pack, the contracts of its events; and what may be said of an event's fields."""

from collections.abc import Mapping

from percorso.model.condition import ROOTS
from percorso.model.contract import JSON_TYPES, EventContract, Rule
from percorso.model.fields import Fields


def read_contract(event: str, fields: Fields) -> EventContract:
    """The contract of one event. Raises InvalidConfig."""
    properties: dict[str, str] = {}
    rules: dict[str, Rule] = {}
    for name, written in fields.mapping("properties").items():
        if isinstance(written, Mapping):
            properties[name], rules[name] = _ruled(Fields(written, f"{fields.where}, properties, {name}"))
        elif isinstance(written, str) and written in JSON_TYPES:
            properties[name] = written
        else:
            raise fields.error(f"properties, {name}", f"{written!r} is none of {', '.join(JSON_TYPES)}")
    contract = EventContract(
        name=event,
        about=fields.translated("about"),
        properties=properties,
        required=fields.words("required"),
        rules=rules,
        registers=fields.flag("registers", False),
        keep_days=fields.whole("keep_days", 0) or None,
    )
    fields.done()
    for name in contract.required:
        if name not in contract.properties:
            raise fields.error("required", f"{name!r} is not among the properties")
    return contract


def _ruled(fields: Fields) -> tuple[str, Rule]:
    """A property written out: {type: number, unit: s, least: 0} or {type: string, enum: [a, b]}."""
    kind: str = fields.word("type", JSON_TYPES)
    enum = fields.words("enum")
    least = None
    if fields.take("least", None) is not None:
        least = fields.number("least", least=-1e15, most=1e15)
    rule = Rule(enum=enum, unit=fields.text("unit", None), least=least)
    fields.done()
    if rule.enum and kind != "string":
        raise fields.error("enum", "is for texts; leave it out, or set type: string")
    if rule.least is not None and kind not in ("number", "integer"):
        raise fields.error("least", "is for numbers; leave it out, or set type: number")
    return kind, rule


def event_field(fields: Fields, key: str) -> str:
    """A field of the event."""
    name: str = fields.text(key)
    if "." not in name and name in ROOTS - {"properties", "traits", "context", "person"}:
        return name
    if name.split(".")[0] not in ("properties", "traits", "context") or name.endswith("."):
        raise fields.error(key, f"{name!r} is no field of the event, such as properties.order_id")
    return name
