"""The page of privacy requests: ask, watch it being done, fetch the proof; in both languages and schemes, wide and narrow."""

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from percorso.main import open_company
from percorso.settings import Settings
from tests.browser.chromium import Look, Visit, visit
from tests.browser.conftest import Demo, signed_in
from tests.browser.test_looks import LOOKS, faults, picture
from tests.http_client import PASSWORD
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.xdist_group("browser")]
DONE_MS = 90_000


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A company with two people in it, and its administrator."""
    with Server(tmp_path_factory.mktemp("privacy") / "company") as server:
        url = server.url
        settings = Settings.model_construct(dir=server.directory)
        with open_company(server.directory, settings, write=False) as company:
            company.put_user("zoe@example.com", PASSWORD, "admin")
            key = company.make_key("secret", "shop")[1]
        batch = [
            {
                "type": "identify",
                "messageId": f"hello-{who}",
                "userId": f"u-{who}",
                "traits": {"email": f"{who}@example.com"},
            }
            for who in ("ada", "bruno")
        ]
        answer = httpx.post(f"{url}/v1/batch", json={"batch": batch}, auth=(key, ""), trust_env=False, timeout=30.0)
        assert answer.status_code == 200, answer.text
        server.wait_folded()
        yield signed_in(url, "zoe@example.com", PASSWORD)


@pytest.fixture
def look_there(chromium: Browser, house: Demo) -> Iterator[Callable[[Look], Visit]]:
    opened: list[Visit] = []

    def open_one(look: Look) -> Visit:
        opened.append(visit(chromium, house.url, look, house.cookies))
        return opened[-1]

    yield open_one
    complaints = [complaint for one in opened for complaint in one.complaints]
    for one in opened:
        one.page.context.close()
    assert complaints == []


def test_somebody_is_forgotten_from_the_page(look_there: Callable[[Look], Visit]) -> None:
    page = look_there(Look(language="en")).go("/privacy")
    page.get_by_role("button", name="New request").click()
    page.get_by_role("textbox", name=re.compile("^Identifier")).fill("ada@example.com")
    erase = page.get_by_role("button", name="Erase for good")
    expect(erase).to_be_disabled()
    page.get_by_label("I have checked that").check()
    picture(page, "privacy-new")
    erase.click()
    row = page.get_by_role("row", name="Erasure")
    expect(row.get_by_text("Done")).to_be_visible(timeout=DONE_MS)
    with page.expect_download() as download:
        row.get_by_role("link", name="Receipt").click()
    assert '"hits":0' in download.value.path().read_text().replace(" ", "")


def test_somebody_gets_their_data_from_the_page(look_there: Callable[[Look], Visit]) -> None:
    page = look_there(Look(language="it")).go("/privacy")
    page.get_by_role("button", name="Nuova richiesta").click()
    page.get_by_text("Accesso", exact=True).click()
    page.get_by_role("textbox", name=re.compile("^Identificativo")).fill("bruno@example.com")
    page.get_by_label("Ho verificato che").check()
    page.get_by_role("button", name="Registra la richiesta").click()
    row = page.get_by_role("row", name="Accesso")
    with page.expect_download() as download:
        row.get_by_role("link", name="Pagina").click()
    text = download.value.path().read_text()
    assert "u-bruno" in text
    assert "ada@example.com" not in text


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_the_page_looks_right(look: Look, look_there: Callable[[Look], Visit]) -> None:
    page = look_there(look).go("/privacy")
    picture(page, f"privacy-{look.name}")
    wrong = faults(page, look)
    page.get_by_role("button", name="New request" if look.language == "en" else "Nuova richiesta").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.add_style_tag(content="*, *::before, *::after { animation: none !important; transition: none !important }")
    picture(page, f"privacy-new-{look.name}")
    assert wrong + faults(page, look) == []
