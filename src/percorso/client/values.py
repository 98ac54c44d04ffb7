"""Python values as JSON, written once, when the call is made."""

import json
import math
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from operator import index
from os import PathLike, fspath
from typing import Any
from uuid import UUID

MAX_DEPTH = 30

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def encoded(call: Mapping[str, Any]) -> bytes:
    """A call as one line of JSON. Raises ValueError or TypeError, naming the place, on what JSON cannot hold."""
    try:
        return _encode(plain(call, "")).encode()
    except UnicodeEncodeError:
        raise ValueError("a text holds half a surrogate pair; decode it with errors='replace'") from None


def plain(value: Any, place: str, depth: int = 0) -> Any:
    """The value in JSON's own types. Times get their offset, sets an order, dataclasses become objects.

    >>> from datetime import UTC
    >>> plain({"at": datetime(2026, 3, 1, tzinfo=UTC), "price": Decimal("36.50"), "tags": {"b", "a"}}, "")
    {'at': '2026-03-01T00:00:00+00:00', 'price': 36.5, 'tags': ['a', 'b']}
    >>> plain({"price": float("nan")}, "properties")
    Traceback (most recent call last):
    ValueError: properties.price is nan, which is no number in JSON; leave it out or send None
    """
    kind = value.__class__
    if value is None or kind is str or kind is bool or kind is int:
        return value
    if depth > MAX_DEPTH:
        raise ValueError(f"{place[:80]} is nested deeper than {MAX_DEPTH} levels, or holds itself")
    if isinstance(value, Enum):
        return plain(value.value, place, depth + 1)
    if isinstance(value, float | Decimal):
        return _number(value, place)
    if isinstance(value, Mapping):
        return {_name(name, place): plain(one, f"{place}.{name}".lstrip("."), depth + 1) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one, f"{place}[{at}]", depth + 1) for at, one in enumerate(value)]
    if isinstance(value, Set):
        return sorted((plain(one, f"{place}[]", depth + 1) for one in value), key=repr)
    return _plain_object(value, place, depth)


def _plain_object(value: Any, place: str, depth: int) -> Any:
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.astimezone()).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, PathLike):
        return plain(fspath(value), place, depth + 1)
    if is_dataclass(value) and not isinstance(value, type):
        named = {field.name: getattr(value, field.name) for field in fields(value)}
        return plain(named, place, depth + 1)
    try:
        return index(value)
    except TypeError:
        raise TypeError(
            f"{place} is a {type(value).__name__}, which JSON does not know; send text or numbers"
        ) from None


def _number(value: float | Decimal, place: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{place} is {value}, which is no number in JSON; leave it out or send None")
    return number


def _name(name: Any, place: str) -> str:
    if isinstance(name, Enum):
        name = name.value
    if isinstance(name, str):
        return str.__str__(name)
    if isinstance(name, int | float | UUID | date | Decimal) and not isinstance(name, bool):
        return str(name)
    raise TypeError(f"a name in {place or 'the call'} is a {type(name).__name__}; names are text")
