"""From nothing to an answer, all in the browser: make the administrator, a key, send events, see the person, do the task."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import Look, Visit, visit
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

_LINK = re.compile(r"(http://\S+/setup\?token=\S+)")
PASSWORD = "una frase lunga da ricordare"
COMMENT = "Ho aspettato troppo"


def where_it_is_noon() -> str:
    """A zone in which nobody is asleep now, so that quiet hours hold nothing back."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{'-' if ahead >= 0 else '+'}{abs(ahead)}"


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "company", "--zone", where_it_is_noon(), "--language", "it") as server:
        assert server.url
        yield server


def test_from_the_setup_link_to_a_task_done(fresh: Server, chromium: Browser) -> None:
    here = visit(chromium, fresh.url, Look(width=1280))
    page = here.page
    set_up(page, setup_link(fresh))
    expect(page.get_by_text("Il percorso comincia qui")).to_be_visible()
    key = make_key(here)
    page.goto(f"{fresh.url}/live")
    expect(page.get_by_text("In ascolto")).to_be_visible()
    send(fresh.url, key)
    line = page.get_by_role("button", name=re.compile("Risposta a un sondaggio.*Ada Colombo"))
    expect(line).to_be_visible()
    line.click()
    page.get_by_role("dialog").get_by_role("link", name="Apri la persona").click()
    read_person(page)
    read_mail(here)
    finish_task(here)
    assert here.complaints == []
    page.context.close()


def setup_link(server: Server) -> str:
    for _ in range(500):
        for line in server.lines:
            if found := _LINK.search(line):
                return found.group(1)
        server._told.wait(0.02)
    raise AssertionError(server.lines)


def set_up(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Email").fill("ada@example.com")
    page.locator("input[type=password]").fill("corta")
    page.get_by_role("button", name="Crea e entra").click()
    expect(page.get_by_text("almeno 12 caratteri", exact=False).last).to_be_visible()
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Crea e entra").click()
    expect(page.get_by_role("heading", level=1, name="Oggi")).to_be_visible()


def make_key(here: Visit) -> str:
    page = here.go("/settings")
    page.get_by_role("button", name="Crea una chiave").click()
    page.get_by_role("dialog").get_by_label("Nome").fill("sito")
    page.get_by_role("button", name="Crea", exact=True).click()
    key = page.get_by_test_id("new-key").inner_text().strip()
    assert key.startswith("wk_")
    page.get_by_role("button", name="L’ho copiata").click()
    expect(page.get_by_role("rowheader", name="sito")).to_be_visible()
    expect(page.get_by_text(key)).to_have_count(0)
    return key


def send(url: str, key: str) -> None:
    """A known person whose parcel came late and who says what they think of it; and one item that is no event."""
    traits = {"email": "ada.colombo@example.com", "firstName": "Ada", "lastName": "Colombo", "language": "it"}
    late = {"order_id": "o-1", "delivered_at": "2026-03-09T10:00:00Z", "estimated_at": "2026-03-06T10:00:00Z"}
    opinion = {"kind": "nps", "score": 2, "scale": 10, "comment": COMMENT, "language": "it"}
    batch = [
        {"type": "identify", "userId": "ada", "messageId": "b-1", "traits": traits},
        {"type": "track", "userId": "ada", "messageId": "b-2", "event": "Order Delivered", "properties": late},
        {"type": "track", "userId": "ada", "messageId": "b-3", "event": "Survey Answered", "properties": opinion},
        {"type": "track", "userId": "ada", "messageId": "b-4", "properties": {}},
    ]
    answer = httpx.post(f"{url}/v1/batch", auth=(key, ""), json={"batch": batch}, trust_env=False, timeout=30.0)
    assert answer.status_code == 200


def read_person(page: Page) -> None:
    expect(page.get_by_role("heading", level=1, name="Ada Colombo")).to_be_visible()
    expect(page.get_by_text(re.compile("Molto scontento|Scontento")).first).to_be_visible()
    expect(page.get_by_text(COMMENT)).to_be_visible()
    expect(page.get_by_text("Attività per un operatore").first).to_be_visible()
    expect(page.get_by_role("heading", name="Perché è una persona sola")).to_be_visible()


def read_mail(here: Visit) -> None:
    page = here.go("/inbox")
    page.get_by_role("link", name=re.compile("ada.colombo@example.com")).first.click()
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("Ada")


def finish_task(here: Visit) -> None:
    page = here.go("/tasks")
    page.get_by_role("radio", name="Risolto").first.check()
    page.get_by_role("button", name="Concludi l’attività").first.click()
    expect(page.get_by_text("è conclusa")).to_be_visible()
    here.go("/live?verdict=quarantined")
    expect(page.get_by_text("In quarantena").first).to_be_visible()
