"""Segment's client for pages, unmodified, in a real browser, on a page of another origin than ours."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page, Response

from tests.browser.chromium import browser, chromium_program
from tests.sdks.clients import FOR_PAGES, INSTALLED
from tests.sdks.receiving import OTHERS, key_of, taken
from tests.server import Server

pytestmark = pytest.mark.sdk

FILES = INSTALLED / FOR_PAGES.environment / "node_modules" / FOR_PAGES.package / "dist" / "umd"
ORDERS = 15
WITHIN_MS = 60_000
SEND = """async ({ key, host, orders, batching }) => {
    const delivery = batching ? { strategy: 'batching', config: { size: 10, timeout: 300 } } : { strategy: 'standard' }
    const analytics = AnalyticsNext.AnalyticsBrowser.load(
        { writeKey: key, cdnSettings: { integrations: { 'Segment.io': { apiKey: key } } } },
        { integrations: { 'Segment.io': { apiHost: `${host}/v1`, protocol: 'http', deliveryStrategy: delivery } } },
    )
    await analytics.identify('ada', { email: 'ada@example.com' })
    for (let number = 0; number < orders; number++) {
        analytics.track('Order Completed', { order_id: `o${number}`, revenue: 10.5, currency: 'EUR', products: [] })
    }
    analytics.track('x'.repeat(201))
    analytics.page('Shop', 'Beans')
    analytics.group('bar-centrale', { name: 'Bar Centrale' })
    analytics.alias('ada', 'before')
}"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """The origin of a site that has the client's files."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(FILES))) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{serving.server_port}"
        finally:
            serving.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    program = chromium_program()
    if program is None:
        pytest.fail("no Chromium found: install the package chromium, or set PERCORSO_CHROMIUM to its path")
    with browser(program) as running, running.new_context() as context:
        yield context.new_page()


class Answered:
    """True of the answer with which `items` have been answered with 200; remembers all others."""

    def __init__(self, items: int) -> None:
        self._left = items
        self.failed: list[int] = []

    def __call__(self, answer: Response) -> bool:
        if "/v1/" not in answer.url or answer.request.method != "POST":
            return False
        if answer.status != 200:
            self.failed.append(answer.status)
            return False
        body = json.loads(answer.request.post_data or "")
        self._left -= len(body.get("batch", [body]))
        return self._left <= 0


@pytest.mark.parametrize("batching", [False, True], ids=["one-by-one", "batching"])
def test_all_that_a_page_sends_is_in_the_log_exactly_once(
    server: Server, shop: str, page: Page, batching: bool
) -> None:
    source = f"page-{batching}"
    page.goto(f"{shop}/")  # any document of that origin
    page.add_script_tag(url=f"{shop}/index.js")
    answered = Answered(ORDERS + len(OTHERS) + 1)
    wish = {
        "key": key_of(server, source),
        "host": server.url.removeprefix("http://"),
        "orders": ORDERS,
        "batching": batching,
    }
    with page.expect_response(answered, timeout=WITHIN_MS):
        page.evaluate(SEND, wish)
    found = taken(server, source)
    assert found.is_once(ORDERS), found
    assert found.others == ["quarantined"]
    assert answered.failed == []
