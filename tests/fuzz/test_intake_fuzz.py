"""Whatever is sent: an answer that the document allows, each item accounted for once, and what was accepted is folded.

A few examples in the fast suite; ``PERCORSO_FUZZ_S=600 pytest tests/fuzz -s`` looks for ten minutes.
"""

import gzip
import json
from collections.abc import Iterator

import pytest

from percorso.http.calls import ABOUT_CLIENTS, CALLS
from percorso.http.pixel import PIXELS
from percorso.http.tracking_document import DESCRIBED_AT
from tests.fuzz.budget import PATIENCE_S, explore
from tests.fuzz.hostile import Request, batches, oddities, singles
from tests.fuzz.house import House, house
from tests.tracking import KEY

pytestmark = pytest.mark.timeout(PATIENCE_S)

BATCHES = sorted(path for path, call in CALLS.items() if call.envelope.type_of_route is None)
SINGLES = sorted((path, call.envelope.type_of_route) for path, call in CALLS.items() if call.envelope.type_of_route)
EVERYWHERE = [
    *CALLS,
    *PIXELS,
    *PIXELS,
    *(ABOUT_CLIENTS, DESCRIBED_AT, "/sourceConfig", "/sourceConfig/"),
    *(f"/v1/projects/{key}/settings" for key in (KEY, "gone", "\x00", "\ufffd", "a b")),
    *("/v1/", "/v1/buy", "/v1/track/", "/projects//settings", "/v1/projects/x", "/pixel/v1/screen", "/api/s/é"),
]


@pytest.fixture
def fresh() -> Iterator[House]:
    with house() as opened:
        yield opened


def strictly_read(body: bytes) -> object:
    """What a strict reader makes of a body. Raises ValueError or RecursionError when it is no JSON."""
    return json.loads(body.decode(), parse_constant=_no_number)


def _no_number(word: str) -> object:
    raise ValueError(word)


def is_json(body: bytes) -> bool:
    try:
        strictly_read(body)
    except (ValueError, RecursionError):
        return False
    return True


def test_every_item_of_a_batch_that_can_be_read_has_its_verdict_once(fresh: House) -> None:
    def batches_are_accounted_for(request: Request) -> None:
        fresh.next()
        before = fresh.given()
        answer = fresh.send(request)
        if answer.status == 200:
            assert fresh.given() - before == request.items
            assert fresh.send(request).status == 200, "the same again"
        else:
            assert answer.status == 400
            assert not is_json(unpacked(request))

    explore(batches_are_accounted_for, batches(BATCHES), few=60, share=0.45)


def test_a_single_call_is_taken_or_quarantined_when_it_is_an_object(fresh: House) -> None:
    def singles_are_accounted_for(request: Request) -> None:
        fresh.next()
        before = fresh.given()
        answer = fresh.send(request)
        if answer.status == 200:
            assert fresh.given() - before == 1
        elif answer.status == 401:
            assert b'"writeKey"' in unpacked(request), "a key beside that of the header"
        else:
            assert answer.status == 400
            assert not is_json(unpacked(request))

    explore(singles_are_accounted_for, singles(SINGLES), few=60, share=0.25)


def test_nothing_that_is_sent_brings_it_down(fresh: House) -> None:
    def oddities_are_answered(request: Request) -> None:
        fresh.next()
        fresh.send(request)

    explore(oddities_are_answered, oddities(EVERYWHERE), few=120, share=0.3)


def unpacked(request: Request) -> bytes:
    body = b"".join(request.pieces)
    return gzip.decompress(body) if (b"content-encoding", b"gzip") in request.headers else body
