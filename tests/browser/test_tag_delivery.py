"""Events of the tag while server, net and tabs come and go: nothing lost, nothing doubled."""

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect

from tests.browser.sites import Site
from tests.browser.tagged import CUT, PORTAL, UNAVAILABLE, call, on_disk, open_page, track, wait_on_disk
from tests.gateway import Fault, Gateway, times
from tests.in_log import InLog

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]


def test_offline_then_online(visitor: BrowserContext, shop: Site, gateway: Gateway, log: InLog) -> None:
    page = open_page(visitor, shop)
    visitor.set_offline(True)
    ids = {track(page, "Order Completed", order_id=f"o{number}") for number in range(120)}
    wait_on_disk(page, ids)
    assert gateway.seen == []
    visitor.set_offline(False)
    events = log.wait_for(ids)
    assert [event["properties"]["order_id"] for event in events] == [f"o{number}" for number in range(120)]
    wait_on_disk(page, set())


@pytest.mark.slow
def test_a_server_that_is_down_and_comes_back(
    visitor: BrowserContext, shop: Site, gateway: Gateway, log: InLog
) -> None:
    page = open_page(visitor, shop)
    gateway.fault = times(2, UNAVAILABLE)
    started = page.evaluate("performance.now()")
    ids = {track(page, "Order Completed", order_id="o1")}
    log.wait_for(ids)
    assert [one.status for one in gateway.seen] == [503, 503, 200]
    assert page.evaluate("performance.now()") - started >= 2000  # twice a second, as the server asked


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [CUT, Fault(stored=True), PORTAL],
    ids=["cut", "unanswered", "portal"],
)
def test_an_answer_that_never_came(
    visitor: BrowserContext, shop: Site, gateway: Gateway, log: InLog, fault: Fault
) -> None:
    page = open_page(visitor, shop)
    gateway.fault = times(1, fault)
    message_id = track(page, "Order Completed", order_id="o1")
    log.wait_for({message_id})
    wait_on_disk(page, set())
    assert log.ids() == {message_id: 1}
    assert gateway.sent(message_id) == 2


def test_a_tab_killed_in_the_middle(visitor: BrowserContext, shop: Site, gateway: Gateway, log: InLog) -> None:
    page = open_page(visitor, shop)
    gateway.fault = lambda ids: Fault(stored=True)  # taken, but nobody says so
    taken = track(page, "Taken")
    gateway.wait(lambda seen: seen)
    visitor.set_offline(True)
    ids = {taken, *(track(page, "Order Completed", order_id=f"o{number}") for number in range(20))}
    wait_on_disk(page, ids)
    killed(page)
    visitor.set_offline(False)
    gateway.fault = lambda ids: None
    open_page(visitor, shop)
    log.wait_for(ids)
    assert set(log.ids()) == ids


def killed(page: Page) -> None:
    """The tab's process is gone, without a word to the page."""
    with page.expect_event("crash"), pytest.raises(Error):
        page.goto("chrome://crash")
    page.close()  # there is nobody left to hear of it


@pytest.mark.slow
def test_a_tab_that_is_closed_sends_a_beacon(visitor: BrowserContext, shop: Site, gateway: Gateway, log: InLog) -> None:
    page = open_page(visitor, shop)
    other = open_page(visitor, shop, "/other")
    message_id = track(page, "Left At Once")
    page.close(run_before_unload=True)
    log.wait_for({message_id})
    assert other.title() == "Shop /other"


@pytest.mark.slow
def test_a_click_that_leads_away(visitor: BrowserContext, shop: Site, log: InLog) -> None:
    shop.pages["/"] = '<a href="/next" data-percorso-event="Chosen">Next</a>'
    page = open_page(visitor, shop)
    page.get_by_text("Next").click()
    expect(page).to_have_title("Shop /next")
    log.wait(lambda found: [event["event"] for event in found] == ["Chosen"])
    page.evaluate("percorso.flush()")
    wait_on_disk(page, set())
    assert len(log.events()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("locks", [True, False], ids=["locks", "lease"])
def test_two_tabs_share_one_queue(
    visitor: BrowserContext, shop: Site, gateway: Gateway, log: InLog, locks: bool
) -> None:
    if not locks:
        visitor.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")
    gateway.fault = times(3, UNAVAILABLE)
    tabs = [open_page(visitor, shop, f"/{number}") for number in range(3)]
    ids = {track(tab, "Seen", number=number) for number in range(30) for tab in tabs}
    events = log.wait_for(ids)
    for tab in tabs:
        wait_on_disk(tab, set())
    sent = [message_id for one in gateway.seen if one.status == 200 for message_id in one.ids]
    assert sorted(sent) == sorted(ids)
    assert len({event["anonymousId"] for event in events}) == 1
    assert len({event["context"]["sessionId"] for event in events}) == 1


@pytest.mark.slow
def test_a_tab_that_sleeps_while_it_sends_stops_nobody(visitor: BrowserContext, shop: Site, log: InLog) -> None:
    asleep = open_page(visitor, shop)
    asleep.evaluate(
        "() => new Promise(held => navigator.locks.request('percorso.send', () => { held(); return new Promise(() => {}) }))"
    )
    page = open_page(visitor, shop)
    message_id = track(page, "Seen")
    call(page, "flush")
    assert on_disk(page) == [message_id]
    page.evaluate("() => { const now = Date.now; Date.now = () => now() + 60000 }")
    log.wait_for({message_id})


@pytest.mark.slow
def test_without_a_database_the_memory_serves(
    visitor: BrowserContext, shop: Site, gateway: Gateway, log: InLog
) -> None:
    visitor.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    page = open_page(visitor, shop)
    gateway.fault = times(1, UNAVAILABLE)
    ids = {track(page, "Seen", number=number) for number in range(5)}
    log.wait_for(ids)
    last = track(page, "Left At Once")
    page.goto("about:blank")
    log.wait_for({*ids, last})


@pytest.mark.slow
def test_without_any_storage_a_page_is_still_told_of(visitor: BrowserContext, shop: Site, log: InLog) -> None:
    visitor.add_init_script(
        "for (const name of ['indexedDB', 'localStorage'])"
        "Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    page = open_page(visitor, shop)
    one, two = track(page, "One"), track(page, "Two")
    events = log.wait_for({one, two})
    assert events[0]["anonymousId"] == events[1]["anonymousId"]
