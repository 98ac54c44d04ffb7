"""Who is who over HTTP: seen by agents, decided by managers, noted in the audit log."""

from typing import Any

import pytest
from fastapi import FastAPI

from percorso.main.company import Company
from percorso.model.audit import Audited
from percorso.model.identifier import Identifier
from percorso.ports import Proposal
from tests.http_client import Browser, app_for, signed_in, take, track


def identify(user: str, message_id: str, **traits: str) -> dict[str, Any]:
    return {"type": "identify", "userId": user, "messageId": message_id, "traits": traits}


@pytest.fixture
def app(company: Company) -> FastAPI:
    take(
        company,
        identify("ada", "m1", name="Ada Bianchi", email="ada@example.com", phone="333 1234567"),
        identify("bob", "m2", name="Bob Bianchi", phone="333 1234567"),
        track("Product Viewed", "m3", "ada", anonymousId="tablet"),
    )
    return app_for(company)


@pytest.fixture
def agent(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "agent")


@pytest.fixture
def manager(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "manager")


def person(browser: Browser, q: str) -> str:
    found: str = browser.get("/api/people", params={"q": q}).json()["people"][0]["person_id"]
    return found


LINK = {
    "kind": "link",
    "a": {"kind": "user_id", "value": "ada"},
    "b": {"kind": "user_id", "value": "bob"},
    "why": "they told us",
}


def audited(company: Company) -> list[Audited]:
    return company.audit.latest(50)


def test_each_identifier_comes_with_the_events_it_was_seen_in(agent: Browser) -> None:
    ada = person(agent, "ada@example.com")
    told = agent.get(f"/api/people/{ada}/identity").json()
    by_kind = {one["identifier"]["kind"]: one for one in told["identifiers"]}
    assert set(by_kind) == {"user_id", "email", "anonymous_id"}
    (line,) = by_kind["email"]["seen"]
    assert line["stronger"] == {"kind": "user_id", "value": "ada", "claimed": False}
    assert (line["message_id"], line["source"], line["trust"]) == ("m1", "web", "server")
    assert len(by_kind["anonymous_id"]["seen"]) == 1
    assert told["decisions"] == told["claims"] == []


def test_why_and_why_not(agent: Browser) -> None:
    path = agent.get("/api/identity/why", params={"a": "email:ada@example.com", "b": "anonymous_id:tablet"}).json()
    assert [(step["one"]["kind"], step["other"]["kind"], step["seen"]["message_id"]) for step in path["path"]] == [
        ("email", "user_id", "m1"),
        ("user_id", "anonymous_id", "m3"),
    ]
    assert path["why_not"] is None
    other = agent.get("/api/identity/why", params={"a": "user_id:ada", "b": "user_id:bob"}).json()
    assert other["path"] is None
    assert (other["why_not"]["rule"], other["why_not"]["through"]["value"]) == ("shared", "+393331234567")


def test_an_agent_may_look_and_not_decide(agent: Browser) -> None:
    for method, path, body in (
        ("POST", "/api/identity/decisions", LINK),
        ("PUT", "/api/identity/rules", {"rules": {}}),
        ("POST", "/api/identity/preview", {"rules": {}}),
        ("POST", "/api/identity/apply", None),
        ("POST", "/api/matches/decisions", {"node_a": "a", "node_b": "b", "verdict": "accept"}),
    ):
        assert agent.request(method, path, json=body).status_code == 403, path


def test_a_decision_joins_two_and_withdrawing_it_parts_them(company: Company, manager: Browser) -> None:
    assert manager.post("/api/identity/decisions", LINK).status_code == 202
    company.processor.drain()
    ada = person(manager, "user_id:ada")
    assert person(manager, "user_id:bob") == ada
    (decided,) = manager.get(f"/api/people/{ada}/identity").json()["decisions"]
    assert (decided["kind"], decided["by"], decided["why"]) == ("link", "manager@example.com", "they told us")
    assert manager.post("/api/identity/decisions", {**LINK, "kind": "none"}).status_code == 202
    company.processor.drain()
    assert person(manager, "user_id:bob") != person(manager, "user_id:ada")
    acts = [row.act for row in audited(company) if row.act.startswith("identity.")]
    assert acts == ["identity.withdrawn", "identity.linked"]
    assert not any("ada@" in (row.target or "") for row in audited(company))


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"b": {"kind": "user_id", "value": "nobody"}}, 404),
        ({"b": {"kind": "user_id", "value": "ada"}}, 400),
        ({"b": {"kind": "email", "value": "null"}}, 400),
        ({"kind": "marry"}, 400),
    ],
)
def test_a_wrong_decision_says_what_is_wrong(manager: Browser, change: dict[str, Any], status: int) -> None:
    answer = manager.post("/api/identity/decisions", {**LINK, **change})
    assert answer.status_code == status
    assert answer.json()["message"]


def test_households_name_their_people(agent: Browser) -> None:
    (found,) = agent.get("/api/households").json()["households"]
    assert (found["identifier"]["kind"], found["people"]) == ("phone", 2)
    assert {one["name"] for one in found["members"]} == {"Ada Bianchi", "Bob Bianchi"}


def test_what_stands_out_is_listed(company: Company, agent: Browser) -> None:
    take(company, *(identify(f"u{n}", f"x{n}", email="desk@example.com") for n in range(25)))
    told = agent.get("/api/identity/warnings").json()
    assert [one["identifier"]["value"] for one in told["shared"]] == ["desk@example.com"]
    assert [(one["identifier"]["value"], one["others"]) for one in told["bursts"]] == [("desk@example.com", 25)]
    assert told["people"] > 25


class TestRules:
    def test_previewed_wanted_and_applied(self, company: Company, manager: Browser) -> None:
        take(company, identify("ada", "m9", email="second@example.com"))
        before = manager.get("/api/identity/rules").json()
        assert before["in_force"]["version"] == 0
        assert {one["kind"]: one["klass"] for one in before["kinds"]}["email"] == "contact"
        wanted = {**before["wanted"]["rules"], "limits": {"email": 1}}
        preview = manager.post("/api/identity/preview", {"rules": wanted}).json()
        assert (preview["replay"], preview["splits"], preview["merges"]) == (False, 1, 0)
        (groups,) = preview["parted"]
        assert groups[0]["name"] == "Ada Bianchi"
        assert ("people.listed", f"identity:{len(groups)}") in [
            (row.act, row.target) for row in company.audit.latest(50)
        ]
        assert [one["value"] for one in groups[-1]["identifiers"]] == ["second@example.com"]
        told = manager.request("PUT", "/api/identity/rules", json={"rules": wanted}).json()
        assert (told["wanted"]["version"], told["in_force"]["version"]) == (1, 0)
        assert manager.post("/api/identity/apply").json()["applying"]["state"] == "asked"
        company.apply_rules()
        told = manager.get("/api/identity/rules").json()
        assert (told["in_force"]["version"], told["applying"]["state"]) == (1, "done")
        (second,) = company.identity.find(Identifier("email", "second@example.com"))
        assert second.person_id == second.node_id
        assert manager.post("/api/identity/apply").status_code == 404

    def test_what_must_be_read_again_says_so(self, manager: Browser) -> None:
        preview = manager.post("/api/identity/preview", {"rules": {"blocked": ["ada@example.com"]}}).json()
        assert preview["replay"]

    @pytest.mark.parametrize("rules", [{"claims": "perhaps"}, {"limits": {"email": 0}}, {"what": 1}])
    def test_wrong_rules_are_refused(self, manager: Browser, rules: dict[str, Any]) -> None:
        for method, path in (("PUT", "/api/identity/rules"), ("POST", "/api/identity/preview")):
            answer = manager.request(method, path, json={"rules": rules})
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid_config"), path


class TestMatches:
    @pytest.fixture
    def pair(self, company: Company) -> dict[str, str]:
        take(company, identify("ada2", "m8", name="Ada Bianchi", birth_date="1980-05-06"))
        nodes = sorted(
            company.identity.find(company.unifier.identifier(f"user_id:{one}"))[0].node_id for one in ("ada", "ada2")
        )
        company.proposals.replace_open(
            [Proposal(nodes[0], nodes[1], "ada", "ada2", "person", 9.5, 0.998, {"prior": -8.0, "name": 17.5}, "m", 1)]
        )
        return {"node_a": nodes[0], "node_b": nodes[1]}

    def test_the_evidence_is_drawn_from_the_prior_on(self, agent: Browser, pair: dict[str, str]) -> None:
        (found,) = agent.get("/api/matches").json()["matches"]
        assert [part["name"] for part in found["parts"]] == ["prior", "name"]
        assert {found["a"]["record_id"], found["b"]["record_id"]} == {"ada", "ada2"}
        assert found["a"]["known"]["surname"] == found["b"]["known"]["surname"] == "bianchi"

    def test_accepting_joins_and_reopening_parts(
        self, company: Company, manager: Browser, pair: dict[str, str]
    ) -> None:
        assert manager.post("/api/matches/decisions", {**pair, "verdict": "accept"}).status_code == 202
        company.processor.drain()
        assert person(manager, "user_id:ada") == person(manager, "user_id:ada2")
        assert manager.get("/api/matches").json()["matches"] == []
        assert len(manager.get("/api/matches", params={"state": "accepted"}).json()["matches"]) == 1
        assert manager.post("/api/matches/decisions", {**pair, "verdict": "reopen"}).status_code == 202
        company.processor.drain()
        assert person(manager, "user_id:ada") != person(manager, "user_id:ada2")

    def test_refusing_decides_nothing_and_never_does(
        self, company: Company, manager: Browser, pair: dict[str, str]
    ) -> None:
        assert manager.post("/api/matches/decisions", {**pair, "verdict": "refuse"}).status_code == 202
        assert company.identity.overrides() == []
        assert manager.post("/api/matches/decisions", {**pair, "verdict": "refuse"}).status_code == 409
        assert manager.post("/api/matches/decisions", {**pair, "verdict": "reopen"}).status_code == 202
        assert manager.post("/api/matches/decisions", {**pair, "verdict": "never"}).status_code == 202
        company.processor.drain()
        assert [one.kind for one in company.identity.overrides()] == ["separate"]
