"""Targets and KPIs of one's own, by keyboard: set, seen on the board, dropped; written with the number beside, and retired."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import Look, Visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]
LookAt = Callable[[Look], Visit]


@pytest.mark.slow
def test_a_target_is_set_and_dropped_by_keyboard(look_at: LookAt) -> None:
    here = look_at(Look(language="en"))
    page = here.go("/kpis/csat")
    page.get_by_role("button", name="New target").press("Enter")
    expect(page.get_by_role("textbox", name="At least")).to_be_focused()
    page.keyboard.type("85")
    page.keyboard.press("Tab")
    page.keyboard.type("Ada Neri")
    page.get_by_role("dialog").get_by_label("By").fill("2999-12-31")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Target: at least 85.0%")).to_be_visible()

    page = here.go("/kpis")
    tile = page.get_by_role("region", name="CSAT", exact=True)
    expect(tile).to_contain_text("Target: at least 85.0%")
    expect(tile).to_contain_text("days left")
    expect(tile).to_contain_text("Ada Neri")

    page = here.go("/kpis/csat")
    page.get_by_role("button", name="Change", exact=True).press("Enter")
    page.get_by_role("button", name="Drop the target").press("Enter")
    expect(page.get_by_text("Target: at least 85.0%")).to_have_count(0)


@pytest.mark.slow
def test_a_kpi_is_written_with_its_number_beside_and_retired(look_at: LookAt) -> None:
    here = look_at(Look(language="en"))
    page = here.go("/definitions")
    page.get_by_role("button", name="New KPI").press("Enter")
    page.get_by_role("combobox", name="Of which events").fill("Order Completed")
    drawer = page.get_by_role("dialog", name="New KPI")
    expect(drawer.get_by_text("n = ")).to_be_visible()
    drawer.get_by_role("textbox", name="Name in Italian").fill("Ordini")
    drawer.get_by_role("textbox", name="Name in English").fill("Orders made")
    drawer.get_by_role("textbox", name="Short name").fill("orders_made")
    drawer.get_by_role("button", name="Publish").press("Enter")
    expect(page.get_by_role("heading", name="Orders made")).to_be_visible()
    expect(page.get_by_text("orders_made@1")).to_be_visible()

    page = here.go("/kpis")
    expect(page.get_by_role("region", name="Orders made")).to_be_visible()

    page = here.go("/definitions")
    retire = page.get_by_role("button", name="Retire: Orders made")
    retire.press("Enter")
    retire.press("Enter")
    expect(page.get_by_role("heading", name="Orders made")).to_have_count(0)


@pytest.mark.slow
def test_the_board_is_taken_along(look_at: LookAt) -> None:
    page = look_at(Look(language="it")).go("/kpis")
    for button, name in (("Scarica CSV", "board.csv"), ("Scarica PDF", "board.pdf")):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=button).click()
        assert waiting.value.suggested_filename == name
        assert waiting.value.path().stat().st_size > 1000
