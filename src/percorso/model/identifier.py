"""Identifiers: a kind and a value that point at a person, and how strongly."""

import re
from typing import NamedTuple


class Identifier(NamedTuple):
    """kind ``user_id``, ``email``, ``phone``, ``card``, ``anonymous_id`` or a name of the company's own."""

    kind: str
    value: str


RANK: dict[str, int] = {"user_id": 0, "email": 1, "phone": 2, "card": 3, "anonymous_id": 9}
"""Strength of evidence by kind, strongest first: person key, contact, card, (own kinds), device."""
OWN_KIND_RANK = 5

_BLOCKED = frozenset(
    """null undefined none nan nil n/a true false anonymous guest unknown invalid test id email user userid
    distinct_id distinctid not_authenticated 0 -1 void""".split()
) | {"[object object]"}
_NOUGHT = re.compile(r"^[0\-:. ]+$")
_SAME_DIGIT = re.compile(r"^(\d)\1{4,}$")
_ROLE_MAILBOX = re.compile(r"^(info|support|noreply|no-reply|admin|sales|postmaster|office|hello|contact)@")
_PHONE_NOISE = re.compile(r"[\s().\-/]")
_KIND = re.compile(r"^[a-z][a-z0-9_]{0,39}$")

MAX_LENGTH = 1024


def rank(kind: str) -> int:
    """How strong a kind is; a smaller number is stronger."""
    return RANK.get(kind, OWN_KIND_RANK)


def valid_kind(kind: str) -> bool:
    """Lower-case word of at most 40 letters, digits and underscores."""
    return _KIND.match(kind) is not None


def normalise(kind: str, value: str) -> Identifier | None:
    """The identifier in its one spelling, or None when the value can identify nobody.

    Emails are lower-cased, phones lose their punctuation; nothing else is guessed. Known garbage (``null``,
    ``guest``, zeros, role mailboxes such as ``info@``) is None: it would make one person of thousands.

    >>> normalise("email", " Ada@Example.com ")
    Identifier(kind='email', value='ada@example.com')
    >>> normalise("user_id", "undefined") is None
    True
    """
    text = value.strip()
    folded = text.lower()
    if len(folded) > 1 and folded[0] == folded[-1] and folded[0] in "'\"":
        folded = folded[1:-1]
    if not text or len(text) > MAX_LENGTH or folded in _BLOCKED or not folded:
        return None
    if _NOUGHT.match(folded) or (kind != "user_id" and _SAME_DIGIT.match(folded)):
        return None
    if kind == "email":
        if "@" not in folded or _ROLE_MAILBOX.match(folded):
            return None
        return Identifier(kind, folded)
    if kind == "phone":
        digits = _PHONE_NOISE.sub("", text)
        digits = "+" + digits[2:] if digits.startswith("00") else digits
        return Identifier(kind, digits) if len(digits) >= 5 and digits.lstrip("+").isdigit() else None
    return Identifier(kind, text)
