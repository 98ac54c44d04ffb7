"""An identifier is taken from a person and given back, two people are joined, rules are previewed and put in force."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.chromium import Look, Visit
from tests.browser.conftest import Demo
from tests.browser.test_looks import faults

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]
LookAt = Callable[[Look], Visit]
ENGLISH = Look(language="en")


def identify(user: str, message_id: str, **traits: str) -> dict[str, Any]:
    return {"type": "identify", "userId": user, "messageId": message_id, "traits": traits}


@pytest.fixture(scope="module")
def planted(demo: Demo) -> Demo:
    """Wilma with two addresses, and an account that she made later."""
    jar = {str(cookie["name"]): str(cookie["value"]) for cookie in demo.cookies}
    with httpx.Client(base_url=demo.url, cookies=jar, trust_env=False, timeout=60.0) as client:
        wish = {"kind": "secret", "name": "identity pages"}
        made = client.post("/api/keys", json=wish, headers={"X-Percorso": "1"}).json()
        batch = [
            identify("wilma", "w1", name="Wilma Terzapagina", email="wilma@example.net"),
            identify("wilma", "w2", email="not-hers@example.net"),
            identify("wilma-again", "w3", name="Wilma Quartapagina"),
        ]
        sent = client.post("/v1/batch", json={"batch": batch}, auth=(made["key"], ""))
        assert sent.status_code == 200, sent.text
    return demo


def person_of(demo: Demo, text: str) -> str:
    """Who holds an identifier, once it is folded."""
    for _ in range(200):
        found: Any = demo.get(f"/api/people?q={text}")
        if found["people"]:
            return str(found["people"][0]["person_id"])
    raise AssertionError(f"nobody is {text}")


@pytest.mark.slow
def test_an_identifier_is_separated_and_given_back(planted: Demo, look_at: LookAt) -> None:
    here = look_at(ENGLISH)
    page = here.go(f"/people/{person_of(planted, 'user_id:wilma')}")
    entry = page.get_by_role("listitem").filter(has_text="not-hers@example.net").first
    entry.get_by_text("The evidence").click()
    expect(entry.get_by_text("seen with customer code wilma").first).to_be_visible()
    entry.get_by_role("button", name="Separate email not-hers@example.net").click()
    dialog = page.get_by_role("dialog", name="Separate this identifier?")
    expect(dialog.get_by_text(re.compile("0 events move"))).to_be_visible()
    dialog.get_by_label(re.compile("Why")).fill("a colleague typed it")
    assert faults(page, ENGLISH) == []
    dialog.get_by_role("button", name="Separate").click()
    undo = page.get_by_role("button", name=re.compile("Undo: .*never one person"))
    expect(undo).to_be_visible(timeout=20_000)
    expect(page.get_by_text("a colleague typed it")).to_be_visible()
    expect(page.get_by_text(re.compile("^Seen together with customer code wilma"))).to_have_count(1, timeout=20_000)
    undo.click()
    expect(page.get_by_text(re.compile("^Seen together with customer code wilma"))).to_have_count(2, timeout=20_000)


@pytest.mark.slow
def test_two_people_are_joined_by_search(planted: Demo, look_at: LookAt) -> None:
    here = look_at(ENGLISH)
    page = here.go(f"/people/{person_of(planted, 'user_id:wilma')}")
    page.get_by_role("button", name="Join with another person").click()
    dialog = page.get_by_role("dialog", name="Join with another person")
    dialog.get_by_label("Search a person").fill("Wilma Quartapagina")
    dialog.get_by_role("button", name=re.compile("Wilma Quartapagina")).click()
    expect(dialog.get_by_text("They become one person: Wilma Terzapagina and Wilma Quartapagina.")).to_be_visible()
    dialog.get_by_role("button", name="Join").click()
    expect(page.get_by_role("button", name=re.compile("Undo: .*are one person"))).to_be_visible(timeout=20_000)
    expect(page.get_by_text("wilma-again").first).to_be_visible(timeout=20_000)


@pytest.mark.slow
def test_why_two_are_one_and_why_not(planted: Demo, look_at: LookAt) -> None:
    person_of(planted, "user_id:wilma")
    here = look_at(ENGLISH)
    page = here.go("/identity")
    page.get_by_label("One identifier").fill("user_id:wilma")
    page.get_by_label("The other").fill("email:wilma@example.net")
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_text("They are one person", exact=True)).to_be_visible()
    page.get_by_label("The other").fill("user_id:c-000001")
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_text("No event ever saw them together.")).to_be_visible()
    assert faults(page, ENGLISH) == []


@pytest.mark.slow
def test_rules_are_previewed_and_put_in_force(planted: Demo, look_at: LookAt) -> None:
    person_of(planted, "user_id:wilma")
    here = look_at(ENGLISH)
    page = here.go("/identity")
    page.get_by_label("Email: at most").fill("1")
    page.get_by_role("button", name="See what changes").click()
    expect(page.get_by_role("heading", name="Who would be parted")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("region", name="What would change").get_by_text("not-hers@example.net")).to_be_visible()
    assert faults(page, ENGLISH) == []
    page.get_by_label("Email: at most").fill("20")
    page.get_by_label(re.compile("Warn when")).fill("30")
    page.get_by_role("button", name="See what changes").click()
    expect(page.get_by_text("Nobody changes.")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Put in force").click()
    page.get_by_role("dialog").get_by_role("button", name="Put in force").click()
    expect(page.get_by_text("Version 1 of the rules is in force.")).to_be_visible(timeout=30_000)


@pytest.mark.slow
def test_everybody_is_compared_from_the_page(demo: Demo, look_at: LookAt) -> None:
    page = look_at(ENGLISH).go("/matches")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text(re.compile("people compared"))).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name=re.compile("It is one person")).first).to_be_visible()
    assert faults(page, ENGLISH) == []


@pytest.mark.slow
def test_the_evidence_leads_to_its_place_on_the_timeline(planted: Demo, look_at: LookAt) -> None:
    page = look_at(ENGLISH).go(f"/people/{person_of(planted, 'user_id:wilma')}")
    entry = page.get_by_role("listitem").filter(has_text="wilma@example.net").first
    entry.get_by_text("The evidence").click()
    entry.get_by_role("link", name=re.compile("go to its place")).first.click()
    expect(page.locator("li[aria-current]")).to_have_count(1)
    page.get_by_role("button", name="Back to now").click()
    expect(page.locator("li[aria-current]")).to_have_count(0)
