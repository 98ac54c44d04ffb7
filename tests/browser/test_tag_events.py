"""The tag's script in a real browser, on sites of other origins than ours, and what its events say."""

import gzip
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext

from percorso.http.tag import default_tag
from tests.browser.sites import Site
from tests.browser.tagged import call, open_page, track
from tests.gateway import Gateway
from tests.in_log import InLog
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

MOST_BYTES = 8_000


def test_the_script_is_small_and_every_site_may_load_it(server: Server) -> None:
    answer = httpx.get(f"{server.url}/tag.js", trust_env=False)
    assert answer.status_code == 200
    assert len(gzip.compress(answer.content, 9)) < MOST_BYTES
    assert answer.content == default_tag().read_bytes()
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["access-control-allow-origin"] == "*"
    again = httpx.get(f"{server.url}/tag.js", headers={"if-none-match": answer.headers["etag"]}, trust_env=False)
    assert again.status_code in (200, 304)


@pytest.mark.slow
def test_the_snippet_of_the_docs_keeps_calls_before_the_tag_is_there(
    visitor: BrowserContext, shop: Site, gateway: Gateway, key: str, log: InLog
) -> None:
    page_of_docs = (Path(__file__).parents[2] / "docs" / "tag.md").read_text()
    snippet = page_of_docs.partition("```html\n<script>")[2].partition("```")[0]
    snippet = "<script>" + snippet.replace("https://cx.example.com", gateway.url).replace("wk_...", key)
    shop.head = snippet.replace('consent: "required"', 'consent: "given", pages: false')
    assert 'consent: "given"' in shop.head
    shop.pages["/"] = """<script>
        percorso.identify('ada'); percorso.track('Guide Downloaded', { guide: 'espresso' }); percorso.reset();
        percorso.track('After'); window.before = Date.now()
    </script>"""
    held: list[Any] = []
    visitor.route("**/tag.js", lambda route: held.append(route))
    page = visitor.new_page()
    page.goto(f"{shop.origin}/", wait_until="commit")
    page.wait_for_function("() => window.before")
    page.wait_for_timeout(300)  # the call's time is not the tag's
    before = page.evaluate("() => window.before")
    held[0].continue_()
    events = log.wait(lambda found: len(found) == 3)
    identify, guide, after = events
    assert [identify["type"], guide["event"], after["event"]] == ["identify", "Guide Downloaded", "After"]
    assert guide["userId"] == "ada"
    assert "userId" not in after
    assert after["anonymousId"] != guide["anonymousId"]
    made = page.evaluate("text => Date.parse(text)", guide["timestamp"])
    assert made <= before


@pytest.mark.slow
def test_without_inline_scripts_under_a_strict_policy(
    visitor: BrowserContext, shop: Site, gateway: Gateway, log: InLog
) -> None:
    shop.policy = f"default-src 'none'; script-src {gateway.url}; connect-src {gateway.url}"
    page = visitor.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{shop.origin}/")
    page.evaluate("percorso.track('Seen')")
    assert log.wait(lambda found: len(found) == 1)[0]["event"] == "Seen"
    assert complaints == []


# ---- what an event says


def test_an_event_says_where_and_whence(
    visitor: BrowserContext, shop: Site, gateway: Gateway, key: str, log: InLog
) -> None:
    shop.tagged(gateway.url, key, touchpoint="web.shop")
    page = open_page(visitor, shop, "/beans?utm_source=mail&utm_campaign=spring&gclid=g1")
    track(page, "Product Viewed", product_id="p1")
    viewed, product = log.wait(lambda found: len(found) == 2)
    assert viewed["type"] == "page"
    assert viewed["properties"] == {
        "path": "/beans",
        "url": page.url,
        "search": "?utm_source=mail&utm_campaign=spring&gclid=g1",
        "title": "Shop /beans",
        "referrer": "",
    }
    context = product["context"]
    assert context["library"] == {"name": "percorso.js", "version": page.evaluate("percorso.version")}
    assert context["campaign"] == {"source": "mail", "name": "spring", "click_ids": {"gclid": "g1"}}
    assert (context["locale"], context["timezone"], context["touchpoint"]) == ("it-IT", "Europe/Rome", "web.shop")
    assert context["page"]["path"] == "/beans"
    assert context["userAgent"] == page.evaluate("navigator.userAgent")
    assert viewed["context"]["sessionStart"] is True
    assert "sessionStart" not in context
    assert context["sessionId"] == viewed["context"]["sessionId"]
    ids = call(page, "ids")
    assert (product["anonymousId"], context["device"]["id"]) == (ids["anonymousId"], ids["deviceId"])


@pytest.mark.slow
def test_pages_of_a_single_page_application(
    visitor: BrowserContext, shop: Site, gateway: Gateway, key: str, log: InLog
) -> None:
    shop.tagged(gateway.url, key)
    page = open_page(visitor, shop, "/one")
    page.evaluate("() => { history.pushState({}, '', '/two?x=1'); document.title = 'Two' }")
    log.wait(lambda found: len(found) == 2)
    page.evaluate("() => { history.pushState({}, '', '/two?x=1'); history.replaceState({}, '', '/two?x=1#top') }")
    page.evaluate("() => history.back()")
    page.evaluate("() => history.back()")
    seen = [event["properties"] for event in log.wait(lambda found: len(found) == 3)]
    assert [(one["path"], one["title"]) for one in seen] == [("/one", "Shop /one"), ("/two", "Two"), ("/one", "Two")]
    assert seen[1]["referrer"] == f"{shop.origin}/one"


@pytest.mark.slow
def test_another_campaign_is_another_visit(visitor: BrowserContext, shop: Site, log: InLog) -> None:
    page = open_page(visitor, shop, "/?utm_source=mail")
    track(page, "One")
    page.goto(f"{shop.origin}/plain")
    track(page, "Two")
    page.goto(f"{shop.origin}/?utm_source=ads")
    track(page, "Three")
    one, two, three = (event["context"] for event in log.wait(lambda found: len(found) == 3))
    assert one["sessionId"] == two["sessionId"] != three["sessionId"]
    assert (two["campaign"], three["campaign"]) == ({"source": "mail"}, {"source": "ads"})


@pytest.mark.slow
def test_marked_elements_and_outbound_links(
    visitor: BrowserContext, shop: Site, gateway: Gateway, key: str, log: InLog
) -> None:
    shop.tagged(gateway.url, key, pages=False, outbound=True)
    shop.pages["/"] = """<button data-percorso-event="Guide Downloaded" data-percorso-guide="espresso"
        data-percorso-product-id="7" data-percorso-properties='{"pages": 12}'><b>Guide</b></button>
        <button id=broken data-percorso-event="x" data-percorso-properties="{">Broken</button>
        <a href="https://elsewhere.example/x" onclick="event.preventDefault()">Elsewhere</a><a href="/in">Inside</a>"""
    page = open_page(visitor, shop)
    page.get_by_text("Guide").click()
    page.get_by_text("Broken").click()
    page.get_by_text("Elsewhere").click()
    page.get_by_text("Inside").click()
    guide, link = log.wait(lambda found: len(found) == 2)
    assert guide["properties"] == {"guide": "espresso", "product_id": "7", "pages": 12}
    assert (link["event"], link["properties"]["url"]) == ("Link Clicked", "https://elsewhere.example/x")
