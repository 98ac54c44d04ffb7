"""Which pairs are looked at: nobody compares a million people with a million people.

A key makes pairs of the records that agree on all of its parts. From the most telling on, keys are taken as long as they
bring no more pairs, counted, than the budget has left; each true pair should agree on one of them at least.
"""

from collections.abc import Callable, Iterable

from percorso.model.matching import Key, KeyPart

FEWEST_PAIRS = 400_000
PAIRS_PER_RECORD = 20
MOST_PAIRS = 40_000_000


def _key(*parts: str | tuple[str, int]) -> Key:
    return Key(tuple(KeyPart(part) if isinstance(part, str) else KeyPart(*part) for part in parts))


KEYS: tuple[Key, ...] = (
    _key("national_id"),
    _key("email"),
    _key("phone"),
    _key("mailbox"),
    _key("birth_date", "given"),
    _key("birth_date", "surname"),
    _key("both_names"),
    _key("given_full", "surname"),
    _key("surname", "postcode"),
    _key("given_full", "postcode"),
    _key("street", "surname"),
    _key("street", "given_full"),
    _key("door", "town"),
    _key("birth_date"),
    _key("surname", "town"),
    _key("given_full", "town"),
    _key(("given", 3), ("surname", 3), "birth_year"),
    _key(("national_id", 5)),
    _key("street", "postcode"),
    _key(("given", 2), ("surname", 4)),
    _key("door"),
    _key(("birth_date", 6), "town"),
    _key("birth_year", ("surname", 1)),
    _key("birth_year", ("given", 1)),
    _key("birth_year", "town"),
    _key(("mailbox", 4)),
    _key("surname"),
    _key("given_full"),
    _key(("surname", 3)),
    _key("birth_year"),
    _key("town"),
)
"""From the most telling to the least."""

LEARN_ON: tuple[Key, ...] = (
    _key("national_id"),
    _key("email"),
    _key("given", "surname"),
    _key("birth_date", "surname"),
    _key("birth_date", "given"),
)
"""Pairs that agree on one of these are mostly true, and none is what a family shares: how they agree on the rest is
learned from them."""


def budget(records: int) -> int:
    """How many pairs may be looked at."""
    return min(max(FEWEST_PAIRS, PAIRS_PER_RECORD * records), MOST_PAIRS)


def chosen_keys(
    known: Iterable[str], records: int, pairs_of: Callable[[Key], int]
) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """The keys taken and those left out because they bring too many pairs."""
    fields, left_over = set(known), budget(records)
    taken: list[Key] = []
    left: list[Key] = []
    for key in usable(KEYS, fields):
        pairs = pairs_of(key)
        if pairs > left_over:
            left.append(key)
            continue
        left_over -= pairs
        if pairs:
            taken.append(key)
    return tuple(taken), tuple(left)


def usable(keys: Iterable[Key], fields: Iterable[str]) -> list[Key]:
    """The keys whose fields are known."""
    there = set(fields)
    return [key for key in keys if all(part.field in there for part in key.parts)]
