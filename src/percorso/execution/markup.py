"""Compiling a mail's template: Liquid over MJML becomes Liquid over HTML, and Liquid over plain text.

MJML is compiled once; per person only Liquid runs. While MJML works, each piece of Liquid is a mark (a word), so that
``<``, ``>`` and quotes inside Liquid never meet the MJML parser. Every value is then escaped for the place it stands in:

    text, ordinary attribute   HTML escaping (by the Liquid engine)
    start of a web address     only http, https, mailto and tel may come out (filter ``web_address``)
    rest of a web address      percent-encoded (filter ``url_part``)
    style, script, tag names   not allowed: the template is refused
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mrml import ParserOptions, RenderOptions, noop_loader, to_html

from percorso.execution.plain_text import to_text
from percorso.model.errors import RenderFailed

MAX_SOURCE = 200_000

_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_TAG = re.compile(r"<([A-Za-z][^\s/>]*)((?:[^\"'<>]|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(r"([^\s=/\"'<>]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
_STYLE = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL | re.IGNORECASE)
_ADDRESS_ATTRIBUTES = frozenset(
    ["href", "src", "action", "formaction", "background", "cite", "poster", "data", "xlink:href", "srcset", "ping"]
)
_FORBIDDEN_TAGS = frozenset(["script", "iframe", "object", "embed", "base", "applet", "frame"])
_SAFE_START = re.compile(r"^(https?://[^/?#\s]+[/?#]|mailto:|tel:)", re.IGNORECASE)

_FOOTER = {
    "why": {"it": "Perché ho ricevuto questo messaggio?", "en": "Why did I get this message?"},
    "preferences": {"it": "Le mie preferenze", "en": "My preferences"},
}
"""The links that every mail ends with, by the name of the link."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """Two Liquid templates. In `html` values are to be escaped, in `text` not."""

    html: str
    text: str


@lru_cache(maxsize=1024)
def compile_mail(mjml: str, language: str) -> Compiled:
    """The templates of one MJML body in one language.

    A body without ``links.why`` or ``links.preferences`` gets a last line with what is missing: every message says why it
    came, and leads to the person's own page. Raises RenderFailed, saying
    what to mend, when the MJML cannot be compiled or a value stands where none may.
    """
    if len(mjml) > MAX_SOURCE:
        raise RenderFailed(f"the template has {len(mjml)} characters; keep it below {MAX_SOURCE}")
    marks = _Marks(mjml)
    html = _compile(marks.source)
    marks.check_none_lost(html)
    html = html.replace('lang="und"', f'lang="{language}"', 1)
    missing = [link for link in _FOOTER if f"links.{link}" not in mjml]
    if missing:
        html = html.replace("</body>", _footer(missing, language) + "</body>")
    return Compiled(html=marks.restored(_escaped(html, marks)), text=marks.restored(to_text(html)))


def _compile(source: str) -> str:
    try:
        # No included files, no fonts fetched from elsewhere when the mail is opened.
        output = to_html(source, ParserOptions(include_loader=noop_loader()), RenderOptions(fonts={}))
    except OSError as error:
        raise RenderFailed(f"the MJML cannot be compiled: {str(error)[:200]}") from error
    return str(output.content)


def _footer(links: Sequence[str], language: str) -> str:
    style = "text-align:center;font-family:Helvetica,Arial,sans-serif;font-size:12px;padding:16px;color:#555555"
    labels = {link: _FOOTER[link].get(language, _FOOTER[link]["en"]) for link in links}
    shown = [f'<a href="{{{{ links.{link} }}}}" style="color:#555555">{label}</a>' for link, label in labels.items()]
    return f'<div style="{style}">{"<br>".join(shown)}</div>'


class _Marks:
    """The Liquid pieces of a source, each replaced by a word that occurs nowhere else in it."""

    def __init__(self, mjml: str) -> None:
        word = "liquid"
        while word in mjml.lower():
            word += "x"
        self.pieces: list[str] = []
        self.mark = re.compile(word + r"(\d+)z")

        def put(piece: re.Match[str]) -> str:
            self.pieces.append(piece.group())
            return f"{word}{len(self.pieces) - 1}z"

        self.source = _LIQUID.sub(put, mjml)

    def piece(self, mark: re.Match[str]) -> str:
        return self.pieces[int(mark.group(1))]

    def check_none_lost(self, html: str) -> None:
        kept = {int(number) for number in self.mark.findall(html)}
        for number, piece in enumerate(self.pieces):
            if number not in kept:
                raise RenderFailed(f"MJML drops {piece[:60]!r} where it stands; put it into an mj-text or an mj-raw")

    def restored(self, text: str) -> str:
        return self.mark.sub(self.piece, text)


def _escaped(html: str, marks: _Marks) -> str:
    """The HTML with every mark checked, and filtered where it is part of a web address."""
    for style in _STYLE.findall(html):
        if marks.mark.search(style):
            raise RenderFailed("values are not allowed in style sheets; write the style out")
    return _TAG.sub(lambda tag: _escaped_tag(tag, marks), html)


def _escaped_tag(tag: re.Match[str], marks: _Marks) -> str:
    name, attributes = tag.group(1), tag.group(2)
    if name.lower() in _FORBIDDEN_TAGS:
        raise RenderFailed(f"a mail carries no <{name}>; remove it")
    if marks.mark.search(name) or marks.mark.search(_ATTRIBUTE.sub("", attributes)):
        raise RenderFailed("inside a tag, values are allowed only in quoted attributes")
    return f"<{name}{_ATTRIBUTE.sub(lambda attribute: _escaped_attribute(attribute, marks), attributes)}>"


def _escaped_attribute(attribute: re.Match[str], marks: _Marks) -> str:
    name, quoted = attribute.group(1).lower(), attribute.group(2)
    if name.startswith("on") or name == "srcdoc":
        raise RenderFailed(f"a mail runs nothing: remove the attribute {name}")
    if marks.mark.search(attribute.group(1)):
        raise RenderFailed("names of attributes cannot be values")
    if not marks.mark.search(quoted):
        return attribute.group()
    if name == "style":
        raise RenderFailed("values are not allowed in styles (colours, backgrounds); write the style out")
    if name in _ADDRESS_ATTRIBUTES:
        return f"{attribute.group(1)}={quoted[0]}{_address(quoted[1:-1], marks)}{quoted[0]}"
    return attribute.group()


def _address(value: str, marks: _Marks) -> str:
    """The value of an address attribute, its Liquid put back with the filter that its place asks for."""
    out, done = "", 0
    for mark in marks.mark.finditer(value):
        out += value[done : mark.start()]
        done = mark.end()
        piece = marks.piece(mark)
        if piece.startswith("{%"):
            raise RenderFailed("web addresses take values, not {% %}; choose between two links instead")
        if out.strip() and not out.startswith("{{") and not _SAFE_START.match(out):
            raise RenderFailed("a web address begins with https://, mailto:, tel: or is one value as a whole")
        filter_name = "url_part" if out.strip() else "web_address"
        end = -3 if piece.endswith("-}}") else -2
        out += f"{piece[:end].rstrip()} | {filter_name} {piece[end:]}"
    return out + value[done:]
