"""A segment: people who meet a condition, now, or whom somebody put on a list.

    {id: regulars, name: {it: Abituali, en: Regulars}, condition: {event: Order Completed, last_days: 90, count: {at_least: 3}}}

kind    ``live``: whoever meets the condition; ``static``: the list as it was given
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from percorso.model.errors import InvalidConfig
from percorso.model.segment_condition import SegmentCondition, read_condition
from percorso.model.time import Micros
from percorso.model.touchpoint import Text

Kind = Literal["live", "static"]
KINDS: tuple[Kind, ...] = ("live", "static")
ENTERED, LEFT = "Segment Entered", "Segment Left"
TOLD = frozenset((ENTERED, LEFT))
"""Events by which membership is told. No segment counts them, or people would go in and out by having gone in."""
MOST_NAME = 80
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A segment as it was published.

    condition   as it was written; empty unless `kind` is live
    version     1 at first, one more with each publication
    announce    whether those who were in when it was published were told of as if they had just come in
    is_archived it has no members any more, and cannot be referred to
    """

    id: str
    name: Text
    kind: Kind
    condition: Mapping[str, Any]
    version: int
    published_at: Micros
    by: str
    announce: bool = False
    is_archived: bool = False

    def parsed(self) -> SegmentCondition:
        """Raises InvalidConfig unless it is live."""
        return read_condition(self.condition)

    def as_mapping(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A segment as somebody wants it. `kind`: live or static."""

    id: str
    name: Text
    kind: Kind
    condition: Mapping[str, Any]
    announce: bool = False


def stored_segment(body: Mapping[str, Any]) -> Segment:
    """A record that `as_mapping` wrote."""
    return Segment(**body)


def read_draft(body: object) -> Draft:
    """A segment as people write it. Raises InvalidConfig saying what is wrong."""
    if not isinstance(body, Mapping):
        raise InvalidConfig("a segment is a mapping with id, name and condition")
    unknown = set(body) - {"id", "name", "kind", "condition", "announce"}
    if unknown:
        raise InvalidConfig(f"a segment has id, name, kind, condition and announce; found {sorted(map(str, unknown))}")
    kind = body.get("kind", "live")
    if kind not in ("live", "static"):
        raise InvalidConfig(f"a segment is live or static, not {kind!r}")
    condition = body.get("condition") or {}
    if kind == "live":
        read_condition(condition)
    elif condition:
        raise InvalidConfig("a static list has no condition; give its people instead")
    return Draft(
        id=check_id(body.get("id")),
        name=_name(body.get("name")),
        kind=cast(Kind, kind),
        condition=condition,
        announce=body.get("announce") is True,
    )


def check_id(value: object) -> str:
    """A segment's id: small letters, digits and _, a letter first."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise InvalidConfig(f"a segment's id is small letters, digits and _, at most 40, a letter first; not {value!r}")
    return value


def _name(value: object) -> Text:
    names = {"it": value, "en": value} if isinstance(value, str) else value
    if not isinstance(names, Mapping) or not names or not set(names) <= {"it", "en"}:
        raise InvalidConfig("a segment's name is text, or {it: ..., en: ...}")
    for text in names.values():
        if not isinstance(text, str) or not text.strip() or len(text) > MOST_NAME:
            raise InvalidConfig(f"a segment's name is text of 1 to {MOST_NAME} letters")
    first = next(iter(names.values()))
    return {language: names.get(language, first) for language in ("it", "en")}
