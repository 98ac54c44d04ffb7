"""Users, sessions and API keys."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import api_keys, sessions, users
from percorso.model.errors import Conflict
from percorso.model.time import Micros
from percorso.ports import ApiKey, User

_USER = (users.c.user_id, users.c.email, users.c.password, users.c.role, users.c.created_at)
_KEY = (
    api_keys.c.key_id,
    api_keys.c.kind,
    api_keys.c.name,
    api_keys.c.hint,
    api_keys.c.created_at,
    api_keys.c.revoked_at,
)


class SqlAccounts:
    """`ports.Accounts` on a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count_users(self) -> int:
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(users)).scalar_one())

    def add_user(self, user: User, *, only_first: bool = False) -> None:
        try:
            with self._database.write() as connection:
                if only_first:
                    if not self._database.is_sqlite:
                        connection.exec_driver_sql("lock table users in share row exclusive mode")
                    if connection.execute(select(users.c.user_id).limit(1)).first() is not None:
                        raise Conflict("there is a first user already; sign in, or ask an administrator")
                connection.execute(users.insert(), user._asdict())
        except IntegrityError as error:
            raise Conflict("somebody signs in with this email already") from error

    def user_by_email(self, email: str) -> User | None:
        with self._database.read() as connection:
            return _user(connection.execute(select(*_USER).where(users.c.email == email)).first())

    def set_password(self, user_id: str, password: str) -> None:
        with self._database.write() as connection:
            connection.execute(update(users).where(users.c.user_id == user_id).values(password=password))

    def open_session(self, token_hash: str, user_id: str, *, at: Micros, expires_at: Micros) -> None:
        row = {"token_hash": token_hash, "user_id": user_id, "created_at": at, "expires_at": expires_at}
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= at))
            connection.execute(sessions.insert(), row)

    def close_sessions(self, user_id: str) -> None:
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.user_id == user_id))

    def session_user(self, token_hash: str, at: Micros) -> User | None:
        query = (
            select(*_USER)
            .join(sessions, sessions.c.user_id == users.c.user_id)
            .where(sessions.c.token_hash == token_hash, sessions.c.expires_at > at)
        )
        with self._database.read() as connection:
            return _user(connection.execute(query).first())

    def close_session(self, token_hash: str) -> None:
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def add_key(self, key: ApiKey, key_hash: str) -> None:
        with self._database.write() as connection:
            connection.execute(api_keys.insert(), {**key._asdict(), "key_hash": key_hash})

    def all_keys(self) -> list[ApiKey]:
        query = select(*_KEY).order_by(api_keys.c.created_at.desc(), api_keys.c.key_id)
        with self._database.read() as connection:
            return [ApiKey(*row) for row in connection.execute(query)]

    def keys_in_force(self) -> Mapping[str, ApiKey]:
        query = select(api_keys.c.key_hash, *_KEY).where(api_keys.c.revoked_at.is_(None))
        with self._database.read() as connection:
            return {row[0]: ApiKey(*row[1:]) for row in connection.execute(query)}

    def revoke_key(self, key_id: str, at: Micros) -> bool:
        change = update(api_keys).where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
        with self._database.write() as connection:
            return bool(connection.execute(change.values(revoked_at=at)).rowcount)


def _user(row: Any) -> User | None:
    return None if row is None else User(*row)
