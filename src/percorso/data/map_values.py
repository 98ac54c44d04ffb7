"""The values an import map may write: a closed, small set; see docs/import.md.

amount                                  a column as it stands
{column: amount}                        the same, written out
{constant: EUR}                         a text, number or true/false
{text: code}  {number: qty}  {money: price}
{time: paid_at}  {time: {column: paid_at, format: "%d/%m/%Y", zone: Europe/Rome}}
{time: {latest: [paid_at, sent_at]}}    also `earliest`
{multiply: [qty, price]}                two numbers
{sum: lines, of: {multiply: [qty, price]}}
{list: lines, each: {product_id: code, price: {money: price}}}
"""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from percorso.model.fields import Fields
from percorso.model.import_map import (
    Amount,
    Column,
    Constant,
    Moment,
    Multiply,
    Number,
    Objects,
    Pick,
    Sum,
    Text,
    Value,
)

KINDS = ("column", "constant", "text", "number", "money", "time", "multiply", "sum", "list")


def value(given: Any, fields: Fields, key: str) -> Value:
    """What is written below a key, as a value."""
    if isinstance(given, str):
        return column(given, fields, key)
    kind = _kind(given, fields, key)
    if kind == "column":
        return column(given, fields, key)
    if kind == "text":
        return Text(column(given["text"], fields, key))
    if kind == "time":
        return moment(given["time"], fields, key)
    if kind == "list":
        return _objects(given, fields, key)
    return amount(given, fields, key)


def amount(given: Any, fields: Fields, key: str) -> Amount:
    """What is written below a key, as a number; a bare column is read as one."""
    if isinstance(given, str):
        return Number(column(given, fields, key))
    kind = _kind(given, fields, key)
    if kind == "constant":
        return Constant(_constant(given[kind], fields, key))
    if kind in ("number", "money") and isinstance(given[kind], str):
        return Number(column(given[kind], fields, key), money=kind == "money")
    if kind in ("number", "money"):
        return amount(given[kind], fields, key)
    if kind == "multiply":
        return _multiply(given[kind], fields, key)
    if kind == "sum":
        return _sum(given, fields, key)
    raise fields.error(key, f"{kind!r} is no number; use a column, constant, number, money, multiply or sum")


def column(given: Any, fields: Fields, key: str) -> Column:
    """The name of a column: a text, or {column: ...}."""
    name = given.get("column") if isinstance(given, Mapping) and set(given) == {"column"} else given
    if not isinstance(name, str) or not name:
        raise fields.error(key, f"is the name of a column (in quotes when it looks like a number), found {given!r}")
    return Column(name)


def moment(given: Any, fields: Fields, key: str) -> Moment:
    """A time: a column, or {column | latest | earliest: ..., format: ..., zone: ...}."""
    if isinstance(given, str):
        return Moment(columns=(column(given, fields, key),))
    part = Fields(given, f"{fields.where}, {key}")
    picks: dict[str, Pick] = {"column": "only", "latest": "latest", "earliest": "earliest"}
    written = [name for name in picks if part.take(name, None) is not None]
    if len(written) != 1:
        raise fields.error(key, "a time has one of column, latest, earliest")
    columns = (part.text("column"),) if written[0] == "column" else part.words(written[0])
    formats = part.take("format", ())
    read = Moment(
        columns=tuple(map(Column, columns)),
        pick=picks[written[0]],
        formats=(part.text("format"),) if isinstance(formats, str) else part.words("format"),
        zone=part.text("zone", None),
    )
    part.done()
    _check_moment(read, fields, key)
    return read


def _check_moment(read: Moment, fields: Fields, key: str) -> None:
    if not read.columns:
        raise fields.error(key, "names no column")
    if any(text.startswith("unix") and text not in ("unix_s", "unix_ms") for text in read.formats):
        raise fields.error(key, "format is unix_s, unix_ms or a pattern such as %d/%m/%Y %H:%M")
    if any(not text.startswith("unix") and "%" not in text for text in read.formats):
        raise fields.error(key, 'a pattern has %-signs, such as "%d/%m/%Y %H:%M"')
    try:
        ZoneInfo(read.zone or "UTC")
    except (KeyError, ValueError, OSError):
        raise fields.error(key, f"{read.zone!r} is no time zone; write one such as Europe/Rome") from None


def _kind(given: Any, fields: Fields, key: str) -> str:
    kinds = [kind for kind in KINDS if isinstance(given, Mapping) and kind in given]
    if len(kinds) != 1:
        hint = ' (a constant is written {constant: "x"})' if isinstance(given, int | float) else ""
        raise fields.error(key, f"is a column or one of {', '.join(KINDS)}; found {given!r}{hint}")
    allowed = {"sum": {"sum", "of"}, "list": {"list", "each"}}.get(kinds[0], {kinds[0]})
    if set(given) - allowed:
        raise fields.error(key, f"unknown key {', '.join(sorted(map(str, set(given) - allowed)))}")
    return kinds[0]


def _constant(given: Any, fields: Fields, key: str) -> str | int | float | bool:
    if not isinstance(given, str | int | float | bool) or given in (float("inf"), float("-inf")) or given != given:
        raise fields.error(key, "a constant is a text, a number, true or false")
    return given


def _multiply(given: Any, fields: Fields, key: str) -> Multiply:
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise fields.error(key, "multiply takes two numbers: {multiply: [quantity, price]}")
    factors = [_number(one, fields, key) for one in given]
    return Multiply(*factors)


def _number(given: Any, fields: Fields, key: str) -> Amount:
    read = amount(given, fields, key)
    if isinstance(read, Constant) and isinstance(read.value, bool | str):
        raise fields.error(key, f"{read.value!r} is no number to reckon with")
    return read


def _sum(given: Mapping[str, Any], fields: Fields, key: str) -> Sum:
    if not isinstance(given["sum"], str) or "of" not in given:
        raise fields.error(key, "a sum names its list and what to add: {sum: lines, of: price}")
    of = _number(given["of"], fields, key)
    if isinstance(of, Sum) or _holds_sum(of):
        raise fields.error(key, "a sum inside a sum cannot be made")
    return Sum(given["sum"], of)


def _objects(given: Mapping[str, Any], fields: Fields, key: str) -> Objects:
    each = given.get("each")
    if not isinstance(given["list"], str) or not isinstance(each, Mapping) or not each:
        raise fields.error(key, "a list names its rows and fields: {list: lines, each: {product_id: code}}")
    parts = tuple((str(name), value(one, fields, f"{key}.{name}")) for name, one in each.items())
    for name, one in parts:
        if isinstance(one, Objects | Sum) or _holds_sum(one):
            raise fields.error(f"{key}.{name}", "a list inside a list cannot be made")
    return Objects(given["list"], parts)


def _holds_sum(given: Value) -> bool:
    if isinstance(given, Multiply):
        return any(isinstance(one, Sum) or _holds_sum(one) for one in (given.left, given.right))
    return False
