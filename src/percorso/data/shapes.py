"""The shapes of properties: which paths an event has, of which types, and the few words a path takes.

Paths are dotted; ``*`` is every element of a list. Types are JSON's, and a text of a format is counted under the format
(`TEXT_FORMATS`). Text is kept only where it is a word of a small closed set: short, without digits in a row, without
anything that looks like a name, an address or a note.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jsonschema_rs

MOST_WORDS = 24
"""A path that takes more is open: nothing of it is kept."""
MOST_PATHS = 200
"""Paths of one event that are looked at; an object with ids as keys is no schema."""
DEEPEST = 4
_WORD = re.compile(r"^[a-zA-Z][a-zA-Z_ \-]{0,29}$")
_PERSONAL = re.compile(
    r"name|mail|phone|tel|address|street|city|zip|comment|text|note|message|subject|title|query|url|id$|token|card|iban|vat",
    re.IGNORECASE,
)
OPEN = ""
"""Stands for "many words"."""

EVENT = "event"
"""The type under the empty path: how many events there were at all."""

TEXT_FORMATS = ("date", "date-time", "email", "uri")
"""Kinds of text that are told apart: formats of JSON Schema, as a plan checks them."""
_LONGEST = 2_000
"""Longer texts have no format."""


def _check(name: str) -> Callable[[object], bool]:
    schema = {"type": "string", "format": name}
    valid: Callable[[object], bool] = jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid
    return valid


_CONTAINERS = (dict, list)
_JSON_TYPES = {type(None): "null", bool: "boolean", int: "integer", float: "number", list: "array"}
_is_date, _is_date_time, _is_email, _is_uri = map(_check, TEXT_FORMATS)


def type_of(value: Any) -> str:
    """JSON's word; integer for whole numbers; of a text its format, where it has one of `TEXT_FORMATS`.

    >>> [type_of(value) for value in (None, True, 1, 1.5, "a", [], {})]
    ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object']
    """
    kind = value.__class__
    return text_kind(value) if kind is str else _JSON_TYPES.get(kind, "object")


def text_kind(text: str) -> str:
    """The format of a text, else ``string``. A cheap look first: nearly all texts have none.

    A web address is one with ``://``; other URIs, such as ``sku:12``, are rather codes.

    >>> [text_kind(text) for text in ("2026-02-28", "2026-02-30", "2026-02-28T10:00:00Z", "a@example.com", "https://e.x")]
    ['date', 'string', 'date-time', 'email', 'uri']
    """
    if text[4:5] == "-" and text[7:8] == "-":
        if len(text) == 10:
            return "date" if _is_date(text) else "string"
        return "date-time" if len(text) < 40 and _is_date_time(text) else "string"
    if len(text) > _LONGEST:
        return "string"
    if "://" in text:
        return "uri" if _is_uri(text) else "string"
    return "email" if "@" in text and _is_email(text) else "string"


def json_type(kind: str) -> str:
    """JSON's word for what `type_of` says."""
    return "string" if kind in TEXT_FORMATS else kind


def shape_of(properties: Any) -> dict[tuple[str, str], Any]:
    """(path, type) -> one of its values, of one event.

    >>> sorted(shape_of({"a": 1, "l": [{"p": 2}, {"p": 2.5}]}))
    [('a', 'integer'), ('l', 'array'), ('l.*', 'object'), ('l.*.p', 'integer'), ('l.*.p', 'number')]
    """
    found: dict[tuple[str, str], Any] = {}
    for path, value in _below(properties, "", 1):
        if len(found) >= MOST_PATHS:
            break
        found[path, type_of(value)] = value
    return found


def _below(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    """(path, value) of everything inside an object or a list, down to `DEEPEST`."""
    steps: Iterable[tuple[str, Any]] = ()
    if isinstance(value, dict):
        steps = ((f"{path}.{key}" if path else str(key), inner) for key, inner in value.items())
    elif isinstance(value, list):
        steps = ((f"{path}.*", inner) for inner in value)
    for inside, inner in steps:
        if inside:
            yield inside, inner
        if depth < DEEPEST and inner.__class__ in _CONTAINERS:
            yield from _below(inner, inside, depth + 1)


class ShapeCounts:
    """Counts shapes by (name, path, type, day), and words by (name, path, word)."""

    def __init__(self) -> None:
        self.shapes: Counter[tuple[str, str, str, int]] = Counter()
        self.words: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}

    def add(self, name: str, day: int, properties: Any) -> None:
        self.shapes[name, "", EVENT, day] += 1
        for (path, kind), value in shape_of(properties).items():
            self.shapes[name, path, kind, day] += 1
            if value.__class__ is str:
                self._word(name, path, value, day)

    def _word(self, name: str, path: str, value: str, day: int) -> None:
        known = self.words.setdefault((name, path), {})
        if OPEN in known:
            return
        if not is_word(path, value) or (value not in known and len(known) >= MOST_WORDS):
            self.words[name, path] = {OPEN: (day, 1)}
            return
        first, number = known.get(value, (day, 0))
        known[value] = (min(first, day), number + 1)


def is_word(path: str, value: str) -> bool:
    """Whether a text may be kept: a word of a closed set, not somebody's data.

    >>> is_word("status", "shipped"), is_word("first_name", "Ada"), is_word("code", "a1b2")
    (True, False, False)
    """
    return bool(_WORD.match(value)) and not _PERSONAL.search(path.rsplit(".", 1)[-1])


def counted(rows: Iterable[tuple[str, int, Any]]) -> ShapeCounts:
    """The counts of (name, day, properties) rows."""
    counts = ShapeCounts()
    for name, day, properties in rows:
        counts.add(name, day, properties)
    return counts
