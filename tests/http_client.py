"""The app as its own in-process client: a company on real SQLite, the routes in front of it, and browsers to call them."""

import asyncio
from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast
from uuid import uuid4

import httpx
import msgspec
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.datastructures import State

from percorso.adapters.identity_tokens import IdentityTokens
from percorso.data.intake import Item
from percorso.http.analysis import Questions, create_analysis_app
from percorso.http.app import create_app
from percorso.http.keyring import KeyRing
from percorso.http.passwords import Door, Passwords
from percorso.http.services import Services
from percorso.main.company import Company
from percorso.main.unifying import previews_of
from percorso.main.web import services_of
from percorso.model.time import Micros
from percorso.pipeline.analyse import Analyst
from percorso.ports import User

ORIGIN = "http://percorso.test"
FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "a few words in a row"


class MovedClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: Micros) -> None:
        self.at = at

    def now(self) -> Micros:
        return self.at

    def advance(self, by: Micros) -> None:
        self.at += by


class LateAnalyst:
    """A company's analyst, made when first asked: most tests never do."""

    def __init__(self, company: Company) -> None:
        self._company = company

    def __getattr__(self, name: str) -> Any:
        return getattr(self._company.analyst, name)


def with_state(app: FastAPI, **state: Any) -> FastAPI:
    """An app with the routes of another: FastAPI reads them when they are first asked for, and that takes longer than most
    tests."""
    made = copy(app)
    made.state = State(state)
    return made


@cache
def main_routes(pages: Path) -> FastAPI:
    return create_app(cast(Services, NoServices(pages)))


@cache
def analysis_routes() -> FastAPI:
    return create_analysis_app(cast(Analyst, None))


class NoServices(NamedTuple):
    """What an app without a company needs."""

    pages: Path


def services_for(company: Company, **others: Any) -> Services:
    """A company's services as main makes them, with cheap passwords and the analysis in this process."""
    app = with_state(
        analysis_routes(), questions=Questions(cast(Analyst, LateAnalyst(company))), previews=previews_of(company)
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    analysis = httpx.AsyncClient(transport=transport, base_url="http://analysis")
    keys = KeyRing(company.accounts, others.get("clock", company.clock))
    made = replace(
        services_of(company), door=Door(Passwords(FAST, FAST.hash(uuid4().hex))), analysis=analysis, keys=keys
    )
    made = replace(made, **others)
    company.collector.proves = IdentityTokens(company.facts.secret, made.keys.identity_keys)
    return made


class Browser:
    """Calls the app like a page of ours: same origin, CSRF header, cookies kept."""

    def __init__(self, app: FastAPI, origin: str = ORIGIN, address: str = "127.0.0.1") -> None:
        self._app = app
        self._origin = origin
        self._address = address
        self.cookies = httpx.Cookies()

    def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **content: Any
    ) -> httpx.Response:
        ours = {"x-percorso": "1", "origin": self._origin}
        return self.bare(method, path, headers={**ours, **(headers or {})}, **content)

    def bare(self, method: str, path: str, **content: Any) -> httpx.Response:
        """A request with the cookies and nothing else that a page of ours would send."""
        return asyncio.run(self._send(method, path, **content))

    async def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False, client=(self._address, 5000))
        async with httpx.AsyncClient(transport=transport, base_url=self._origin, cookies=self.cookies) as client:
            answer = await client.request(method, path, **content)
        self.cookies = client.cookies
        return answer

    def get(self, path: str, **content: Any) -> httpx.Response:
        return self.request("GET", path, **content)

    def post(self, path: str, json: Any = None, **content: Any) -> httpx.Response:
        return self.request("POST", path, json=json, **content)

    def delete(self, path: str, **content: Any) -> httpx.Response:
        return self.request("DELETE", path, **content)

    def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        return self.post("/api/session", {"email": email, "password": password})


def app_for(company: Company, **others: Any) -> FastAPI:
    services = services_for(company, **others)
    return with_state(main_routes(services.pages), services=services)


def signed_in(company: Company, app: FastAPI, role: str) -> Browser:
    """A browser of a user of that role."""
    services: Services = app.state.services
    email = f"{role}@example.com"
    if services.accounts.user_by_email(email) is None:
        services.accounts.add_user(User(uuid4().hex, email, FAST.hash(PASSWORD), role, 1))
    browser = Browser(app)
    assert browser.sign_in(email).status_code == 200
    return browser


def take(company: Company, *items: Mapping[str, Any], source: str = "web", historical: bool = False) -> None:
    """Take wire items in, live, and fold them."""
    wire = [Item(msgspec.json.encode(item), tie) for tie, item in enumerate(items)]
    company.collector.collect_now(wire, source=source, lane=0, historical=historical)
    company.processor.drain()


def track(name: str, message_id: str, user: str | None = "u1", **others: Any) -> dict[str, Any]:
    """A track call."""
    who = {} if user is None else {"userId": user}
    return {"type": "track", "event": name, "messageId": message_id, **who, **others}
