"""Passwords: hashed with argon2id, checked in the same time whoever asks, and guessed slowly."""

from collections import OrderedDict
from threading import BoundedSemaphore, Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from percorso.model.errors import InvalidInput, TooManyRequests
from percorso.model.time import MINUTE, SECOND, Micros

SHORTEST, LONGEST = 10, 1024
AT_ONCE = 2
"""Passwords hashed at the same time: each takes 64 MiB and a core for some 50 ms."""

NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$I70nX/b9cD5txFsvVs1PRQ$4tQeT+EbcYjPOq5mK1mifCpmbZWsR88eYj9LYylps+w"
"""The hash of a random password that nobody knows: what an unknown user's password is checked against. A test holds its
parameters equal to those of the hasher."""


class Passwords:
    """Hashes and checks. `nobody`: a hash that no password fits, made by the same hasher."""

    def __init__(self, hasher: PasswordHasher | None = None, nobody: str = NOBODY) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = nobody
        self._places = BoundedSemaphore(AT_ONCE)

    def hash(self, password: str) -> str:
        """Raises InvalidInput when the password is too short or too long."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise InvalidInput(f"a password has at least {SHORTEST} characters; a few words in a row are good")
        with self._places:
            return self._hasher.hash(password)

    def check(self, hashed: str | None, password: str) -> bool:
        """Whether it is the password; for an unknown user (None) it takes as long and is False."""
        with self._places:
            try:
                right = self._hasher.verify(hashed or self._nobody, password[:LONGEST])
            except (VerificationError, InvalidHashError):
                return False
        return right and hashed is not None

    def is_stale(self, hashed: str) -> bool:
        """Whether it was hashed with other parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)


class Throttle:
    """Counts failures per name; a name that failed `most` times within `window` must wait.

    Kept in memory: one process answers sign-ins. Forgets the oldest names beyond `names`.
    """

    def __init__(self, most: int, window: Micros, names: int = 10_000) -> None:
        self._most = most
        self._window = window
        self._names = names
        self._failures: OrderedDict[str, list[Micros]] = OrderedDict()
        self._lock = Lock()

    def check(self, name: str, now: Micros) -> None:
        """Raises TooManyRequests while the name must wait."""
        with self._lock:
            recent = self._recent(name, now)
            if len(recent) >= self._most:
                wait_s = (recent[-self._most] + self._window - now) // SECOND + 1
                raise TooManyRequests("too many wrong attempts; wait a little and try again", wait_s)

    def failed(self, name: str, now: Micros) -> None:
        with self._lock:
            self._failures[name] = [*self._recent(name, now), now][-self._most :]
            self._failures.move_to_end(name)
            while len(self._failures) > self._names:
                self._failures.popitem(last=False)

    def succeeded(self, name: str) -> None:
        with self._lock:
            self._failures.pop(name, None)

    def _recent(self, name: str, now: Micros) -> list[Micros]:
        return [at for at in self._failures.get(name, ()) if now - self._window < at <= now]


class Door:
    """Everything a sign-in passes: passwords and the three throttles.

    Per email and address, so that a stranger does not lock the owner out; per address; and, much wider, per email
    against guessing from many addresses.
    """

    def __init__(self, passwords: Passwords | None = None) -> None:
        self.passwords = passwords or Passwords()
        self._pair = Throttle(5, 5 * MINUTE)
        self._address = Throttle(30, 5 * MINUTE)
        self._email = Throttle(100, 60 * MINUTE)

    def check(self, email: str, address: str, now: Micros) -> None:
        """Raises TooManyRequests."""
        self._pair.check(f"{email} {address}", now)
        self._address.check(address, now)
        self._email.check(email, now)

    def failed(self, email: str, address: str, now: Micros) -> None:
        self._pair.failed(f"{email} {address}", now)
        self._address.failed(address, now)
        self._email.failed(email, now)

    def succeeded(self, email: str, address: str) -> None:
        self._pair.succeeded(f"{email} {address}")
