"""What all pages for people have in common: texts in their language, days in words, and the frame around a page."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from html import escape

from percorso.model.time import CivilClock, Micros
from percorso.model.touchpoint import Text

MONTHS: Mapping[str, tuple[str, ...]] = {
    language: tuple(names.split())
    for language, names in {
        "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "en": "January February March April May June July August September October November December",
    }.items()
}


def written(text: Text, language: str) -> str:
    """A text in a language, else in English, else in the first there is."""
    return text.get(language) or text.get("en") or next(iter(text.values()), "")


def as_html(text: Text, language: str, **values: str) -> str:
    """A text as HTML; values are put in as they are, as text."""
    return escape(written(text, language)).format(**{name: escape(value) for name, value in values.items()})


def date_in_words(day: date, language: str) -> str:
    """A day that no reader takes for another (3/4 is a different day in London and New York).

    >>> date_in_words(date(2026, 4, 3), "it")
    '3 aprile 2026'
    """
    return f"{day.day} {MONTHS['it' if language == 'it' else 'en'][day.month - 1]} {day.year}"


def day_in_words(civil: CivilClock, at: Micros, language: str) -> str:
    """The company's day of a moment, in words."""
    return date_in_words(civil.civil_date(at), language)


def headers(style: str, script: str | None = None) -> Mapping[str, str]:
    """Of a page with this style, and this script or none: no asset from anywhere, nothing else that could run, kept nowhere;
    the link is passed on to nobody."""
    may_run = "" if script is None else f"script-src {_source(script)}; "
    return {
        "content-security-policy": (
            f"default-src 'none'; style-src {_source(style)}; {may_run}form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        ),
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "x-robots-tag": "noindex",
    }


def whole_page(language: str, title: str, style: str, main: str) -> str:
    """The document. `title` and `main` are HTML."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{style}</style></head><body><main>{main}</main></body></html>"
    )


def _source(text: str) -> str:
    return "'sha256-" + b64encode(sha256(text.encode()).digest()).decode() + "'"
