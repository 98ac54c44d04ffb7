"""Visitors who come from paper or from another domain of the company."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.sites import Site, site
from tests.browser.tagged import call, open_page, track
from tests.gateway import Gateway
from tests.in_log import InLog

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]


@pytest.mark.slow
def test_a_scanned_code_is_an_event_once(visitor: BrowserContext, shop: Site, log: InLog) -> None:
    page = open_page(visitor, shop, "/beans?pc_qr=poster%207&colour=a+b#top")
    assert page.url == f"{shop.origin}/beans?colour=a+b#top"
    page.reload()
    track(page, "Seen")
    scanned, seen = log.wait(lambda found: len(found) == 2)
    assert (scanned["event"], scanned["properties"]["code"]) == ("QR Scanned", "poster 7")
    assert seen["context"]["campaign"] == {"qr": "poster 7", "medium": "qr"}


@pytest.mark.slow
def test_a_scan_that_the_server_has_recorded_is_linked_and_not_told_again(
    visitor: BrowserContext, shop: Site, log: InLog
) -> None:
    scan = "0123456789abcdef" * 2
    page = open_page(visitor, shop, f"/?pc_qr=poster-7.{scan}")
    call(page, "identify", "ada")
    call(page, "reset")
    track(page, "Seen")
    identify, seen = log.wait(lambda found: len(found) == 2)
    assert identify["context"]["externalIds"] == [{"type": "qr_scan", "id": scan}]
    assert identify["context"]["campaign"] == {"qr": "poster-7", "scan": scan, "medium": "qr"}
    assert "externalIds" not in seen["context"]


@pytest.fixture
def sister(gateway: Gateway, key: str) -> Iterator[Site]:
    """Another domain of the same company."""
    with site("localhost") as here:
        here.tagged(gateway.url, key, pages=False, domains=["127.0.0.1"])
        yield here


def linked(shop: Site, gateway: Gateway, key: str, sister: Site) -> None:
    shop.tagged(gateway.url, key, pages=False, domains=["localhost"])
    shop.pages["/"] = f'<a href="{sister.origin}/in?a=1#top">Sister</a>'


@pytest.mark.slow
def test_a_visitor_stays_themselves_on_another_domain(
    visitor: BrowserContext, shop: Site, sister: Site, gateway: Gateway, key: str, log: InLog
) -> None:
    linked(shop, gateway, key, sister)
    page = open_page(visitor, shop)
    track(page, "Here")
    ids = call(page, "ids")
    page.get_by_text("Sister").click()
    page.wait_for_url(f"{sister.origin}/in?a=1#top")
    track(page, "There")
    assert call(page, "ids") == ids
    here, there = log.wait(lambda found: len(found) == 2)
    assert here["anonymousId"] == there["anonymousId"]
    assert here["context"]["sessionId"] == there["context"]["sessionId"]


@pytest.mark.slow
def test_a_link_that_was_passed_on_makes_nobody_another(
    visitor: BrowserContext, chromium: Browser, shop: Site, sister: Site, gateway: Gateway, key: str
) -> None:
    linked(shop, gateway, key, sister)
    page = open_page(visitor, shop)
    ids = call(page, "ids")
    copied = call(page, "link", f"{sister.origin}/in")
    assert "_pc=" in copied
    with chromium.new_context(locale="en-GB") as friend:
        theirs = friend.new_page()
        theirs.goto(copied)
        assert call(theirs, "ids")["anonymousId"] != ids["anonymousId"]
        assert theirs.url == f"{sister.origin}/in"
    visitor.add_init_script("const now = Date.now; Date.now = () => now() + 180000")
    late = visitor.new_page()
    late.goto(copied)
    assert call(late, "ids")["anonymousId"] != ids["anonymousId"]


@pytest.mark.slow
def test_whoever_is_signed_in_there_stays_who_they_are(
    visitor: BrowserContext, shop: Site, sister: Site, gateway: Gateway, key: str
) -> None:
    linked(shop, gateway, key, sister)
    page = open_page(visitor, sister)
    call(page, "identify", "ada")
    ada = call(page, "ids")
    page.goto(f"{shop.origin}/")
    page.get_by_text("Sister").click()
    page.wait_for_url(f"{sister.origin}/in?a=1#top")
    assert call(page, "ids") == ada
