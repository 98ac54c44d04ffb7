"""What the server does not take, or a page says wrongly, is told to the page and never thrown at it."""

import json
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.sites import Site
from tests.browser.tagged import UNAVAILABLE, open_page, track, wait_on_disk
from tests.gateway import Fault, Gateway, times
from tests.in_log import InLog

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]


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
