"""Who sends: the write key, in whichever of the places clients put it, and the source it stands for.

1. ``Authorization: Basic base64(key:)``, the colon may be missing
2. ``X-Write-Key: key`` or ``key:anything`` (Jitsu's clients insist on two parts; ours is the first)
3. ``writeKey`` in the body, alone or beside ``Authorization: Bearer ...``, which says nothing to us
4. ``?writeKey=key`` (beacons, pixels), or ``key:anything``

Where a request names several they must agree: to choose one would be to guess.
"""

import binascii
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from percorso.model.errors import Unauthenticated
from percorso.model.identity import Trust


class Sender(NamedTuple):
    """What a key stands for: the source of its events, and how far it is believed (`Trust`)."""

    source: str
    trust: int = Trust.PUBLIC.value


SourceOfKey = Callable[[str], Awaitable[Sender | None]]
"""A key's sender, None when there is no such key. Raises StoreUnavailable when nobody can tell now."""


async def authenticate(
    headers: Mapping[bytes, bytes], scope: MutableMapping[str, Any], given: Any, source_of: SourceOfKey
) -> Sender:
    """Who sends a request; `given`: the key in its body or path. Raises Unauthenticated."""
    return (await known_key(headers, scope, given, source_of))[1]


async def known_key(
    headers: Mapping[bytes, bytes], scope: MutableMapping[str, Any], given: Any, source_of: SourceOfKey
) -> tuple[str, Sender]:
    """The key of a request and what it stands for."""
    places = (_basic_key(headers), _own_header(headers), given, _query_key(scope))
    named = {key for key in places if isinstance(key, str) and key}
    if len(named) != 1:
        if named:
            raise Unauthenticated("the write keys in header, body and query differ; send one")
        raise Unauthenticated("no write key: send it as the user name of Basic authentication, or as writeKey")
    key = named.pop()
    sender = await source_of(key)
    if sender is None:
        raise Unauthenticated("this write key does not exist; make one under Settings, Keys")
    return key, sender


def _basic_key(headers: Mapping[bytes, bytes]) -> str | None:
    authorization = headers.get(b"authorization")
    return None if authorization is None else _basic_user(authorization)


@lru_cache(maxsize=1024)
def _basic_user(authorization: bytes) -> str | None:
    scheme, _, value = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        return b64decode(value.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        raise Unauthenticated("the Authorization header is not Basic base64(writeKey:)") from None


def _own_header(headers: Mapping[bytes, bytes]) -> str | None:
    key = headers.get(b"x-write-key")
    return None if key is None else key.decode("latin-1").strip().partition(":")[0]


def _query_key(scope: MutableMapping[str, Any]) -> str | None:
    query = scope.get("query_string", b"")
    if b"writeKey=" not in query:
        return None
    values = parse_qs(query.decode("latin-1")).get("writeKey")
    return values[0].partition(":")[0] if values else None
