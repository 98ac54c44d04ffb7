"""People over HTTP: found, shown on one screen, followed on one line; from events sent in, all the way."""

from typing import Any

import pytest
from fastapi import FastAPI

from percorso.main.company import Company
from percorso.model.decision import Refusal
from percorso.model.message import MessageState
from percorso.model.time import DAY, HOUR, to_iso
from tests.http_client import Browser, MovedClock, app_for, signed_in, take, track

ORDER = {
    "order_id": "o1",
    "revenue": 24.5,
    "currency": "EUR",
    "products": [{"product_id": "p1", "name": "Miscela", "category": "coffee", "price": 24.5, "quantity": 1}],
}


@pytest.fixture
def clock(company: Company) -> MovedClock:
    return MovedClock(company.clock.now())


@pytest.fixture
def app(company: Company, clock: MovedClock) -> FastAPI:
    return app_for(company, clock=clock)


@pytest.fixture
def agent(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "agent")


@pytest.fixture
def ada(company: Company, clock: MovedClock) -> None:
    """Ada looks around unknown, signs up, buys, and is not happy about it."""
    now = clock.now()
    take(
        company,
        track("Product Viewed", "m1", None, anonymousId="device-1", timestamp=to_iso(now - 3 * DAY)),
        {
            "type": "identify",
            "messageId": "m2",
            "userId": "u1",
            "anonymousId": "device-1",
            "traits": {"email": "ada@example.com", "name": "Ada Bianchi", "plan": {"name": "gold"}},
            "timestamp": to_iso(now - 3 * DAY + HOUR),
        },
        track("Order Completed", "m3", properties=ORDER, timestamp=to_iso(now - 2 * DAY)),
        track(
            "Survey Answered",
            "m4",
            properties={"kind": "csat", "score": 1, "scale": 5, "comment": "Tardi", "order_id": "o1"},
            timestamp=to_iso(now - DAY),
        ),
    )


def the_person(browser: Browser, q: str = "ada@example.com") -> dict[str, Any]:
    (found,) = browser.get("/api/people", params={"q": q}).json()["people"]
    answer = browser.get(f"/api/people/{found['person_id']}")
    assert answer.status_code == 200
    person: dict[str, Any] = answer.json()
    return person


def test_an_empty_company_has_nobody(agent: Browser) -> None:
    assert agent.get("/api/people").json() == {"people": [], "more": False}


@pytest.mark.usefixtures("ada")
class TestAda:
    @pytest.mark.parametrize("q", ["", "ada@example.com", "email:ada@example.com", "ada@", "bianchi", "u1", "device"])
    def test_is_found(self, agent: Browser, q: str) -> None:
        (found,) = agent.get("/api/people", params={"q": q}).json()["people"]
        assert (found["name"], found["known"], found["orders"], found["events"]) == ("Ada Bianchi", True, 1, 4)
        assert found["spend"] == [{"currency": "EUR", "minor": 2450}]
        assert found["position"]["journey"] == "shopping"
        assert found["position"]["stage"]["name"].keys() >= {"it", "en"}

    def test_nobody_else_is(self, agent: Browser) -> None:
        assert agent.get("/api/people", params={"q": "eve"}).json() == {"people": [], "more": False}

    def test_who_she_is(self, agent: Browser) -> None:
        person = the_person(agent)
        assert (person["name"], person["known"], person["events"], person["moved"]) == ("Ada Bianchi", True, 4, False)
        kinds = {one["kind"]: one for one in person["identifiers"]}
        assert [one["kind"] for one in person["identifiers"]] == ["user_id", "email", "anonymous_id"]
        assert kinds["user_id"]["link"] == "root"
        assert (kinds["email"]["link"], kinds["email"]["via"]) == ("linked", {"kind": "user_id", "value": "u1"})
        assert kinds["anonymous_id"]["events"] == 1
        traits = {trait["name"]: trait["value"] for trait in person["traits"]}
        assert traits["plan"] == {"name": "gold"}

    def test_any_id_ever_given_leads_to_her(self, agent: Browser) -> None:
        person = the_person(agent)
        device = next(one for one in person["identifiers"] if one["kind"] == "anonymous_id")
        answer = agent.get(f"/api/people/{device['node_id']}").json()
        assert (answer["person_id"], answer["asked_id"], answer["moved"]) == (
            person["person_id"],
            device["node_id"],
            True,
        )

    def test_where_she_is_and_what_she_is_worth(self, agent: Browser) -> None:
        person = the_person(agent)
        main = person["positions"][0]
        assert main["journey"]["id"] == "shopping"
        assert main["phase"] in ("during", "after")
        assert [step["stage"]["id"] for step in main["path"]][-1] == main["stage"]["id"]
        assert person["value"] == {"orders": 1, "spend": [{"currency": "EUR", "minor": 2450}]}

    def test_how_she_feels_and_why(self, agent: Browser, clock: MovedClock) -> None:
        mood = the_person(agent)["mood"]
        assert mood["mood"] < -0.3
        worst = mood["evidence"][0]
        assert worst["message_id"] == "m4"
        assert worst["why"].keys() >= {"it", "en"}
        clock.advance(13 * DAY)
        faded = the_person(agent)["mood"]["mood"]
        assert mood["mood"] < faded < 0

    def test_what_was_decided_and_what_to_do_next(self, agent: Browser) -> None:
        person = the_person(agent)
        decided = {decision["play"]["id"]: decision for decision in person["decisions"]}
        assert decided["first_purchase_thanks"]["result"] == "waiting"
        assert decided["first_purchase_thanks"]["message"]["state"] == "queued"
        assert decided["detractor_call_back"]["result"] == "task"
        assert decided["detractor_call_back"]["reasons"]
        assert person["next_play"]["because"] == "open_task"
        assert person["next_play"]["play"]["id"] == "detractor_call_back"
        assert (person["sent"], person["not_sent"]) == (0, 0)
        (task,) = person["tasks"]
        assert (task["play"]["id"], task["done_at"]) == ("detractor_call_back", None)

    def test_what_was_not_sent_is_told_with_its_reason(self, agent: Browser, company: Company) -> None:
        (message,) = company.outbox.due(2**62, 10)
        company.outbox.mark(
            message.message_id, MessageState.REFUSED, at=company.clock.now(), refusal=Refusal.SUPPRESSED.value
        )
        person = the_person(agent)
        thanks = next(one for one in person["decisions"] if one["play"]["id"] == "first_purchase_thanks")
        assert (thanks["result"], thanks["refusal"]) == ("not_sent", "suppressed")
        assert person["not_sent"] == 1

    def test_consents_come_with_their_proof(self, agent: Browser, company: Company) -> None:
        consent = {"purpose": "marketing", "channel": "email", "state": "withdrawn"}
        take(company, track("Consent Changed", "c1", properties=consent))
        for one in the_person(agent)["consents"]:
            assert (one["purpose"], one["channel"], one["state"], one["message_id"]) == (
                "marketing",
                "email",
                "withdrawn",
                "c1",
            )


def test_an_id_never_given_is_not_found(agent: Browser) -> None:
    for path in ("/api/people/never", "/api/people/never/timeline", "/api/people/" + "a" * 5000):
        answer = agent.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_history_decides_and_says_that_it_does_not_send(agent: Browser, company: Company) -> None:
    take(company, track("Order Completed", "m1", properties=ORDER), historical=True)
    (decision,) = the_person(agent, "u1")["decisions"]
    assert (decision["result"], decision["refusal"], decision["historical"]) == ("not_sent", "historical", True)


@pytest.mark.parametrize("params", [{"q": "\x00"}, {"limit": 0}, {"limit": 201}, {"limit": "many"}, {"q": "a" * 257}])
def test_a_question_that_cannot_be_read_is_told(agent: Browser, params: dict[str, Any]) -> None:
    answer = agent.get("/api/people", params=params)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


@pytest.mark.parametrize("q", ["'; drop table people; --", "%", "_", "\\", "🙂", "a:b:c", ":", "email:"])
def test_any_text_can_be_searched(agent: Browser, q: str) -> None:
    assert agent.get("/api/people", params={"q": q}).status_code == 200
