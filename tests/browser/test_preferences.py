"""A person's own page in a real browser, without script: it looks right, is accessible, and what is chosen shows at once."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import Look, Visit
from tests.browser.conftest import Demo
from tests.browser.pages import liveliest
from tests.browser.test_looks import PICTURES, violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

LOOKS = [
    Look(language=language, scheme=scheme, width=width)
    for language, scheme, width in (
        ("it", "light", 1440),
        ("it", "dark", 390),
        ("en", "dark", 1440),
        ("en", "light", 390),
    )
]
WITHIN_S = 1.0
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="session")
def own_page(demo: Demo) -> str:
    """The address of the page of somebody with much to show."""
    jar = {str(cookie["name"]): str(cookie["value"]) for cookie in demo.cookies}
    path = f"/api/people/{liveliest(demo)['person_id']}/consents/link"
    answer = httpx.post(demo.url + path, cookies=jar, headers={"X-Percorso": "1"}, trust_env=False, timeout=60.0)
    answer.raise_for_status()
    told: Any = answer.json()
    return demo.url + str(told["path"])


@pytest.fixture
def open_page(chromium: Browser, own_page: str) -> Iterator[Any]:
    """Opens the page for a look, in a browser that runs no script and has no session."""
    contexts = []

    def open_one(look: Look) -> Page:
        context = chromium.new_context(
            locale="it-IT" if look.language == "it" else "en-GB",
            color_scheme="dark" if look.scheme == "dark" else "light",
            viewport={"width": look.width, "height": 900},
            java_script_enabled=False,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(own_page)
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def scripted(chromium: Browser) -> Iterator[Any]:
    """Opens an address where the tests' own script may look at it."""
    contexts = []

    def open_one(look: Look, address: str) -> Page:
        context = chromium.new_context(
            locale="it-IT" if look.language == "it" else "en-GB",
            color_scheme="dark" if look.scheme == "dark" else "light",
            viewport={"width": look.width, "height": 900},
            bypass_csp=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_it_looks_right_and_is_accessible(look: Look, own_page: str, scripted: Any) -> None:
    for below in ("", "/erase"):
        page = scripted(look, own_page + below)
        heading = {"it": ("Le mie preferenze", "Cancellare"), "en": ("My preferences", "Really erase")}[look.language]
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading[1 if below else 0])
        for summary in page.locator("summary").all():
            summary.click()
        picture(page, f"preferences{below.replace('/', '-')}-{look.name}")
        assert page.evaluate(_TOO_WIDE) <= 0
        assert violations(page) == []


def test_what_is_chosen_holds_and_shows_within_a_second(open_page: Any) -> None:
    page = open_page(LOOKS[3])
    marketing = page.get_by_role("group", name="News and offers").get_by_label("Email")
    wanted = not marketing.is_checked()
    marketing.set_checked(wanted)
    page.get_by_label("At most").select_option("week 2")
    page.get_by_role("combobox", name="From", exact=True).select_option("09:30")
    page.get_by_role("combobox", name="Until", exact=True).select_option("19:00")
    (pause,) = page.get_by_label("Nothing for").select_option(index=2)
    page.get_by_label("Language of messages").select_option("en")
    begun = time.monotonic()
    page.get_by_role("button", name="Save my choices").click()
    expect(page.get_by_role("status")).to_have_text("Saved. These choices are in force.")
    assert time.monotonic() - begun < WITHIN_S + 2, (
        "a busy machine draws slowly; the server itself waits for a second at most"
    )
    expect(marketing).to_be_checked(checked=wanted)
    page.reload()
    expect(marketing).to_be_checked(checked=wanted)
    expect(page.get_by_label("At most")).to_have_value("week 2")
    expect(page.get_by_role("combobox", name="From", exact=True)).to_have_value("09:30")
    expect(page.get_by_label("Nothing for")).to_have_value(pause)


@pytest.mark.slow
def test_one_button_takes_everything_back_and_the_switch_changes_the_language(open_page: Any) -> None:
    page = open_page(LOOKS[1])
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My preferences")
    page.get_by_role("button", name="I want nothing more").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    assert page.get_by_role("checkbox", checked=True).count() == 0


@pytest.mark.slow
def test_it_can_be_used_by_keyboard_alone(open_page: Any) -> None:
    page = open_page(LOOKS[2])
    box = page.get_by_role("checkbox").first
    was = box.is_checked()
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked(checked=not was)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Saved")


@pytest.mark.slow
@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[3]], ids=lambda look: look.name)
def test_the_persons_page_shows_what_holds_and_its_proof(
    look: Look, demo: Demo, look_at: Callable[[Look], Visit]
) -> None:
    page = look_at(look).go(f"/people/{liveliest(demo)['person_id']}")
    panel = page.locator("section").filter(
        has=page.get_by_role("heading", name={"it": "Consensi", "en": "Consents"}[look.language])
    )
    expect(panel.get_by_text({"it": "Novità e offerte", "en": "News and offers"}[look.language]).first).to_be_visible()
    panel.locator("summary").first.click()
    panel.locator("li summary").first.click()
    expect(
        panel.get_by_text({"it": "Impronta nel registro", "en": "Hash in the ledger"}[look.language]).first
    ).to_be_visible()
    panel.screenshot(path=PICTURES / f"consents-{look.name}.png")
    assert violations(page) == []


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
