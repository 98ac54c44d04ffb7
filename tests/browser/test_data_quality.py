"""A refused item is found on the page of quality, mended in the quarantine, replayed; a new event goes into the plan.

What nobody uses is told with its risk, and leads to the properties of its event.
"""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.chromium import Look, Visit
from tests.browser.conftest import Demo
from tests.browser.test_looks import faults

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]
LookAt = Callable[[Look], Visit]
SOURCE = "chiosco"


@pytest.fixture(scope="module")
def planted(demo: Demo) -> Demo:
    """Three calls without event name and two of an event that nobody described, from a source of their own."""
    jar = {str(cookie["name"]): str(cookie["value"]) for cookie in demo.cookies}
    with httpx.Client(base_url=demo.url, cookies=jar, trust_env=False, timeout=60.0) as client:
        wish = {"kind": "write", "name": SOURCE}
        made = client.post("/api/keys", json=wish, headers={"X-Percorso": "1"}).json()
        nameless = [{"type": "track", "userId": f"k{n}", "messageId": f"nameless{n}"} for n in range(3)]
        said = {"event": "Kiosk Touched", "properties": {"customer_mail": "ada@example.com", "screen": "home"}}
        new = [{**one, **said, "messageId": f"kiosk{n}"} for n, one in enumerate(nameless[:2])]
        sent = client.post("/v1/batch", json={"writeKey": made["key"], "batch": [*nameless, *new]})
        assert sent.status_code == 200, sent.text
    return demo


def test_a_group_is_mended_and_replayed(planted: Demo, look_at: LookAt) -> None:
    here = look_at(Look(language="en"))
    page = here.go("/quarantine")
    page.get_by_role("button", name=re.compile(f"Open: .*{SOURCE}")).first.click()
    here.settled()
    expect(page).to_have_url(re.compile("reason=missing_event"))
    page.get_by_label("Value").fill("Store Visited")
    page.get_by_role("button", name="See the effect").click()
    expect(page.get_by_text("3 of the first 3 would be accepted; the group has 3.")).to_be_visible()
    assert faults(page, Look(language="en")) == []
    page.get_by_role("button", name="Replay 3 items").click()
    here.go("/quarantine?state=replayed")
    expect(page.get_by_role("region", name="Groups of refused items").get_by_text(SOURCE)).to_be_visible()


def test_an_event_that_nobody_described_goes_into_the_plan(planted: Demo, look_at: LookAt) -> None:
    here = look_at(Look(language="en"))
    page = here.page
    for _ in range(20):  # it is counted within some seconds; the page asks again by itself only every half minute
        here.go("/plan")
        if page.get_by_role("button", name="Add Kiosk Touched to the plan").count():
            break
        page.wait_for_timeout(1_500)
    page.get_by_role("button", name="Add Kiosk Touched to the plan").first.click()
    expect(page.get_by_text("Kiosk Touched is in the plan, version 1.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Kiosk Touched.*in the plan, v. 1"))).to_be_visible()
    assert faults(page, Look(language="en")) == []


def test_quality_filters_by_source(planted: Demo, look_at: LookAt) -> None:
    here = look_at(Look(language="en"))
    page = here.go("/quality")
    expect(page.get_by_role("heading", name="The leaks, the dearest first")).to_be_visible()
    page.get_by_label("Source", exact=True).select_option("web")
    expect(page).to_have_url(re.compile("source=web"))
    rows = page.get_by_role("region", name="Where they come from").locator("tbody tr")
    expect(rows.first).to_contain_text("web")


def test_what_nobody_uses_leads_to_its_event(planted: Demo, look_at: LookAt) -> None:
    here = look_at(Look(language="en"))
    page = here.page
    unused = page.get_by_role("region", name="Properties nobody uses")
    for _ in range(20):  # counted within some seconds, like the test above
        here.go("/quality")
        expect(page.get_by_role("heading", name="Properties nobody uses")).to_be_visible()
        if unused.get_by_text("customer_mail").count():
            break
        page.wait_for_timeout(1_500)
    expect(unused.get_by_role("row", name=re.compile("customer_mail Kiosk Touched.*email"))).to_be_visible()
    page.get_by_role("link", name="Go to the plan of Kiosk Touched").first.click()
    expect(page).to_have_url(re.compile("/plan.*event=Kiosk"))
    rows = page.get_by_role("region", name="The properties of “Kiosk Touched”").get_by_role("row")
    expect(rows.filter(has_text="customer_mail")).to_contain_text("nobody")
    expect(rows.filter(has_text="screen")).to_contain_text("nobody")
    assert faults(page, Look(language="en")) == []
    here.go("/plan")
    page.get_by_role("link", name="Who uses the properties of Order completed").click()
    rows = page.get_by_role("region", name="The properties of “Order completed”").get_by_role("row")
    expect(rows.filter(has_text="revenue")).to_contain_text("Profile: spend and consents")
