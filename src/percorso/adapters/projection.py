"""The one projection from log rows to the columns of `events`: sealing and the live tail both use it."""

from percorso.adapters.arrow import Snapshot
from percorso.adapters.stretch import Columns
from percorso.model.event import NAME_OF_TYPE
from percorso.model.verdict import TimeRule

_NEVER = -(2**62)
"""Stands for a time that is missing, so that a column has its type from the first row on."""
LOG = Columns(
    table="log_events",
    numbers={
        **{
            name: name
            for name in ("seq", "occurred_at", "received_at", "time_rule", "day", "hour", "tie", "historical")
        },
        **{name: f"coalesce({name}, {_NEVER})" for name in ("said_at", "sent_at")},
    },
    texts={name: name for name in ("source", "message_id", "body")},
)
"""What is read of the log."""
PLACED = Columns(
    table="placed",
    numbers={name: name for name in ("seq", "robot")},
    texts={
        name: f"coalesce({name}, '')" for name in ("node_id", "person_id", "touchpoint", "channel", "phase", "stage")
    },
)
"""What is read of where processing placed the events."""

_PATHS = (
    *("type", "event", "name", "category", "userId", "anonymousId"),
    *("properties", "context", "traits", "context.traits", "context.locale"),
    *("properties.order_id", "properties.revenue", "properties.currency", "properties.score", "properties.scale"),
    *("properties.kind", "properties.wait_s", "properties.language", "properties.comment", "properties.text"),
    "properties.message_id",
)


def _said(path: str) -> str:
    """SQL of one extracted text."""
    return f"b[{_PATHS.index(path) + 1}]"


def _number(path: str) -> str:
    number = f"TRY_CAST({_said(path)} AS DOUBLE)"
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def _object(path: str) -> str:
    """SQL of an extracted JSON object; null when it is anything else."""
    return f"CASE WHEN starts_with({_said(path)}, '{{') THEN {_said(path)} END"


_PAGE = (
    f"json_merge_patch(json_merge_patch('{{}}', json_object('name', nullif({_said('name')}, ''), 'category',"
    f" nullif({_said('category')}, ''))), coalesce({_object('properties')}, '{{}}'))"
)


def projection(raw: str, placed: str) -> str:
    """SQL over two relations, log rows (`LOG`) and placed rows (`PLACED`), giving model.tables.EVENTS.

    As data/events.py reads a body: the name of a page is a property of it, traits are those of the call over those of its
    context. A body that DuckDB cannot read as JSON keeps its log columns and has null in the others.
    """
    paths = ", ".join(f"'$.{path}'" for path in _PATHS)
    kind = _said("type")
    names = " ".join(f"WHEN '{kind}' THEN '{name}'" for kind, name in NAME_OF_TYPE.items())
    rules = " ".join(f"WHEN {rule.value} THEN '{rule.word}'" for rule in TimeRule)
    return f"""
        SELECT
            message_id, source, {kind} AS type, CASE {kind} WHEN 'track' THEN {_said("event")} {names} END AS name,
            nullif(l.node_id, '') AS node_id, nullif(l.person_id, '') AS person_id,
            make_timestamp(occurred_at) AS occurred_at, make_timestamp(received_at) AS received_at,
            CASE time_rule {rules} END AS time_rule,
            make_timestamp(nullif(said_at, {_NEVER})) AS said_at, make_timestamp(nullif(sent_at, {_NEVER})) AS sent_at,
            r.seq AS seq, tie, historical <> 0 AS historical,
            nullif(l.touchpoint, '') AS touchpoint, nullif(l.channel, '') AS channel, nullif(l.phase, '') AS phase,
            nullif(l.stage, '') AS stage, coalesce(l.robot, 0) <> 0 AS robot,
            DATE '1970-01-01' + day::INTEGER AS local_date, hour::SMALLINT AS local_hour,
            nullif({_said("userId")}, '') AS user_id, nullif({_said("anonymousId")}, '') AS anonymous_id,
            {_said("properties.order_id")} AS order_id, {_number("properties.revenue")} AS revenue,
            {_said("properties.currency")} AS currency,
            {_number("properties.score")} AS score, {_number("properties.scale")} AS scale,
            {_said("properties.message_id")} AS reply_to,
            CASE WHEN {_said("event")} = 'Survey Answered' THEN {_said("properties.kind")} END AS survey_kind,
            {_number("properties.wait_s")} AS wait_s,
            coalesce({_said("properties.language")},
                lower(nullif(regexp_extract({_said("context.locale")}, '^[A-Za-z]+'), ''))) AS language,
            coalesce({_said("properties.comment")}, {_said("properties.text")}) AS comment,
            CASE WHEN {kind} IN ('page', 'screen') AND ({_said("name")} <> '' OR {_said("category")} <> '')
                THEN {_PAGE}::VARCHAR ELSE {_object("properties")} END AS properties,
            {_object("context")} AS context,
            CASE WHEN {kind} <> 'group' AND starts_with({_said("context.traits")}, '{{')
                THEN json_merge_patch({_said("context.traits")}, coalesce({_object("traits")}, '{{}}'))::VARCHAR
                ELSE {_object("traits")} END AS traits
        FROM (SELECT * EXCLUDE body, TRY(json_extract_string(body, [{paths}])) AS b FROM {raw}) r
            LEFT JOIN {placed} l ON l.seq = r.seq
    """


def processed_limit(log: Snapshot, offsets: dict[str, int]) -> int:
    """The largest seq up to which every row of this snapshot of the log is processed.

    Each lane has its own offset; the first row of a lane beyond its offset is the first that is not processed.
    """
    waiting = [
        first
        for lane in (0, 1)
        if (
            first := log.number(
                f"SELECT min(seq) FROM log_events WHERE lane = {lane} AND seq > {offsets.get(f'process/{lane}', 0)}"
            )
        )
        is not None
    ]
    if waiting:
        return min(waiting) - 1
    return log.number("SELECT max(seq) FROM log_events") or 0
