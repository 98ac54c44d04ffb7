"""The forms of the wire contract beside the ordinary call: other makers' addresses, settings, beacons, pixels, envelopes."""

import gzip
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from percorso.http.calls import CALLS
from percorso.http.pixel import GIF, MAX_PARAMETERS
from tests.folding import Folding, retail
from tests.tracking import BASIC, KEY, bodies, post, stored

TRACK = {"event": "Order Completed", "userId": "u1", "messageId": "m1"}
OF_CALL: Mapping[str | None, dict[str, Any]] = {
    "track": TRACK,
    "identify": {"userId": "u1", "messageId": "m1", "traits": {}},
    "page": {"anonymousId": "a", "messageId": "m1"},
    "screen": {"anonymousId": "a", "messageId": "m1"},
    "group": {"userId": "u1", "groupId": "g", "messageId": "m1"},
    "alias": {"userId": "u1", "previousId": "a", "messageId": "m1"},
    None: {"batch": [{**TRACK, "type": "track"}], "sentAt": "2026-11-22T10:00:00Z"},
}


@pytest.fixture
def folding(tmp_path: Path) -> Iterator[Folding]:
    folding = Folding(tmp_path, retail())
    folding.collector.start()
    yield folding
    folding.collector.stop()
    folding.close()


@pytest.mark.parametrize("path", sorted(CALLS))
def test_every_address_takes_its_call_packed_with_the_key_anywhere(folding: Folding, path: str) -> None:
    item = OF_CALL[CALLS[path].envelope.type_of_route]
    plain = post(folding, f"{path}?writeKey={KEY}", item, {"Content-Type": "text/plain"})
    assert (plain.status_code, plain.content) == (200, b'{"success":true}')
    packed = gzip.compress(json.dumps(item).encode())
    how = {**BASIC, "Content-Encoding": "gzip", "Content-Type": "application/x-www-form-urlencoded"}
    again = post(folding, path, packed, how).json()
    assert [one["verdict"] for one in again["verdicts"]] == ["duplicate"]
    kind = CALLS[path].envelope.type_of_route or "track"
    assert [body["type"] for body in bodies(folding)] == [kind]


# who sends


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Authorization": "Bearer token"}, {**TRACK, "writeKey": KEY}),
        ({"X-Write-Key": f"{KEY}:secret"}, TRACK),
        ({"X-Write-Key": KEY}, TRACK),
        ({**BASIC, "X-Write-Key": KEY}, {**TRACK, "writeKey": KEY}),
        ({"Authorization": "Basic " + b64encode(KEY.encode()).decode(), "AnonymousId": "YQ=="}, TRACK),
    ],
)
def test_the_key_is_found_where_clients_put_it(folding: Folding, headers: Mapping[str, str], body: Any) -> None:
    assert post(folding, "/v1/track", body, headers).content == b'{"success":true}'


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Authorization": "Bearer " + KEY}, TRACK),
        ({"X-Write-Key": "other"}, {**TRACK, "writeKey": KEY}),
        ({**BASIC, "X-Write-Key": "other:x"}, TRACK),
        ({"X-Write-Key": ":"}, TRACK),
    ],
)
def test_no_key_and_keys_that_differ_are_refused(folding: Folding, headers: Mapping[str, str], body: Any) -> None:
    assert post(folding, "/v1/track", body, headers).status_code == 401
    assert stored(folding) == []


def test_the_masked_key_in_the_body_of_a_jitsu_client_is_no_key(folding: Folding) -> None:
    item = {**TRACK, "type": "track", "writeKey": f"{KEY}:***"}
    assert post(folding, "/api/s/track", item, {"X-Write-Key": f"{KEY}:x"}).content == b'{"success":true}'
    assert post(folding, "/api/s/track", {**TRACK, "writeKey": KEY}, {}).status_code == 401


# documents


@pytest.mark.parametrize("path", [f"/v1/projects/{KEY}/settings", f"/projects/{KEY}/settings"])
def test_settings_send_analytics_js_to_us_and_nowhere_else(folding: Folding, path: str) -> None:
    told = post(folding, path, b"", {"Host": "cx.example:8443"}, method="GET").json()
    assert list(told["integrations"]) == ["Segment.io"]
    sender = told["integrations"]["Segment.io"]
    assert (sender["apiKey"], sender["apiHost"], sender["protocol"]) == (KEY, "cx.example:8443/v1", "http")
    assert told["plan"]["track"]["__default"]["enabled"] is True
    assert told["metrics"]["sampleRate"] == 0


@pytest.mark.parametrize(
    ("path", "headers"),
    [(f"/sourceConfig/?p=npm&writeKey={KEY}&v=3", {}), ("/sourceConfig", BASIC), ("/sourceConfig/", BASIC)],
)
def test_source_config_is_what_rudderstacks_client_needs(
    folding: Folding, path: str, headers: Mapping[str, str]
) -> None:
    source = post(folding, path, b"", headers, method="GET").json()["source"]
    assert (source["writeKey"], source["enabled"], source["destinations"]) == (KEY, True, [])
    assert {"id", "name", "config", "workspaceId"} <= set(source)


@pytest.mark.parametrize("path", ["/v1/projects/wrong/settings", "/sourceConfig/?writeKey=wrong", "/sourceConfig/"])
def test_documents_are_for_known_keys_alone(folding: Folding, path: str) -> None:
    assert post(folding, path, b"", {}, method="GET").json()["code"] == "unauthenticated"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"/v1/projects/{KEY}/settings"),
        ("GET", f"/projects/{KEY}/other"),
        ("GET", "/v1/batch"),
        ("POST", "/pixel/v1/track"),
        ("GET", "/beacon/v1/batch"),
        ("POST", "/api/s/s2s/nothing"),
    ],
)
def test_what_is_no_call_is_not_found(folding: Folding, method: str, path: str) -> None:
    assert post(folding, path, b"", BASIC, method=method).json()["code"] == "not_found"


def test_what_clients_tell_of_themselves_is_counted_and_not_kept(folding: Folding) -> None:
    for _ in range(2):
        assert post(folding, "/v1/m", {"series": [{"metric": "x"}]}, {}).content == b'{"success":true}'
    assert folding.collector.counts["about_clients"] == 2
    assert stored(folding) == []


# pixel


def test_a_pixel_is_an_event(folding: Folding) -> None:
    query = "anonymousId=%22a1%22&messageId=m1&event=Email+Opened&properties.order_id=o%201&context.page.path=%2F"
    answer = post(folding, f"/pixel/v1/track?writeKey={KEY}&{query}", b"", {}, method="GET")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, GIF, "image/gif")
    assert (answer.headers["cache-control"], answer.headers["percorso-verdict"]) == ("no-store", "accepted")
    assert bodies(folding) == [
        {
            "type": "track",
            "anonymousId": "a1",
            "messageId": "m1",
            "event": "Email Opened",
            "properties": {"order_id": "o 1"},
            "context": {"page": {"path": "/"}},
        }
    ]


def test_a_page_pixel_names_the_type_and_hides_the_key(folding: Folding) -> None:
    post(folding, f"/pixel/v1/page?writeKey={KEY}&userId=u&type=track&name=", b"", {}, method="GET")
    (body,) = bodies(folding)
    assert (body["type"], "writeKey" in body) == ("page", False)


DEEP = "a." * 20 + "b"


@pytest.mark.parametrize(
    ("query", "placed"),
    [
        ("a=1&a.b=2", {"a": "1", "a.b": "2"}),
        ("a.b=2&a=1", {"a": "1", "a.b": "2"}),
        ("a.b.c=3&a.b=2&a.d=4", {"a": {"b": "2", "d": "4"}, "a.b.c": "3"}),
        ("a.b=1&a.b=2", {"a": {"b": "1"}}),
        (f"{DEEP}=1", {DEEP: "1"}),
    ],
)
def test_what_has_no_way_down_keeps_its_whole_name(folding: Folding, query: str, placed: Mapping[str, Any]) -> None:
    post(folding, f"/pixel/v1/page?writeKey={KEY}&userId=u&messageId=m&{query}", b"", {}, method="GET")
    (body,) = bodies(folding)
    assert body == {"type": "page", "userId": "u", "messageId": "m", **placed}


@pytest.mark.parametrize(
    ("query", "status", "header"),
    [
        (f"writeKey={KEY}&event=E", 200, ("percorso-verdict", "quarantined no_identifier")),
        ("writeKey=wrong&event=E&userId=u", 401, ("percorso-error", "unauthenticated")),
        (f"writeKey={KEY}&event=%ff&userId=u", 400, ("percorso-error", "malformed_body")),
        (f"writeKey={KEY}" + "&a=1" * MAX_PARAMETERS, 400, ("percorso-error", "malformed_body")),
    ],
)
def test_a_pixel_is_shown_whatever_becomes_of_its_event(
    folding: Folding, query: str, status: int, header: tuple[str, str]
) -> None:
    answer = post(folding, f"/pixel/v1/track?{query}", b"", {}, method="GET")
    assert (answer.status_code, answer.content) == (status, GIF)
    assert answer.headers[header[0]] == header[1]
    assert stored(folding) == []


# envelopes, ids


def test_context_and_integrations_of_the_envelope_lie_under_each_item(folding: Folding) -> None:
    item = {**TRACK, "type": "track", "context": {"ip": "item"}, "integrations": {"Mail": False}}
    envelope = {"context": {"ip": "envelope", "locale": "it"}, "integrations": {"All": True, "Mail": True}}
    post(folding, "/v1/batch", {"batch": [item, {**TRACK, "type": "track", "messageId": "m2"}], **envelope})
    first, second = bodies(folding)
    assert (first["context"], first["integrations"]) == (
        {"ip": "item", "locale": "it"},
        {"All": True, "Mail": False},
    )
    assert (second["context"], second["integrations"]) == (envelope["context"], envelope["integrations"])


@pytest.mark.parametrize("empty", [None, {}, [], "x", 7])
def test_an_envelope_that_says_nothing_changes_nothing(folding: Folding, empty: Any) -> None:
    batch = {"batch": [{**TRACK, "type": "track"}], "context": empty, "integrations": empty}
    assert post(folding, "/v1/batch", batch).content == b'{"success":true}'
    assert bodies(folding) == [{**TRACK, "type": "track"}]


def test_integrations_too_large_to_lie_under_every_item_are_refused(folding: Folding) -> None:
    batch = {"batch": [{**TRACK, "type": "track"}], "integrations": {"x": "y" * 10_000}}
    assert post(folding, "/v1/batch", batch).json()["code"] == "too_large"


def test_an_alias_of_oneself_joins_nobody_and_says_so(folding: Folding) -> None:
    item = {"userId": "u9", "previousId": "u9", "anonymousId": "a", "messageId": "m1"}
    told = post(folding, "/v1/alias", item).json()
    assert (told["success"], told["accepted"]) == (True, 1)
    (one,) = told["verdicts"]
    assert (one["verdict"], one["reason"]) == ("accepted", None)
    assert "joins nobody" in one["detail"]
    folding.processor.drain()
    kinds = {row[1] for row in folding.tables()["nodes"]}
    assert kinds == {"user_id", "anonymous_id"}, "the user is no device of their own"
    assert post(folding, "/v1/alias", item).json()["verdicts"][0]["verdict"] == "duplicate"


def test_traits_of_the_context_are_the_persons(folding: Folding) -> None:
    post(folding, "/v1/identify", {"userId": "u", "context": {"traits": {"email": "ada@example.com"}}})
    folding.processor.drain()
    assert "ada@example.com" in {row[2] for row in folding.tables()["nodes"]}
