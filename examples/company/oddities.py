"""What a newcomer should find on the pages of identity and privacy, whatever the size of the company: who is hard to tell
apart, and who asks for something. It comes beside the year and is in none of its truths.

    a family whose three members left one phone
    a mailbox that all ten of a hotel write from (one that is called info@ identifies nobody anyhow)
    the tablet of a fair at which customers signed in one after the other, within an afternoon
    somebody who took back what they had allowed
    a guest who asked to be forgotten, and is
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from .names import first_name, phone, surname
from .rhythm import DAY, HOUR, MINUTE, iso
from .simulate import Year
from .world import Item, Wire

HOTEL = "reception@hotel-belvedere.example.org"
STAFF = 10
FAMILY_PHONE = phone(9_990_001)
FAMILY = 3
TABLET = "tablet-fair"
SIGNED_IN = 25
GUEST = "guest-1"
GUEST_EMAIL = "guest-1@example.org"
ASKS = "family-2"
"""Asks what is known of them."""


def oddities(year: Year) -> Iterator[Item]:
    """The guest first; the others within the month before the year ends. The same for the same people, seed and day."""
    rng = Random(f"oddities/{year.seed}")
    began = year.until - 30 * DAY
    told = _Telling(year.seed)
    guest = {"firstName": "Guido", "lastName": "Ospite", "email": GUEST_EMAIL}
    yield told.identify(began, GUEST, guest)
    family = surname(rng)
    for number in range(1, FAMILY + 1):
        yield told.identify(began + number * DAY, f"family-{number}", _record(rng, family, phone=FAMILY_PHONE))
    for number in range(1, STAFF + 1):
        yield told.identify(began + number * HOUR, f"hotel-{number}", _record(rng, surname(rng), email=HOTEL))
    for status, day in (("granted", 2), ("withdrawn", 20)):
        said = {"purpose": "marketing", "channel": "email", "status": status}
        yield told.track(began + day * DAY, "Consent Updated", "family-1", said)
    customers = [person.user_id for person in year.world.cast.people if person.user_id]
    for number, user_id in enumerate(customers[:SIGNED_IN]):
        yield told.identify(began + 10 * DAY + 14 * HOUR + number * 5 * MINUTE, user_id, {}, anonymousId=TABLET)


def _record(rng: Random, last: str, **contact: str) -> Wire:
    return {"firstName": first_name("it", rng), "lastName": last, "language": "it", **contact}


class _Telling:
    """Calls of the customer records, numbered."""

    def __init__(self, seed: int) -> None:
        self._mark = f"odd-{seed}"
        self._number = 0

    def identify(self, at: int, user_id: str, traits: Wire, **ids: str) -> Item:
        return self._item(at, {"type": "identify", "userId": user_id, "traits": traits, **ids})

    def track(self, at: int, event: str, user_id: str, properties: Wire) -> Item:
        return self._item(at, {"type": "track", "event": event, "userId": user_id, "properties": properties})

    def _item(self, at: int, call: dict[str, Any]) -> Item:
        self._number += 1
        wire = {**call, "messageId": f"{self._mark}-{self._number:04d}", "timestamp": iso(at), "context": {}}
        return Item(at * 1000, "crm", wire)
