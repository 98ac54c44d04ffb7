"""A JSON document and a map become wire items: the same items as an import makes of the same content."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from percorso.data.reading import as_decimal, as_moment, as_text, at_path, canonical, plain_number
from percorso.data.well_formed import Refusal
from percorso.model.condition import Condition, Test, compile_condition
from percorso.model.document_map import WHOLE, Documented, DocumentMap
from percorso.model.import_map import (
    Amount,
    BadRow,
    Column,
    Constant,
    EventSpec,
    ImportedItem,
    Moment,
    Multiply,
    Number,
    Objects,
    Sum,
    Text,
    Value,
    column_of,
)
from percorso.model.time import Micros, to_iso

MAX_MESSAGE_ID = 100
_BODY = 65_536
_TRAITS = ("email", "phone")
_FIELDS = {"user_id": "userId", "anonymous_id": "anonymousId", "group_id": "groupId"}
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its own fields first, then those of what it lies in, by name. It is also a `condition.Subject`."""

    own: Any
    around: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        if isinstance(self.own, Mapping) and name in self.own:
            return self.own[name]
        first, *deeper = name.split(".")
        found = at_path(self.own, (first, *deeper))
        return at_path(self.around.get(first), deeper) if found is None else found

    def value(self, path: tuple[str, ...]) -> Any:
        return self[".".join(path[1:])]


class DocumentReader:
    """Reads documents by one map."""

    def __init__(self, document_map: DocumentMap) -> None:
        self._map = document_map
        self._events = {
            name: [(event, None if event.when is None else _test(event.when)) for event in document_map.events_of(name)]
            for name in document_map.rows
        }

    def read(self, document: Any, received: Mapping[str, Any], line: int = 1) -> Documented:
        """The items of one document.

        `received`: what is known of its arrival, ``at`` in ISO 8601 among it, which is no part of its content. `line`
        goes into what is made, for people.
        """
        items: list[ImportedItem] = []
        bad: list[BadRow] = []
        for name, steps in self._map.rows.items():
            for row in _rows(document, steps, {WHOLE: document, "received": received}) if self._events[name] else ():
                for event, test in self._events[name]:
                    try:
                        if test is None or test(row):
                            items.append(ImportedItem(_encode(_item(event, self._map, row)), line))
                    except Refusal as refusal:
                        bad.append(BadRow(line, refusal.reason, refusal.detail, canonical(row.own).encode()[:_BODY]))
        return Documented(tuple(items), tuple(bad), idle=0 if items or bad else 1)


def unreadable_document(body: bytes, line: int = 1) -> Documented:
    """What becomes of a body that is no document."""
    detail = "it is not one JSON document in UTF-8; mend it at its sender"
    return Documented(bad=(BadRow(line, "malformed_document", detail, body[:_BODY]),))


def all_of(read: Iterable[Documented]) -> Documented:
    """What many documents make, together."""
    each = list(read)
    return Documented(
        tuple(item for one in each for item in one.items),
        tuple(row for one in each for row in one.bad),
        sum(one.idle for one in each),
    )


def _test(condition: Condition) -> Test:
    """A condition over ``row.COLUMN`` as a function of a row."""
    return compile_condition(_as_properties(condition))


def _as_properties(condition: Any) -> Any:
    if isinstance(condition, list | tuple):
        return [_as_properties(branch) for branch in condition]
    renamed = {key: _as_properties(part) if key in ("all", "any", "not") else part for key, part in condition.items()}
    return renamed | {key: f"properties.{column_of(renamed[key])}" for key in ("field", "later_than") if key in renamed}


def _rows(found: Any, steps: tuple[str, ...], around: Mapping[str, Any]) -> Iterator[Row]:
    """The elements at the end of the steps; every list on the way is gone through."""
    if isinstance(found, list):
        for element in found:
            yield from _rows(element, steps, around)
    elif not steps:
        yield Row(found, around)
    elif isinstance(found, Mapping) and found.get(steps[0]) is not None:
        inside = found[steps[0]]
        for element in inside if isinstance(inside, list) else [inside]:
            yield from _rows(element, steps[1:], {**around, steps[0]: element})


def _item(event: EventSpec, document_map: DocumentMap, row: Row) -> dict[str, Any]:
    message_id = _message_id(event, document_map, row)
    at = _moment(event.time, row, document_map.zone)
    if at is None:
        columns = ", ".join(column.name for column in event.time.columns)
        raise Refusal("missing_timestamp", f"column {columns} is empty; an event has a time")
    ids = {
        kind: one.prefix + text for kind, one in event.identifiers if (text := (as_text(row[one.name]) or "").strip())
    }
    own = event.type in ("identify", "group")
    traits = _values(event.traits, row, document_map.zone) | {kind: ids[kind] for kind in _TRAITS if kind in ids}
    others = [{"type": kind, "id": text} for kind, text in ids.items() if kind not in _FIELDS and kind not in _TRAITS]
    touchpoint = None if event.touchpoint is None else _value(event.touchpoint, row, document_map.zone)
    context = {"touchpoint": touchpoint, "externalIds": others, "traits": {} if own else traits}
    item = {
        "type": event.type,
        "event" if event.type == "track" else "name": _name(event, row),
        "messageId": message_id,
        **{_FIELDS[kind]: text for kind, text in ids.items() if kind in _FIELDS},
        "timestamp": to_iso(at),
        "properties": _values(event.properties, row, document_map.zone),
        "traits": traits if own else {},
        "context": {key: part for key, part in context.items() if part},
    }
    return {key: part for key, part in item.items() if part not in (None, {})}


def _name(event: EventSpec, row: Row) -> str | None:
    if not isinstance(event.name, Column):
        return event.name
    name = (as_text(row[event.name.name]) or "").strip()
    if not name:
        raise Refusal("missing_key", f"column {event.name.name} is empty, which says what happened; fill it in")
    return name


def _message_id(event: EventSpec, document_map: DocumentMap, row: Row) -> str:
    """Readable from the key, else a hash of what the row says; as an import names it."""
    if not event.key:
        said = "\x1f".join((document_map.source, canonical(row.own), "1", str(event.number)))
        return "row:" + _sha(said)
    texts = [as_text(row[name]) for name in event.key]
    if None in texts:
        raise Refusal("missing_key", f"column {', '.join(event.key)} is empty, which names the event; fill it in")
    readable = ":".join([event.event_id, *((text or "").replace("%", "%25").replace(":", "%3A") for text in texts)])
    return readable if len(readable.encode()) <= MAX_MESSAGE_ID else f"{event.event_id}:{_sha(readable)}"


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _values(values: Iterable[tuple[str, Value]], row: Row, zone: str) -> dict[str, Any]:
    read = ((name, _value(value, row, zone)) for name, value in values)
    return {name: value for name, value in read if value is not None}


def _value(value: Value, row: Row, zone: str) -> Any:
    if isinstance(value, Column):
        return row[value.name]
    if isinstance(value, Constant):
        return value.value
    if isinstance(value, Text):
        return as_text(row[value.of.name])
    if isinstance(value, Moment):
        at = _moment(value, row, zone)
        return None if at is None else to_iso(at)
    if isinstance(value, Objects):
        return [_values(value.each, inner, zone) for inner in _list(row, value.rows)]
    number = _number(value, row)
    return None if number is None else plain_number(number)


def _moment(value: Moment, row: Row, zone: str) -> Micros | None:
    read = [as_moment(row[one.name], one.name, value.formats, value.zone or zone) for one in value.columns]
    there = [at for at in read if at is not None]
    if not there:
        return None
    return min(there) if value.pick == "earliest" else max(there)


def _number(value: Amount, row: Row) -> Decimal | None:
    if isinstance(value, Number):
        return as_decimal(row[value.of.name], value.of.name, money=value.money)
    if isinstance(value, Constant):
        return Decimal(str(value.value))
    if isinstance(value, Sum):
        return sum((_number(value.of, inner) or Decimal(0) for inner in _list(row, value.rows)), Decimal(0))
    assert isinstance(value, Multiply)
    left, right = _number(value.left, row), _number(value.right, row)
    return None if left is None or right is None else left * right


def _list(row: Row, name: str) -> list[Row]:
    found = row[name]
    return [Row(one, {**row.around, "row": row.own}) for one in found] if isinstance(found, list) else []
