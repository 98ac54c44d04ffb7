"""The page of the audit log: what was looked at a moment ago is there, filters lead to it, and the head can be noted."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import Look, Visit
from tests.browser.conftest import Demo
from tests.browser.pages import liveliest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]
LookAt = Callable[[Look], Visit]


@pytest.mark.slow
def test_who_looked_at_a_person_is_found_by_name(demo: Demo, look_at: LookAt) -> None:
    person = liveliest(demo)
    here = look_at(Look(language="en"))
    here.go(f"/people/{person['person_id']}")
    page = here.go("/audit")
    row = page.get_by_role("row").filter(has_text="Looked at a person").first
    expect(row).to_contain_text(demo.email)
    expect(row).not_to_contain_text(person["name"])

    page.get_by_role("combobox", name="Person").fill(person["name"])
    page.get_by_role("option", name=person["name"]).first.click()
    expect(page).to_have_url(re.compile(rf"person={person['person_id']}"))
    expect(page.get_by_role("row").filter(has_text="Signed in")).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="Looked at a person").first).to_be_visible()

    page.get_by_role("combobox", name="What").fill("erased")
    page.get_by_role("option", name="Erased a person").click()
    expect(page.get_by_text("There is nothing with these filters")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    expect(page).to_have_url(f"{demo.url}/audit")
    expect(page.get_by_role("row").filter(has_text="Signed in").first).to_be_visible()

    page.get_by_role("row").filter(has_text="Looked at a person").first.get_by_role("link").click()
    expect(page).to_have_url(re.compile("/people/"))


@pytest.mark.slow
def test_the_chain_is_whole_and_its_head_can_be_copied(demo: Demo, look_at: LookAt) -> None:
    here = look_at(Look())
    here.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = here.go("/audit")
    expect(page.get_by_text("Integro")).to_be_visible()
    page.get_by_role("button", name="Copia").click()
    head = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r"\d+:[0-9a-f]{64}", head)
    expect(page.get_by_text(head)).to_be_visible()


@pytest.mark.slow
def test_days_and_pages(demo: Demo, look_at: LookAt) -> None:
    page = look_at(Look(language="en")).go("/audit?to=2020-01-01")
    expect(page.get_by_text("There is nothing with these filters")).to_be_visible()
    expect(page.get_by_label("To", exact=True)).to_have_value("2019-12-31")
    page.get_by_label("To", exact=True).fill("2099-12-31")
    expect(page).to_have_url(re.compile("to=2100-01-01"))
    expect(page.get_by_role("row").nth(1)).to_be_visible()
