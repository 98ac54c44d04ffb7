"""Dates of birth, however they are written, as eight digits: year, month, day."""

import re
from typing import Any

from percorso.data.matching.values import as_text

_MONTHS = {
    name[:3]: number
    for names in (
        "january february march april may june july august september october november december",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    )
    for number, name in enumerate(names.split(), 1)
}
_YEAR_FIRST = re.compile(r"^(\d{4})\D(\d{1,2})\D(\d{1,2})(?:[t ].*)?$")
_YEAR_LAST = re.compile(r"^(\d{1,2})\D(\d{1,2})\D(\d{4})$")
_DIGITS = re.compile(r"^\d{8}$")
_DAY_WORD = re.compile(r"^(\d{1,2})\D*?\W+(?:di\s|of\s)?([a-z]{3,})\W+(\d{4})$")
_WORD_DAY = re.compile(r"^([a-z]{3,})\W+(\d{1,2})(?:st|nd|rd|th)?\W+(\d{4})$")


def date_digits(value: Any) -> str | None:
    """A date as ``YYYYMMDD``. Of two short numbers before the year the first is the day, unless only the second can be.

    A date that no calendar has, such as a thirteenth month, is kept: it may be one slip away from the right one.

    >>> date_digits("1956-04-09"), date_digits("9/4/1956"), date_digits("04/29/1956"), date_digits("19560942")
    ('19560409', '19560409', '19560429', '19560942')
    >>> date_digits("9 aprile 1956"), date_digits("April 9th, 1956"), date_digits("yesterday")
    ('19560409', '19560409', None)
    """
    text = as_text(value)
    if text is None:
        return None
    text = text.lower()
    if _DIGITS.match(text):
        return text if text.strip("0") else None
    if found := _YEAR_FIRST.match(text):
        return _digits(found[1], found[2], found[3])
    if found := _YEAR_LAST.match(text):
        day, month = int(found[1]), int(found[2])
        return _digits(found[3], *((day, month) if month > 12 >= day else (month, day)))
    return _with_a_word(text)


def _with_a_word(text: str) -> str | None:
    if found := _DAY_WORD.match(text):
        day, month, year = found[1], found[2], found[3]
    elif found := _WORD_DAY.match(text):
        month, day, year = found[1], found[2], found[3]
    else:
        return None
    number = _MONTHS.get(month[:3])
    return None if number is None else _digits(year, number, day)


def _digits(year: str | int, month: str | int, day: str | int) -> str:
    return f"{int(year):04d}{int(month):02d}{int(day):02d}"
