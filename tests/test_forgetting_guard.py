"""The log's door: who was erased comes in by no other spelling, second value, key or link; and nobody else is kept out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as drawing
from hypothesis import strategies as st
from sqlalchemy import text

from percorso.data.events import read_event
from percorso.data.identity.anywhere import InEvents, in_refused
from percorso.data.identity.identifiers import identifiers
from percorso.data.intake import Item, read_items
from percorso.main import open_company
from percorso.main.company import Company
from percorso.model.identifier import RANK, normalise
from percorso.model.identity import IdentityRules, Trust
from percorso.model.time import parse_iso, to_iso
from percorso.model.verdict import IMPORT_LANE, LIVE_LANE, Verdict
from percorso.ports import LogEntry
from percorso.settings import Settings
from tests.drawn import drawn
from tests.folding import FixedClock
from tests.test_forgetting import DAY, event, forget, found, life, take

ANN = "person.00007@example.com"
NUMBER = "+393331234567"


@pytest.fixture
def company(company_dir: Path, settings: Settings) -> Iterator[Company]:
    """Where customer 7 was erased, with an address, a number and a card of the company's own kind."""
    with open_company(company_dir, settings) as opened:
        opened.clock = FixedClock(parse_iso("2026-11-01T12:00:00Z"))
        card = {"externalIds": [{"type": "tessera", "id": "TESS-445566"}]}
        more = event(79, day=41, userId="customer-00007", traits={"phone": NUMBER}, context=card)
        take(opened, [*life(7, 70), {**more, "type": "identify"}, *life(8, 80)])
        forget(opened, "user_id:customer-00007")
        opened.clock.time += DAY
        yield opened


def told(company: Company, *, trust: Trust = Trust.SERVER, lane: int = LIVE_LANE, **given: Any) -> Verdict:
    """What becomes of an event of customer 8, from now, that says this, too."""
    item = {"type": "track", "event": "Gift Sent", "messageId": f"m-{hash(json.dumps(given, sort_keys=True))}-{lane}"}
    item |= {"timestamp": to_iso(company.clock.now()), "userId": "customer-00008", **given}
    return _verdict(company, json.dumps(item).encode(), trust, lane)


def _verdict(company: Company, body: bytes, trust: Trust = Trust.SERVER, lane: int = LIVE_LANE) -> Verdict:
    intake = company.collector.intake("web", lane)._replace(trust=trust)
    verdict = company.collector.append(read_items([Item(body, 0, None)], intake))[0].verdict
    company.processor.drain()
    return verdict


BESIDE: dict[str, dict[str, Any]] = {
    "a second address": {
        "traits": {"email": "fresh@example.org"},
        "context": {"externalIds": [{"type": "email", "id": ANN}]},
    },
    "a second number": {
        "context": {"externalIds": [{"type": "phone", "id": n} for n in ("+390255500100", "333 123 4567")]}
    },
    "a second card": {
        "context": {"externalIds": [{"type": "tessera", "id": one} for one in ("TESS-1", "TESS-445566")]}
    },
    "a card in a list": {"context": {"externalIds": [{"type": "tessera", "id": ["TESS-1", "TESS-445566"]}]}},
    "a property": {"properties": {"to": ANN}},
    "a property in other letters": {"properties": {"to": " Person.00007@Example.COM "}},
    "a property of that name": {"properties": {"customer": {"user_id": "customer-00007"}}},
    "a list under that name": {"properties": {"phone": ["02 555 001", "333/123.45.67"]}},
    "a number in a text": {"properties": {"note": f"call {NUMBER}, please"}},
    "a link": {"properties": {"link": f"mailto:{ANN}"}},
    "an address of a page": {"context": {"page": {"url": f"https://shop.example.com/?e={ANN}&x=1"}}},
    "a coded address of a page": {
        "context": {"page": {"url": "https://shop.example.com/?e=person.00007%40example.com"}}
    },
    "a text": {"properties": {"note": f"She wrote from <{ANN}>."}},
    "a key": {"properties": {ANN: 1}},
    "a key deep within": {"properties": {"seen": [{"by": {ANN: True}}]}},
    "a JSON text": {"properties": {"payload": json.dumps({"email": ANN})}},
    "a device in a context": {"context": {"device": {"anonymousId": "device-00007"}}},
    "a group": {"type": "group", "groupId": "g-1", "traits": {"email": ANN}},
}


@pytest.mark.parametrize("lane", [LIVE_LANE, IMPORT_LANE])
@pytest.mark.parametrize("where", BESIDE)
def test_an_event_that_names_them_anywhere_is_suppressed(company: Company, where: str, lane: int) -> None:
    assert told(company, lane=lane, **BESIDE[where]) is Verdict.SUPPRESSED
    assert not found(company, [ANN, NUMBER, "TESS-445566", "customer-00007", "device-00007"])


def test_a_mention_registers_nobody_and_one_by_their_own_identity_does(company: Company) -> None:
    assert told(company, properties={"to": ANN}) is Verdict.SUPPRESSED
    assert told(company, userId="customer-00007", properties={"n": 1}) is Verdict.ACCEPTED
    assert told(company, properties={"to": ANN, "n": 2}) is Verdict.SUPPRESSED, "the address was not registered"
    assert told(company, userId="customer-00007", traits={"email": ANN}, type="identify") is Verdict.ACCEPTED
    assert told(company, properties={"to": ANN, "n": 3}) is Verdict.ACCEPTED


def test_what_stands_behind_escapes_or_an_overridden_key_is_read_too(company: Company) -> None:
    at = to_iso(company.clock.now())
    begins = f'{{"type":"track","event":"Gift Sent","timestamp":"{at}","userId":"customer-00008"'
    escaped = ANN.replace("@", "\\u0040").replace("p", "\\u0070")
    for number, more in enumerate(
        (
            f'"properties":{{"to":"{escaped}"}}',
            f'"properties":{{"to":"{ANN}"}},"properties":{{}}',
            '"properties":{"user_id":"customer-00007"},"properties":{}',
            '"userId":"customer-00007","userId":"customer-00008"',
        )
    ):
        body = f'{begins},"messageId":"raw-{number}",{more}}}'.encode()
        assert _verdict(company, body) is Verdict.SUPPRESSED, more


OTHERS: dict[str, dict[str, Any]] = {
    "a product of that number": {
        "properties": {"product_id": "customer-00007", "type": "tessera", "id": "TESS-445566"}
    },
    "a longer address": {"properties": {"to": f"x{ANN}"}},
    "an address of the same house": {"properties": {"to": "person.00008@example.com"}},
    "a time zone": {"properties": {"at": "2026-11-02T12:00:00+01:00"}},
    "an own kind's other card": {"context": {"externalIds": [{"type": "tessera", "id": "TESS-445567"}]}},
    "the same value as another kind": {"context": {"externalIds": [{"type": "badge", "id": "TESS-445566"}]}},
}


@pytest.mark.parametrize("what", OTHERS)
def test_what_names_nobody_erased_comes_in(company: Company, what: str) -> None:
    assert told(company, trust=Trust.PUBLIC, **OTHERS[what]) is Verdict.ACCEPTED
    assert told(company, **OTHERS[what], anonymousId="device-00008") is Verdict.ACCEPTED


REFUSED: dict[str, bytes] = {
    "a link": json.dumps({"type": "track", "properties": {"link": f"mailto:{ANN}"}}).encode(),
    "a key": json.dumps({"type": "track", "properties": {ANN: 1}}).encode(),
    "an address of a page": json.dumps({"type": "track", "properties": {"u": f"https://x.it/?e={ANN}"}}).encode(),
    "an own kind": json.dumps(
        {"type": "track", "context": {"externalIds": [{"type": "tessera", "id": "TESS-445566"}]}}
    ).encode(),
    "an own kind as a column": json.dumps({"type": "track", "Tessera": "TESS-445566"}).encode(),
    "a number with noise": json.dumps({"type": "track", "properties": {"tel": "333/123.45.67"}}).encode(),
    "no JSON": b'{"type": "track", "who": "mailto:' + ANN.encode() + b'", ',
    "an own kind, no JSON": b'{"type":"track","context":{"externalIds":[{"type":"tessera","id":"TESS-445566"}',
    "an own kind after its value, no JSON": b'{"context":{"externalIds":[{"id":"TESS-445566","type":"tessera"}',
    "escapes, no JSON": b'{"email": "' + ANN.replace("@", "\\u0040").encode() + b'"',
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_refused_item_that_names_them_is_not_kept(company: Company, what: str) -> None:
    assert _verdict(company, REFUSED[what]) is not Verdict.ACCEPTED
    assert not found(company, [ANN, "TESS-445566", "333/123.45.67"])
    with company.log_database.read() as connection:
        assert not connection.execute(text("select body from log_refused where reason <> 'erased'")).all()


def test_a_refused_item_of_somebody_else_is_kept(company: Company) -> None:
    body = json.dumps({"type": "track", "userId": "customer-00008", "tessera": "TESS-1"}).encode()
    assert _verdict(company, body) is Verdict.QUARANTINED


# what is read is never less than what identity reads

TEXTS = st.sampled_from(
    ["u1", " U1", "0", "-5", "a@x.it", "A@X.it ", "+39 333 1234567", "333 1234567", 'q"u@x.it', "é@x.it"]
)
VALUES = TEXTS | st.integers(-3, 10**12) | st.none() | st.booleans()
EXTERNAL = st.lists(st.fixed_dictionaries({"type": st.sampled_from([*RANK, "tessera", "?"]), "id": VALUES}), max_size=3)
BODIES = st.fixed_dictionaries(
    {"type": st.sampled_from(["track", "identify", "alias"])},
    optional={
        "userId": VALUES,
        "anonymousId": VALUES,
        "previousId": VALUES,
        "traits": st.dictionaries(st.sampled_from(["email", "phone", "name"]), VALUES, max_size=3),
        "context": st.fixed_dictionaries(
            {},
            optional={
                "externalIds": EXTERNAL,
                "traits": st.dictionaries(st.sampled_from(["email", "phone"]), VALUES, max_size=2),
            },
        ),
    },
)


@drawing(max_examples=drawn(1_000, 20))
@given(BODIES, st.booleans())
def test_all_that_identity_reads_is_read(body: dict[str, Any], escaped: bool) -> None:
    written = json.dumps({"event": "E", **body}, ensure_ascii=escaped)
    entry = LogEntry(1, 0, "web", "m", 1, 1, 0, 0, 0, False, written.encode(), int(Trust.SERVER))
    wanted = {(one.kind, one.value) for one in identifiers(read_event(entry), IdentityRules())}
    anywhere = InEvents(RANK)
    if wanted - {
        ("user_id", str(body.get("userId", "")).strip()),
        ("anonymous_id", str(body.get("anonymousId", "")).strip()),
    }:
        assert anywhere.may_name(written)
    for readings in (anywhere.read(written), in_refused(written.encode(), RANK)):
        read = {(one.kind, one.value) for said in readings if (one := normalise(*said)) is not None}
        assert wanted <= read
