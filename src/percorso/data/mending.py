"""Rules that mend refused items: data with a closed grammar, never code.

    rules:
      - when: {field: properties.currency, is: EURO}      # optional; a condition over the item as it came
        edits:
          - {set: properties.currency, to: EUR}           # written whatever was there
          - {default: properties.currency, to: EUR}       # written where nothing, or null, was there
          - {rename: properties.importo, to: properties.revenue}
          - {remove: messageId}
          - {cast: properties.revenue, to: number, decimal: ","}
          - {cast: timestamp, to: time, format: "%d/%m/%Y %H:%M"}

Rules are tried in order, each on what the one before left. Fields are paths in the item as it was sent: dots go deeper,
``*`` is every element of a list. What is to be cast to is text, number, integer, boolean or time; what cannot be cast
stays as it is, and the item stays refused. A time without offset is of the company's zone; `format` may be epoch_s or
epoch_ms. A condition reads ``name type source properties.X traits.X context.X``.
"""

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from percorso.model.condition import Condition, Test, compile_condition
from percorso.model.fields import Fields
from percorso.model.time import CivilClock, to_iso

MOST_RULES = 50
KINDS = ("text", "number", "integer", "boolean", "time")
_VERBS = ("set", "default", "rename", "remove", "cast")
_WITHOUT = frozenset(("person", "touchpoint", "channel", "phase"))
_TRUE, _FALSE = frozenset(("true", "yes", "si", "sì", "1")), frozenset(("false", "no", "0"))
_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?$")

Path = tuple[str, ...]
Edit = Callable[[dict[str, Any], CivilClock], None]


@dataclass(frozen=True, slots=True)
class MendingRule:
    """Where `test` holds (everywhere when None), the edits are made, in order."""

    test: Test | None
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class RawSubject:
    """A raw item as a condition sees it."""

    item: Mapping[str, Any]
    source: str

    def value(self, path: tuple[str, ...]) -> Any:
        if path == ("name",):
            return self.item.get("event", self.item.get("name"))
        if path == ("source",):
            return self.source
        found: Any = self.item
        for step in path:
            found = found.get(step) if isinstance(found, Mapping) else None
        return found


def read_rules(given: object) -> tuple[MendingRule, ...]:
    """The rules as written. Raises InvalidConfig naming rule and key."""
    fields = Fields({"rules": given}, "mending")
    parts = fields.parts("rules")
    if len(parts) > MOST_RULES:
        raise fields.error("rules", f"more than {MOST_RULES}; mend in several steps")
    return tuple(_rule(part) for part in parts)


def mend(item: Mapping[str, Any], source: str, rules: Sequence[MendingRule], civil: CivilClock) -> dict[str, Any]:
    """The item after the rules; the one given is not changed."""
    mended = copy.deepcopy(dict(item))
    for rule in rules:
        if rule.test is None or rule.test(RawSubject(mended, source)):
            for edit in rule.edits:
                edit(mended, civil)
    return mended


def _rule(fields: Fields) -> MendingRule:
    when: Condition | None = None
    if fields.take("when", None) is not None:
        when = fields.condition("when", about="a refused item belongs to nobody yet", without=_WITHOUT)
    edits = tuple(_edit(part) for part in fields.parts("edits"))
    fields.done()
    if not edits:
        raise fields.error("edits", "is empty; a rule changes something")
    return MendingRule(None if when is None else compile_condition(when), edits)


def _edit(fields: Fields) -> Edit:
    verbs = [verb for verb in _VERBS if fields.take(verb, None) is not None]
    if len(verbs) != 1:
        raise fields.error("edits", f"each has exactly one of {', '.join(_VERBS)}; found {', '.join(verbs) or 'none'}")
    verb = verbs[0]
    path = _path(fields, verb)
    edit = {"set": _set, "default": _default, "rename": _rename, "remove": _remove, "cast": _cast}[verb](fields, path)
    fields.done()
    return edit


def _path(fields: Fields, key: str) -> Path:
    text = fields.text(key)
    steps = tuple(text.split("."))
    if not all(steps) or steps[0] == "*" or len(steps) > 12:
        raise fields.error(key, f"{text!r} is no path, such as properties.revenue or properties.products.*.price")
    return steps


def _set(fields: Fields, path: Path) -> Edit:
    value = fields.take("to")

    def edit(item: dict[str, Any], _civil: CivilClock) -> None:
        for holder, key in _places(item, path, make=True):
            holder[key] = copy.deepcopy(value)

    return edit


def _default(fields: Fields, path: Path) -> Edit:
    value = fields.take("to")

    def edit(item: dict[str, Any], _civil: CivilClock) -> None:
        for holder, key in _places(item, path, make=True):
            if isinstance(holder, dict) and holder.get(key) is None:
                holder[key] = copy.deepcopy(value)

    return edit


def _rename(fields: Fields, path: Path) -> Edit:
    target = _path(fields, "to")
    if "*" in (*path[:-1], *target[:-1]) and path[:-1] != target[:-1]:
        raise fields.error("to", "below a list a field is renamed where it is; keep the same beginning")
    if path[-1] == "*" or target[-1] == "*":
        raise fields.error("to", "names a field, not the elements of a list")

    def edit(item: dict[str, Any], _civil: CivilClock) -> None:
        if path[:-1] == target[:-1]:
            for holder, key in _places(item, path):
                holder[target[-1]] = holder.pop(key)
            return
        for holder, key in _places(item, path):
            value = holder.pop(key)
            for new_holder, new_key in _places(item, target, make=True):
                new_holder[new_key] = value

    return edit


def _remove(_fields: Fields, path: Path) -> Edit:
    def edit(item: dict[str, Any], _civil: CivilClock) -> None:
        for holder, key in _places(item, path):
            if isinstance(holder, dict):
                del holder[key]

    return edit


def _cast(fields: Fields, path: Path) -> Edit:
    kind = fields.word("to", KINDS)
    decimal = (
        fields.word("decimal", (".", ",")) if kind in ("number", "integer") and fields.take("decimal", None) else "."
    )
    form = fields.text("format", None) if kind == "time" else None

    def edit(item: dict[str, Any], civil: CivilClock) -> None:
        for holder, key in _places(item, path):
            holder[key] = cast(holder[key], kind, decimal=decimal, form=form, civil=civil)

    return edit


def _places(item: dict[str, Any], path: Path, *, make: bool = False) -> list[tuple[Any, Any]]:
    """(holder, key) of every place a path names; with `make` the objects on the way, and the last key, may be missing."""
    holders: list[Any] = [item]
    for step in path[:-1]:
        following: list[Any] = []
        for holder in holders:
            if step == "*":
                following += holder if isinstance(holder, list) else []
            elif isinstance(holder, dict):
                if make and holder.get(step) is None:
                    holder[step] = {}
                following.append(holder.get(step))
        holders = following
    last = path[-1]
    found: list[tuple[Any, Any]] = []
    for holder in holders:
        if last == "*" and isinstance(holder, list):
            found += [(holder, at) for at in range(len(holder))]
        elif isinstance(holder, dict) and last != "*" and (make or last in holder):
            found.append((holder, last))
    return found


def cast(value: Any, kind: str, *, decimal: str = ".", form: str | None = None, civil: CivilClock) -> Any:
    """A value as another kind; the value itself when it cannot be one."""
    if kind == "text":
        return value if isinstance(value, str) else _as_text(value)
    if kind == "boolean":
        return _as_boolean(value)
    if kind == "time":
        return _as_time(value, form, civil)
    return _as_number(value, decimal, whole=kind == "integer")


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return value


def _as_boolean(value: Any) -> Any:
    said = str(value).strip().lower()
    return True if said in _TRUE else False if said in _FALSE else value


def _as_number(value: Any, decimal: str, *, whole: bool) -> Any:
    number: int | float
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        text = value.strip().strip("€$£").replace("\u00a0", "").replace(" ", "")
        text = text.replace(".", "").replace(",", ".") if decimal == "," else text.replace(",", "")
        if not _NUMBER.match(text):
            return value
        number = float(text) if any(mark in text for mark in ".eE") else int(text)
    elif isinstance(value, int | float):
        number = value
    else:
        return value
    if not isfinite(number):
        return value
    if whole:
        return int(number) if number == int(number) else value
    return number


def _as_time(value: Any, form: str | None, civil: CivilClock) -> Any:
    try:
        if form in ("epoch_s", "epoch_ms"):
            return to_iso(int(float(value) * (1_000_000 if form == "epoch_s" else 1_000)))
        at = datetime.strptime(str(value).strip(), form) if form else datetime.fromisoformat(str(value).strip())
        at = at if at.tzinfo else at.replace(tzinfo=civil.zone)
        return to_iso(int(at.astimezone(UTC).timestamp() * 1_000_000))
    except (ValueError, OverflowError, TypeError):
        return value
