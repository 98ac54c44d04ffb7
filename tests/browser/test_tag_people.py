"""Whose events the tag sends, and with what consent."""

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.sites import Site
from tests.browser.tagged import call, kept, open_page, track, wait_on_disk
from tests.gateway import Gateway
from tests.in_log import InLog

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]


def test_two_people_on_one_browser(visitor: BrowserContext, shop: Site, log: InLog) -> None:
    page = open_page(visitor, shop)
    visitor.set_offline(True)
    unknown = track(page, "Browsed")
    call(page, "identify", "ada", {"email": "ada@example.com"})
    ada = track(page, "Order Completed", order_id="a")
    before = call(page, "ids")
    call(page, "reset")
    between = track(page, "Browsed")
    call(page, "identify", "bruno")
    bruno = track(page, "Order Completed", order_id="b")
    call(page, "identify", "carla")
    carla = track(page, "Order Completed", order_id="c")
    visitor.set_offline(False)
    found = {event["messageId"]: event for event in log.wait(lambda found: len(found) == 8)}
    users = [found[one].get("userId") for one in (unknown, ada, between, bruno, carla)]
    assert users == [None, "ada", None, "bruno", "carla"]
    anonymous = [found[one]["anonymousId"] for one in (unknown, ada, between, bruno, carla)]
    assert anonymous[0] == anonymous[1] != anonymous[2] == anonymous[3] != anonymous[4]
    assert {event["context"]["device"]["id"] for event in found.values()} == {before["deviceId"]}
    call(page, "reset", {"device": True})
    assert call(page, "ids")["deviceId"] != before["deviceId"]


@pytest.mark.slow
def test_group_is_remembered(visitor: BrowserContext, shop: Site, log: InLog) -> None:
    page = open_page(visitor, shop)
    call(page, "group", "bar-centrale", {"name": "Bar Centrale"})
    track(page, "Seen")
    group, seen = log.wait(lambda found: len(found) == 2)
    assert (group["type"], group["groupId"], group["traits"]) == ("group", "bar-centrale", {"name": "Bar Centrale"})
    assert seen["context"]["groupId"] == "bar-centrale"


# ---- consent


def test_before_consent_nothing_is_stored_and_nothing_is_sent(
    visitor: BrowserContext, shop: Site, gateway: Gateway, key: str, log: InLog
) -> None:
    shop.tagged(gateway.url, key, consent="required")
    page = open_page(visitor, shop, "/?pc_qr=poster-7")
    assert call(page, "track", "Seen") is None
    call(page, "flush")
    assert (kept(page), page.evaluate("indexedDB.databases()"), gateway.seen) == ({}, [], [])
    assert visitor.cookies() == []
    call(page, "consent", {"analytics": True, "marketing": False})
    scanned, viewed = log.wait(lambda found: len(found) == 2)
    assert (scanned["event"], viewed["type"]) == ("QR Scanned", "page")
    assert viewed["context"]["consent"] == {"categoryPreferences": {"analytics": True, "marketing": False}}


@pytest.mark.slow
def test_refused_consent_is_remembered_and_nothing_else(
    visitor: BrowserContext, shop: Site, gateway: Gateway, key: str
) -> None:
    shop.tagged(gateway.url, key, consent="memory")
    page = open_page(visitor, shop)
    assert call(page, "track", "Seen")
    call(page, "consent", {"analytics": False})
    page.reload()
    assert call(page, "track", "Seen") is None
    call(page, "flush")
    assert kept(page) == {"percorso.consent": '{"analytics":false}'}
    assert gateway.seen == []


@pytest.mark.slow
def test_calls_held_in_memory_are_sent_when_consent_comes(
    visitor: BrowserContext, shop: Site, gateway: Gateway, key: str, log: InLog
) -> None:
    shop.tagged(gateway.url, key, consent="memory")
    page = open_page(visitor, shop)
    message_id = track(page, "Seen")
    assert (kept(page), page.evaluate("indexedDB.databases()"), gateway.seen) == ({}, [], [])
    call(page, "consent", {"analytics": True})
    viewed, seen = log.wait_for({message_id})
    assert (viewed["type"], seen["messageId"]) == ("page", message_id)
    assert viewed["anonymousId"] == seen["anonymousId"] == call(page, "ids")["anonymousId"]


@pytest.mark.slow
def test_consent_withdrawn_clears_the_queue_and_the_ids_in_all_tabs(
    visitor: BrowserContext, shop: Site, gateway: Gateway, log: InLog
) -> None:
    page, other = open_page(visitor, shop), open_page(visitor, shop, "/other")
    before = call(page, "ids")
    visitor.set_offline(True)
    gone = track(page, "Seen")
    wait_on_disk(page, {gone})
    call(other, "consent", {"analytics": False})
    page.wait_for_function("() => percorso.ids() === undefined")
    wait_on_disk(page, set())
    assert kept(page) == {"percorso.consent": '{"analytics":false}'}
    visitor.set_offline(False)
    call(page, "consent", {"analytics": True})
    other.wait_for_function("() => percorso.ids() !== undefined")
    back = track(page, "Back")
    log.wait_for({back})
    assert gone not in log.ids()
    after = call(page, "ids")
    assert not {before["anonymousId"], before["deviceId"]} & {after["anonymousId"], after["deviceId"]}


@pytest.mark.slow
@pytest.mark.parametrize("respected", [True, False])
def test_global_privacy_control(
    visitor: BrowserContext, shop: Site, gateway: Gateway, key: str, log: InLog, respected: bool
) -> None:
    visitor.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
    shop.tagged(gateway.url, key, pages=False, respectGpc=respected)
    page = open_page(visitor, shop)
    assert (call(page, "track", "Seen") is None) is respected
    call(page, "consent", {"analytics": True})  # what somebody says counts more than what their browser says
    log.wait_for({track(page, "Said Yes")})
