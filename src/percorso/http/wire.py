"""Shapes and spellings that several resources share.

Times are ISO 8601 UTC with a ``Z``. No output record has a default: what is unknown is null and always there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, Field

from percorso.model.errors import InvalidInput
from percorso.model.time import Micros, parse_iso, to_iso
from percorso.model.touchpoint import Text

Iso = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""A time as text."""

Texts = dict[str, str]
"""A text by language, ``it`` and ``en``."""


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("it holds a NUL")
    return text


PlainText = Annotated[str, AfterValidator(_without_nul)]
"""Text given in a body; no text of ours has a NUL, and PostgreSQL takes none."""

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """`minor` units of `currency`; amounts of different currencies are never added up."""

    currency: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A thing of the configuration by id, with its name for people."""

    id: str
    name: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBody:
    """Every error: `code` for programs, `message` for people, saying what to do next."""

    code: str
    message: str


def money(spend: Mapping[str, int]) -> list[Money]:
    """Amounts by currency, the greatest first."""
    return [Money(currency=currency, minor=minor) for currency, minor in sorted(spend.items(), key=lambda s: -s[1])]


def texts(text: Text) -> Texts:
    return dict(text)


def iso(at: Micros | None) -> str | None:
    return None if at is None else to_iso(at)


def read_time(text: str | None, name: str) -> Micros | None:
    """A time given in a query. Raises InvalidInput naming the parameter."""
    if text is None:
        return None
    try:
        return parse_iso(text)
    except ValueError as error:
        raise InvalidInput(f"{name} wants a time such as {datetime(2026, 5, 1).isoformat()}Z") from error
