"""Everybody is compared because somebody asked the running server for it: the wish, the work, and how far it is."""

from typing import Any

import pytest
from fastapi import FastAPI

from percorso.adapters.sql.match_rounds import SqlMatchRounds
from percorso.main.company import Company
from percorso.model.errors import Conflict, InvalidInput, StoreUnavailable
from percorso.model.match_round import MatchRound
from percorso.pipeline.match_round import CUT_SHORT, RoundsDone
from tests.http_client import Browser, app_for, signed_in, take
from tests.look_alikes import Cast, drawn


@pytest.fixture(scope="module")
def cast() -> Cast:
    return drawn(40, 5)


@pytest.fixture
def app(company: Company, cast: Cast) -> FastAPI:
    take(
        company,
        *(
            {"type": "identify", "userId": name, "messageId": name, "traits": traits}
            for name, traits in sorted(cast.records.items())
        ),
    )
    return app_for(company)


@pytest.fixture
def manager(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "manager")


def done(company: Company, accepted: int | None = None) -> RoundsDone:
    return company.rounds_done(lambda: accepted)


def noted(company: Company) -> SqlMatchRounds:
    return SqlMatchRounds(company.store, company.clock)


def told(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = browser.get("/api/matches/round").json()
    return found


def test_who_asks_gets_pairs(company: Company, manager: Browser, cast: Cast) -> None:
    assert told(manager)["state"] == "idle"
    asked = manager.post("/api/matches/round")
    assert (asked.status_code, asked.json()["state"], asked.json()["by"]) == (202, "asked", "manager@example.com")
    assert done(company).step() == 1
    found = told(manager)
    assert (found["state"], found["people"], found["error"]) == ("done", len(cast.records), None)
    assert found["proposed"] == found["new"] > 0
    assert found["accepted"] is None
    shown = manager.get("/api/matches").json()
    assert len(shown["matches"]) == min(10, len(company.proposals.those("open", 1_000)))
    assert [row.target for row in company.audit.latest(20) if row.act == "match.asked"] == ["0.5"]


def test_a_round_again_brings_nothing_new_and_says_what_the_rule_accepted(company: Company, manager: Browser) -> None:
    rounds = done(company, accepted=3)
    for _ in range(2):
        manager.post("/api/matches/round", {"threshold": 0.9})
        assert rounds.step() == 1
    found = told(manager)
    assert (found["new"], found["accepted"], found["threshold"]) == (0, 3, 0.9)
    assert rounds.step() == 0


def test_how_far_it_is_can_be_read_meanwhile(company: Company, manager: Browser) -> None:
    seen: list[MatchRound] = []

    def propose(threshold: float, tell: Any) -> Any:
        tell("reading", 2)
        seen.append(company.rounds_asked.now())
        proposed = company.proposer.propose(threshold, tell)
        seen.append(company.rounds_asked.now())
        with pytest.raises(Conflict):
            company.rounds_asked.ask("another")
        return proposed

    manager.post("/api/matches/round")
    RoundsDone(noted(company), company.clock, propose, lambda: None).step()
    assert [one.state for one in seen] == ["reading", "comparing"]
    assert told(manager)["state"] == "done"


def test_one_at_a_time_and_only_for_who_may(company: Company, app: FastAPI, manager: Browser) -> None:
    assert manager.post("/api/matches/round", {"threshold": 1.5}).status_code == 400
    assert manager.post("/api/matches/round").status_code == 202
    assert manager.post("/api/matches/round").status_code == 409
    agent = signed_in(company, app, "agent")
    assert told(agent)["state"] == "asked"
    assert agent.post("/api/matches/round").status_code == 403
    with pytest.raises(InvalidInput):
        company.rounds_asked.ask("somebody", 0.0)


def test_a_round_cut_short_says_so_and_can_be_asked_for_again(company: Company, manager: Browser) -> None:
    rounds = done(company)
    noted(company).put(MatchRound(state="comparing", by="ada", threshold=0.5, people=9))
    assert rounds.step() == 0
    assert (told(manager)["state"], told(manager)["error"]) == ("failed", CUT_SHORT)
    assert rounds.step() == 0
    assert manager.post("/api/matches/round").status_code == 202
    assert rounds.step() == 1


@pytest.mark.parametrize(
    ("error", "code"), [(StoreUnavailable("gone"), "store_unavailable"), (RuntimeError("what"), "error")]
)
def test_a_round_that_fails_says_why_and_keeps_what_was_proposed(
    company: Company, manager: Browser, error: Exception, code: str
) -> None:
    manager.post("/api/matches/round")
    assert done(company).step() == 1
    before = company.proposals.those("open", 1_000)

    def propose(_threshold: float, _tell: Any) -> Any:
        raise error

    manager.post("/api/matches/round")
    rounds = RoundsDone(noted(company), company.clock, propose, lambda: None)
    assert rounds.step() == 0
    assert (told(manager)["state"], told(manager)["error"]) == ("failed", code)
    assert company.proposals.those("open", 1_000) == before
