"""Reads an import map: what people wrote becomes a checked `ImportMap`, or an error that names the place.

The format is told in docs/import.md. Which columns the files really have is checked when they are read.
"""

import hashlib
import json
import re
from codecs import lookup
from collections.abc import Iterator, Mapping
from typing import Any, cast
from zoneinfo import ZoneInfo

from percorso.data.map_values import column, moment, value
from percorso.model.condition import Condition, check_condition
from percorso.model.errors import InvalidConfig, InvalidMapping
from percorso.model.fields import Fields
from percorso.model.identifier import valid_kind
from percorso.model.import_map import (
    Column,
    Constant,
    EventSpec,
    FileFormat,
    FileSpec,
    Group,
    ImportMap,
    Join,
    Multiply,
    Objects,
    RowSet,
    Sum,
    Value,
    column_of,
)

EVENT_TYPES_OF_MAPS = ("track", "identify", "page", "screen", "group")
FORMATS = ("csv", "parquet", "jsonl", "excel")

_SLUG = re.compile(r"[^a-z0-9]+")
_EVENT_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")


def read_map(written: object) -> ImportMap:
    """The map as a record. Raises InvalidMapping, which names the place and what to write there."""
    try:
        return _read(written)
    except InvalidConfig as error:
        raise InvalidMapping(f"{error.message} (see docs/import.md)") from error


def _read(written: object) -> ImportMap:
    top = Fields(written, "map")
    zone = zone_of(top, "zone")
    files = {role: _file(role, fields) for role, fields in top.named("files", ids=False)}
    if not files:
        raise top.error("files", "name at least one file, such as {orders: {match: orders.csv}}")
    rows = {name: _row_set(name, fields, files) for name, fields in top.named("rows", ids=False)}
    for role in files:
        rows.setdefault(role, RowSet(name=role, role=role))
    events = events_of(top, rows)
    source = top.text("source")
    top.done()
    return ImportMap(source=source, zone=zone, files=files, rows=rows, events=events, digest=digest_of(written))


def digest_of(written: object) -> str:
    """A hash of what is written, whatever the order of its keys."""
    text = json.dumps(written, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def zone_of(fields: Fields, key: str) -> str:
    """The name of a time zone."""
    zone = fields.text(key)
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise fields.error(key, f"{zone!r} is no time zone; write one such as Europe/Rome") from None
    return cast(str, zone)


def _several(fields: Fields, key: str) -> tuple[str, ...]:
    """One text, or a list of them; empty when absent."""
    one = fields.take(key, ())
    return (fields.text(key),) if isinstance(one, str) else fields.words(key)


def _file(role: str, fields: Fields) -> FileSpec:
    if "." in role:
        raise fields.error("role", "the name of a file's role holds no dot")
    match = _several(fields, "match")
    if not match:
        raise fields.error("match", 'is missing; write a pattern of file names, such as "orders*.csv*"')
    encoding = fields.text("encoding", "utf-8")
    try:
        lookup(encoding)
    except LookupError:
        raise fields.error("encoding", f"{encoding!r} is unknown; try utf-8, cp1252 or latin-1") from None
    delimiter = fields.take("delimiter", ",")
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n':
        raise fields.error("delimiter", 'is one character, such as "," or ";" or "\\t"')
    format_ = fields.word("format", FORMATS) if fields.take("format", None) else None
    spec = FileSpec(
        role=role,
        match=match,
        format=cast(FileFormat | None, format_),
        delimiter=delimiter,
        encoding=encoding,
        decimal=fields.word("decimal", (".", ",")) if fields.take("decimal", None) else ".",
        columns=fields.words("columns"),
        sheet=fields.text("sheet", None),
        skip=fields.whole("skip", 0),
    )
    fields.done()
    return spec


def _row_set(name: str, fields: Fields, files: Mapping[str, FileSpec]) -> RowSet:
    role = fields.word("from", files)
    row_set = RowSet(
        name=name,
        role=role,
        joins=tuple(_join(part, files) for part in fields.parts("join")),
        group=_group(fields.part("group")),
        columns=tuple(
            (key, value(given, fields, f"columns.{key}")) for key, given in fields.mapping("columns").items()
        ),
    )
    fields.done()
    _check_names(fields, row_set)
    for key, computed in row_set.columns:
        if isinstance(computed, Objects):
            raise fields.error(f"columns.{key}", "a list of objects can only be a property")
        _check_lists(fields, f"columns.{key}", computed, row_set)
    return row_set


def _join(fields: Fields, files: Mapping[str, FileSpec], *, nested: bool = False) -> Join:
    role = fields.word("file", files)
    inner = () if nested else tuple(_join(part, files, nested=True) for part in fields.parts("join"))
    rows = None if nested else fields.text("list", None)
    if inner and rows is None:
        raise fields.error("join", "only the rows of a list have joins of their own; put this one beside the first")
    join = Join(role=role, key=_key(fields), rows=rows, sort=_several(fields, "sort"), joins=inner)
    fields.done()
    if join.sort and rows is None:
        raise fields.error("sort", "only a list is sorted; give the list a name with `list`")
    return join


def _key(fields: Fields) -> tuple[tuple[str, str], ...]:
    given = fields.take("key")
    if isinstance(given, str):
        return ((given, given),)
    if isinstance(given, list | tuple) and given and all(isinstance(one, str) for one in given):
        return tuple((one, one) for one in given)
    if isinstance(given, Mapping) and given and all(isinstance(one, str) for pair in given.items() for one in pair):
        return tuple(given.items())
    raise fields.error("key", "is a column, a list of columns, or a mapping {column here: column there}")


def _group(fields: Fields | None) -> Group | None:
    if fields is None:
        return None
    by = _several(fields, "by")
    if not by:
        raise fields.error("by", "is missing; name the column, or the columns, that the rows of a group share")
    group = Group(by=by, rows=fields.text("list"), sort=_several(fields, "sort"))
    fields.done()
    return group


def _check_names(fields: Fields, row_set: RowSet) -> None:
    lists = [join.rows for join in row_set.joins if join.rows] + ([row_set.group.rows] if row_set.group else [])
    single = [join.role for join in row_set.joins if join.rows is None]
    for names, what in ((lists, "lists"), (single, "joined files")):
        if len(set(names)) < len(names):
            raise fields.error("join", f"two {what} have the same name")


def events_of(top: Fields, rows: Mapping[str, RowSet]) -> tuple[EventSpec, ...]:
    """The events that rows make, in order."""
    events = tuple(_event(number, fields, rows) for number, fields in enumerate(top.parts("events"), start=1))
    _check_events(top, events)
    return events


def _event(number: int, fields: Fields, rows: Mapping[str, RowSet]) -> EventSpec:
    row_set = rows[fields.word("rows", rows)]
    kind = fields.word("type", EVENT_TYPES_OF_MAPS) if fields.take("type", None) else "track"
    name = _name(fields, kind)
    key = _several(fields, "message_id")
    event = EventSpec(
        event_id=_event_id(fields, name if isinstance(name, str) else kind),
        number=number,
        type=kind,
        name=name,
        rows=row_set.name,
        when=_condition(fields),
        key=key or (row_set.group.by if row_set.group else ()),
        identifiers=tuple(_identifiers(fields)),
        time=moment(fields.take("time"), fields, "time"),
        touchpoint=_touchpoint(fields),
        properties=_values(fields, "properties", row_set),
        traits=_values(fields, "traits", row_set),
    )
    fields.done()
    return event


def _name(fields: Fields, kind: str) -> str | Column | None:
    """A bare text is the name itself; a column is written out: {column: activity}."""
    given = fields.take("name", None)
    if isinstance(given, Mapping):
        return column(given, fields, "name")
    name: str | None = fields.text("name") if kind == "track" else fields.text("name", None)
    return name


def _event_id(fields: Fields, name: str) -> str:
    event_id = fields.text("id", None) or _SLUG.sub("-", name.lower()).strip("-")[:40]
    if not _EVENT_ID.match(event_id):
        raise fields.error("id", "is a word of at most 40 small letters, digits and hyphens, such as order-completed")
    return cast(str, event_id)


def _condition(fields: Fields) -> Condition | None:
    when = fields.take("when", None)
    if when is None:
        return None
    try:
        check_condition(_as_properties(when))
    except InvalidConfig as problem:
        raise fields.error("when", problem.message.replace("'properties.", "'row.")) from problem
    return dict(when)


def _as_properties(condition: Any) -> Any:
    """The condition with ``row.X`` written as ``properties.X``, so that the one grammar checks it."""
    if isinstance(condition, list | tuple):
        return [_as_properties(branch) for branch in condition]
    if not isinstance(condition, Mapping):
        return condition
    renamed = {key: _as_properties(part) if key in ("all", "any", "not") else part for key, part in condition.items()}
    for key in ("field", "later_than"):
        if key in renamed:
            field = renamed[key]
            if not isinstance(field, str) or not field.startswith("row.") or not column_of(field):
                raise InvalidConfig(f"fields of a map's conditions are columns, such as row.status; found {field!r}")
            renamed[key] = f"properties.{column_of(field)}"
    return renamed


def _identifiers(fields: Fields) -> Iterator[tuple[str, Column]]:
    for kind, given in fields.mapping("identifiers").items():
        if not valid_kind(kind):
            raise fields.error("identifiers", f"{kind!r} is no kind; use small letters, digits and underscores")
        yield kind, _identifier(given, fields, f"identifiers.{kind}")


def _identifier(given: Any, fields: Fields, key: str) -> Column:
    """A column, or {column: ..., prefix: ...} where its values alone could be taken for garbage, such as 0."""
    if not isinstance(given, Mapping) or "prefix" not in given:
        return column(given, fields, key)
    if set(given) != {"column", "prefix"} or not isinstance(given["prefix"], str):
        raise fields.error(key, "is a column, or {column: ..., prefix: a text}")
    return Column(column(given["column"], fields, key).name, given["prefix"])


def _touchpoint(fields: Fields) -> Column | Constant | None:
    """A bare text is the touchpoint itself; a column is written out: {column: shop}."""
    given = fields.take("touchpoint", None)
    if given is None:
        return None
    return Constant(fields.text("touchpoint")) if isinstance(given, str) else column(given, fields, "touchpoint")


def _values(fields: Fields, key: str, row_set: RowSet) -> tuple[tuple[str, Value], ...]:
    values = tuple((name, value(given, fields, f"{key}.{name}")) for name, given in fields.mapping(key).items())
    for name, one in values:
        _check_lists(fields, f"{key}.{name}", one, row_set)
    return values


def _check_lists(fields: Fields, key: str, given: Value, row_set: RowSet) -> None:
    if row_set.open_lists:
        return
    known = [join.rows for join in row_set.joins if join.rows] + ([row_set.group.rows] if row_set.group else [])
    for rows in lists_in(given):
        if rows not in known:
            there = f"this row set has {', '.join(map(str, known))}" if known else "this row set has no list"
            raise fields.error(key, f"there is no list {rows!r}; {there} (see `list` of join and group)")


def lists_in(given: Value) -> Iterator[str]:
    """The names of the lists that a value is made from."""
    if isinstance(given, Sum | Objects):
        yield given.rows
    elif isinstance(given, Multiply):
        yield from lists_in(given.left)
        yield from lists_in(given.right)


def _check_events(top: Fields, events: tuple[EventSpec, ...]) -> None:
    if not events:
        raise top.error("events", "is missing; name at least one event that a row makes")
    seen: dict[str, int] = {}
    for event in events:
        if event.event_id in seen:
            raise top.error(
                f"events[{event.number}]",
                f"has the same id {event.event_id!r} as events[{seen[event.event_id]}]; give one of them an `id`",
            )
        seen[event.event_id] = event.number
