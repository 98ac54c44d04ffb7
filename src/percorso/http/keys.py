"""API keys: write keys send events from pages, secret keys send from servers and read, identity keys sign who uses a page.

A key is shown once, when it is made.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from fastapi import APIRouter
from pydantic import BaseModel, Field

from percorso.http.auth import MayKeys
from percorso.http.keyring import PREFIX, hash_token, new_token
from percorso.http.services import Given
from percorso.http.wire import Iso, iso
from percorso.model.errors import InvalidInput, NotFound
from percorso.model.proof import identity_key
from percorso.model.time import Micros, to_iso
from percorso.ports import Accounts, ApiKey, AuditRow

KeyKind = Literal["write", "secret", "identity"]

OWN_SOURCE = "percorso"
"""The source of the events Percorso itself appends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """A key as it is listed. `hint`: its last characters. `name` of a write key: the source of its events."""

    key_id: str
    kind: KeyKind
    name: str
    hint: str
    created_at: Iso
    revoked_at: Iso | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyList:
    """Newest first, the revoked too."""

    keys: list[KeyRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """`key` is shown now and never again."""

    key: str
    record: KeyRecord


class KeyWish(BaseModel):
    """The key to make."""

    kind: KeyKind
    name: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")


router = APIRouter(prefix="/keys", tags=["keys"])


@router.get("")
def list_keys(services: Given, _caller: MayKeys) -> KeyList:
    """All keys, without the keys themselves."""
    return KeyList(keys=[_record(key) for key in services.accounts.all_keys()])


@router.post("", status_code=201)
def create_key(body: KeyWish, services: Given, caller: MayKeys) -> NewKey:
    """Make a key."""
    now = services.clock.now()
    key, made = make_key(services.accounts, body.kind, body.name, now, services.company.secret)
    services.keys.forget()
    services.audit.record(AuditRow(now, caller.name, "key.created", made.key_id))
    return NewKey(key=key, record=_record(made))


@router.delete("/{key_id}", status_code=204)
def revoke_key(key_id: str, services: Given, caller: MayKeys) -> None:
    """Revoke a key; what it sent stays. It may still work for a few seconds."""
    now = services.clock.now()
    if not services.accounts.revoke_key(key_id, now):
        raise NotFound("there is no such key in force")
    services.keys.forget()
    services.audit.record(AuditRow(now, caller.name, "key.revoked", key_id))


def make_key(accounts: Accounts, kind: str, name: str, now: Micros, secret: bytes) -> tuple[str, ApiKey]:
    """A new key and its record, stored; also what ``percorso keys create`` does. Raises InvalidInput.

    secret   the company's
    """
    if kind not in PREFIX:
        raise InvalidInput("a key is of kind write, secret or identity")
    if name == OWN_SOURCE:
        raise InvalidInput(f"the name {OWN_SOURCE!r} is taken by Percorso itself; choose another one")
    key_id = uuid4().hex
    key = identity_key(secret, key_id) if kind == "identity" else new_token(PREFIX[kind])
    record = ApiKey(key_id, kind, name, key[-4:], now, None)
    accounts.add_key(record, hash_token(key))
    return key, record


def _record(key: ApiKey) -> KeyRecord:
    kind: KeyKind = "write" if key.kind == "write" else "identity" if key.kind == "identity" else "secret"
    return KeyRecord(
        key_id=key.key_id,
        kind=kind,
        name=key.name,
        hint=key.hint,
        created_at=to_iso(key.created_at),
        revoked_at=iso(key.revoked_at),
    )
