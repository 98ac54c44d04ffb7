"""A value in its one spelling, or None when it says nothing."""

import re
import unicodedata
from typing import Any

from percorso.model.identifier import normalise

MAX_LENGTH = 200

_E164 = re.compile(r"^\+[1-9]\d{7,14}$")
_NOT_A_WORD = re.compile(r"[^0-9a-z]+")
_SAYS_NOTHING = frozenset(
    "null none nil nan na unknown undefined anonymous guest test tester xxx missing blank empty sconosciuto ignoto anonimo prova"
    " nessuno assente".split()
)
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def as_text(value: Any) -> str | None:
    """A trait as text: words and whole numbers; lists, objects, true and false are none.

    >>> as_text(4011), as_text(4011.0), as_text(True), as_text("  ")
    ('4011', '4011', None, None)
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip()[:MAX_LENGTH] or None


def words(value: Any) -> str | None:
    """Small letters without accents, single spaces, nothing but letters and digits.

    >>> words(" D'Alò,  Niccolò "), words("N/A"), words("Strauß")
    ('d alo niccolo', None, 'strauss')
    """
    text = as_text(value)
    if text is None:
        return None
    plain = text.casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain.translate(_LETTERS))
        plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    if plain.isascii():
        plain = _NOT_A_WORD.sub(" ", plain).strip()
    else:  # another script: its letters are as good as ours
        plain = " ".join("".join(letter if letter.isalnum() else " " for letter in plain).split())
    return None if not plain or plain.replace(" ", "") in _SAYS_NOTHING else plain


def code(value: Any) -> str | None:
    """Letters and digits without anything between them: tax codes, postcodes, numbers of houses.

    >>> code("RSS-MRA 80A01 H501U"), code("0000"), code("SW1A 1AA")
    ('rssmra80a01h501u', None, 'sw1a1aa')
    """
    text = words(value)
    joined = "" if text is None else text.replace(" ", "")
    return joined if joined.strip("0") else None


def email(value: Any) -> str | None:
    """An address in its one spelling; mailboxes of a role are nobody's own."""
    return _identifier("email", value)


def phone(value: Any) -> str | None:
    """A number as E.164; one that is written so already stays."""
    if isinstance(value, str) and _E164.match(value):
        return value
    return _identifier("phone", value)


def _identifier(kind: str, value: Any) -> str | None:
    text = as_text(value)
    found = None if text is None else normalise(kind, text)
    return None if found is None else found.value
