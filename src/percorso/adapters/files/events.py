"""One event of a map as SQL: which rows make it, its wire item, its time, and what may be wrong."""

import json
from collections.abc import Iterable

from percorso.adapters.files.cells import LINE_BITS, Problem, as_text, json_text, problem, quoted
from percorso.adapters.files.conditions import condition_sql
from percorso.adapters.files.layers import Layers
from percorso.adapters.files.rows import Rows
from percorso.adapters.files.values import Scope, error_sql, json_of, moment_of, object_sql, position_sql
from percorso.model.import_map import Column, EventSpec, ImportMap, Value

MAX_MESSAGE_ID = 100

_TRAITS = ("email", "phone")
_FIELDS = {"user_id": "userId", "anonymous_id": "anonymousId", "group_id": "groupId"}


def when_sql(event: EventSpec, rows: Rows) -> str:
    """Which rows make the event."""
    return "true" if event.when is None else condition_sql(event.when, rows.names.__getitem__)


def event_sql(event: EventSpec, import_map: ImportMap, rows: Rows) -> str:
    """A query of (event number, time in micros, position, item, error, body) over the rows that make the event."""
    layers = Layers("t")
    scope = rows.scope(layers)
    moment = moment_of(event.time, scope)
    key, problems = _message_id(event, import_map, rows)
    problems += [*moment.problems, _no_time(event), *_no_name(event, scope)]
    item = _item(event, scope, problems)
    source = rows.table
    if not event.key:
        nth = f"row_number() OVER (PARTITION BY {rows.content}, _pos >> {LINE_BITS} ORDER BY _pos)"
        source = f"(SELECT *, {nth} AS _nth FROM {source})"
    read = layers.over(f"SELECT * FROM {source} WHERE _err IS NULL AND {when_sql(event, rows)}")
    named = f"SELECT *, {moment.sql} AS _time, {key} AS _key FROM ({read})"
    checked = f"SELECT *, {error_sql(problems)} AS _wrong, {position_sql(problems)} AS _wrong_pos FROM ({named})"
    return (
        f"SELECT {event.number}, epoch_us(_time), coalesce(_wrong_pos, _pos), CASE WHEN _wrong IS NULL THEN {item} END,"
        f" _wrong, CASE WHEN _wrong IS NOT NULL THEN {rows.body} END FROM ({checked})"
    )


def _no_time(event: EventSpec) -> Problem:
    columns = ", ".join(column.name for column in event.time.columns)
    detail = f"column {columns} is empty; an event has a time: fill it in, or leave such rows out with `when`"
    return problem("_time IS NULL", "missing_timestamp", detail)


def _name(event: EventSpec, scope: Scope) -> str:
    if isinstance(event.name, Column):
        return json_text(identifier(event.name, scope))
    return "NULL" if event.name is None else quoted(json.dumps(event.name, ensure_ascii=False))


def _no_name(event: EventSpec, scope: Scope) -> list[Problem]:
    if not isinstance(event.name, Column):
        return []
    detail = f"column {event.name.name} is empty, which says what happened; fill it in"
    return [problem(f"{identifier(event.name, scope)} IS NULL", "missing_key", detail)]


def _item(event: EventSpec, scope: Scope, problems: list[Problem]) -> str:
    """SQL of the wire item, where ``_time`` and ``_key`` are at hand; what may be wrong is added to `problems`."""
    traits = _values(event.traits, scope, problems)
    own = event.type in ("identify", "group")
    contacts = [(kind, json_text(identifier(column, scope))) for kind, column in event.identifiers if kind in _TRAITS]
    label = "event" if event.type == "track" else "name"
    parts = [
        ("type", quoted(f'"{event.type}"')),
        (label, _name(event, scope)),
        ("messageId", json_text("_key")),
        *((_FIELDS[kind], json_text(identifier(one, scope))) for kind, one in event.identifiers if kind in _FIELDS),
        ("timestamp", "json_time(_time)"),
        ("properties", _or_missing(_values(event.properties, scope, problems))),
        ("traits", _or_missing([*traits, *contacts]) if own else "NULL"),
        ("context", _context(event, scope, [] if own else [*traits, *contacts])),
    ]
    return object_sql(parts)


def _message_id(event: EventSpec, import_map: ImportMap, rows: Rows) -> tuple[str, list[Problem]]:
    """SQL of the message id: readable from the key, else a hash of what the row says and how often it was said before."""
    if not event.key:
        said = f"{quoted(import_map.source)}, {rows.content}, _nth::VARCHAR, {quoted(str(event.number))}"
        return f"'row:' || left(sha256(concat_ws(chr(31), {said})), 40)", []
    texts = [as_text(rows.names[name]) for name in event.key]
    missing = " OR ".join(f"{text} IS NULL" for text in texts)
    wrong = problem(
        missing, "missing_key", f"column {', '.join(event.key)} is empty, which names the event; fill it in"
    )
    escaped = [f"replace(replace({text}, '%', '%25'), ':', '%3A')" for text in texts]
    readable = " || ':' || ".join([quoted(event.event_id), *escaped])
    short = f"{quoted(event.event_id)} || ':' || left(sha256({readable}), 40)"
    return f"CASE WHEN strlen({readable}) <= {MAX_MESSAGE_ID} THEN {readable} ELSE {short} END", [wrong]


def identifier(column: Column, scope: Scope) -> str:
    """SQL of an identifier as text, NULL when it is blank."""
    text = f"nullif(trim({as_text(scope.names[column.name])}), '')"
    return f"{quoted(column.prefix)} || {text}" if column.prefix else text


def _values(values: Iterable[tuple[str, Value]], scope: Scope, problems: list[Problem]) -> list[tuple[str, str]]:
    parts: list[tuple[str, str]] = []
    for name, value in values:
        piece = json_of(value, scope)
        problems.extend(piece.problems)
        parts.append((name, piece.sql))
    return parts


def _or_missing(parts: list[tuple[str, str]]) -> str:
    given = [(name, sql) for name, sql in parts if sql != "NULL"]
    return f"nullif({object_sql(given)}, '{{}}')" if given else "NULL"


def _context(event: EventSpec, scope: Scope, traits: list[tuple[str, str]]) -> str:
    touchpoint = "NULL" if event.touchpoint is None else json_of(event.touchpoint, scope).sql
    others = [
        f'\'{{"type":"{kind}","id":\' || {json_text(identifier(column, scope))} || \'}}\''
        for kind, column in event.identifiers
        if kind not in _FIELDS and kind not in _TRAITS
    ]
    ids = f"'[' || nullif(concat_ws(',', {', '.join(others)}), '') || ']'" if others else "NULL"
    return _or_missing([("touchpoint", touchpoint), ("externalIds", ids), ("traits", _or_missing(traits))])
