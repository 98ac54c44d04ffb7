"""Identifiers: a kind and a value that point at a person, and how strongly."""

import re
from functools import lru_cache
from typing import NamedTuple


class Identifier(NamedTuple):
    """kind     ``user_id``, ``email``, ``phone``, ``card``, ``anonymous_id`` or a name of the company's own
    claimed  only a public key says so: it is not the proven identifier of the same kind and value
    """

    kind: str
    value: str
    claimed: bool = False


RANK: dict[str, int] = {
    "user_id": 0,
    "crm_id": 1,
    "loyalty_id": 2,
    "email": 4,
    "phone": 5,
    "card": 6,
    "anonymous_id": 9,
}
"""Strength of evidence by kind, strongest first: person keys, contacts, card, (own kinds), device."""
HOW_TO_NAME = f"write KIND:VALUE, such as email:ada@example.com; kinds are {', '.join(RANK)} and those of your own"
"""What to do, where an identifier is asked for and something else was given."""
OWN_KIND_RANK = 7
DEVICE = "anonymous_id"

_BLOCKED = frozenset(
    """null undefined none nan nil n/a true false anonymous guest unknown invalid test id email user userid
    distinct_id distinctid not_authenticated 0 -1 void""".split()
) | {"[object object]"}
_NOUGHT = re.compile(r"^[0\-:. ]+$")
_SAME_DIGIT = re.compile(r"^(\d)\1{4,}$")
_COUNTED_UP = "01234567890123456789"
_ROLE_MAILBOX = re.compile(r"^(info|support|noreply|no-reply|admin|sales|postmaster|office|hello|contact)@")
_PHONE_NOISE = re.compile(r"[\s().\-/]")
_KIND = re.compile(r"^[a-z][a-z0-9_]{0,39}$")

MAX_LENGTH = 1024
REGION = "IT"
"""Where phone numbers without prefix are read, unless the company says another country."""


def rank(kind: str) -> int:
    """How strong a kind is; a smaller number is stronger."""
    return RANK.get(kind, OWN_KIND_RANK)


def valid_kind(kind: str) -> bool:
    """Lower-case word of at most 40 letters, digits and underscores."""
    return _KIND.match(kind) is not None


def folded(value: str) -> str:
    """A value in small letters without spaces around it and one layer of quotes: what is compared with garbage."""
    text = value.strip().lower()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def normalise(kind: str, value: str, region: str = REGION) -> Identifier | None:
    """The identifier in its one spelling, or None when the value can identify nobody.

    Emails are lower-cased; phones are written as E.164, those without prefix read in `region` (ISO 3166). Nothing else
    is guessed. Known garbage (``null``, ``guest``, zeros, role mailboxes such as ``info@``) is None: it would make one
    person of thousands.

    >>> normalise("email", " Ada@Example.com ")
    Identifier(kind='email', value='ada@example.com', claimed=False)
    >>> normalise("phone", "02 555 001").value, normalise("phone", "0044 20 7946 0018").value
    ('+3902555001', '+442079460018')
    >>> normalise("user_id", "undefined") is None
    True
    """
    text, plain = value.strip(), folded(value)
    if not text or not plain or len(text) > MAX_LENGTH or plain in _BLOCKED or _NOUGHT.match(plain):
        return None
    if kind != "user_id" and (_SAME_DIGIT.match(plain) or (len(plain) > 5 and plain in _COUNTED_UP)):
        return None
    if kind == "email":
        return Identifier(kind, plain) if "@" in plain and not _ROLE_MAILBOX.match(plain) else None
    if kind == "phone":
        number = phone_number(text, region)
        return None if number is None else Identifier(kind, number)
    return Identifier(kind, text)


@lru_cache(maxsize=20_000)
def phone_number(text: str, region: str) -> str | None:
    """A phone number as E.164; one that no country could have as its digits; None when it has fewer than five."""
    import phonenumbers  # slow to load, and most commands see no phone

    digits = _PHONE_NOISE.sub("", text)
    digits = "+" + digits[2:] if digits.startswith("00") else digits
    if len(digits) < 5 or not digits.lstrip("+").isdigit():
        return None
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return digits
    if not phonenumbers.is_possible_number(number):
        return digits
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
