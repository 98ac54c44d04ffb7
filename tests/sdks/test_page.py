"""Clients for pages of Segment, RudderStack and Jitsu, unmodified, in a real browser, on a page of another origin than ours."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Response

from tests.browser.chromium import browser, chromium_program
from tests.sdks.between import Between, Trouble
from tests.sdks.pages import MODULES, PAGES, PageClient
from tests.sdks.receiving import Taken, key_of, taken
from tests.sdks.record import Record
from tests.server import Server

pytestmark = pytest.mark.sdk

ORDERS = 15
WITHIN_MS = 60_000
SEND = """async ({ key, host, shop, orders, bad }) => {
    const { client } = await (START)({ key, host, shop })
    await client.identify('ada', { email: 'ada@example.com' })
    for (let number = 0; number < orders; number++) {
        client.track('Order Completed', { order_id: `o${number}`, revenue: 10.5, currency: 'EUR', products: [] })
    }
    if (bad) client.track('x'.repeat(201))
    client.page('Shop', 'Beans')
    client.group('bar-centrale', { name: 'Bar Centrale' })
    client.alias?.('ada', 'before')
}"""
TROUBLES: tuple[Trouble, ...] = ("busy", "slow down", "answer lost")
each_client = pytest.mark.parametrize("client", PAGES, ids=lambda client: client.name)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """The origin of a site that has the clients' files."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(MODULES))) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{serving.server_port}"
        finally:
            serving.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = chromium_program()
    if program is None:
        pytest.fail("no Chromium found: install the package chromium, or set PERCORSO_CHROMIUM to its path")
    with browser(program) as running:
        yield running


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A visitor's first page: nothing is remembered of another test."""
    with chromium.new_context() as context:
        yield context.new_page()


class Answered:
    """True of the answer with which `items` have been answered with 200; remembers all others."""

    def __init__(self, items: int, url: str) -> None:
        self._left = items
        self._url = url
        self.failed: list[int] = []

    def __call__(self, answer: Response) -> bool:
        if not answer.url.startswith(self._url) or answer.request.method != "POST":
            return False
        if answer.status != 200:
            self.failed.append(answer.status)
            return False
        self._left -= _items(answer.request)
        return self._left <= 0


def _items(request: Request) -> int:
    body = json.loads(request.post_data or "{}")
    return len(body.get("batch", [body]))


def send(page: Page, client: PageClient, way: Between, shop: str, key: str, *, bad: bool) -> Answered:
    """Everything sent by a page, and answered; a client that sends by beacon is not waited for."""
    page.goto(f"{shop}/{client.package}/package.json")  # any document of that origin
    if client.script is not None:
        page.add_script_tag(url=f"{shop}{client.script}")
    answered = Answered(ORDERS + len(client.others) + bad, way.url)
    wish = {"key": key, "host": way.url, "shop": shop, "orders": ORDERS, "bad": bad}
    script = SEND.replace("START", client.start)
    if client.beacon:
        page.evaluate(script, wish)
        page.goto("about:blank")
        return answered
    with page.expect_response(answered, timeout=WITHIN_MS):
        page.evaluate(script, wish)
    return answered


def taken_when(server: Server, source: str, items: int) -> Taken:
    """What is there of a source, once there are so many items."""
    deadline = time.monotonic() + WITHIN_MS / 1000
    while True:
        found = taken(server, source)
        if sum(found.calls.values()) + len(found.others) >= items or time.monotonic() > deadline:
            return found


@each_client
def test_all_that_a_page_sends_is_in_the_log_exactly_once(
    server: Server, way: Between, shop: str, page: Page, record: Record, client: PageClient
) -> None:
    way.expect(())
    answered = send(page, client, way, shop, key_of(server, client.name), bad=True)
    found = taken_when(server, client.name, ORDERS + len(client.others) + 1)
    assert found.is_once(ORDERS, client.others), found
    assert found.others == ["quarantined"]
    assert answered.failed == []
    record.ran(
        client.name,
        package=client.package,
        version=client.version(),
        runs_in=f"Chromium, {client.how}",
        calls=found.calls,
        sent=way.sent,
    )


@each_client
def test_what_was_refused_or_not_answered_is_sent_again_and_taken_once(
    server: Server, way: Between, shop: str, page: Page, record: Record, client: PageClient
) -> None:
    if not client.resends:
        record.again(client.name, "does not send again")
        pytest.skip("this client never sends again")
    source = f"{client.name}-again"
    way.expect(TROUBLES)
    answered = send(page, client, way, shop, key_of(server, source), bad=False)
    found = taken(server, source)
    assert found.is_once(ORDERS, client.others), found
    assert set(found.others) == {"duplicate"}, "what the server had taken came once more, and was known"
    assert sorted(answered.failed) == sorted(_statuses(way.met))
    record.again(client.name, "sends again, taken once")


def _statuses(met: Sequence[Trouble]) -> list[int]:
    return [429 if trouble == "slow down" else 503 for trouble in met]


def test_the_docs_tell_what_ran(record: Record) -> None:
    record.compare([client.name for client in PAGES])
