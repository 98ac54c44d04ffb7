"""Writing a message for one person: its template's Liquid, run over what the template may know.

A template sees four things and no more: ``person`` (name, language), ``event`` (name, properties), ``links``
(choice.<id>, csat.<n>, nps.<n>, why, stop, preferences) and ``company`` (name). A value that is missing fails the message,
unless the template asked (``if``) or said what to write instead (``default``).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from liquid import BoundTemplate, Environment, FalsyStrictUndefined, Markup
from liquid.exceptions import LiquidError, UndefinedError
from liquid.filter import string_filter

from percorso.execution.answer import Signer, links
from percorso.execution.markup import compile_mail
from percorso.execution.plain_text import tidy
from percorso.model.errors import RenderFailed
from percorso.model.message import Message, Rendered
from percorso.model.person import Profile
from percorso.model.play import Play

MAX_SUBJECT = 200

_ADDRESS = re.compile(r"^(?:https?://[^/?#\s]+|mailto:|tel:)[^\s\x00-\x1f\x7f\"'<>\\]*$", re.IGNORECASE)
_CONTROL = re.compile(r"[\s\x00-\x1f\x7f\u2028\u2029]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who writes. `language`: for people who told none; `base_url`: where answers are taken."""

    company: str
    language: str
    base_url: str


class _Environment(Environment):  # type: ignore[misc]  # the library is not followed
    """Liquid with limits: a template can neither loop for ever nor grow without end."""

    block_nesting_limit = 20
    context_depth_limit = 20
    loop_iteration_limit = 2_000
    local_namespace_limit = 100_000
    output_stream_limit = 500_000
    shorthand_indexes = True


@string_filter  # type: ignore[untyped-decorator]
def _web_address(value: str) -> str:
    address = Markup(value).unescape().strip() if isinstance(value, Markup) else value.strip()
    if not _ADDRESS.match(address):
        raise _NotAnAddress("a value is no web address")
    return str(address)


@string_filter  # type: ignore[untyped-decorator]
def _url_part(value: str) -> str:
    return quote(Markup(value).unescape() if isinstance(value, Markup) else value, safe="")


class _NotAnAddress(RenderFailed):
    """A value stands where a link goes and is none, such as ``javascript:``."""


def _environment(*, html: bool) -> Environment:
    environment = _Environment(autoescape=html, undefined=FalsyStrictUndefined)
    del environment.filters["safe"]
    environment.add_filter("web_address", _web_address)
    environment.add_filter("url_part", _url_part)
    return environment


_HTML = _environment(html=True)
_TEXT = _environment(html=False)


@lru_cache(maxsize=4096)
def _template(source: str, html: bool) -> BoundTemplate:
    try:
        return (_HTML if html else _TEXT).from_string(source)
    except LiquidError as error:
        raise RenderFailed(f"the template is not valid Liquid: {_where(error)}") from error


def language_of(profile: Profile, default: str) -> str:
    """The language a person told (trait ``language`` or ``locale``) as two letters, else `default`."""
    for name in ("language", "locale"):
        said = profile.facts.traits.get(name)
        if said is not None and isinstance(said.value, str):
            code = re.split(r"[-_]", said.value.strip().lower())[0]
            if len(code) == 2 and code.isalpha():
                return code
    return default


def first_name(profile: Profile) -> str | None:
    """How to greet a person; never an address."""
    for name in ("firstName", "first_name", "name"):
        said = profile.facts.traits.get(name)
        if said is not None and isinstance(said.value, str) and said.value.strip() and "@" not in said.value:
            return _CONTROL.sub(" ", said.value.strip())
    return None


def render(
    message: Message,
    play: Play,
    profile: Profile,
    to: str,
    letterhead: Letterhead,
    signer: Signer,
    person_id: str | None = None,
) -> Rendered:
    """The message as it goes out. Raises RenderFailed; its text never holds personal data."""
    template = play.message
    if template is None:
        raise RenderFailed(f"play {play.id} has no message any more")
    language = _written_in(template.body, language_of(profile, letterhead.language), letterhead.language)
    ways = links(message, play, language, signer, letterhead.base_url)
    known = {
        "person": {"name": first_name(profile), "language": language},
        "event": {"name": message.facts.get("name"), "properties": message.facts.get("properties") or {}},
        "links": ways,
        "company": {"name": letterhead.company},
    }
    compiled = compile_mail(template.body[language], language)
    subject = _run(_written(template.subject, language), known, html=False)
    return Rendered(
        message_id=message.message_id,
        channel=message.channel,
        to=to,
        language=language,
        subject=_CONTROL.sub(" ", subject).strip()[:MAX_SUBJECT],
        html=_run(compiled.html, known, html=True),
        text=tidy(_run(compiled.text, known, html=False)),
        headers=_headers(message, ways),
        person_id=person_id,
    )


def check(play: Play, letterhead: Letterhead) -> None:
    """Raise RenderFailed unless the play's templates compile, in every language."""
    if play.message is not None:
        for language, body in play.message.body.items():
            compiled = compile_mail(body, language)
            for source, html in ((compiled.html, True), (compiled.text, False)):
                _template(source, html)
            _template(_written(play.message.subject, language), False)


def variables(source: str) -> Iterator[Sequence[Any]]:
    """Each variable that a Liquid template may read, as its steps: names, indexes, and lists where a step is computed.

    Raises RenderFailed for what is no Liquid.
    """
    found = _template(source, False).analyze(include_partials=False).globals
    return (variable.segments for variables in found.values() for variable in variables)


def _written_in(texts: Mapping[str, str], wanted: str, default: str) -> str:
    """The language of `texts` to use: the person's, else the company's, else the first there is."""
    for language in (wanted, default, *texts):
        if language in texts:
            return language
    raise RenderFailed("the message has no text in any language")


def _written(texts: Mapping[str, str], language: str) -> str:
    if language not in texts:
        raise RenderFailed(f"the message has a body but no subject in language {language!r}")
    return texts[language]


def _headers(message: Message, ways: Mapping[str, Any]) -> dict[str, str]:
    """One-click unsubscription (RFC 8058) for whatever has a purpose; nobody unsubscribes from service messages."""
    if message.purpose is None:
        return {}
    return {"List-Unsubscribe": f"<{ways['stop']}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _run(source: str, known: Mapping[str, Any], *, html: bool) -> str:
    try:
        return str(_template(source, html).render(**known))
    except LiquidError as error:
        raise RenderFailed(f"the template cannot be written: {_where(error)}") from error
    except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise RenderFailed(f"the template cannot be written: {type(error).__name__}") from error


def _where(error: LiquidError) -> str:
    """What is wrong and in which line; other errors than a missing name may quote personal data, so only their kind."""
    said = str(error.message) if isinstance(error, UndefinedError) else type(error).__name__
    place = error.context()
    return said if place is None else f"{said} (line {place[0]})"
