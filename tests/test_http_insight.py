"""Insight over HTTP: the main app asks the analysis app; the numbers are those of the events sent in."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from percorso.http.recent import KEPT, RecentAnswers
from percorso.main.company import Company
from percorso.model.time import DAY, HOUR, to_iso
from tests.http_client import Browser, app_for, signed_in, take, track

CSAT = {"kind": "csat", "scale": 5}


@pytest.fixture
def app(company: Company) -> FastAPI:
    return app_for(company)


@pytest.fixture
def agent(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "agent")


@pytest.fixture
def answered(company: Company) -> None:
    """Ten answers yesterday and the day before, seven of them good, on two touchpoints."""
    now = company.clock.now()
    take(
        company,
        *(
            track(
                "Survey Answered",
                f"s{number}",
                f"u{number}",
                properties={**CSAT, "score": 5 if number < 7 else 2, "comment": f"Commento {number}"},
                context={"touchpoint": "store.till" if number % 2 else "web.shop"},
                timestamp=to_iso(now - DAY - number * HOUR),
            )
            for number in range(10)
        ),
    )


@pytest.mark.usefixtures("answered")
class TestNumbers:
    def test_the_board_has_a_tile_for_each_kpi(self, agent: Browser) -> None:
        board = agent.get("/api/insight/board").json()
        tiles = {tile["kpi"]: tile for tile in board["tiles"]}
        assert tiles.keys() >= {"nps", "csat", "repeat_purchase", "asa"}
        csat = tiles["csat"]
        assert (csat["now"]["value"], csat["now"]["n"], csat["definition"]) == (0.7, 10, "csat@1")
        assert csat["now"]["ci_low"] < 0.7 < csat["now"]["ci_high"]
        assert (csat["before"]["n"], csat["before"]["value"], csat["difference"]) == (0, None, None)
        assert len(csat["weeks"]) == 13
        assert csat["now"]["window"] == board["window"]

    def test_one_kpi_whole_and_by_touchpoint(self, agent: Browser) -> None:
        answer = agent.get("/api/insight/kpis/csat", params={"by": ["touchpoint"]}).json()
        assert answer["definition"]["about"].keys() >= {"it", "en"}
        whole, *parts = answer["rows"]
        assert (whole["by"], whole["value"], whole["n"]) == ({}, 0.7, 10)
        assert {row["by"]["touchpoint"]: row["n"] for row in parts} == {"store.till": 5, "web.shop": 5}

    def test_a_window_is_from_and_to(self, agent: Browser, company: Company) -> None:
        today = company.civil.civil_date(company.clock.now())
        window = {"from": str(today - timedelta(days=30)), "to": str(today - timedelta(days=20))}
        (row,) = agent.get("/api/insight/kpis/csat", params=window).json()["rows"]
        assert (row["window"], row["n"], row["value"]) == (window, 0, None)

    def test_the_definitions(self, agent: Browser) -> None:
        listed = agent.get("/api/insight/kpis").json()
        assert {kpi["kpi"] for kpi in listed["kpis"]} >= {"nps", "csat", "repeat_purchase", "asa"}
        assert {"touchpoint", "channel", "stage", "week"} <= set(listed["dimensions"])

    def test_what_needs_attention_is_a_list(self, agent: Browser) -> None:
        assert isinstance(agent.get("/api/insight/attention").json()["attention"], list)

    def test_the_map_and_the_people_behind_it_agree(self, agent: Browser, company: Company) -> None:
        take(company, track("Order Completed", "o1", "u1", properties={"order_id": "o1", "revenue": 9}))
        journey = company.config.journeys[0].id
        tomorrow = company.civil.civil_date(company.clock.now()) + timedelta(days=1)
        window = {"from": str(tomorrow - timedelta(days=28)), "to": str(tomorrow)}
        found = agent.get(f"/api/insight/journeys/{journey}/map", params=window)
        assert found.status_code == 200
        journey_map = found.json()
        assert journey_map["people"] == 10
        assert journey_map["window"] == window
        stages = {column["stage"]: column for column in journey_map["stages"]}
        assert list(stages) == [stage.id for stage in company.config.journeys[0].stages]
        quotes = [quote for column in stages.values() for quote in column["experience"]["quotes"]]
        assert all(quote["at"].endswith("Z") for quote in quotes)
        for name, column in stages.items():
            people = agent.get(f"/api/insight/journeys/{journey}/stages/{name}/people", params=window).json()
            assert people["count"] == column["front"]["people"] == len(people["people"])
            assert all(person["last_seen_at"].endswith("Z") for person in people["people"])

    def test_the_line_of_a_person_a_page_at_a_time(self, agent: Browser, company: Company) -> None:
        (found,) = agent.get("/api/people", params={"q": "u8"}).json()["people"]
        now = company.clock.now()
        take(
            company,
            *(track("Product Viewed", f"v{n}", "u8", timestamp=to_iso(now - n * HOUR)) for n in range(1, 5)),
        )
        path, cursor, entries, pages = f"/api/people/{found['person_id']}/timeline", None, [], 0
        while pages == 0 or cursor is not None:
            page = agent.get(path, params={"limit": 2, **({"before": cursor} if cursor else {})}).json()
            entries += page["entries"]
            cursor, pages = page["next_before"], pages + 1
        events = [entry for entry in entries if entry["kind"] == "event"]
        decisions = [entry for entry in entries if entry["kind"] == "decision"]
        assert [entry["id"] for entry in events] == ["v1", "v2", "v3", "v4", "s8"]
        assert [entry["decision"]["play"]["id"] for entry in decisions] == ["detractor_call_back"]
        assert [entry["at"] for entry in entries] == sorted((entry["at"] for entry in entries), reverse=True)
        assert pages == 3
        assert events[-1]["properties"]["comment"] == "Commento 8"
        assert events[-1]["touchpoint"]["id"] == "web.shop"

    def test_one_channel_of_the_line(self, agent: Browser) -> None:
        (found,) = agent.get("/api/people", params={"q": "u1"}).json()["people"]
        path = f"/api/people/{found['person_id']}/timeline"
        assert [entry["id"] for entry in agent.get(path, params={"channel": "store"}).json()["entries"]] == ["s1"]
        assert agent.get(path, params={"channel": "call"}).json() == {"entries": [], "next_before": None}

    def test_the_line_from_a_moment_back(self, agent: Browser, company: Company) -> None:
        (found,) = agent.get("/api/people", params={"q": "u7"}).json()["people"]
        at = company.clock.now() - 3 * HOUR
        take(company, *(track("Product Viewed", f"m{n}", "u7", timestamp=to_iso(at + n * HOUR)) for n in (-1, 0, 1)))
        path, asked = f"/api/people/{found['person_id']}/timeline", {"at": to_iso(at), "limit": 2}
        assert [one["id"] for one in agent.get(path, params=asked).json()["entries"]] == ["m0", "m-1"]
        assert agent.get(path, params={"at": "soon"}).status_code == 400
        assert agent.get(path, params={**asked, "before": "2026-01-01T00:00:00Z~1.2"}).status_code == 400

    @pytest.mark.parametrize("before", ["x", "x~1.2", "2026-01-01T00:00:00Z~x", "2026-01-01T00:00:00Z~"])
    def test_a_cursor_that_is_none_of_ours(self, agent: Browser, before: str) -> None:
        (found,) = agent.get("/api/people", params={"q": "u1"}).json()["people"]
        answer = agent.get(f"/api/people/{found['person_id']}/timeline", params={"before": before})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/insight/kpis/never", 404, "not_found"),
        ("/api/insight/kpis/csat?by=shoe_size", 400, "invalid_input"),
        ("/api/insight/kpis/csat?from=yesterday", 400, "invalid_input"),
        ("/api/insight/kpis/csat?from=2026-02-01&to=2026-01-01", 400, "invalid_input"),
        ("/api/insight/journeys/never/map", 404, "not_found"),
        ("/api/insight/journeys/shopping/stages/never/people", 404, "not_found"),
        ("/api/insight/never", 404, "not_found"),
    ],
)
def test_a_question_that_cannot_be_answered(agent: Browser, path: str, status: int, code: str) -> None:
    answer = agent.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert set(answer.json()) == {"code", "message"}


def test_while_the_analysis_is_down_the_rest_works(company: Company) -> None:
    take(company, track("Product Viewed", "m1"))
    transport = httpx.AsyncHTTPTransport(uds=str(company.directory.run / "nobody.sock"))
    agent = signed_in(
        company, app_for(company, analysis=httpx.AsyncClient(transport=transport, base_url="http://x")), "agent"
    )
    (found,) = agent.get("/api/people").json()["people"]
    assert agent.get(f"/api/people/{found['person_id']}").status_code == 200
    for path in ("/api/insight/board", f"/api/people/{found['person_id']}/timeline"):
        answer = agent.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "analysis_unavailable")
        assert answer.headers["retry-after"] == "2"


class TestRecentAnswers:
    def test_an_answer_is_kept_for_seconds(self) -> None:
        at = [0.0]
        recent, asked = RecentAnswers(fresh_s=3, clock=lambda: at[0]), iter(range(10))
        assert [recent.get("a", lambda: next(asked)) for _ in range(3)] == [0, 0, 0]
        assert recent.get("b", lambda: next(asked)) == 1
        at[0] = 3
        assert recent.get("a", lambda: next(asked)) == 2

    def test_the_same_question_at_the_same_time_is_asked_once(self) -> None:
        recent, asked, gate = RecentAnswers(), [], threading.Event()

        def question() -> int:
            asked.append(1)
            gate.wait(5)
            return 7

        with ThreadPoolExecutor(4) as pool:
            answers = [pool.submit(recent.get, "a", question) for _ in range(4)]
            gate.set()
            assert [answer.result(5) for answer in answers] == [7] * 4
        assert len(asked) == 1

    def test_an_error_is_told_and_not_kept(self) -> None:
        recent = RecentAnswers()
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                recent.get("a", lambda: 1 // 0)
        assert recent.get("a", lambda: 7) == 7

    def test_old_answers_make_room(self) -> None:
        recent = RecentAnswers(fresh_s=1e9)
        for number in range(3 * KEPT):
            recent.get(str(number), lambda: number)  # noqa: B023 - asked at once
        assert len(recent._answers) == len(recent._asking) == KEPT
