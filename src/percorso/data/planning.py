"""The tracking plan from what was seen: generated, and compared with what comes (drift).

It reads counts of shapes (`ports.ShapeCount`, `ports.WordCount`), never events.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from percorso.data.plan_schema import allows, at, parent
from percorso.data.shapes import TEXT_FORMATS, json_type
from percorso.model.plan import EventPlan, Plan
from percorso.ports import ShapeCount, WordCount

EVENT = "event"
ENUM_EACH = 20
"""A closed set of words is believed when there were so many events for each word."""
FORMAT_FROM = 20
"""Texts of one format that there were at least, and no other text, before the format is believed."""
GONE_AFTER = 20
"""Events of a name in which a planned property never appeared, before it is called gone."""
NULLS_MORE = 0.1
"""Share by which nulls must have grown to be told."""

DriftKind = Literal["new_event", "new_property", "type", "gone", "word", "nulls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How what comes differs from the plan.

    detail      the type (or format of a text), or the word, that is new; None for the other kinds
    first_day   when it was first seen, as days since 1970-01-01;  events: with it, lately;  rate: of those of the name
    """

    kind: DriftKind
    name: str
    path: str
    detail: str | None
    first_day: int
    events: int
    rate: float


@dataclass(slots=True)
class Seen:
    """What was counted of one event name: (path -> type -> events), the first day of each, and the words of paths."""

    events: int = 0
    first_day: int = 0
    paths: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    first: dict[tuple[str, str], int] = field(default_factory=dict)
    words: dict[str, dict[str, WordCount]] = field(default_factory=lambda: defaultdict(dict))


def seen_of(shapes: Iterable[ShapeCount], words: Iterable[WordCount]) -> dict[str, Seen]:
    """Counts by event name."""
    found: dict[str, Seen] = defaultdict(Seen)
    for one in shapes:
        seen = found[one.name]
        if one.type == EVENT and not one.path:
            seen.events, seen.first_day = one.events, one.day
        else:
            seen.paths[one.path][one.type] = one.events
            seen.first[one.path, one.type] = one.day
    for word in words:
        found[word.name].words[word.path][word.word] = word
    return dict(found)


def generate(name: str, seen: Seen, before: EventPlan | None = None) -> EventPlan:
    """The plan that fits everything seen of a name; the contract words of the plan before stay."""
    schema = _object(seen, "", seen.events)
    version = 1
    if before is not None:
        version = before.version + (before.schema != schema)
        return EventPlan(name, version, schema, before.new_properties, before.types)
    return EventPlan(name, version, schema)


def _object(seen: Seen, under: str, events: int) -> dict[str, Any]:
    keys = sorted({_child(path, under) for path in seen.paths} - {""})
    properties = {key: _schema(seen, _join(under, key)) for key in keys}
    required = [key for key in keys if _present(seen, _join(under, key)) >= events > 0] if not under else []
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def _schema(seen: Seen, path: str) -> dict[str, Any]:
    kinds = {kind: events for kind, events in seen.paths.get(path, {}).items() if events}
    types = {json_type(kind) for kind in kinds}
    if {"integer", "number"} <= types:
        types.discard("integer")
    found: dict[str, Any] = {}
    if types:
        found["type"] = next(iter(types)) if len(types) == 1 else sorted(types)
    if "object" in types:
        inner = _object(seen, path, 0)
        if inner["properties"]:
            found["properties"] = inner["properties"]
    if "array" in types and any(_child(other, path) == "*" for other in seen.paths):
        found["items"] = _schema(seen, f"{path}.*")
    words = closed_words(seen, path)
    if words and types == {"string"}:
        found["enum"] = words
    if text_format := _format_of(kinds):
        found["format"] = text_format
    return found


def _format_of(kinds: Mapping[str, int]) -> str | None:
    """The one format that all texts had, when there were enough of them."""
    texts = [(kind, events) for kind, events in kinds.items() if json_type(kind) == "string"]
    if len(texts) != 1 or texts[0][0] not in TEXT_FORMATS or texts[0][1] < FORMAT_FROM:
        return None
    return texts[0][0]


def closed_words(seen: Seen, path: str) -> list[str]:
    """The words of a small closed set, empty when a path is open or too young to say."""
    words = seen.words.get(path, {})
    if not words or "" in words:
        return []
    events = sum(one.events for one in words.values())
    return sorted(words) if events >= ENUM_EACH * len(words) else []


def _present(seen: Seen, path: str) -> int:
    return sum(events for kind, events in seen.paths.get(path, {}).items() if kind != "null")


def _join(under: str, key: str) -> str:
    return f"{under}.{key}" if under else key


def _child(path: str, under: str) -> str:
    """The next step of a path below another, empty when it is not below."""
    if not under:
        return path.split(".")[0]
    return path[len(under) + 1 :].split(".")[0] if path.startswith(f"{under}.") else ""


def drift(plan: Plan, known: frozenset[str], lately: Mapping[str, Seen], before: Mapping[str, Seen]) -> list[Drift]:
    """What differs, the most frequent first. `known`: names described elsewhere (packs); `before`: an earlier stretch."""
    found: list[Drift] = []
    for name, seen in lately.items():
        if not seen.events or not name:
            continue
        event = plan.events.get(name)
        if event is None:
            if name not in known:
                found.append(_drift("new_event", name, "", None, seen.first_day, seen.events, seen.events))
        else:
            found += _of_event(event, seen, before.get(name, Seen()))
    return sorted(found, key=lambda one: (-one.events, one.name, one.path))


def _drift(kind: DriftKind, name: str, path: str, detail: str | None, first: int, events: int, of: int) -> Drift:
    rate = min(1.0, events / of) if of else 0.0
    return Drift(kind=kind, name=name, path=path, detail=detail, first_day=first, events=events, rate=rate)


def _of_event(plan: EventPlan, seen: Seen, before: Seen) -> list[Drift]:
    found: list[Drift] = []
    for path, types in seen.paths.items():
        schema = at(plan.schema, path)
        for kind, events in types.items():
            if not events:
                continue
            first = seen.first[path, kind]
            if schema is None:
                if at(plan.schema, parent(path)) is not None:
                    found.append(_drift("new_property", plan.name, path, kind, first, events, seen.events))
            elif not allows(schema, kind):
                found.append(_drift("type", plan.name, path, kind, first, events, seen.events))
        if schema is not None:
            found += _words(plan, seen, path, schema) + _nulls(plan, seen, before, path)
    if seen.events >= GONE_AFTER:
        gone = [path for path in plan.schema.get("properties", {}) if not sum(seen.paths.get(path, {}).values())]
        found += [_drift("gone", plan.name, path, None, seen.first_day, seen.events, seen.events) for path in gone]
    return found


def _words(plan: EventPlan, seen: Seen, path: str, schema: Mapping[str, Any]) -> list[Drift]:
    allowed = schema.get("enum")
    if not isinstance(allowed, list):
        return []
    new = [one for word, one in seen.words.get(path, {}).items() if word and word not in allowed]
    return [
        _drift("word", plan.name, path, one.word, one.first_day, one.events, max(seen.events, one.events))
        for one in new
    ]


def _nulls(plan: EventPlan, seen: Seen, before: Seen, path: str) -> list[Drift]:
    """Nulls and absences count alike."""
    if "." in path or not seen.events or not before.events:
        return []
    now = 1 - min(1.0, _present(seen, path) / seen.events)
    then = 1 - min(1.0, _present(before, path) / before.events)
    if now - then < NULLS_MORE:
        return []
    empty = seen.events - _present(seen, path)
    return [_drift("nulls", plan.name, path, None, seen.first_day, empty, seen.events)]
