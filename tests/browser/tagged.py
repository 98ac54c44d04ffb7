"""Pages with the tag on them: opened, called, and asked what they keep."""

from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.browser.sites import Site
from tests.gateway import Fault

UNAVAILABLE = Fault(status=503, headers={"retry-after": "1"})
CUT = Fault()
PORTAL = Fault(status=200, body=b"<html>sign in</html>")


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
