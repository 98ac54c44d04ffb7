"""The shapes of properties: which paths an event has, of which types, and the few words a path takes.

Paths are dotted; ``*`` is every element of a list. Types are JSON's. Text is kept only where it is a word of a small
closed set: short, without digits in a row, without anything that looks like a name, an address or a note.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

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


def type_of(value: Any) -> str:
    """JSON's word; integer for whole numbers.

    >>> [type_of(value) for value in (None, True, 1, 1.5, "a", [], {})]
    ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object']
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def shape_of(properties: Any) -> dict[tuple[str, str], Any]:
    """(path, type) -> one of its values, of one event.

    >>> sorted(shape_of({"a": 1, "l": [{"p": 2}, {"p": 2.5}]}))
    [('a', 'integer'), ('l', 'array'), ('l.*', 'object'), ('l.*.p', 'integer'), ('l.*.p', 'number')]
    """
    found: dict[tuple[str, str], Any] = {}
    for path, value in _walk(properties, "", 0):
        if len(found) >= MOST_PATHS:
            break
        found[path, type_of(value)] = value
    return found


def _walk(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    if path:
        yield path, value
    if depth >= DEEPEST:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(inner, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, f"{path}.*", depth + 1)


class ShapeCounts:
    """Counts shapes by (name, path, type, day), and words by (name, path, word)."""

    def __init__(self) -> None:
        self.shapes: Counter[tuple[str, str, str, int]] = Counter()
        self.words: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}

    def add(self, name: str, day: int, properties: Any) -> None:
        self.shapes[name, "", EVENT, day] += 1
        for (path, kind), value in shape_of(properties).items():
            self.shapes[name, path, kind, day] += 1
            if kind == "string":
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
