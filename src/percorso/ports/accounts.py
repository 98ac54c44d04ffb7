"""Who may sign in or send: users, sessions and keys."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from percorso.model.time import Micros


class User(NamedTuple):
    """Somebody of the company who may sign in. `role`: admin, manager, agent or viewer; `password`: its argon2 hash."""

    user_id: str
    email: str
    password: str
    role: str
    created_at: Micros


class ApiKey(NamedTuple):
    """A key as it is kept: `hint` are its last characters, the key itself is stored nowhere.

    kind  ``write`` (may send events) or ``secret`` (may read); name: for a write key, the source of its events
    """

    key_id: str
    kind: str
    name: str
    hint: str
    created_at: Micros
    revoked_at: Micros | None


class Accounts(Protocol):
    """Users, their sessions and the API keys. Tokens and keys are given and compared as hashes."""

    def count_users(self) -> int: ...

    def add_user(self, user: User, *, only_first: bool = False) -> None:
        """Raises Conflict when the email is taken or, with `only_first`, when there is any user at all."""
        ...

    def user_by_email(self, email: str) -> User | None: ...

    def set_password(self, user_id: str, password: str) -> None:
        """A new hash. Sessions stay."""
        ...

    def open_session(self, token_hash: str, user_id: str, *, at: Micros, expires_at: Micros) -> None:
        """Also forgets the sessions that ended before `at`."""
        ...

    def session_user(self, token_hash: str, at: Micros) -> User | None:
        """Who holds an unexpired session."""
        ...

    def close_session(self, token_hash: str) -> None: ...

    def close_sessions(self, user_id: str) -> None:
        """All of a user's."""
        ...

    def add_key(self, key: ApiKey, key_hash: str) -> None: ...

    def all_keys(self) -> list[ApiKey]:
        """All of them, newest first, the revoked too."""
        ...

    def keys_in_force(self) -> Mapping[str, ApiKey]:
        """The keys that are not revoked, by their hash."""
        ...

    def revoke_key(self, key_id: str, at: Micros) -> bool:
        """False when there is no such key in force."""
        ...
