"""What people of the company work with: tasks, the local inbox, the playbook, the status line."""

from typing import Any

import pytest
from fastapi import FastAPI

from percorso.main.company import Company
from percorso.model.message import MessageState
from percorso.model.time import DAY, to_iso
from percorso.pipeline.relay import Relay
from percorso.ports import Mail
from tests.http_client import Browser, MovedClock, app_for, signed_in, take, track


@pytest.fixture
def clock(company: Company) -> MovedClock:
    return MovedClock(company.clock.now())


@pytest.fixture
def app(company: Company, clock: MovedClock) -> FastAPI:
    return app_for(company, clock=clock)


@pytest.fixture
def agent(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "agent")


class TestTasks:
    @pytest.fixture
    def task(self, agent: Browser, company: Company) -> dict[str, Any]:
        take(company, track("Survey Answered", "m1", properties={"kind": "nps", "score": 2, "scale": 10}))
        (task,) = agent.get("/api/tasks").json()["tasks"]
        assert isinstance(task, dict)
        return task

    def test_an_open_task_says_for_whom_and_how(self, task: dict[str, Any], clock: MovedClock) -> None:
        assert task["play"]["id"] == task["play_id"] == "detractor_call_back"
        nine = ("do", "say", "how", "timing", "ask", "ask_how", "ask_when", "give", "get")
        assert all(task["play"][field].keys() >= {"it", "en"} for field in nine)
        assert task["person"]["person_id"]
        assert (task["overdue"], task["done_at"], task["outcome"]) == (False, None, None)

    def test_a_task_past_its_deadline_is_overdue(self, agent: Browser, task: dict[str, Any], clock: MovedClock) -> None:
        clock.advance(10 * DAY)
        assert agent.get(f"/api/tasks/{task['task_id']}").json()["overdue"]
        assert agent.get("/api/status").json()["queues"]["tasks_overdue"] == 1

    def test_a_task_done_is_an_event_on_the_path(self, agent: Browser, company: Company, task: dict[str, Any]) -> None:
        path = f"/api/tasks/{task['task_id']}/done"
        done = agent.post(path, {"outcome": "solved", "note": "Richiamata, tutto a posto."}).json()
        assert (done["outcome"], done["done_by"]) == ("solved", "agent@example.com")
        assert done["done_at"]
        assert agent.get("/api/tasks").json() == {"tasks": []}
        assert agent.get("/api/tasks", params={"state": "done"}).json()["tasks"][0]["task_id"] == task["task_id"]

        Relay(company.outbox, company.collector).drain()
        company.processor.drain()
        person = agent.get(f"/api/people/{task['person']['person_id']}").json()
        assert {"name": "Task Done", "count": 1} in person["counters"]
        assert person["tasks"][0]["outcome"] == "solved"

    def test_nobody_is_rung_twice_for_the_same_play(
        self, agent: Browser, company: Company, task: dict[str, Any]
    ) -> None:
        low = {"kind": "nps", "score": 1, "scale": 10}
        take(company, track("Survey Answered", "m2", properties=low))
        assert [one["task_id"] for one in agent.get("/api/tasks").json()["tasks"]] == [task["task_id"]]
        assert agent.post(f"/api/tasks/{task['task_id']}/done", {"outcome": "solved"}).status_code == 200
        take(company, track("Survey Answered", "m3", properties=low))
        assert len(agent.get("/api/tasks").json()["tasks"]) == 1, "a new reason after it was done"

    def test_a_task_is_done_once(self, agent: Browser, company: Company, task: dict[str, Any]) -> None:
        path = f"/api/tasks/{task['task_id']}/done"
        assert agent.post(path, {"outcome": "solved"}).status_code == 200
        again = agent.post(path, {"outcome": "not_reached"})
        assert (again.status_code, again.json()["code"]) == (409, "conflict")
        assert len(company.outbox.relay(10)) == 1

    @pytest.mark.parametrize("body", [{}, {"outcome": "whatever"}, {"outcome": "solved", "note": "a\x00b"}])
    def test_an_outcome_is_one_of_the_words(self, agent: Browser, task: dict[str, Any], body: dict[str, str]) -> None:
        assert agent.post(f"/api/tasks/{task['task_id']}/done", body).status_code == 400
        assert len(agent.get("/api/tasks").json()["tasks"]) == 1

    def test_a_task_that_never_was(self, agent: Browser) -> None:
        assert agent.get("/api/tasks/never").status_code == 404
        assert agent.post("/api/tasks/never/done", {"outcome": "solved"}).status_code == 404


class TestInbox:
    def put(self, company: Company, number: int, html: str = "<p>Ciao</p>") -> None:
        company.mailbox.put(
            Mail(
                mail_id=f"mail{number}",
                to="ada@example.com",
                subject=f"Grazie {number}",
                html=html,
                text="Ciao",
                received_at=number,
                person_id=None,
            )
        )

    def test_mails_newest_first_a_page_at_a_time(self, agent: Browser, company: Company) -> None:
        for number in (1, 2, 3):
            self.put(company, number)
        page = agent.get("/api/inbox", params={"limit": 2}).json()
        assert [mail["mail_id"] for mail in page["mails"]] == ["mail3", "mail2"]
        rest = agent.get("/api/inbox", params={"limit": 2, "before": page["next_before"]}).json()
        assert ([mail["mail_id"] for mail in rest["mails"]], rest["next_before"]) == (["mail1"], None)

    def test_one_mail(self, agent: Browser, company: Company) -> None:
        self.put(company, 7)
        mail = agent.get("/api/inbox/mail7").json()
        assert (mail["subject"], mail["text"], mail["html_url"]) == ("Grazie 7", "Ciao", "/api/inbox/mail7/html")
        assert mail["received_at"] == to_iso(7)
        assert agent.get("/api/inbox/mail8").status_code == 404

    def test_its_html_runs_nothing_and_opens_links_outside(self, agent: Browser, company: Company) -> None:
        self.put(company, 7, "<html><head><title>x</title></head><body><script>alert(1)</script></body></html>")
        answer = agent.get("/api/inbox/mail7/html")
        policy = answer.headers["content-security-policy"].split("; ")
        assert policy[0] == "sandbox allow-popups allow-popups-to-escape-sandbox"
        assert "default-src 'none'" in policy
        assert not any("script" in rule or "allow-same-origin" in rule for rule in policy)
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        assert '<head><base target="_blank"><title>' in answer.text

    def test_what_waits_says_for_whom_when_and_why(self, agent: Browser, company: Company, clock: MovedClock) -> None:
        assert agent.get("/api/inbox/waiting").json() == {"messages": []}
        take(company, track("Order Completed", "m1", properties={"order_id": "o1", "revenue": 9, "currency": "EUR"}))
        (waiting,) = agent.get("/api/inbox/waiting").json()["messages"]
        assert waiting["play"]["name"].keys() >= {"it", "en"}
        assert (waiting["channel"], waiting["reason"]) == ("email", None)
        assert waiting["person_id"]
        until = clock.now() + DAY
        state = MessageState.DEFERRED
        company.outbox.mark(waiting["message_id"], state, at=clock.now(), due_at=until, refusal="quiet_hours")
        (later,) = agent.get("/api/inbox/waiting").json()["messages"]
        assert (later["due_at"], later["reason"]) == (to_iso(until), "quiet_hours")

    def test_a_time_that_is_none_is_told(self, agent: Browser) -> None:
        answer = agent.get("/api/inbox", params={"before": "yesterday"})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


def test_the_configuration_in_force(agent: Browser, company: Company) -> None:
    config = agent.get("/api/config").json()
    assert (config["version"], config["packs"]) == (company.config.version, list(company.config.packs))
    assert [journey["id"] for journey in config["journeys"]] == [journey.id for journey in company.config.journeys]
    assert {play["id"] for play in config["plays"]} >= {"late_delivery", "first_purchase_thanks"}
    assert all(touchpoint["name"].keys() >= {"it", "en"} for touchpoint in config["touchpoints"])


def test_the_coverage_of_the_playbook_adds_up(agent: Browser, company: Company) -> None:
    matrix = agent.get("/api/playbook").json()
    assert [column["stage"]["id"] for column in matrix["columns"]] == [
        stage.id for stage in company.config.journeys[0].stages
    ]
    cells = [cell for row in matrix["rows"] for cell in row["cells"]]
    assert len(cells) == len(matrix["rows"]) * len(matrix["columns"])
    assert sum(cell["expected"] and bool(cell["plays"]) for cell in cells) == matrix["covered"] <= matrix["expected"]
    assert all(cell["hole"] == (cell["expected"] and not cell["plays"]) for cell in cells)
    assert agent.get("/api/playbook", params={"journey": "never"}).status_code == 404


def test_the_status_says_what_came_and_what_waits(agent: Browser, company: Company) -> None:
    take(company, track("Product Viewed", "m1"), track("Product Viewed", "m1"), {"type": "track", "messageId": "m2"})
    status = agent.get("/api/status").json()
    assert status["company"] == {
        "name": company.facts.name,
        "zone": "Europe/Rome",
        "currency": "EUR",
        "language": company.facts.language,
    }
    counts = {"accepted": 1, "duplicate": 1, "conflict": 0, "quarantined": 1, "suppressed": 0}
    assert (status["today"], status["total"]) == (counts, counts)
    assert status["behind"] == 0
    assert [lane["lane"] for lane in status["lanes"]] == ["live", "import"]
    assert status["queues"]["tasks_open"] == 0
