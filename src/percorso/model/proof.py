"""What a signed token proves of the sender of an event, and the keys that sign."""

import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from percorso.model.time import Micros


class Proof(NamedTuple):
    """user_id: whom the token proves, None when nobody; then `why`."""

    user_id: str | None
    why: str | None


Proves = Callable[[object, Micros], Proof]
"""(token, now) -> what it proves."""


def identity_key(secret: bytes, key_id: str) -> str:
    """The text of an identity key; it follows from the company's secret, so that nothing of it is kept."""
    return "ik_" + hmac.new(secret, f"identity-key\x00{key_id}".encode(), sha256).hexdigest()
