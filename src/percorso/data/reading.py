"""What a place in a JSON document says, as text, number or time: the same as an import reads of a line of JSON Lines."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from percorso.data.well_formed import Refusal
from percorso.model.time import EARLIEST, LATEST, Micros, from_datetime

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_CURRENCY = re.compile(r"^\s*[A-Z]{3}\s|[$€£¥¢₽₹₩₺₴₪\s]|\s[A-Z]{3}\s*$")
_ISO = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(\.\d+)?)?(?: ?([zZ]|[+-]\d\d(?::?\d\d)?))?)?"
)
_SIXTH = Decimal("0.000001")
_LARGEST = Decimal(10) ** 12

_encode = msgspec.json.Encoder(order="sorted").encode


def canonical(value: Any) -> str:
    """JSON with sorted keys: the same for the same content."""
    return _encode(value).decode()


def as_text(value: Any) -> str | None:
    """Text as it is, anything else as JSON; None when it is missing or empty."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    return canonical(int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value)


def as_decimal(value: Any, name: str, *, money: bool) -> Decimal | None:
    """A number with six decimals, None when it is missing. Raises Refusal."""
    text = (as_text(value) or "").strip()
    if money:
        text = _CURRENCY.sub("", text)
    if not text:
        return None
    try:
        found = Decimal(text) if _NUMBER.fullmatch(text) and not isinstance(value, bool) else None
        if found is not None and abs(found) < _LARGEST:
            return found.quantize(_SIXTH, ROUND_HALF_UP)
    except InvalidOperation:
        pass
    raise Refusal("invalid_number", f"column {name} is no number such as 1234.50; mend it at its sender")


def plain_number(value: Decimal) -> int | float:
    """A number for JSON: whole ones without a point."""
    return int(value) if value == value.to_integral_value() else float(value)


def as_moment(value: Any, name: str, formats: Iterable[str], zone: str) -> Micros | None:
    """A time, None when it is missing; without offset it is read in `zone`. Raises Refusal."""
    text = (as_text(value) or "").strip()
    if not text:
        return None
    for read in [_formatted(text, one, zone) for one in formats] or [_iso(text, zone)]:
        if read is not None and EARLIEST <= read < LATEST:
            return read
    said = f"column {name} is no time that the map reads, or outside 1900 to 2100; mend it, or set `format` in the map"
    raise Refusal("invalid_timestamp", said)


def _iso(text: str, zone: str) -> Micros | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, part, offset = found.groups()
    try:
        civil = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
        civil += timedelta(microseconds=int((part or ".0")[1:7].ljust(6, "0")))
        return from_datetime(civil.replace(tzinfo=ZoneInfo(zone)) if offset is None else _at_offset(civil, offset))
    except (ValueError, OverflowError):
        return None


def _at_offset(civil: datetime, offset: str) -> datetime:
    if offset in "zZ":
        return civil.replace(tzinfo=UTC)
    digits = offset[1:].replace(":", "").ljust(4, "0")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return civil.replace(tzinfo=UTC) - (away if offset[0] == "+" else -away)


def _formatted(text: str, pattern: str, zone: str) -> Micros | None:
    try:
        if pattern.startswith("unix"):
            factor = 1_000_000 if pattern == "unix_s" else 1_000
            return int(Decimal(text) * factor) if _NUMBER.fullmatch(text) else None
        moment = datetime.strptime(text, pattern)
        return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone)))
    except (ValueError, OverflowError, InvalidOperation):
        return None


def at_path(found: Any, steps: Iterable[str]) -> Any:
    """What lies deeper in a document; a number counts elements of a list from 0. None when there is nothing."""
    for step in steps:
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found
