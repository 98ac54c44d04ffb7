"""API keys over HTTP: shown once, listed without the key, revoked for good; and what a secret key may do."""

import asyncio

import pytest
from fastapi import FastAPI

from percorso.http.services import Services
from percorso.http.write_key import Sender
from percorso.main.company import Company
from percorso.model.identity import Trust
from tests.http_client import Browser, MovedClock, app_for, signed_in


@pytest.fixture
def clock(company: Company) -> MovedClock:
    return MovedClock(company.clock.now())


@pytest.fixture
def app(company: Company, clock: MovedClock) -> FastAPI:
    return app_for(company, clock=clock)


@pytest.fixture
def admin(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "admin")


def make(browser: Browser, kind: str, name: str = "web") -> tuple[str, str]:
    answer = browser.post("/api/keys", {"kind": kind, "name": name})
    assert answer.status_code == 201
    return answer.json()["key"], answer.json()["record"]["key_id"]


def source_of(app: FastAPI, key: str) -> str | None:
    services: Services = app.state.services
    sender = asyncio.run(services.keys.source(key))
    return None if sender is None else sender.source


@pytest.mark.parametrize(("kind", "prefix"), [("write", "wk_"), ("secret", "sk_")])
def test_a_key_is_shown_once(admin: Browser, kind: str, prefix: str) -> None:
    key, key_id = make(admin, kind)
    assert key.startswith(prefix)
    assert len(key) > 40
    listed = admin.get("/api/keys")
    assert key not in listed.text
    (record,) = listed.json()["keys"]
    assert (record["key_id"], record["kind"], record["name"], record["hint"]) == (key_id, kind, "web", key[-4:])
    assert record["revoked_at"] is None


def test_what_is_stored_is_not_the_key(admin: Browser, company: Company) -> None:
    key, _ = make(admin, "secret")
    assert key.encode() not in b"".join(path.read_bytes() for path in company.directory.root.glob("state.db*"))


def test_a_revoked_key_stays_in_the_list_and_works_no_more(admin: Browser, app: FastAPI) -> None:
    key, key_id = make(admin, "write")
    assert source_of(app, key) == "web"
    assert admin.delete(f"/api/keys/{key_id}").status_code == 204
    assert source_of(app, key) is None
    assert admin.get("/api/keys").json()["keys"][0]["revoked_at"] is not None
    assert admin.delete(f"/api/keys/{key_id}").status_code == 404


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "master", "name": "web"},
        {"kind": "write", "name": ""},
        {"kind": "write", "name": "a" * 65},
        {"kind": "write", "name": "percorso"},
        {"kind": "write", "name": "<b>"},
        {"kind": "write"},
    ],
)
def test_a_key_that_cannot_be_is_refused(admin: Browser, wish: dict[str, str]) -> None:
    answer = admin.post("/api/keys", wish)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert admin.get("/api/keys").json() == {"keys": []}


def test_making_and_revoking_is_in_the_audit_log(admin: Browser) -> None:
    _, key_id = make(admin, "write")
    admin.delete(f"/api/keys/{key_id}")
    acts = [(act["actor"], act["act"]) for act in admin.get("/api/audit").json()["acts"] if act["target"] == key_id]
    assert acts == [("admin@example.com", "key.revoked"), ("admin@example.com", "key.created")]


class TestSecretKey:
    @pytest.fixture
    def program(self, admin: Browser, app: FastAPI) -> tuple[Browser, dict[str, str]]:
        key, _ = make(admin, "secret", "reports")
        return Browser(app), {"authorization": f"Bearer {key}"}

    def test_it_reads_without_a_cookie(self, program: tuple[Browser, dict[str, str]]) -> None:
        browser, headers = program
        assert browser.bare("GET", "/api/people", headers=headers).status_code == 200

    def test_it_makes_no_keys(self, program: tuple[Browser, dict[str, str]]) -> None:
        browser, headers = program
        wish = {"kind": "secret", "name": "more"}
        assert browser.bare("POST", "/api/keys", headers=headers, json=wish).status_code == 403
        assert browser.bare("GET", "/api/keys", headers=headers).status_code == 403

    def test_a_write_key_reads_nothing(self, admin: Browser, app: FastAPI) -> None:
        key, _ = make(admin, "write")
        answer = Browser(app).bare("GET", "/api/people", headers={"authorization": f"Bearer {key}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"

    def test_a_secret_key_sends_and_is_believed(self, program: tuple[Browser, dict[str, str]], app: FastAPI) -> None:
        key = program[1]["authorization"].removeprefix("Bearer ")
        services: Services = app.state.services
        assert asyncio.run(services.keys.source(key)) == Sender("reports", Trust.SERVER)

    @pytest.mark.parametrize("header", ["Bearer sk_wrong", "Bearer ", "Basic c2s6", "sk_x", "Bearer \udcff"])
    def test_a_wrong_key_does_not_fall_back_on_the_cookie(self, admin: Browser, header: str) -> None:
        raw = header.encode("utf-8", "surrogateescape")
        answer = admin.bare("GET", "/api/people", headers=[(b"authorization", raw)])
        assert answer.status_code == 401
