"""Reads a record out of a mapping that people wrote: strictly, and with errors that name the place."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from percorso.model.condition import Condition, check_condition
from percorso.model.errors import InvalidConfig
from percorso.model.touchpoint import Text

LANGUAGES = ("it", "en")
"""Every text has at least these."""

_ID = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")
_LANGUAGE = re.compile(r"^[a-z]{2}$")
_MISSING: Any = object()


class Fields:
    """One mapping; every key must be asked for. `where` is its place, e.g. ``pack retail, plays, late_delivery``.

    Each method takes a key and returns its value, or raises InvalidConfig. `done` raises for keys never asked for.
    """

    def __init__(self, values: object, where: str) -> None:
        if not isinstance(values, Mapping):
            raise InvalidConfig(f"{where}: expected a mapping of keys, found {_kind(values)}")
        self._values = values
        self._asked: set[str] = set()
        self.where = where

    def error(self, key: str, problem: str) -> InvalidConfig:
        return InvalidConfig(f"{self.where}, {key}: {problem}")

    def take(self, key: str, default: Any = _MISSING) -> Any:
        """Whatever is there; a key that is null counts as absent."""
        self._asked.add(key)
        value = self._values.get(key)
        if value is None:
            if default is _MISSING:
                raise self.error(key, "is missing; add it")
            return default
        return value

    def text(self, key: str, default: Any = _MISSING) -> Any:
        value = self.take(key, default)
        if value is default:
            return value
        if not isinstance(value, str) or not value.strip():
            raise self.error(
                key, f"expected text, found {_kind(value)}; put it in quotes if it is a word like yes, no or on"
            )
        return value.strip()

    def word(self, key: str, allowed: Iterable[str]) -> Any:
        value = self.text(key)
        known = tuple(allowed)
        if value not in known:
            raise self.error(key, f"{value!r} is none of {', '.join(known)}")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty when absent."""
        value = self.take(key, ())
        if (
            isinstance(value, str)
            or not isinstance(value, list | tuple)
            or not all(isinstance(one, str) for one in value)
        ):
            raise self.error(key, f"expected a list of texts, found {_kind(value)}")
        return tuple(value)

    def flag(self, key: str, default: Any = _MISSING) -> bool:
        value = self.take(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"expected true or false, found {_kind(value)}")
        return value

    def whole(self, key: str, default: Any = _MISSING, *, least: int = 0) -> int:
        value = self.take(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.error(key, f"expected a whole number of at least {least}, found {value!r}")
        return value

    def number(self, key: str, default: Any = _MISSING, *, least: float, most: float) -> float:
        value = self.take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self.error(key, f"expected a number from {least:g} to {most:g}, found {value!r}")
        return float(value)

    def translated(self, key: str) -> Text:
        """A text in every language of `LANGUAGES`, perhaps in more."""
        value = self.take(key)
        if not isinstance(value, Mapping):
            raise self.error(key, f"expected a text by language ({{{', '.join(LANGUAGES)}}}), found {_kind(value)}")
        for language in LANGUAGES:
            if language not in value:
                raise self.error(key, f"has no text in {language!r}; add it")
        for language, text in value.items():
            if not isinstance(language, str) or not _LANGUAGE.match(language):
                raise self.error(key, f"{language!r} is no language; use two letters, such as it or en")
            if not isinstance(text, str) or not text.strip():
                raise self.error(key, f"the text in {language!r} is empty or not text ({_kind(text)})")
        return {language: text.strip() for language, text in value.items()}

    def condition(self, key: str, *, about: str, without: frozenset[str] = frozenset()) -> Condition:
        """A condition of the closed grammar that reads no field whose root is in `without`; `about` says why."""
        value = self.take(key)
        try:
            check_condition(value)
        except InvalidConfig as problem:
            raise self.error(key, problem.message) from problem
        for name in fields_of(value):
            if name.split(".")[0] in without:
                raise self.error(key, f"may not read {name!r}: {about}")
        if not all(is_plain(wanted) for wanted in wanted_by(value)):
            raise self.error(key, "compares with something that is neither text, number nor boolean")
        return dict(value)

    def plain(self, key: str) -> Mapping[str, Any]:
        """A mapping of names to texts, numbers and booleans, empty when absent."""
        values = self.mapping(key)
        for name, value in values.items():
            if not is_plain(value):
                raise self.error(f"{key}, {name}", f"expected text, a number or a boolean, found {_kind(value)}")
        return values

    def mapping(self, key: str) -> Mapping[str, Any]:
        """A mapping with text keys, empty when absent."""
        value = self.take(key, {})
        if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
            raise self.error(key, f"expected a mapping of names to values, found {_kind(value)}")
        return dict(value)

    def part(self, key: str) -> "Fields | None":
        """The mapping below a key, None when absent."""
        value = self.take(key, None)
        return None if value is None else Fields(value, f"{self.where}, {key}")

    def parts(self, key: str) -> list["Fields"]:
        """The mappings of a list, in order; empty when absent."""
        value = self.take(key, [])
        if not isinstance(value, list | tuple):
            raise self.error(key, f"expected a list, found {_kind(value)}")
        return [Fields(one, f"{self.where}, {key}[{number}]") for number, one in enumerate(value, start=1)]

    def named(self, key: str, *, ids: bool = True) -> Iterator[tuple[str, "Fields"]]:
        """(name, mapping) of each entry below a key, in order; with `ids` names are like ``web.checkout``."""
        for name, value in self.mapping(key).items():
            if ids and not valid_id(name):
                raise self.error(key, f"{name!r} is no id; use lower-case words with underscores, parted by dots")
            yield name, Fields(value, f"{self.where}, {key}, {name}")

    def done(self) -> None:
        unknown = [str(key) for key in self._values if key not in self._asked]
        if unknown:
            known = ", ".join(sorted(self._asked))
            raise InvalidConfig(f"{self.where}: unknown key {', '.join(unknown)}; known keys are {known}")


def valid_id(name: str) -> bool:
    """Lower-case words of letters, digits and underscores, parted by dots."""
    return _ID.match(name) is not None


def fields_of(condition: Condition) -> Iterator[str]:
    """Every field that a checked condition reads.

    >>> list(fields_of({"any": [{"field": "name", "is": "X"}, {"field": "traits.a", "later_than": "traits.b"}]}))
    ['name', 'traits.a', 'traits.b']
    """
    for branch in (*condition.get("all", ()), *condition.get("any", ())):
        yield from fields_of(branch)
    if "not" in condition:
        yield from fields_of(condition["not"])
    if "field" in condition:
        yield condition["field"]
        if "later_than" in condition:
            yield condition["later_than"]


def wanted_by(condition: Condition) -> Iterator[Any]:
    """Every single value that a checked condition compares with."""
    for branch in (*condition.get("all", ()), *condition.get("any", ())):
        yield from wanted_by(branch)
    if "not" in condition:
        yield from wanted_by(condition["not"])
    if "field" in condition:
        for operator, wanted in condition.items():
            yield from wanted if operator in ("in", "not_in") else (wanted,)


def is_plain(value: object) -> bool:
    """Text, a number or a boolean."""
    return isinstance(value, str | int | float)


def _kind(value: object) -> str:
    """What a value is, in the words of YAML."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return "text" if value.strip() else "empty text"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list | tuple) else type(value).__name__
