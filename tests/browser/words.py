"""The interface's own dictionary, read from its source, to find text that was left in the other language."""

import re
from pathlib import Path

from playwright.sync_api import Page

WORDS = Path(__file__).parents[2] / "web" / "src" / "i18n" / "words"
_TEXT = r'"((?:[^"\\]|\\.)*)"'
_ENTRY = re.compile(rf"{_TEXT}:\s*\[\s*{_TEXT},\s*{_TEXT},?\s*\]")
_CODE = re.compile(r"^[a-z]+(?:[._][a-z]+)+$")

_VISIBLE = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    const text = walk.currentNode.data.trim();
    if (text && element && !element.closest("code, pre, .mono, script, style, blockquote, [data-words=given]")) texts.push(text);
  }
  return texts;
}"""


def entries() -> dict[str, tuple[str, str]]:
    """Key -> (Italian, English)."""
    found = {}
    for path in sorted(WORDS.glob("*.ts")):
        for key, italian, english in _ENTRY.findall(path.read_text()):
            found[key] = (italian, english)
    return found


def texts_on(page: Page) -> list[str]:
    """Every text on the page but code and what people wrote."""
    texts: list[str] = page.evaluate(_VISIBLE)
    return texts


def left_in_the_other_language(page: Page, language: str) -> set[str]:
    """Texts of the page that the dictionary has in the other language only, and codes that have no word at all."""
    here = 0 if language == "it" else 1
    mine = {entry[here] for entry in entries().values()}
    others = {entry[1 - here] for entry in entries().values()} - mine
    names = {key.removeprefix("event.") for key in entries() if key.startswith("event.")} - mine
    return {text for text in texts_on(page) if text in others | names or _CODE.match(text)}
