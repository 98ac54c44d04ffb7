"""The tag in a real browser, on sites of other origins than ours, against a real server."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from percorso.http.tag import default_tag
from tests.browser.chromium import PATIENCE_MS
from tests.browser.sites import Site, site
from tests.gateway import Fault, Gateway, times
from tests.in_log import InLog, key_of
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

UNAVAILABLE = Fault(status=503, headers={"retry-after": "1"})
CUT = Fault()
PORTAL = Fault(status=200, body=b"<html>sign in</html>")
MOST_BYTES = 8_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    assert default_tag().is_file(), "the tag is not built: make tag"
    with Server(tmp_path_factory.mktemp("tag") / "company") as running:
        assert running.url
        yield running


@pytest.fixture
def gateway(server: Server) -> Iterator[Gateway]:
    with Gateway(server.url) as running:
        yield running


@pytest.fixture
def log(server: Server, request: pytest.FixtureRequest) -> InLog:
    """The log of this test's own source."""
    return InLog(server, request.node.name[:80])


@pytest.fixture
def key(server: Server, log: InLog) -> str:
    return key_of(server, log.source)


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


def open_page(visitor: BrowserContext, shop: Site, path: str = "/") -> Page:
    page = visitor.new_page()
    page.goto(shop.origin + path)
    return page


def call(page: Page, name: str, *arguments: Any) -> Any:
    """A call of the page; what it returns, for most the message id."""
    return page.evaluate("([name, args]) => percorso[name](...args)", [name, list(arguments)])


def track(page: Page, event: str, **properties: Any) -> str:
    message_id = call(page, "track", event, properties)
    assert isinstance(message_id, str)
    return message_id


def on_disk(page: Page) -> list[str]:
    """The message ids that wait in the browser's database."""
    return page.evaluate(
        """async () => (await indexedDB.databases()).length && new Promise((resolve, reject) => {
            const opening = indexedDB.open('percorso')
            opening.onerror = reject
            opening.onsuccess = () => {
                const disk = opening.result
                const reading = disk.transaction('events').objectStore('events').getAll()
                reading.onsuccess = () => { disk.close(); resolve(reading.result.map(e => e.id)) }
            }
        })"""
    )


def wait_on_disk(page: Page, ids: set[str]) -> None:
    for _ in range(200):
        if set(on_disk(page) or ()) == ids:
            return
        page.wait_for_timeout(25)
    raise AssertionError(on_disk(page))


def kept(page: Page) -> dict[str, str]:
    """What the tag keeps in local storage."""
    return page.evaluate(
        "() => Object.fromEntries(Object.entries(localStorage).filter(([name]) => name.startsWith('percorso')))"
    )


# ---- the script


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


# ---- nothing lost, nothing doubled


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


# ---- what the server does not take


def dropped(page: Page, count: int) -> list[dict[str, Any]]:
    page.wait_for_function("count => (window.drops ?? []).length >= count", arg=count)
    return page.evaluate("window.drops")


LISTENING = """
    window.drops = []; window.pauses = []
    percorso.load(KEY, { consent: 'given', pages: false, maxQueue: MOST,
        onDrop: drop => { drops.push(drop); throw new Error('of the page') }, onPause: pause => pauses.push(pause) })
"""


def listening(visitor: BrowserContext, shop: Site, gateway: Gateway, key: str, most: int = 1000) -> Page:
    """A page that loads the tag itself and hears what becomes of its events."""
    shop.head = f'<script src="{gateway.url}/tag.js"></script>'
    page = open_page(visitor, shop)
    page.evaluate(f"() => {{ {LISTENING.replace('KEY', json.dumps(key)).replace('MOST', str(most))} }}")
    return page


@pytest.mark.slow
def test_what_can_never_get_through_is_dropped_and_told(
    visitor: BrowserContext, shop: Site, gateway: Gateway, key: str, log: InLog
) -> None:
    page = listening(visitor, shop, gateway, key)
    gateway.fault = times(1, UNAVAILABLE)
    ids = [track(page, "Seen", number=number) for number in range(9)]
    gateway.wait(lambda seen: seen)
    gateway.fault = lambda sent: Fault(status=400) if ids[4] in sent else None
    log.wait_for({*ids} - {ids[4]})
    assert dropped(page, 1) == [{"reason": "status_400", "messageId": ids[4], "detail": "as told"}]
    wait_on_disk(page, set())
    assert ids[4] not in log.ids()


@pytest.mark.slow
def test_what_is_refused_alone_is_told_and_the_rest_counts(
    visitor: BrowserContext, shop: Site, gateway: Gateway, key: str, log: InLog
) -> None:
    page = listening(visitor, shop, gateway, key)
    bad, good = track(page, "x" * 201), track(page, "Seen")
    log.wait_for({good})
    assert [(one["reason"], one["messageId"]) for one in dropped(page, 1)] == [("invalid_event", bad)]
    assert log.refused() == [("quarantined", "invalid_event")]


@pytest.mark.slow
def test_calls_that_make_no_sense_never_throw(
    visitor: BrowserContext, shop: Site, gateway: Gateway, key: str, log: InLog
) -> None:
    page = listening(visitor, shop, gateway, key)
    uncaught: list[str] = []
    page.on("pageerror", lambda error: uncaught.append(str(error)))
    page.evaluate("""() => {
        const loop = {}; loop.loop = loop
        percorso.track(); percorso.track('Loop', loop); percorso.track('Late', {}, { timestamp: 'soon' })
        percorso.track('Big', { text: 'x'.repeat(70000) }); percorso.consent(); percorso.consent({ marketing: true })
        percorso.load('again')
        setTimeout(() => { throw new Error('the page fails') })
    }""")
    good = track(page, "Seen")
    log.wait_for({good})
    assert [one["reason"] for one in dropped(page, 5)] == ["invalid", "invalid", "invalid", "too_large", "invalid"]
    assert len(log.events()) == 1
    assert "the page fails" in uncaught
    assert set(uncaught) == {"the page fails", "of the page"}


@pytest.mark.slow
def test_a_wrong_key_pauses_and_loses_nothing(
    visitor: BrowserContext, shop: Site, gateway: Gateway, key: str, log: InLog
) -> None:
    page = listening(visitor, shop, gateway, "wk_wrong")
    message_id = track(page, "Seen")
    page.wait_for_function("() => pauses.length")
    assert page.evaluate("pauses")[0]["status"] == 401
    later = track(page, "Later")
    page.evaluate("percorso.flush()")
    assert len(gateway.seen) == 1
    wait_on_disk(page, {message_id, later})
    page.close()
    listening(visitor, shop, gateway, key)
    log.wait_for({message_id, later})


@pytest.mark.slow
def test_a_full_queue_tells(visitor: BrowserContext, shop: Site, gateway: Gateway, key: str, log: InLog) -> None:
    page = listening(visitor, shop, gateway, key, most=3)
    visitor.set_offline(True)
    ids = [track(page, "Seen", number=number) for number in range(5)]
    assert [(one["reason"], one["messageId"]) for one in dropped(page, 2)] == [("full", ids[3]), ("full", ids[4])]
    visitor.set_offline(False)
    log.wait_for({*ids[:3]})
    assert len(log.events()) == 3


# ---- who


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


# ---- from paper, and from another domain


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
