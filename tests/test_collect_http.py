"""The tracking API as clients meet it: exact answers, clear errors, and nothing that can bring it down."""

import asyncio
import gzip
import json
import zlib
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from percorso.http.collect import collecting
from percorso.http.request_body import MAX_BODY
from percorso.model.errors import StoreUnavailable
from percorso.model.verdict import LIVE_LANE
from tests.folding import Folding, retail
from tests.tracking import BASIC, KEY, fallback, post, source_of, stored

TRACK = {"event": "Order Completed", "userId": "u1", "messageId": "m1"}
DEEP = b'{"batch":[' + b'{"a":' * 1_000_000 + b"1" + b"}" * 1_000_000 + b"]}"


@pytest.fixture
def folding(tmp_path: Path) -> Iterator[Folding]:
    folding = Folding(tmp_path, retail())
    folding.collector.start()
    yield folding
    folding.collector.stop()
    folding.close()


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("track", TRACK),
        ("identify", {"userId": "u1", "traits": {"email": "ada@example.com"}, "messageId": "m1"}),
        ("page", {"anonymousId": "a", "name": "Home", "messageId": "m1"}),
        ("screen", {"anonymousId": "a", "name": "Home", "messageId": "m1"}),
        ("group", {"userId": "u1", "groupId": "g", "messageId": "m1"}),
        ("alias", {"userId": "u1", "previousId": "a", "messageId": "m1"}),
        ("batch", {"batch": [{**TRACK, "type": "track"}], "sentAt": "2026-11-01T10:00:00Z"}),
    ],
)
def test_each_call_is_answered_exactly_as_clients_expect(folding: Folding, call: str, body: Any) -> None:
    answer = post(folding, f"/v1/{call}", body)
    assert (answer.status_code, answer.content) == (200, b'{"success":true}')
    assert answer.headers["content-type"] == "application/json"
    assert stored(folding) == ["m1"]


def test_every_item_has_its_verdict(folding: Folding) -> None:
    good = {**TRACK, "type": "track"}
    answer = post(folding, "/v1/batch", {"batch": [good, good, {**good, "userId": "u2"}, {"type": "nonsense"}, 7]})
    told = answer.json()
    assert answer.status_code == 200
    assert told["success"] is True
    assert told["accepted"] == 1
    assert [(v["index"], v["verdict"], v["reason"]) for v in told["verdicts"]] == [
        (1, "duplicate", None),
        (2, "conflict", "conflict"),
        (3, "quarantined", "unknown_type"),
        (4, "quarantined", "not_an_object"),
    ]


def test_a_single_invalid_item_is_quarantined_not_refused(folding: Folding) -> None:
    answer = post(folding, "/v1/track", {"userId": "u"})
    assert answer.status_code == 200
    assert answer.json()["verdicts"][0]["reason"] == "missing_event"


@pytest.mark.parametrize(
    "headers",
    [
        BASIC,
        {"Authorization": "basic " + b64encode(KEY.encode()).decode()},
        {**BASIC, "Content-Type": "text/plain"},
        {**BASIC, "Content-Type": "application/x-www-form-urlencoded"},
    ],
)
def test_keys_and_content_types_of_real_clients(folding: Folding, headers: Mapping[str, str]) -> None:
    assert post(folding, "/v1/track", TRACK, headers).status_code == 200


@pytest.mark.parametrize("path", ["/v1/t", "/v1/b"])
def test_calls_by_first_letter(folding: Folding, path: str) -> None:
    item = {**TRACK, "type": "track"}
    assert post(folding, path, {"batch": [item]} if path == "/v1/b" else item).content == b'{"success":true}'
    assert stored(folding) == ["m1"]


def test_the_key_may_stand_in_body_or_query(folding: Folding) -> None:
    assert post(folding, "/v1/track", {**TRACK, "writeKey": KEY}, {}).status_code == 200
    assert post(folding, f"/v1/track?writeKey={KEY}", {**TRACK, "messageId": "m2"}, {}).status_code == 200
    assert stored(folding) == ["m1", "m2"]


@pytest.mark.parametrize(
    ("path", "body", "headers", "status", "code"),
    [
        ("/v1/track", b"{not json", BASIC, 400, "malformed_body"),
        ("/v1/track", b"", BASIC, 400, "malformed_body"),
        ("/v1/track", b"[]", BASIC, 400, "malformed_body"),
        ("/v1/track", b'{"event":"\xff"', BASIC, 400, "malformed_body"),
        ("/v1/batch", b'{"batch":{}}', BASIC, 400, "malformed_body"),
        ("/v1/batch", b'{"items":[]}', BASIC, 400, "malformed_body"),
        ("/v1/track", DEEP, BASIC, 413, "too_large"),
        ("/v1/batch", DEEP[:300_000], BASIC, 400, "malformed_body"),
        ("/v1/batch", json.dumps({"batch": [{}] * 5_001}).encode(), BASIC, 413, "too_large"),
        ("/v1/track", b"x" * (MAX_BODY + 1), BASIC, 413, "too_large"),
        ("/v1/track", b"{}", {**BASIC, "Content-Encoding": "br"}, 400, "malformed_body"),
        ("/v1/track", b"{}", {**BASIC, "Content-Encoding": "gzip"}, 400, "malformed_body"),
        ("/v1/track", gzip.compress(b"{}")[:-4], {**BASIC, "Content-Encoding": "gzip"}, 400, "malformed_body"),
        ("/v1/track", gzip.compress(b"{}") * 2, {**BASIC, "Content-Encoding": "gzip"}, 400, "malformed_body"),
        ("/v1/track", gzip.compress(b"{}") + b"more", {**BASIC, "Content-Encoding": "gzip"}, 400, "malformed_body"),
        ("/v1/track", gzip.compress(b" " * 100_000_000), {**BASIC, "Content-Encoding": "gzip"}, 413, "too_large"),
        ("/v1/track", b"{}", {}, 401, "unauthenticated"),
        ("/v1/track", b"{}", {"Authorization": "Basic !!"}, 401, "unauthenticated"),
        ("/v1/track", b'{"writeKey":"nobody"}', {}, 401, "unauthenticated"),
        ("/v1/track", b'{"writeKey":"other"}', BASIC, 401, "unauthenticated"),
        ("/v1/buy", b"{}", BASIC, 404, "not_found"),
    ],
    ids=lambda value: "" if isinstance(value, bytes | dict) else None,
)
def test_what_cannot_be_read_is_an_error_that_says_what_to_do(
    folding: Folding, path: str, body: bytes, headers: Mapping[str, str], status: int, code: str
) -> None:
    answer = post(folding, path, body, headers)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code)
    assert len(told["message"]) > 10
    assert stored(folding) == []
    assert post(folding, "/v1/track", TRACK).status_code == 200, "the next one is served"


def test_one_hostile_item_does_not_take_the_batch_with_it(folding: Folding) -> None:
    bad = b'{"type":"track","event":"x","userId":"u","properties":' + b"[" * 900 + b"]" * 900 + b"}"
    good = json.dumps({**TRACK, "type": "track"}).encode()
    answer = post(folding, "/v1/batch", b'{"batch":[' + bad + b"," + good + b"]}")
    assert answer.json()["verdicts"][0]["reason"] == "too_deep"
    assert stored(folding) == ["m1"]


def test_gzip_on_any_route(folding: Folding) -> None:
    packed = gzip.compress(json.dumps(TRACK).encode())
    assert post(folding, "/v1/track", packed, {**BASIC, "Content-Encoding": "gzip"}).status_code == 200
    assert stored(folding) == ["m1"]


def posted_in_pieces(folding: Folding, pieces: Sequence[bytes]) -> tuple[int, bytes]:
    """Status and body of the answer to a gzipped track call that arrives in these pieces."""
    waiting = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})
    answered: list[Any] = []
    headers = [(name.lower().encode(), value.encode()) for name, value in BASIC.items()]
    headers.append((b"content-encoding", b"gzip"))
    scope = {"type": "http", "method": "POST", "path": "/v1/track", "query_string": b"", "headers": headers}

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        answered.append(message)

    async def ask() -> None:
        await collecting(fallback, folding.collector, source_of)(scope, receive, send)

    asyncio.run(ask())
    return answered[0]["status"], answered[1]["body"]


def test_gzip_may_arrive_byte_by_byte(folding: Folding) -> None:
    packed = gzip.compress(json.dumps(TRACK).encode())
    pieces = [packed[at : at + 1] for at in range(len(packed))]
    assert posted_in_pieces(folding, pieces) == (200, b'{"success":true}')
    assert stored(folding) == ["m1"]


def test_what_follows_a_gzip_stream_in_a_later_piece_is_not_passed_over(folding: Folding) -> None:
    packed = gzip.compress(json.dumps(TRACK).encode())
    status, body = posted_in_pieces(folding, [packed, packed])
    assert (status, json.loads(body)["code"]) == (400, "malformed_body")
    assert stored(folding) == []


def test_gzip_that_never_becomes_anything_ends_at_the_cap(folding: Folding) -> None:
    packer = zlib.compressobj(wbits=31)
    empty = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    more = packer.flush(zlib.Z_FULL_FLUSH) * 1_000
    nothing = b"\x00\x00\x00\xff\xff" * 100_000
    status, body = posted_in_pieces(folding, [empty, more, *[nothing] * 9])
    assert (status, json.loads(body)["code"]) == (413, "too_large")


ORIGIN = {"Origin": "https://shop.example"}


def test_a_page_of_another_site_may_ask_first(folding: Folding) -> None:
    wish = {
        **ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-retry-count",
    }
    answer = post(folding, "/v1/batch", b"", wish, method="OPTIONS")
    assert (answer.status_code, answer.content) == (204, b"")
    told = answer.headers
    assert told["access-control-allow-origin"] == "https://shop.example"
    assert told["access-control-allow-methods"] == "GET, POST"
    assert set(told["access-control-allow-headers"].split(", ")) == {
        "authorization",
        "content-type",
        "content-encoding",
        "x-retry-count",
        "anonymousid",
        "x-write-key",
        "x-enable-debug",
        "x-ip-policy",
    }
    assert (told["access-control-max-age"], told["vary"]) == ("900", "Origin")
    assert "access-control-allow-credentials" not in told


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/v1/track", TRACK, BASIC, 200),
        ("/v1/track", TRACK, {}, 401),
        ("/v1/track", b"{", BASIC, 400),
        ("/v1/buy", TRACK, BASIC, 404),
    ],
)
def test_a_page_of_another_site_may_read_every_answer(
    folding: Folding, path: str, body: Any, headers: Mapping[str, str], status: int
) -> None:
    answer = post(folding, path, body, {**headers, **ORIGIN})
    assert answer.status_code == status
    assert (answer.headers["access-control-allow-origin"], answer.headers["vary"]) == (ORIGIN["Origin"], "Origin")
    assert "access-control-allow-credentials" not in answer.headers


def test_without_a_page_there_is_no_word_of_origins(folding: Folding) -> None:
    assert "access-control-allow-origin" not in post(folding, "/v1/track", TRACK).headers
    assert post(folding, "/v1/track", b"", method="OPTIONS").status_code == 404
    assert "access-control-allow-origin" not in post(folding, "/api/status", b"", ORIGIN).headers


def test_an_empty_batch_is_fine(folding: Folding) -> None:
    assert post(folding, "/v1/batch", {"batch": []}).content == b'{"success":true}'


def test_the_context_of_the_envelope_lies_under_each_item(folding: Folding) -> None:
    item = {**TRACK, "type": "track", "context": {"ip": "item"}}
    post(folding, "/v1/batch", {"batch": [item], "context": {"ip": "envelope", "locale": "it"}})
    (entry,) = folding.log.read(LIVE_LANE, 0, 10)
    assert json.loads(entry.body)["context"] == {"ip": "item", "locale": "it"}


def test_other_paths_pass_through(folding: Folding) -> None:
    assert post(folding, "/api/status", b"").status_code == 418
    assert post(folding, "/v1/track", b"", method="GET").status_code == 404


class _FullDisk:
    """A log whose disk is full."""

    log_id = "full"

    def append(self, candidates: Any, refused: Any = ()) -> Any:
        raise StoreUnavailable("the log cannot be written; nothing was stored", retry_after_s=3)

    def read(self, lane: int, after: int, limit: int) -> list[Any]:
        return []

    def size(self) -> Any:
        raise AssertionError("not asked")

    def close(self) -> None: ...


def test_when_nothing_can_be_stored_the_answer_is_503(folding: Folding) -> None:
    folding.collector._log = _FullDisk()
    answer = post(folding, "/v1/track", TRACK)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    assert answer.json()["code"] == "store_unavailable"


async def _many(folding: Folding, count: int) -> AsyncIterator[httpx.Response]:
    app = collecting(fallback, folding.collector, source_of)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        calls = [
            client.post("/v1/track", json={**TRACK, "messageId": f"m{n % 50}"}, headers=BASIC) for n in range(count)
        ]
        for answer in await asyncio.gather(*calls):
            yield answer


def test_concurrent_requests_share_commits_and_each_gets_its_own_answer(folding: Folding) -> None:
    async def run() -> list[httpx.Response]:
        return [answer async for answer in _many(folding, 100)]

    answers = asyncio.run(run())
    assert {answer.status_code for answer in answers} == {200}
    accepted = [answer for answer in answers if answer.content == b'{"success":true}']
    assert len(accepted) == 50
    assert sorted(stored(folding)) == sorted(f"m{n}" for n in range(50))
