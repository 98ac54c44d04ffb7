"""Session tokens and API keys: how they are made, what is stored of them, and which are in force."""

import asyncio
import hashlib
import secrets
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress

import structlog

from percorso.http.write_key import Sender
from percorso.model.errors import StoreUnavailable
from percorso.model.identity import Trust
from percorso.model.time import SECOND, Micros
from percorso.ports import Accounts, ApiKey, Clock

TOKEN_BYTES = 32
"""Of randomness in tokens and keys: so much that a plain hash of them is safe to keep."""

PREFIX = {"write": "wk_", "secret": "sk_", "identity": "ik_"}
_TRUST = {"write": Trust.PUBLIC.value, "secret": Trust.SERVER.value}
"""Kinds of keys that send events, and how far these are believed."""

WATCH_EVERY_S = 1.0
"""How often the keys are read anew: a revoked key works about so much longer."""
FRESH_FOR: Micros = 3 * SECOND
"""Age of the keys beyond which a secret key is not believed without reading again."""
APART_S = 0.2
"""Time between two reads: what a flood of wrong keys costs the database at most."""
PATIENCE_S = 2.0
"""How long anybody waits for a read."""

_UNKNOWABLE = "the keys cannot be read now; nothing was stored, send this again in a moment"
_log = structlog.get_logger()


def hash_token(token: str) -> str:
    """What is stored of a session token or key."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_token(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(TOKEN_BYTES)


class KeyRing:
    """All keys in force, in memory; a thread of its own reads them, never the event loop.

    A key that is not among them is refused only after a read that began later than the question, so a new key works at
    once. When the database fails or hangs, known write keys go on, and about all others nobody can tell.
    Any thread may ask: the mapping is replaced, never changed.
    """

    def __init__(self, accounts: Accounts, clock: Clock) -> None:
        self._accounts = accounts
        self._clock = clock
        self._keys: Mapping[str, ApiKey] = {}
        self._read_at: Micros | None = None
        self._lock = threading.Lock()
        self._next: Future[bool] | None = None
        self._reading = False
        self._failing = False
        self._may_read_from = 0.0

    async def watch(self) -> None:
        """Read again and again, until cancelled."""
        while True:
            self._next_read()
            await asyncio.sleep(WATCH_EVERY_S)

    async def source(self, write_key: str) -> Sender | None:
        """Whose events a write or secret key sends, None when the key is wrong or revoked; for the event loop.

        A known key is believed as it stands: `watch` keeps it true. Raises StoreUnavailable about an unknown one when the
        keys cannot be read.
        """
        key_hash = hash_token(write_key)
        if key_hash not in self._keys:
            read = asyncio.wrap_future(self._next_read())
            await asyncio.wait((read,), timeout=PATIENCE_S)  # others wait for the same read: it is not cancelled
            if not (read.done() and read.result()):
                raise StoreUnavailable(_UNKNOWABLE)
        found = self._keys.get(key_hash)
        return None if found is None or found.kind not in _TRUST else Sender(found.name, _TRUST[found.kind])

    def identity_keys(self) -> frozenset[str]:
        """The ids of the identity keys in force, as read last."""
        return frozenset(key.key_id for key in self._keys.values() if key.kind == "identity")

    def find(self, kind: str, key: str) -> ApiKey | None:
        """The key when it is of this kind and in force; for threads. Raises StoreUnavailable."""
        key_hash = hash_token(key)
        if not self._fresh() or key_hash not in self._keys:
            self._read_now()
        return _of_kind(kind, self._keys.get(key_hash))

    def forget(self) -> None:
        """A key was made or revoked here: read again. When that fails, which is logged, `watch` will notice it later."""
        self._may_read_from = 0.0
        with suppress(StoreUnavailable):
            self._read_now()

    def _fresh(self) -> bool:
        return self._read_at is not None and 0 <= self._clock.now() - self._read_at < FRESH_FOR

    def _read_now(self) -> None:
        """Raises StoreUnavailable."""
        try:
            done = self._next_read().result(PATIENCE_S)
        except TookTooLong:
            done = False
        if not done:
            raise StoreUnavailable(_UNKNOWABLE)

    def _next_read(self) -> "Future[bool]":
        """Whether a read succeeded that has not begun yet; all who ask meanwhile share it."""
        with self._lock:
            if self._next is None:
                self._next = Future()
            if not self._reading:
                self._reading = True
                threading.Thread(target=self._read_while_wanted, name="keys", daemon=True).start()
            return self._next

    def _read_while_wanted(self) -> None:
        while self._wanted():
            while (pause := self._may_read_from - time.monotonic()) > 0:
                time.sleep(min(pause, APART_S / 10))
            with self._lock:
                read, self._next = self._next, None
            self._may_read_from = time.monotonic() + APART_S
            done = self._read()
            if read is not None:
                read.set_result(done)

    def _wanted(self) -> bool:
        with self._lock:
            self._reading = self._next is not None
            return self._reading

    def _read(self) -> bool:
        began = self._clock.now()
        try:
            self._keys = self._accounts.keys_in_force()
        except Exception:
            if not self._failing:
                _log.exception("keys.read_failed", known=len(self._keys))
            self._failing = True
            return False
        self._read_at = began
        self._failing = False
        return True


def _of_kind(kind: str, found: ApiKey | None) -> ApiKey | None:
    return found if found is not None and found.kind == kind else None
