"""Every page opens, says where processing is, and complains of nothing; addresses, keys and switches do what they say."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import Look, Visit, visit
from tests.browser.conftest import Demo
from tests.browser.pages import liveliest, pages_of, stage
from tests.browser.words import entries

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]
LookAt = Callable[[Look], Visit]


def test_every_page_opens_with_its_title_and_the_lag(demo: Demo, look_at: LookAt) -> None:
    here = look_at(Look())
    for name, path in pages_of(demo).items():
        page = here.go(path)
        expect(page.locator("h1").first, name).to_have_text(re.compile(r"\S"))
        expect(page.get_by_test_id("lag").first, name).to_have_text("Tutto elaborato")
        expect(page.get_by_role("alert"), name).to_have_count(0)


def test_a_wrong_password_says_so_and_the_right_one_enters(chromium: Browser, demo: Demo) -> None:
    here = visit(chromium, demo.url, Look(language="en"))
    page = here.go("/people")
    page.get_by_label("Email").fill(demo.email)
    page.locator("input[type=password]").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Wrong email or password.")
    page.locator("input[type=password]").fill(demo.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="People", level=1)).to_be_visible()
    page.context.close()


def test_the_palette_goes_to_pages_and_finds_people(demo: Demo, look_at: LookAt) -> None:
    person = liveliest(demo)
    page = look_at(Look()).go("/")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("attivita")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{demo.url}/tasks")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill(person["name"])
    page.get_by_role("option", name=person["name"]).first.click()
    expect(page.get_by_role("heading", level=1, name=person["name"])).to_be_visible()


def test_the_first_tab_skips_to_the_content(look_at: LookAt) -> None:
    page = look_at(Look()).go("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Vai al contenuto")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_language_and_scheme_change_at_once_and_last(look_at: LookAt) -> None:
    page = look_at(Look()).go("/")
    page.get_by_role("button", name=re.compile("Account di")).click()
    page.get_by_role("menuitem", name="English").click()
    expect(page.get_by_role("heading", level=1, name="Today")).to_be_visible()
    page.get_by_role("button", name=re.compile("Account of")).click()
    page.get_by_role("menuitem", name="Dark").click()
    expect(page.locator("html[data-mantine-color-scheme=dark][lang=en]")).to_be_attached()
    page.reload()
    expect(page.get_by_role("heading", level=1, name="Today")).to_be_visible()
    expect(page.locator("html[data-mantine-color-scheme=dark][lang=en]")).to_be_attached()


def test_a_cell_of_the_map_has_an_address_and_opens_its_people(demo: Demo, look_at: LookAt) -> None:
    here = look_at(Look())
    page = here.go(f"/journey?stage={stage(demo)}&lens=front")
    page.get_by_role("dialog").get_by_role("link", name="Vedi le persone").click()
    here.settled()
    expect(page).to_have_url(re.compile(rf"/people\?.*stage={stage(demo)}"))
    page.get_by_role("list", name="Persone").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Il suo percorso")).to_be_visible()


def test_a_chart_has_a_table_and_a_file(look_at: LookAt, tmp_path: Path) -> None:
    page = look_at(Look(language="en")).go("/kpis/csat?by=channel")
    page.get_by_role("radiogroup", name="How to show it").first.get_by_text("Table").click()
    expect(
        page.get_by_role("table", name="Week by week").get_by_role("columnheader", name="95% interval")
    ).to_be_visible()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Download CSV").last.click()
    saving.value.save_as(tmp_path / "rows.csv")
    head, *rows = (tmp_path / "rows.csv").read_text(encoding="utf-8-sig").splitlines()
    assert head == "channel,kpi,definition,value,ci_low,ci_high,n,complete,from,to"
    assert len(rows) > 1


def test_the_dictionary_is_read_from_its_source() -> None:
    words = entries()
    assert words["nav.today"] == ("Oggi", "Today")
    assert len(words) > 400
