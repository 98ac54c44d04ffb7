"""Signing in: who gets in, who does not, and what they may do."""

import json
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from percorso.cli.app import run
from percorso.http.auth import RIGHTS
from percorso.http.passwords import NOBODY, Passwords
from percorso.main.company import Company
from percorso.main.opener import MainOpener
from percorso.model.time import DAY, MINUTE
from percorso.ports import User
from tests.http_client import FAST, PASSWORD, Browser, MovedClock, app_for, signed_in

ADA = "ada@example.com"


@pytest.fixture
def clock(company: Company) -> MovedClock:
    return MovedClock(company.clock.now())


@pytest.fixture
def app(company: Company, clock: MovedClock) -> Iterator[FastAPI]:
    company.accounts.add_user(User("u1", ADA, FAST.hash(PASSWORD), "admin", 1))
    return app_for(company, clock=clock)


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    return Browser(app)


def error(answer: httpx.Response) -> tuple[int, str]:
    assert set(answer.json()) == {"code", "message"}
    return answer.status_code, answer.json()["code"]


def test_nobody_is_signed_in_at_first(browser: Browser) -> None:
    assert browser.get("/api/session").json() == {"user": None, "setup_needed": False}
    assert error(browser.get("/api/status")) == (401, "unauthenticated")


def test_signing_in_and_out(browser: Browser, company: Company) -> None:
    answer = browser.sign_in(f" {ADA.upper()} ")
    assert answer.json()["user"] == {"email": ADA, "role": "admin", "rights": sorted(RIGHTS["admin"])}
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("percorso_session=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert answer.headers["cache-control"] == "no-store"
    kept = browser.cookies["percorso_session"]
    assert browser.get("/api/session").json()["user"]["email"] == ADA

    assert browser.delete("/api/session").json() == {"user": None, "setup_needed": False}
    browser.cookies.set("percorso_session", kept)
    assert browser.get("/api/session").json()["user"] is None


def test_over_https_the_cookie_is_bound_to_the_host(app: FastAPI) -> None:
    browser = Browser(app, origin="https://percorso.test")
    cookie = browser.sign_in(ADA).headers["set-cookie"]
    assert cookie.startswith("__Host-percorso=")
    assert "Secure" in cookie.split("; ")
    assert browser.get("/api/session").json()["user"]["email"] == ADA


def test_behind_a_proxy_that_speaks_https_it_is_too(company: Company, app: FastAPI) -> None:
    browser = Browser(app_for(company, https=True))
    assert browser.sign_in(ADA).headers["set-cookie"].startswith("__Host-percorso=")


@pytest.mark.parametrize(
    "credentials",
    [
        {"email": ADA, "password": "wrong"},
        {"email": "nobody@example.com", "password": PASSWORD},
        {"email": ADA, "password": ""},
        {"email": ADA, "password": "\x00é" * 500},
    ],
)
def test_a_wrong_password_and_an_unknown_user_are_answered_alike(browser: Browser, credentials: dict[str, str]) -> None:
    answer = browser.post("/api/session", credentials)
    assert answer.status_code == 401
    assert answer.json() == {"code": "unauthenticated", "message": "email or password is wrong"}
    assert "set-cookie" not in answer.headers


def test_coming_going_and_being_refused_are_in_the_audit_log(company: Company, browser: Browser) -> None:
    browser.post("/api/session", {"email": ADA, "password": "wrong"})
    browser.post("/api/session", {"email": "nobody@example.com", "password": PASSWORD})
    browser.sign_in(ADA)
    browser.delete("/api/session")
    assert [(row.actor, row.act) for row in reversed(company.audit.latest(3))] == [
        (ADA, "session.refused"),
        (ADA, "session.opened"),
        (ADA, "session.closed"),
    ]


def test_an_unknown_user_costs_a_hash_too(company: Company, app: FastAPI) -> None:
    checked: list[str | None] = []
    passwords = app.state.services.door.passwords
    check = passwords.check
    passwords.check = lambda hashed, password: (checked.append(hashed), check(hashed, password))[1]
    Browser(app).sign_in("nobody@example.com")
    assert checked == [None]
    assert not Passwords().is_stale(NOBODY)


def test_a_session_ends_by_itself(browser: Browser, clock: MovedClock) -> None:
    browser.sign_in(ADA)
    clock.advance(14 * DAY)
    assert browser.get("/api/session").json()["user"] is None


def test_guessing_is_slowed_down_and_the_owner_elsewhere_is_not(app: FastAPI, clock: MovedClock) -> None:
    stranger, owner = Browser(app, address="192.0.2.1"), Browser(app, address="192.0.2.2")
    for _ in range(5):
        assert stranger.sign_in(ADA, "guess").status_code == 401
    answer = stranger.sign_in(ADA)
    assert error(answer) == (429, "too_many_requests")
    assert 0 < int(answer.headers["retry-after"]) <= 301
    assert owner.sign_in(ADA).status_code == 200
    clock.advance(5 * MINUTE)
    assert stranger.sign_in(ADA).status_code == 200


def test_one_address_may_not_try_everybody(app: FastAPI) -> None:
    stranger = Browser(app, address="192.0.2.1")
    answers = [stranger.sign_in(f"{number}@example.com", "guess").status_code for number in range(31)]
    assert answers == [401] * 30 + [429]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-percorso": "1", "origin": "https://evil.example"},
        {"x-percorso": "1", "origin": "null"},
        {"x-percorso": "1", "sec-fetch-site": "cross-site"},
        {"x-percorso": "1", "sec-fetch-site": "same-site"},
        {"origin": "http://percorso.test"},
    ],
)
def test_a_page_of_another_site_changes_nothing(app: FastAPI, headers: dict[str, str]) -> None:
    browser = Browser(app)
    credentials = {"email": ADA, "password": PASSWORD}
    assert error(browser.bare("POST", "/api/session", json=credentials, headers=headers)) == (403, "forbidden")
    browser.sign_in(ADA)
    wish = {"kind": "write", "name": "web"}
    assert error(browser.bare("POST", "/api/keys", json=wish, headers=headers)) == (403, "forbidden")
    assert browser.get("/api/keys").json() == {"keys": []}
    assert error(browser.bare("DELETE", "/api/session", headers=headers)) == (403, "forbidden")


def test_a_form_of_another_site_cannot_sign_in(app: FastAPI) -> None:
    form = Browser(app).post("/api/session", headers={"content-type": "text/plain"}, content=b"{}")
    assert error(form) == (400, "invalid_input")


class TestSetup:
    @pytest.fixture
    def app(self, company: Company) -> FastAPI:
        company.directory.setup_token.write_text("one-time\n")
        return app_for(company)

    def wish(self, **others: str) -> dict[str, str]:
        return {"email": "Ada@Example.com", "password": PASSWORD, "token": "one-time", **others}

    def test_the_first_user_is_an_administrator_and_signed_in(self, company: Company, browser: Browser) -> None:
        assert browser.get("/api/session").json() == {"user": None, "setup_needed": True}
        answer = browser.post("/api/setup", self.wish())
        assert answer.status_code == 201
        assert (answer.json()["user"]["email"], answer.json()["user"]["role"]) == (ADA, "admin")
        assert browser.get("/api/session").json()["user"]["email"] == ADA
        assert not company.directory.setup_token.exists()
        assert [row.act for row in company.audit.latest(5)] == ["session.opened", "user.created"]

    def test_the_token_works_once(self, browser: Browser) -> None:
        assert browser.post("/api/setup", self.wish()).status_code == 201
        assert error(browser.post("/api/setup", self.wish(email="eve@example.com"))) == (403, "forbidden")

    def test_a_left_over_token_makes_no_second_first_user(self, company: Company, browser: Browser) -> None:
        assert browser.post("/api/setup", self.wish()).status_code == 201
        company.directory.setup_token.write_text("one-time")
        assert error(browser.post("/api/setup", self.wish(email="eve@example.com"))) == (409, "conflict")

    @pytest.mark.parametrize("token", ["", "wrong", "one-time\n", "é"])
    def test_a_wrong_token_makes_nobody(self, company: Company, browser: Browser, token: str) -> None:
        assert error(browser.post("/api/setup", self.wish(token=token))) == (403, "forbidden")
        assert company.accounts.count_users() == 0

    def test_without_a_token_file_an_empty_token_does_not_fit(self, company: Company, browser: Browser) -> None:
        company.directory.setup_token.write_text("")
        assert error(browser.post("/api/setup", self.wish(token=""))) == (403, "forbidden")
        company.directory.setup_token.unlink()
        assert error(browser.post("/api/setup", self.wish(token=""))) == (403, "forbidden")

    @pytest.mark.parametrize("others", [{"password": "short"}, {"email": "ada"}, {"email": "a b@c"}])
    def test_what_cannot_be_used_is_told_and_the_token_stays(
        self, company: Company, browser: Browser, others: dict[str, str]
    ) -> None:
        assert error(browser.post("/api/setup", self.wish(**others))) == (400, "invalid_input")
        assert browser.post("/api/setup", self.wish()).status_code == 201

    def test_the_token_cannot_be_guessed_fast(self, browser: Browser) -> None:
        answers = [browser.post("/api/setup", self.wish(token=str(n))).status_code for n in range(6)]
        assert answers == [403] * 5 + [429]


PATHS: dict[str, str] = {
    "/api/status": "insight",
    "/api/config": "insight",
    "/api/playbook": "insight",
    "/api/insight/kpis": "insight",
    "/api/people": "people",
    "/api/people/x": "people",
    "/api/people/x/timeline": "people",
    "/api/insight/journeys/retail/stages/buy/people": "people",
    "/api/live": "people",
    "/api/live/recent": "people",
    "/api/inbox": "people",
    "/api/inbox/x": "people",
    "/api/inbox/x/html": "people",
    "/api/tasks": "people",
    "/api/tasks/x": "people",
    "/api/audit": "audit",
    "/api/keys": "keys",
}


@pytest.mark.parametrize("role", RIGHTS)
def test_each_role_reads_what_it_may(company: Company, role: str) -> None:
    app = app_for(company)
    browser = signed_in(company, app, role)
    for path, right in PATHS.items():
        if path == "/api/live" and right in RIGHTS[role]:
            continue  # an endless stream; test_http_live.py reads it
        status = browser.get(path).status_code
        assert (status == 403) == (right not in RIGHTS[role]), (role, path, status)
        assert status != 401


def test_every_resource_asks_who_is_calling(app: FastAPI) -> None:
    """Whatever is added to the document later must be in the table above or be open on purpose."""
    open_paths = {"/api/session", "/api/setup", "/healthz", "/readyz", "/metrics"}
    browser = Browser(app)
    for path, methods in app.openapi()["paths"].items():
        for method in methods:
            filled = path.replace("{", "").replace("}", "")
            answer = browser.request(method.upper(), filled)
            assert (answer.status_code == 401) == (path not in open_paths), (method, path, answer.status_code)


def test_a_viewer_cannot_reach_people_through_the_analysis(company: Company) -> None:
    browser = signed_in(company, app_for(company), "viewer")
    for path in (
        "/api/insight/../timeline?person_id=x",
        "/api/insight/%2e%2e/timeline?person_id=x",
        "/api/insight/..%2ftimeline?person_id=x",
        "/timeline?person_id=x",
        "/api/insight/journeys/retail/stages/buy/people/",
        "/api/insight/journeys/retail/stages/buy/%70eople",
        "/api/insight//journeys/retail/stages/buy/people",
        "/api/insight/kpis/../journeys/retail/stages/buy/people",
    ):
        answer = browser.get(path)
        assert answer.status_code in (403, 404) or answer.headers["content-type"].startswith("text/html"), path
        assert "person_id" not in answer.text


class TestCommandLine:
    def test_whoever_lost_the_password_gets_a_new_one(
        self, company: Company, app: FastAPI, capsys: pytest.CaptureFixture[str]
    ) -> None:
        where = ["--dir", str(company.directory.root), "--json"]
        assert run(MainOpener(), ["users", "put", "Bea@Example.com", "--role", "agent", *where]) == 0
        first = json.loads(capsys.readouterr().out)
        assert first["email"] == "bea@example.com"
        browser = Browser(app)
        assert browser.post("/api/session", first).status_code == 200
        assert run(MainOpener(), ["users", "put", "bea@example.com", *where]) == 0
        second = json.loads(capsys.readouterr().out)
        assert browser.get("/api/session").json()["user"] is None
        assert Browser(app).post("/api/session", first).status_code == 401
        again = Browser(app).post("/api/session", second)
        assert (again.status_code, again.json()["user"]["role"]) == (200, "agent")
        assert [row.act for row in company.audit.latest(10)].count("password.set") == 1

    def test_no_address_no_user(self, company: Company, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(MainOpener(), ["users", "put", "ada", "--dir", str(company.directory.root)]) == 2
        assert "no email address" in capsys.readouterr().err
        assert company.accounts.count_users() == 0
