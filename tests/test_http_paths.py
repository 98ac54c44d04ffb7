"""Paths, funnels and retention over HTTP: the figures are those of the events sent in, and each opens its people."""

import pytest
from fastapi import FastAPI

from percorso.main.company import Company
from percorso.model.time import DAY, HOUR, MINUTE, to_iso
from tests.http_client import Browser, app_for, signed_in, take, track

LINES = {"ada": ["View", "Cart", "Buy"], "bob": ["View", "View", "Cart"], "eve": ["View"]}
PREFIX = "/api/insight"


@pytest.fixture
def app(company: Company) -> FastAPI:
    return app_for(company)


@pytest.fixture
def agent(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "agent")


@pytest.fixture
def walked(company: Company) -> None:
    start = company.clock.now() // DAY * DAY - 3 * DAY + 10 * HOUR
    take(
        company,
        *(
            track(
                name,
                f"{who}{n}",
                who,
                timestamp=to_iso(start + n * (5 * MINUTE if n < 2 else HOUR)),
                context={"touchpoint": "store.till" if name == "Buy" else "web.product"},
            )
            for who, line in LINES.items()
            for n, name in enumerate(line)
        ),
    )


@pytest.mark.usefixtures("walked")
class TestFigures:
    def test_transitions_and_who_is_behind_them(self, agent: Browser) -> None:
        found = agent.get(f"{PREFIX}/paths/transitions").json()
        rows = {(row["start"], row["end"]): (row["count"], row["people"]) for row in found["transitions"]}
        assert rows == {("View", "Cart"): (2, 2), ("View", "View"): (1, 1), ("Cart", "Buy"): (1, 1)}
        assert (found["paths"], found["people"]) == (3, 3)
        assert [(loop["step"], loop["returns"]) for loop in found["loops"]] == [("View", 1)]
        for (start, end), (_, people) in rows.items():
            behind = agent.get(f"{PREFIX}/paths/transitions/people", params={"step": start, "next": end}).json()
            assert behind["count"] == len(behind["people"]) == people

    def test_variants_and_who_is_behind_them(self, agent: Browser) -> None:
        found = agent.get(f"{PREFIX}/paths/variants", params={"once": True, "limit": 5}).json()
        assert {tuple(row["path"]): row["count"] for row in found["variants"]} == {
            ("View",): 1,
            ("View", "Cart"): 1,
            ("View", "Cart", "Buy"): 1,
        }
        params = {"once": True, "step": ["View", "Cart"]}
        assert agent.get(f"{PREFIX}/paths/variants/people", params=params).json()["count"] == 1

    def test_visits_are_paths_too(self, agent: Browser) -> None:
        assert agent.get(f"{PREFIX}/paths/transitions", params={"per": "session"}).json()["paths"] == 5

    def test_what_comes_after(self, agent: Browser) -> None:
        params = {"pivot": "View", "columns": 2, "top": 1}
        found = agent.get(f"{PREFIX}/paths/around", params=params).json()
        for column in range(3):
            assert sum(cell["count"] for cell in found["cells"] if cell["column"] == column) == found["total"] == 3
        for cell in found["cells"]:
            asked = {**params, **{key: cell[key] for key in ("column", "kind", "step") if cell[key] is not None}}
            behind = agent.get(f"{PREFIX}/paths/around/people", params=asked).json()
            assert behind["count"] == cell["people"]

    def test_hops(self, agent: Browser) -> None:
        (hop,) = agent.get(f"{PREFIX}/paths/hops").json()["hops"]
        assert (hop["start"], hop["end"], hop["count"]) == ("web", "store", 1)
        behind = agent.get(f"{PREFIX}/paths/hops/people", params={"channel": "web", "next": "store"}).json()
        assert behind["count"] == 1

    def test_conformance(self, agent: Browser, company: Company) -> None:
        journey = company.config.journeys[0].id
        found = agent.get(f"{PREFIX}/paths/conformance/{journey}").json()
        assert found["journey"] == journey
        people = agent.get(f"{PREFIX}/paths/conformance/{journey}/people", params={"kind": "on_path"}).json()
        assert people["count"] == found["on_path"]["count"]

    def test_a_funnel_and_who_is_behind_it(self, agent: Browser) -> None:
        params = {"step": ["View", "Cart", "Buy"], "within_s": 30 * 86_400, "by": "touchpoint"}
        found = agent.get(f"{PREFIX}/funnels", params=params).json()
        whole = found["groups"][0]
        assert whole["whole"]
        assert [row["reached"] for row in whole["steps"]] == [3, 2, 1]
        for number, row in enumerate(whole["steps"], 1):
            for state in ("reached", "open", "lost"):
                asked = {**params, "number": number, "state": state}
                assert agent.get(f"{PREFIX}/funnels/people", params=asked).json()["count"] == row[state]

    def test_retention_and_who_is_behind_it(self, agent: Browser) -> None:
        found = agent.get(f"{PREFIX}/retention").json()
        (cohort,) = found["cohorts"]
        assert (cohort["people"], cohort["cells"][0]["share"]["count"]) == (3, 3)
        params = {"cohort": cohort["window"]["from"], "after": 0}
        assert agent.get(f"{PREFIX}/retention/people", params=params).json()["count"] == 3

    def test_the_steps_there_are(self, agent: Browser) -> None:
        steps = agent.get(f"{PREFIX}/paths/steps").json()["steps"]
        assert [(one["step"], one["count"]) for one in steps] == [("View", 4), ("Cart", 2), ("Buy", 1)]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/paths/transitions?by=colour", 400, "invalid_input"),
        ("/paths/around?pivot=View&columns=11", 400, "invalid_input"),
        ("/paths/conformance/never", 404, "not_found"),
        ("/funnels?step=View", 400, "invalid_input"),
        ("/funnels?step=View&step=Buy&by=shoe_size", 400, "invalid_input"),
        ("/retention?period=day", 400, "invalid_input"),
    ],
)
def test_a_question_that_cannot_be_answered(agent: Browser, path: str, status: int, code: str) -> None:
    answer = agent.get(f"{PREFIX}{path}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
