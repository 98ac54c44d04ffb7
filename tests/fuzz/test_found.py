"""What was found by looking, each kept as a case of its own."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from percorso.data.well_formed import check_bytes, depth
from tests.folding import Folding, retail
from tests.tracking import BASIC, KEY, bodies, post


@pytest.fixture
def folding(tmp_path: Path) -> Iterator[Folding]:
    folding = Folding(tmp_path, retail())
    folding.collector.start()
    yield folding
    folding.collector.stop()
    folding.close()


@pytest.mark.parametrize("word", ["\\u0074ype", "t\\u0079pe", "\\u0074\\u0079\\u0070\\u0065", "typ\\u0065"])
@pytest.mark.parametrize("value", ["7", "null", '"page"'])
def test_a_type_spelt_in_escapes_is_no_other_type_than_that_of_the_address(
    folding: Folding, word: str, value: str
) -> None:
    """It stood behind ours, where it counted, and the event could not be folded."""
    body = f'{{"event":"Order Completed","userId":"u","{word}":{value},"messageId":"m1"}}'
    assert post(folding, "/v1/track", body.encode()).content == b'{"success":true}'
    assert folding.processor.drain() == 1
    assert folding.tables()["unfolded"] == []
    (stored,) = bodies(folding)
    assert stored == {"type": "track", "event": "Order Completed", "userId": "u", "messageId": "m1"}
    assert json.dumps(stored).count("type") == 1


def test_a_field_that_stands_there_twice_is_what_it_is_the_last_time(folding: Folding) -> None:
    """The fold looked at the first as well, and set the event aside."""
    body = b'{"batch":[{"type":{},"event":[],"userId":true,"type":"track","event":"Order Completed","userId":"u"}]}'
    assert post(folding, "/v1/batch", body).content == b'{"success":true}'
    folding.processor.drain()
    assert folding.tables()["unfolded"] == []
    assert {row[2] for row in folding.tables()["nodes"]} == {"u"}


@pytest.mark.parametrize("bit", [b'\\"', b'a\\"', b'"\\', b'"', b"\\"])
def test_text_that_never_ends_is_looked_through_once(bit: bytes) -> None:
    """64 KB of it held the server for 25 seconds."""
    body = b"[" * 33 + b'"' + bit * (60_000 // len(bit))
    began = time.process_time()
    depth(body)
    assert time.process_time() - began < 1


def test_strings_that_are_whole_still_hide_their_brackets() -> None:
    assert depth(b"[" + b'"[\\"[\\\\",' * 50 + b'{"a":[1]}]') == 3
    assert depth(b'{"a":"[[[[') == 1
    check_bytes(b'["' + b"[" * 40 + b'"]', 100)


CUT = (
    b'{"type":"page","anonymousId":"a","properties":{"title":"Caff\\u00e8 \\ud83d"},"messageId":"cut"}',
    b'{"type":"page","anonymousId":"a","properties":{"\\udc00":1},"messageId":"cut"}',
    b'{"type":"page","anonymousId":"a","\\ud800":null,"messageId":"cut"}',
)
WHOLE = b'{"type":"page","anonymousId":"a","name":"\\ud83d\\ude00 \\u00e8","properties":{"n":1e3},"messageId":"whole"}'


@pytest.mark.parametrize("cut", CUT)
def test_a_text_that_a_page_cut_inside_a_character_costs_no_other_event(folding: Folding, cut: bytes) -> None:
    """``"☕😀".slice(0, 2)`` is such a text. The batch was refused with everything in it."""
    batch = b'{"batch":[' + cut + b"," + WHOLE + b'],"sentAt":"2026-11-22T10:00:00Z","context":{"locale":"it"}}'
    told = post(folding, "/v1/batch", batch).json()
    assert (told["accepted"], [(one["index"], one["reason"]) for one in told["verdicts"]]) == (1, [(0, "invalid_text")])
    (stored,) = bodies(folding)
    assert (stored["name"], stored["properties"], stored["context"]) == ("😀 è", {"n": 1000.0}, {"locale": "it"})


@pytest.mark.parametrize("cut", CUT)
def test_a_single_call_with_a_text_cut_inside_a_character_is_kept_aside(folding: Folding, cut: bytes) -> None:
    with_key = cut[:-1] + b',"writeKey":"' + KEY.encode() + b'"}'
    for body, headers in ((cut, BASIC), (with_key, {})):
        answer = post(folding, "/v1/page", body, headers)
        assert (answer.status_code, answer.json()["verdicts"][0]["reason"]) == (200, "invalid_text")


@pytest.mark.parametrize(
    "body",
    [
        b'["\\ud800"]',
        b'"\\ud800"',
        b'{"batch":{"\\ud800":1}}',
        b'{"batch":["\\ud800"],"context":{"a":"\\ud800"}}',
        b'{"batch":["\\ud800"',
        b'{"batch":[%s"\\ud800"]}' % (b"9" * 5_000 + b","),
        b'{"batch":["\\ud800",' + b"[" * 5_000 + b"]" * 5_000 + b"]}",
    ],
    ids=range(7),
)
def test_what_else_is_wrong_with_it_is_still_told(folding: Folding, body: bytes) -> None:
    assert post(folding, "/v1/batch", body).json()["code"] == "malformed_body"
    assert post(folding, "/v1/page", body[:1] + b"\\ud800").json()["code"] == "malformed_body"
