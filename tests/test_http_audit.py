"""Who looked at whom is in the audit log, once a minute, without a name or a value; and the log over HTTP."""

import json
from datetime import date
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from percorso.main.company import Company
from percorso.model.audit import Act
from percorso.model.time import HOUR, MINUTE, to_iso
from percorso.ports import AuditRow, Mail
from tests.http_client import Browser, MovedClock, app_for, signed_in, take, track

ADA = {
    "type": "identify",
    "messageId": "i1",
    "userId": "u1",
    "traits": {"email": "ada@example.com", "name": "Ada Bianchi", "phone": "+39 333 1234567"},
}
UNHAPPY = track("Survey Answered", "s1", properties={"kind": "nps", "score": 2, "scale": 10})


@pytest.fixture
def clock(company: Company) -> MovedClock:
    """At the beginning of an hour."""
    return MovedClock(company.clock.now() // HOUR * HOUR)


@pytest.fixture
def app(company: Company, clock: MovedClock) -> FastAPI:
    return app_for(company, clock=clock)


@pytest.fixture
def agent(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "agent")


@pytest.fixture
def manager(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "manager")


@pytest.fixture
def ada(company: Company, agent: Browser) -> str:
    """Ada, who has a task and a mail; her person id."""
    take(company, ADA, UNHAPPY)
    [row] = company.people.find("ada@example.com", 2)
    company.mailbox.put(
        Mail(
            mail_id="mail1",
            to="ada@example.com",
            subject="Grazie, Ada",
            html="<p>Ciao</p>",
            text="Ciao",
            received_at=1,
            person_id=row.person_id,
        )
    )
    return row.person_id


def noted(company: Company, *acts: Act) -> list[tuple[str, str | None]]:
    """(actor, target) of the rows of these acts, oldest first."""
    return [(row.actor, row.target) for row in company.audit.all() if row.act in acts]


class TestReadingOne:
    def test_a_minute_has_one_row_whatever_of_them_is_shown(
        self, company: Company, agent: Browser, ada: str, clock: MovedClock
    ) -> None:
        def look() -> None:
            assert agent.get(f"/api/people/{ada}").status_code == 200
            assert agent.get(f"/api/people/{ada}/timeline?limit=1").status_code == 200

        look()
        look()
        assert noted(company, "person.read") == [("agent@example.com", ada)]
        clock.advance(MINUTE - 1)
        look()
        assert len(noted(company, "person.read")) == 1
        clock.advance(1)
        look()
        assert noted(company, "person.read") == [("agent@example.com", ada)] * 2
        assert company.audit.verify().broken is None

    def test_each_user_and_key_has_rows_of_their_own(
        self, company: Company, app: FastAPI, agent: Browser, manager: Browser, ada: str
    ) -> None:
        key = signed_in(company, app, "admin").post("/api/keys", {"kind": "secret", "name": "reports"}).json()["key"]
        agent.get(f"/api/people/{ada}")
        manager.get(f"/api/people/{ada}")
        bearer = {"authorization": f"Bearer {key}"}
        assert Browser(app).bare("GET", f"/api/people/{ada}", headers=bearer).status_code == 200
        assert noted(company, "person.read") == [
            ("agent@example.com", ada),
            ("manager@example.com", ada),
            ("key:reports", ada),
        ]

    def test_an_old_id_is_noted_as_who_holds_it_now(self, company: Company, agent: Browser, ada: str) -> None:
        take(company, track("Product Viewed", "v1", None, anonymousId="device-1"))
        [device] = [row.person_id for row in company.people.find("device-1", 2)]
        take(company, {**ADA, "messageId": "i2", "anonymousId": "device-1"})
        assert agent.get(f"/api/people/{device}").status_code == 200
        assert noted(company, "person.read") == [("agent@example.com", ada)]

    def test_their_task_and_their_mail_are_of_them(self, company: Company, agent: Browser, ada: str) -> None:
        [task] = company.tasks.open(2)
        for path in (f"/api/tasks/{task.task.task_id}", "/api/inbox/mail1", "/api/inbox/mail1/html"):
            assert agent.get(path).status_code == 200
        assert noted(company, "person.read") == [("agent@example.com", ada)]

    def test_whom_one_may_not_see_or_who_is_nobody_is_not_noted(
        self, company: Company, app: FastAPI, agent: Browser, ada: str
    ) -> None:
        assert signed_in(company, app, "viewer").get(f"/api/people/{ada}").status_code == 403
        assert agent.get("/api/people/nobody").status_code == 404
        assert noted(company, "person.read") == []


class TestLists:
    def test_a_search_is_noted_with_its_hits(self, company: Company, agent: Browser, ada: str) -> None:
        agent.get("/api/people?q=ada@example.com")
        agent.get("/api/people?q=ada@example.com")
        agent.get("/api/people?q=nobody@example.com")
        assert noted(company, "people.listed") == [("agent@example.com", "search:1"), ("agent@example.com", "search:0")]

    def test_who_is_behind_a_number(self, company: Company, agent: Browser, ada: str) -> None:
        journey = company.config.journeys[0]
        path = f"/api/insight/journeys/{journey.id}/stages/{journey.stages[0].id}/people"
        shown = len(agent.get(path).json()["people"])
        assert noted(company, "people.listed") == [("agent@example.com", f"stage:{shown}")]
        assert agent.get(f"/api/insight/journeys/{journey.id}/stages/never/people").status_code == 404
        assert len(noted(company, "people.listed")) == 1

    def test_a_list_of_work_is_noted_once_an_hour(
        self, company: Company, agent: Browser, ada: str, clock: MovedClock
    ) -> None:
        paths = (
            "/api/people",
            "/api/tasks",
            "/api/tasks?state=done",
            "/api/inbox",
            "/api/inbox/waiting",
            "/api/live/recent",
        )

        def look() -> list[str | None]:
            before = len(noted(company, "people.listed"))
            for path in paths:
                assert agent.get(path).status_code == 200
            return [target for _, target in noted(company, "people.listed")[before:]]

        waiting = len(agent.get("/api/inbox/waiting").json()["messages"])
        first = [f"waiting:{waiting}"] if waiting else []
        assert look() == ["people:1", "tasks:1", "inbox:1", "live"]
        clock.advance(HOUR - 1)
        assert look() == []
        clock.advance(1)
        assert look() == ["people:1", "tasks:1", "inbox:1", *first, "live"]


def test_no_row_holds_a_name_or_a_value(company: Company, agent: Browser, ada: str) -> None:
    [task] = company.tasks.open(2)
    for path in (
        "/api/people",
        "/api/people?q=Ada",
        "/api/people?q=ada@example.com",
        f"/api/people/{ada}",
        f"/api/people/{ada}/timeline",
        "/api/tasks",
        f"/api/tasks/{task.task.task_id}",
        "/api/inbox",
        "/api/inbox/mail1",
        "/api/live/recent",
    ):
        assert agent.get(path).status_code == 200
    kept = json.dumps([row for row in company.audit.all() if row.actor == "agent@example.com"]).lower()
    assert not [
        value for value in ("ada", "bianchi", "u1", "333", "grazie") if f'"{value}' in kept or f" {value}" in kept
    ]
    assert "ada@" not in kept


class TestLog:
    def acts(self, browser: Browser, **which: str) -> list[dict[str, Any]]:
        answer = browser.get("/api/audit", params=which)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["acts"]
        return found

    def test_it_is_read_a_page_at_a_time(self, company: Company, manager: Browser) -> None:
        for number in range(5):
            company.audit.record(AuditRow(number, "command line", "plan.changed", str(number)))
        first = manager.get("/api/audit?act=plan.changed&limit=3").json()
        assert [act["target"] for act in first["acts"]] == ["4", "3", "2"]
        rest = manager.get(f"/api/audit?act=plan.changed&limit=3&before={first['next']}").json()
        assert ([act["target"] for act in rest["acts"]], rest["next"]) == (["1", "0"], None)
        exactly = manager.get("/api/audit?act=plan.changed&limit=5").json()
        assert (len(exactly["acts"]), exactly["next"]) == (5, None)

    def test_by_act_who_and_time(self, company: Company, manager: Browser, clock: MovedClock) -> None:
        midnight = company.civil.midnight(date(2026, 3, 29))  # the day has 23 hours
        company.audit.record(AuditRow(midnight - 1, "bea@example.com", "task.done", "t1"))
        company.audit.record(AuditRow(midnight, "bea@example.com", "plan.changed", None))
        company.audit.record(AuditRow(midnight + 23 * HOUR - 1, "bea@example.com", "plan.changed", "2"))
        company.audit.record(AuditRow(midnight + 23 * HOUR, "bea@example.com", "task.done", "t2"))
        assert [act["target"] for act in self.acts(manager, act="task.done")] == ["t2", "t1"]
        assert [act["target"] for act in self.acts(manager, actor="bea@example.com")] == ["t2", "2", None, "t1"]
        day = {"from": "2026-03-29", "to": "2026-03-30"}
        assert [act["target"] for act in self.acts(manager, **day)] == ["2", None]
        assert [act["target"] for act in self.acts(manager, to="2026-03-29")] == ["t1"]
        assert [act["target"] for act in self.acts(manager, **{"from": "2026-03-30"}, act="task.done")] == ["t2"]
        assert manager.get("/api/audit/actors").json() == {"actors": ["bea@example.com", "manager@example.com"]}

    def test_by_person_under_whatever_id(self, company: Company, manager: Browser, agent: Browser) -> None:
        take(company, track("Product Viewed", "v1", None, anonymousId="device-1"))
        [device] = [row.person_id for row in company.people.find("device-1", 2)]
        agent.get(f"/api/people/{device}")
        take(company, {**ADA, "anonymousId": "device-1"})
        [ada] = [row.person_id for row in company.people.find("ada@example.com", 2)]
        agent.get(f"/api/people/{ada}")
        assert device != ada
        for id_ in (device, ada):
            assert [act["target"] for act in self.acts(manager, person=id_)] == [ada, device]
        company.audit.record(AuditRow(9, "command line", "person.erased", "gone"))
        assert [act["act"] for act in self.acts(manager, person="gone")] == ["person.erased"]
        assert self.acts(manager, person="nobody") == []

    @pytest.mark.parametrize("which", ["act=person.seen", "from=yesterday", "limit=0", "before=x"])
    def test_what_cannot_be_asked_is_told(self, manager: Browser, which: str) -> None:
        assert manager.get(f"/api/audit?{which}").status_code == 400

    def test_the_chain_is_followed(self, company: Company, manager: Browser, clock: MovedClock) -> None:
        [last] = company.audit.latest(1)
        assert manager.get("/api/audit/chain").json() == {
            "verified": last.number,
            "head": f"{last.number}:{last.hash}",
            "checked_at": to_iso(clock.now()),
            "broken": None,
        }

    def test_a_broken_chain_is_told(self, company: Company, manager: Browser) -> None:
        for number in range(3):
            company.audit.record(AuditRow(number, "command line", "plan.changed", None))
        with company.state_database.write() as connection:
            connection.execute(text("update audit set actor = 'eve' where number = 2"))
        found = manager.get("/api/audit/chain").json()
        assert (found["verified"], found["broken"]) == (1, {"number": 2, "why": "changed"})

    @pytest.mark.parametrize("path", ["/api/audit", "/api/audit/actors", "/api/audit/chain"])
    def test_only_who_may_reads_it(self, agent: Browser, path: str) -> None:
        answer: httpx.Response = agent.get(path)
        assert answer.status_code == 403
