"""Session tokens and API keys: how they are made, what is stored of them, and which are in force."""

import hashlib
import secrets
from collections import OrderedDict

from percorso.model.time import SECOND, Micros
from percorso.ports import Accounts, ApiKey, Clock

TOKEN_BYTES = 32
"""Of randomness in tokens and keys: so much that a plain hash of them is safe to keep."""

PREFIX = {"write": "wk_", "secret": "sk_"}


def hash_token(token: str) -> str:
    """What is stored of a session token or key."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_token(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(TOKEN_BYTES)


class KeyRing:
    """Keys in force, remembered for a few seconds so that a busy collector does not ask the database each time.

    A revoked key works for at most `fresh_for` longer.
    """

    def __init__(self, accounts: Accounts, clock: Clock, fresh_for: Micros = 3 * SECOND, most: int = 4096) -> None:
        self._accounts = accounts
        self._clock = clock
        self._fresh_for = fresh_for
        self._most = most
        self._known: OrderedDict[str, tuple[Micros, ApiKey | None]] = OrderedDict()

    def find(self, kind: str, key: str) -> ApiKey | None:
        """The key when it is of this kind and in force."""
        key_hash = hash_token(key)
        now = self._clock.now()
        asked_at, found = self._known.get(key_hash, (None, None))
        if asked_at is None or not 0 <= now - asked_at < self._fresh_for:
            found = self._accounts.key_by_hash(key_hash)
            self._known[key_hash] = (now, found)
            self._known.move_to_end(key_hash)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return found if found is not None and found.kind == kind else None

    def source(self, write_key: str) -> str | None:
        """The source whose events a write key sends, None when the key is wrong or revoked."""
        found = self.find("write", write_key)
        return None if found is None else found.name

    def forget(self) -> None:
        """Ask the database again, now: a key was made or revoked here."""
        self._known.clear()
