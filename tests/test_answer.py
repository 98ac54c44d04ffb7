"""Answer links: signed, read, followed, recorded; what a scanner does and what a person does."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from percorso.execution.answer import MAX_TOKEN, VALID_FOR, Answer, Signer, address_hash, answer_item, links
from percorso.http.answer import answer_router
from percorso.model.errors import Forbidden, InvalidInput, NotFound
from percorso.model.identifier import Identifier
from percorso.model.message import Message
from percorso.model.time import CivilClock
from tests.delivering import ASKING, PLAY, ZONE, Company

SIGNER = Signer(b"secret")
ANSWER = Answer(message_id="m1", play="late", kind="csat", value="5", language="it")
WHO = Identifier("user_id", "ada")

MESSAGE = Message(
    message_id="m1",
    business_key="k",
    decision_id="d",
    node_id="n",
    channel="email",
    play="late",
    play_version=1,
    intent="serve",
    purpose=None,
    facts={"name": "Order Delivered", "properties": {"order_id": "A-1", "address": "secret street"}},
    created_at=0,
    due_at=0,
    expires_at=1,
)

# links


def test_a_link_is_read_back_until_its_time_is_over() -> None:
    token = SIGNER.sign(ANSWER, expires_at=10_000_000)
    assert SIGNER.read(token, 9_999_999) == ANSWER
    with pytest.raises(NotFound):
        SIGNER.read(token, 10_000_000)


words = st.text(st.characters(codec="utf-8"), max_size=20)


@given(
    answer=st.builds(
        Answer,
        message_id=words,
        play=words,
        kind=st.sampled_from(["choice", "csat", "nps", "why", "stop"]),
        value=words,
        language=st.sampled_from(["it", "en"]),
    ),
    position=st.integers(0, 10_000),
    letter=st.sampled_from("ABCxyz019-_"),
)
def test_any_changed_letter_makes_a_link_invalid(answer: Answer, position: int, letter: str) -> None:
    token = SIGNER.sign(answer, expires_at=10**12)
    assert SIGNER.read(token, 0) == answer
    at = position % len(token)
    changed = token[:at] + letter + token[at + 1 :]
    if changed != token:
        with pytest.raises(Forbidden):
            SIGNER.read(changed, 0)


@pytest.mark.parametrize("token", ["", "a", "ab", "!", "é", "a" * (MAX_TOKEN + 1), "=" * 8, "A" * 64, "AAAA\n"])
def test_what_is_no_link_is_refused(token: str) -> None:
    with pytest.raises(Forbidden):
        SIGNER.read(token, 0)


def test_a_link_of_another_company_is_refused() -> None:
    with pytest.raises(Forbidden):
        SIGNER.read(Signer(b"another").sign(ANSWER, expires_at=10**12), 0)


@given(token=st.text(max_size=80))
def test_no_text_at_all_breaks_reading(token: str) -> None:
    with pytest.raises(Forbidden):
        SIGNER.read(token, 0)


def test_the_links_of_a_message() -> None:
    found = links(MESSAGE, PLAY, "en", SIGNER, "https://cx.example.com/")
    assert found == links(MESSAGE, PLAY, "en", SIGNER, "https://cx.example.com")
    assert set(found) == {"choice", "csat", "nps", "why", "preferences"}
    assert "stop" in links(replace(MESSAGE, purpose="feedback"), ASKING, "en", SIGNER, "https://x")
    assert {key for key in found["nps"] if isinstance(key, int)} == set(range(11))
    assert found["csat"][5] == found["csat"]["5"]
    token = found["choice"]["refund"].removeprefix("https://cx.example.com/a/")
    assert SIGNER.read(token, VALID_FOR - 1) == Answer(
        message_id="m1", play="late", kind="choice", value="refund", language="en"
    )


def test_addresses_are_remembered_by_a_keyed_hash() -> None:
    mine = address_hash(b"secret", "email", " Ada@Example.com ")
    assert mine == address_hash(b"secret", "email", "ada@example.com")
    assert mine != address_hash(b"another", "email", "ada@example.com")
    assert mine != address_hash(b"secret", "sms", "ada@example.com")


# the event


def test_the_event_of_a_score() -> None:
    item = answer_item(ANSWER, MESSAGE, PLAY, WHO)
    assert (item["event"], item["userId"]) == ("Survey Answered", "ada")
    assert item["context"] == {"touchpoint": "survey.email", "language": "it"}
    assert item["properties"] == {
        "kind": "csat",
        "score": 5,
        "scale": 5,
        "language": "it",
        "order_id": "A-1",
        "message_id": "m1",
        "play": "late",
    }
    assert "timestamp" not in item


def test_the_event_of_a_choice_is_the_plays() -> None:
    item = answer_item(replace(ANSWER, kind="choice", value="refund"), MESSAGE, PLAY, Identifier("card", "77"))
    assert item["event"] == "Choice Made"
    assert item["context"] == {
        "touchpoint": "email.service",
        "language": "it",
        "externalIds": [{"type": "card", "id": "77"}],
    }
    assert item["properties"] == {
        "about": "late delivery",
        "choice": "refund",
        "order_id": "A-1",
        "message_id": "m1",
        "play": "late",
    }


def test_the_same_answer_is_one_event_and_another_is_another() -> None:
    ids = [
        answer_item(answer, MESSAGE, PLAY, WHO)["messageId"]
        for answer in (
            ANSWER,
            replace(ANSWER, language="en"),
            replace(ANSWER, value="4"),
            replace(ANSWER, kind="nps"),
            replace(ANSWER, message_id="m2"),
        )
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4


@pytest.mark.parametrize(
    ("kind", "value"), [("csat", "0"), ("csat", "6"), ("nps", "11"), ("nps", "-1"), ("csat", "٣x")]
)
def test_a_score_off_the_scale_is_refused(kind: str, value: str) -> None:
    with pytest.raises(InvalidInput):
        answer_item(replace(ANSWER, kind=kind, value=value), MESSAGE, PLAY, WHO)


def test_a_choice_that_is_gone_and_a_link_that_only_asks() -> None:
    with pytest.raises(NotFound):
        answer_item(replace(ANSWER, kind="choice", value="gone"), MESSAGE, PLAY, WHO)
    with pytest.raises(NotFound):
        answer_item(replace(ANSWER, kind="choice", value="refund"), MESSAGE, None, WHO)
    for kind in ("why", "stop"):
        with pytest.raises(InvalidInput):
            answer_item(replace(ANSWER, kind=kind), MESSAGE, PLAY, WHO)


# the pages


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    opened = Company(tmp_path)
    opened.know()
    yield opened
    opened.close()


Visit = Callable[[httpx.AsyncClient], Awaitable[None]]


def browse(company: Company, visit: Visit) -> None:
    """Visit the pages, served in process, with the collector running."""

    async def run() -> None:
        app = FastAPI()
        app.include_router(answer_router(company.answers(), CivilClock(ZONE)))
        company.collector.start()
        try:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://cx.example.com") as client:
                await visit(client)
        finally:
            company.collector.stop()

    asyncio.run(run())
    company.processor.drain()


def token(company: Company, kind: str, value: str = "", language: str = "it", message: str = "m1") -> str:
    answer = Answer(message_id=message, play="late", kind=kind, value=value, language=language)  # type: ignore[arg-type]
    return "/a/" + company.signer.sign(answer, expires_at=company.clock.now() + VALID_FOR)


def test_looking_records_nothing_and_confirming_records_once(company: Company) -> None:
    company.queue()
    path = token(company, "csat", "4")

    async def visit(client: httpx.AsyncClient) -> None:
        for _ in range(3):
            page = await client.get(path)
            assert page.status_code == 200
            assert "Voto: 4 su 5" in page.text
            assert '<form method="post"><button>Conferma</button></form>' in page.text
        assert company.events("Survey Answered") == []
        company.clock.at += 1
        for _ in range(2):
            thanks = await client.post(path)
            assert thanks.status_code == 200
            assert "4 su 5" in thanks.text
            company.clock.at += 1_000_000

    browse(company, visit)
    (event,) = company.events("Survey Answered")
    assert (event.source, event.user_id, event.properties["score"]) == ("percorso", "ada", 4)
    assert company.node().profile.facts.counters["Survey Answered"] == 1


def test_a_changed_mind_is_two_events_about_one_message(company: Company) -> None:
    company.queue()

    async def visit(client: httpx.AsyncClient) -> None:
        for score in ("5", "2", "2"):
            company.clock.at += 1_000_000
            assert (await client.post(token(company, "csat", score))).status_code == 200

    browse(company, visit)
    events = company.events("Survey Answered")
    assert [event.properties["score"] for event in events] == [5, 2]
    assert {event.properties["message_id"] for event in events} == {"m1"}


def test_a_choice_is_recorded_as_the_plays_event(company: Company) -> None:
    company.queue()
    path = token(company, "choice", "refund", "en")

    async def visit(client: httpx.AsyncClient) -> None:
        assert "Your choice: Refund" in (await client.get(path)).text
        assert "We recorded your choice: Refund." in (await client.post(path)).text

    browse(company, visit)
    (event,) = company.events("Choice Made")
    assert event.properties["choice"] == "refund"


def test_one_click_unsubscription_withdraws_the_consent(company: Company) -> None:
    company.queue(play=ASKING)
    path = token(company, "stop")

    async def visit(client: httpx.AsyncClient) -> None:
        page = await client.get(path)
        assert "<script>" not in page.text
        assert "chiedere un&#x27;opinione" in page.text
        # As a mail provider does it (RFC 8058).
        answer = await client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200

    browse(company, visit)
    assert company.node().profile.consents["feedback/email"][0].state == "withdrawn"


@pytest.mark.parametrize(
    ("language", "what"), [("it", "L&#x27;ordine è stato consegnato"), ("en", "The order was delivered")]
)
def test_why_a_message_came(company: Company, language: str, what: str) -> None:
    company.queue(play=ASKING)
    company.queue(2)

    async def visit(client: httpx.AsyncClient) -> None:
        asked = (await client.get(token(company, "why", language=language))).text
        assert what in asked
        assert ("2 marzo 2026" if language == "it" else "2 March 2026") in asked
        assert "(A-1)" in asked
        assert f'<html lang="{language}">' in asked
        assert "Alba &amp; figli" in asked
        (stop,) = re.findall(r'href="(/a/[^"]+)"', asked)
        assert (await client.post(stop)).status_code == 200
        service = (await client.get(token(company, "why", language=language, message="m2"))).text
        assert "href" not in service

    browse(company, visit)
    assert company.node().profile.consents["feedback/email"][0].state == "withdrawn"


def test_links_that_lead_nowhere_say_so(company: Company) -> None:
    company.queue()
    expired = "/a/" + company.signer.sign(ANSWER, expires_at=company.clock.now())

    async def visit(client: httpx.AsyncClient) -> None:
        for path, status in (
            ("/a/nonsense", 403),
            (expired, 404),
            (token(company, "csat", "5", message="m9"), 404),
            (token(company, "choice", "gone"), 404),
        ):
            for method in ("GET", "POST"):
                page = await client.request(method, path, headers={"accept-language": "it-IT,it;q=0.9"})
                assert page.status_code == status
                assert "Questo link non funziona" in page.text
        assert (await client.post(token(company, "why"))).status_code == 400
        assert (await client.post(token(company, "csat", "9"))).status_code == 400

    browse(company, visit)
    assert company.events("Survey Answered", "Choice Made") == []


def test_the_pages_are_shut_in(company: Company) -> None:
    company.queue()

    async def visit(client: httpx.AsyncClient) -> None:
        for path in (token(company, "csat", "5"), token(company, "why"), "/a/nonsense"):
            page = await client.get(path)
            policy = page.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert page.headers["referrer-policy"] == "no-referrer"
            assert page.headers["cache-control"] == "no-store"
            assert "http" not in page.text

    browse(company, visit)
