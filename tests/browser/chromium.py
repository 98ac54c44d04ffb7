"""The browser of the tests: the system's Chromium, quiet and alone."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 30_000
"""A busy machine answers late; that is no failure."""


def chromium_program() -> str | None:
    """The path of a Chromium, `PERCORSO_CHROMIUM` first."""
    return os.environ.get("PERCORSO_CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def browser(program: str) -> Iterator[Browser]:
    """A running browser."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        try:
            yield running
        finally:
            running.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a page is looked at."""

    language: str = "it"
    scheme: str = "light"
    width: int = 1440

    @property
    def name(self) -> str:
        return f"{self.language}-{self.scheme}-{self.width}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A page open in its own context, with what it complained of."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open an address and wait until nothing is loading any more."""
        self.page.goto(self.url + path)
        return self.settled()

    def settled(self) -> Page:
        """Until the page has its title and every placeholder has gone."""
        expect(self.page.locator("h1").first).to_be_visible()
        expect(self.page.locator("[role=status] .mantine-Skeleton-root")).to_have_count(0)
        return self.page


def visit(running: Browser, url: str, look: Look, cookies: list[dict[str, object]] | None = None) -> Visit:
    """A fresh context in a language, scheme and width; `cookies` of a session sign it in."""
    context: BrowserContext = running.new_context(
        viewport={"width": look.width, "height": 900 if look.width > 500 else 844},
        color_scheme="dark" if look.scheme == "dark" else "light",
        locale="it-IT" if look.language == "it" else "en-GB",
        accept_downloads=True,
    )
    context.set_default_timeout(PATIENCE_MS)
    if cookies:
        context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    opened = Visit(page=page, url=url)

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            opened.complaints.append(f"{message.type}: {message.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: opened.complaints.append(f"uncaught: {error}"))
    return opened
