"""The two readings of a condition agree: for one event, and for a table."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from percorso.adapters.duckdb_base import open_duckdb
from percorso.model.condition import check_condition, compile_condition
from percorso.model.condition_expr import to_expr
from percorso.model.errors import InvalidConfig
from percorso.model.event import Event
from percorso.model.subject import EventSubject
from percorso.model.tables import schema_of
from tests.drawn import drawn

NAMES = ("Order Completed", "Survey Answered", "Order Delivered", "")
KEYS = ("score", "kind", "delivered_at", "estimated_at", "deep", "a b", "città")

moments = st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)).map(
    lambda at: at.replace(microsecond=at.microsecond)
)
times = st.one_of(
    moments.map(lambda at: at.isoformat()),
    moments.map(lambda at: at.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")),
    st.builds(lambda at, h: at.replace(tzinfo=timezone(timedelta(hours=h))).isoformat(), moments, st.integers(-11, 13)),
    moments.map(lambda at: at.date().isoformat()),
    st.sampled_from(["", "yesterday", "2026-13-01", "2026-02-30T10:00:00Z", "2026-01-01T25:00:00Z", "12"]),
)
texts = st.one_of(
    st.sampled_from(["nps", "csat", "5", "true", "null", "", "%", "_", "Nps"]), st.text("abñ€😀'\"\\%_ ", max_size=5)
)
numbers = st.one_of(
    st.integers(-(2**53), 2**53), st.floats(-1e15, 1e15, allow_nan=False), st.sampled_from([0, 0.0, -0.0, 5, 5.0])
)
scalars = st.one_of(texts, times, numbers, st.booleans())
values = st.recursive(
    st.one_of(scalars, st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)),
    max_leaves=5,
)
objects = st.dictionaries(st.sampled_from(KEYS), values, max_size=5)
fields = st.one_of(
    st.sampled_from(["name", "type", "source", "touchpoint", "channel", "phase", "properties"]),
    st.builds(
        lambda root, path: ".".join((root, *path)),
        st.sampled_from(["properties", "traits", "context"]),
        st.lists(st.sampled_from(KEYS), min_size=1, max_size=2),
    ),
)
comparisons = st.one_of(
    st.builds(lambda o, v: {o: v}, st.sampled_from(["is", "is_not", "at_least", "at_most", "above", "below"]), scalars),
    st.builds(lambda o, v: {o: v}, st.sampled_from(["in", "not_in"]), st.lists(scalars, max_size=3)),
    st.builds(lambda o, v: {o: v}, st.sampled_from(["contains", "starts_with"]), texts),
    st.builds(lambda v: {"exists": v}, st.booleans()),
    st.builds(lambda v: {"later_than": v}, fields),
)
leaves = st.builds(lambda f, a, b: {"field": f, **a, **b}, fields, comparisons, st.one_of(st.just({}), comparisons))
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda c: {"all": c}),
        st.lists(inner, min_size=1, max_size=3).map(lambda c: {"any": c}),
        inner.map(lambda c: {"not": c}),
    ),
    max_leaves=4,
)
subjects = st.builds(
    lambda name, touchpoint, properties, traits, context: EventSubject(
        Event(
            seq=1, message_id="m", source="web", type="track", name=name, user_id=None, anonymous_id=None, group_id=None,
            previous_id=None, properties=properties, traits=traits, context=context, occurred_at=0, received_at=0, tie=0,
            historical=False,
        ),
        touchpoint,
        None if touchpoint is None else touchpoint.split(".")[0],
        None if touchpoint is None else "before",
    ),
    st.sampled_from(NAMES),
    st.sampled_from([None, "web.home", "call.support"]),
    objects,
    objects,
    objects,
)  # fmt: skip


def in_table(condition: Mapping[str, Any], subjects: list[EventSubject]) -> list[bool]:
    """The answers of the table reading, in order."""
    connection = open_duckdb()
    connection.execute(
        "CREATE TABLE events (seq BIGINT, name VARCHAR, type VARCHAR, source VARCHAR, touchpoint VARCHAR,"
        " channel VARCHAR, phase VARCHAR, properties VARCHAR, traits VARCHAR, context VARCHAR)"
    )
    for seq, subject in enumerate(subjects):
        event = subject.event
        row = [seq, event.name, event.type, event.source, subject.touchpoint, subject.channel, subject.phase]
        row += [json.dumps(part, ensure_ascii=False) for part in (event.properties, event.traits, event.context)]
        connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    events = ibis.table(schema_of("events"), name="events")
    expression = events.select(events.seq, met=to_expr(condition, events)).order_by("seq")
    found = connection.execute(str(ibis.to_sql(expression, dialect="duckdb"))).fetchall()
    connection.close()
    return [met for _, met in found]


@given(conditions, st.lists(subjects, min_size=1, max_size=4))
@settings(max_examples=drawn(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_two_readings_agree(condition: dict[str, Any], people: list[EventSubject]) -> None:
    check_condition(condition)
    test = compile_condition(condition)
    assert in_table(condition, people) == [test(subject) for subject in people]


def test_a_field_of_the_person_cannot_be_asked_of_events() -> None:
    with pytest.raises(InvalidConfig, match="ask it of the person"):
        to_expr({"field": "person.orders", "is": 1}, ibis.table(schema_of("events"), name="events"))


def test_a_late_delivery_is_found_over_offsets() -> None:
    late = {"field": "properties.delivered_at", "later_than": "properties.estimated_at"}
    events = ibis.table(schema_of("events"), name="events")
    connection = open_duckdb()
    connection.execute("CREATE TABLE events (properties VARCHAR)")
    for delivered, estimated in (
        ("2026-03-01T10:00:00+02:00", "2026-03-01T09:00:00Z"),
        ("2026-03-01T10:00:00Z", "2026-03-01T10:30:00+02:00"),
    ):
        said = json.dumps({"delivered_at": delivered, "estimated_at": estimated})
        connection.execute("INSERT INTO events VALUES (?)", [said])
    query = str(ibis.to_sql(events.select(late=to_expr(late, events)), dialect="duckdb"))
    assert [row[0] for row in connection.execute(query).fetchall()] == [False, True]
