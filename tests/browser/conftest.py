"""Fixtures of the browser suite: a Chromium, the example company and one for the tag, each started once."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext

from percorso.http.tag import default_tag
from tests.browser.chromium import PATIENCE_MS, Look, Visit, browser, chromium_program, visit
from tests.browser.sites import Site, site
from tests.gateway import Gateway
from tests.server import Server

PEOPLE = "80"
_SIGN_IN = re.compile(r"as (\S+) with the password (\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The example company, running, with a session of its administrator."""

    url: str
    email: str
    password: str
    cookies: list[dict[str, object]]

    def get(self, path: str) -> object:
        """An answer of its API."""
        jar = {str(cookie["name"]): str(cookie["value"]) for cookie in self.cookies}
        answer = httpx.get(self.url + path, cookies=jar, trust_env=False, timeout=60.0)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser. Without one the suite fails: a skipped look is no look."""
    program = chromium_program()
    if program is None:
        pytest.fail("no Chromium found: install the package chromium, or set PERCORSO_CHROMIUM to its path")
    with browser(program) as running:
        yield running


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A small example company, without live traffic, so that pages hold still."""
    with Server(tmp_path_factory.mktemp("pages") / "demo", "--people", PEOPLE, "--no-live", command="demo") as server:
        url = server.url
        server.wait_folded()
        yield signed_in(url, *sign_in_of(server))


@pytest.fixture
def look_at(chromium: Browser, demo: Demo) -> Iterator[Callable[[Look], Visit]]:
    """Opens signed-in contexts on the example company; afterwards none may have complained."""
    opened: list[Visit] = []

    def open_one(look: Look) -> Visit:
        opened.append(visit(chromium, demo.url, look, demo.cookies))
        return opened[-1]

    yield open_one
    complaints = [complaint for one in opened for complaint in one.complaints]
    for one in opened:
        one.page.context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A company without history, for pages that carry the tag."""
    assert default_tag().is_file(), "the tag is not built: make tag"
    with Server(tmp_path_factory.mktemp("tag") / "company") as running:
        assert running.url
        yield running


@pytest.fixture
def shop(gateway: Gateway, key: str) -> Iterator[Site]:
    """A site whose pages carry the tag, with consent given and no page views of its own."""
    with site() as here:
        here.tagged(gateway.url, key, pages=False)
        yield here


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser profile of a visitor; no page of theirs may have complained."""
    with chromium.new_context(locale="it-IT", timezone_id="Europe/Rome") as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context


def sign_in_of(server: Server) -> tuple[str, str]:
    """Email and password as the demo prints them, right after its address."""
    for _ in range(500):
        for line in server.lines:
            if found := _SIGN_IN.search(line):
                return found.group(1), found.group(2)
        server._told.wait(0.02)
    raise AssertionError(server.lines)


def signed_in(url: str, email: str, password: str) -> Demo:
    """A session, as cookies that a browser takes."""
    with httpx.Client(base_url=url, headers={"X-Percorso": "1"}, trust_env=False, timeout=60.0) as client:
        client.post("/api/session", json={"email": email, "password": password}).raise_for_status()
        cookies: list[dict[str, object]] = [
            {"name": c.name, "value": c.value or "", "url": url} for c in client.cookies.jar
        ]
    return Demo(url=url, email=email, password=password, cookies=cookies)
