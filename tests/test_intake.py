"""Intake: what clients send becomes a candidate or is refused with a reason; it never raises."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from percorso.data.envelope import Under
from percorso.data.intake import MAX_ITEM_BYTES, Intake, Item, read_item
from percorso.data.well_formed import depth
from percorso.model.errors import MalformedBody
from percorso.model.time import MINUTE, CivilClock, parse_iso
from percorso.model.verdict import IMPORT_LANE, LIVE_LANE, Candidate, Refused

NOW = parse_iso("2026-11-22T12:00:00Z")
TRACK = {"type": "track", "event": "Order Completed", "userId": "u1", "messageId": "m1"}


def read(item: Any, **intake: Any) -> Candidate | Refused:
    body = item if isinstance(item, bytes) else json.dumps(item).encode()
    return read_item(Item(body, 3), Intake("web", LIVE_LANE, False, NOW, CivilClock("Europe/Rome"), **intake))


def accepted(item: Any, **intake: Any) -> Candidate:
    outcome = read(item, **intake)
    assert isinstance(outcome, Candidate), outcome
    return outcome


def test_an_ordinary_call_is_accepted() -> None:
    candidate = accepted({**TRACK, "timestamp": "2026-11-01T23:30:00.000Z"})
    assert candidate.message_id == "m1"
    assert candidate.occurred_at == parse_iso("2026-11-01T23:30:00Z")
    assert (candidate.day, candidate.hour) == (20_759, 0), "half past midnight in Rome is the next civil day"
    assert candidate.tie == 3


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (b"[1]", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b'{"type": "track", ', "malformed"),
        (b"{" * 1_000_000, "too_large"),
        (b'{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}", "too_deep"),
        ({**TRACK, "properties": {"x": "y" * MAX_ITEM_BYTES}}, "too_large"),
        ({**TRACK, "type": "buy"}, "unknown_type"),
        ({**TRACK, "type": 7}, "unknown_type"),
        ({**TRACK, "event": ""}, "missing_event"),
        ({**TRACK, "event": None}, "missing_event"),
        ({"type": "group", "userId": "u"}, "missing_group"),
        ({"type": "alias", "userId": "u"}, "missing_previous"),
        ({"type": "track", "event": "E"}, "no_identifier"),
        ({"type": "track", "event": "E", "userId": "", "anonymousId": None}, "no_identifier"),
        ({**TRACK, "userId": 1.5}, "invalid_identifier"),
        ({**TRACK, "userId": {"a": 1}}, "invalid_identifier"),
        ({**TRACK, "messageId": "m" * 101}, "invalid_message_id"),
        ({**TRACK, "timestamp": "2026-02-30T00:00:00Z"}, "invalid_timestamp"),
        ({**TRACK, "timestamp": "yesterday"}, "invalid_timestamp"),
        ({**TRACK, "timestamp": "9999-12-31T00:00:00Z"}, "invalid_timestamp"),
        ({**TRACK, "timestamp": True}, "invalid_timestamp"),
        (b'{"type":"track","event":"\\ud800","userId":"u"}', "invalid_text"),
        (b'{"type":"track","event":"a\\u0000b","userId":"u"}', "invalid_text"),
        (b'{"type":"track","event":"\xff","userId":"u"}', "invalid_text"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_event_is_refused_with_its_reason(item: Any, reason: str) -> None:
    outcome = read(item)
    assert isinstance(outcome, Refused)
    assert outcome.reason == reason
    assert outcome.detail


@pytest.mark.parametrize(
    "fields",
    [
        {"userId": 42},
        {"userId": None, "anonymousId": "a"},
        {"userId": "", "anonymousId": "a"},
        {"userId": None, "context": {"externalIds": [{"type": "card", "id": "77"}]}},
        {"userId": None, "context": {"traits": {"email": "a@example.com"}}},
        {"timestamp": "2026-11-01T10:00:00.123456+00:00"},
        {"timestamp": 1_761_991_200_000},
        {"timestamp": None, "originalTimestamp": "2026-11-01T10:00:00Z"},
        {"_metadata": {"bundled": []}, "integrations": {}, "sentAt": "2026-11-01T10:00:00Z"},
        {"event": "\U0001f600 emoji"},
    ],
)
def test_what_real_clients_send_is_accepted(fields: dict[str, Any]) -> None:
    accepted({**TRACK, **fields})


def test_a_pair_of_surrogates_is_a_whole_character() -> None:
    accepted(b'{"type":"track","event":"\\ud83d\\ude00","userId":"u"}')


def test_a_time_in_the_future_is_the_time_of_reception() -> None:
    assert accepted({**TRACK, "timestamp": "2026-11-23T12:00:00Z"}).occurred_at == NOW
    soon = accepted({**TRACK, "timestamp": "2026-11-22T12:04:00Z"})
    assert soon.occurred_at == NOW + 4 * MINUTE


def test_the_fingerprint_is_of_what_is_said() -> None:
    said = {**TRACK, "properties": {"a": 1, "b": [1, 2]}, "timestamp": "2026-11-01T10:00:00Z"}
    same = {
        **said,
        "properties": {"b": [1, 2], "a": 1},
        "sentAt": "x",
        "context": {"ip": "y"},
        "timestamp": "2026-11-01T11:00:00+01:00",
    }
    assert accepted(said).fingerprint == accepted(same).fingerprint
    for change in (
        {"properties": {"a": 2}},
        {"userId": "u2"},
        {"event": "Other"},
        {"timestamp": "2026-11-02T10:00:00Z"},
    ):
        assert accepted(said).fingerprint != accepted({**said, **change}).fingerprint


def test_the_route_names_the_type() -> None:
    body = accepted(b' { "event":"E","userId":"u"}', type_of_route="track").body
    assert json.loads(body) == {"type": "track", "event": "E", "userId": "u"}
    assert json.loads(accepted({"userId": "u"}, type_of_route="identify").body)["type"] == "identify"
    assert json.loads(accepted({**TRACK, "type": "page"}, type_of_route="track").body)["type"] == "track"


def test_the_envelope_lies_under_each_item() -> None:
    item = {**TRACK, "context": {"ip": "item"}}
    body = json.loads(accepted(item, under=Under(b'{"ip":"envelope","locale":"it"}')).body)
    assert body["context"] == {"ip": "item", "locale": "it"}


def test_an_item_without_id_gets_one_of_its_own() -> None:
    anonymous = {key: value for key, value in TRACK.items() if key != "messageId"}
    assert accepted(anonymous).message_id != accepted(anonymous).message_id


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
FIELDS = (
    "type",
    "event",
    "userId",
    "anonymousId",
    "messageId",
    "timestamp",
    "properties",
    "traits",
    "context",
    "groupId",
)


def test_history_cannot_lie_ahead() -> None:
    """A typing error in a file's year must not become today's turnover; a device's clock that runs ahead is another thing."""
    ahead = json.dumps({**TRACK, "timestamp": "2099-02-01T00:00:00Z"}).encode()
    history = read_item(Item(ahead, 0, 7), Intake("files", IMPORT_LANE, True, NOW, CivilClock("UTC")))
    assert isinstance(history, Refused)
    assert (history.reason, history.line) == ("invalid_timestamp", 7)
    live = read_item(Item(ahead, 0), Intake("web", LIVE_LANE, False, NOW, CivilClock("UTC")))
    assert isinstance(live, Candidate)
    assert live.occurred_at == NOW


@given(
    st.binary(max_size=300)
    | st.dictionaries(st.sampled_from(FIELDS), json_values).map(lambda v: json.dumps(v).encode())
)
def test_nothing_a_client_may_send_raises_but_a_call_that_is_no_object(body: bytes) -> None:
    for route in (None, "track", "identify"):
        intake = Intake(
            "web", LIVE_LANE, False, NOW, CivilClock("UTC"), type_of_route=route, under=Under(b'{"a":1}', b"{}", True)
        )
        try:
            assert isinstance(read_item(Item(body, 0), intake), Candidate | Refused)
        except MalformedBody:
            assert route is not None
            with pytest.raises((msgspec.MsgspecError, UnicodeError)):
                msgspec.json.decode(body, type=dict)


@given(json_values)
def test_depth_is_that_of_the_value(value: Any) -> None:
    def deep(inner: Any) -> int:
        if isinstance(inner, dict):
            return 1 + max(map(deep, inner.values()), default=0)
        return 1 + max(map(deep, inner), default=0) if isinstance(inner, list) else 0

    assert depth(json.dumps(value).encode()) == deep(value)
