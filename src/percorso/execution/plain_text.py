"""The plain text of an HTML mail, for those who read without pictures and for the text part."""

import re
from html.parser import HTMLParser

_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_SKIPPED = frozenset(["head", "title", "style", "script"])
_PARAGRAPH = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "ul", "ol", "table", "section"])
_LINE = frozenset(["div", "li", "br", "hr", "td"])
_SPACE = re.compile(r"[ \t\r\n\f]+")


def to_text(html: str) -> str:
    """The words of an HTML document in reading order; a link is followed by its address, a picture is its `alt`.

    Hidden parts (``display:none``) and conditional comments are left out.

    >>> to_text('<p>Ciao <b>Ada</b>,</p><p><a href="https://e.x/1">Grazie</a></p>')
    'Ciao Ada,\\n\\nGrazie: https://e.x/1'
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return tidy("".join(reader.out))


def tidy(text: str) -> str:
    """Without spaces at the ends of lines and with at most one empty line in a row."""
    lines = "\n".join(line.strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._links: list[str] = []

    @property
    def _hidden(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        hidden = self._hidden or tag in _SKIPPED or "display:none" in attributes.get("style", "").replace(" ", "")
        if tag not in _VOID:
            self._open.append((tag, hidden))
        if hidden:
            return
        self._break(tag)
        if tag == "a":
            self._links.append(attributes.get("href", ""))
        if tag == "li":
            self.out.append("- ")
        if tag == "img" and attributes.get("alt"):
            self.out.append(attributes["alt"])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, hidden = self._open.pop()
            if name == tag:
                if not hidden:
                    self._end(tag)
                return

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.out.append(_SPACE.sub(" ", data))

    def _end(self, tag: str) -> None:
        if tag == "a" and self._links:
            href = self._links.pop()
            if href and not href.startswith("#"):
                said = "".join(self.out[-1:]).rstrip()
                self.out.append(f"{'' if said.endswith(('?', ':', '!', '.')) else ':'} {href}\n")
        self._break(tag)

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPH:
            self.out.append("\n\n")
        elif tag in _LINE:
            self.out.append("\n")
