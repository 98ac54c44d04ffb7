"""Every page in two languages, two schemes and three widths: nothing cut, nothing left untranslated, nothing inaccessible.

The pictures lie in ``test-results/`` to be looked at.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

from tests.browser.chromium import Look, Visit
from tests.browser.conftest import Demo
from tests.browser.pages import pages_of
from tests.browser.words import left_in_the_other_language

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1200), pytest.mark.xdist_group("browser")]

PICTURES = Path(__file__).parents[2] / "test-results"
LOOKS = [
    Look(language=language, scheme=scheme, width=width)
    for language in ("it", "en")
    for scheme in ("light", "dark")
    for width in (1440, 390)
]
WIDEST = Look(language="en", scheme="light", width=2560)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
GRAVE = ("serious", "critical")

_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_STILL = "*, *::before, *::after { animation: none !important; transition: none !important }"


@pytest.mark.parametrize("look", [*LOOKS, WIDEST], ids=lambda look: look.name)
def test_every_page_looks_right(look: Look, demo: Demo, look_at: Callable[[Look], Visit]) -> None:
    here = look_at(look)
    wrong: list[str] = []
    for name, path in pages_of(demo).items():
        page = here.go(path)
        page.add_style_tag(content=_STILL)
        picture(page, f"{name}-{look.name}")
        wrong += [f"{name}: {fault}" for fault in faults(page, look)]
    assert not wrong, "\n".join(wrong)


def faults(page: Page, look: Look) -> list[str]:
    """What is wrong on a page."""
    found = [f"untranslated: {text!r}" for text in sorted(left_in_the_other_language(page, look.language))]
    if (over := page.evaluate(_TOO_WIDE)) > 0:
        found.append(f"{over} px wider than the screen")
    return found + violations(page)


def violations(page: Page) -> list[str]:
    """Serious violations of WCAG 2.2 AA, each with the first place it was found."""
    result: dict[str, Any] = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    return [
        f"{violation['id']}: {violation['help']} at {violation['nodes'][0]['html'][:160]}"
        for violation in result["violations"]
        if violation["impact"] in GRAVE
    ]


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
