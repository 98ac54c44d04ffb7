"""Signed identity: a token by which the company's server proves to us who uses a page.

A JSON Web Token (RFC 7519), HS256, with the claims ``sub`` (the user id) and ``exp``, signed with an identity key.
"""

from collections.abc import Callable, Collection
from functools import lru_cache

import jwt

from percorso.model.proof import Proof, identity_key
from percorso.model.time import SECOND, Micros

ALGORITHM = "HS256"
MAX_TOKEN = 2_048
LEEWAY_S = 30
"""How much the clocks of the two servers may differ."""
_KEPT = 20_000


def sign(key: str, user_id: str, expires_at_s: int) -> str:
    """A token, for tests and for trying out; companies make theirs with any library for JSON Web Tokens."""
    return jwt.encode({"sub": user_id, "exp": expires_at_s}, key, algorithm=ALGORITHM)


class IdentityTokens:
    """Reads tokens. `key_ids`: the ids of the identity keys in force, asked again for every token."""

    def __init__(self, secret: bytes, key_ids: Callable[[], Collection[str]]) -> None:
        self._secret = secret
        self._key_ids = key_ids
        self._read = lru_cache(maxsize=_KEPT)(self._read_anew)

    def __call__(self, token: object, now: Micros) -> Proof:
        """Whom a token proves, or why it proves nobody."""
        if not isinstance(token, str) or len(token) > MAX_TOKEN:
            return Proof(None, "the identity token is no text of at most 2,048 characters")
        found, expires_at = self._read(token, frozenset(self._key_ids()))
        if found.user_id is not None and expires_at + LEEWAY_S * SECOND < now:
            return Proof(None, "the identity token has expired; ask the server for a new one")
        return found

    def _read_anew(self, token: str, key_ids: frozenset[str]) -> tuple[Proof, Micros]:
        for key_id in sorted(key_ids):
            try:
                said = jwt.decode(
                    token,
                    identity_key(self._secret, key_id),
                    algorithms=[ALGORITHM],
                    options={"require": ["exp", "sub"], "verify_exp": False, "verify_aud": False, "verify_iat": False},
                )
                return Proof(str(said["sub"]), None), int(said["exp"]) * SECOND
            except jwt.InvalidSignatureError:
                continue
            except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
                return Proof(None, "the identity token is no JSON Web Token (HS256) with sub and exp"), 0
        return Proof(None, "no identity key in force signed the identity token"), 0
