"""The ids an item has, and the hashes by which it is known again."""

from hashlib import blake2b
from typing import Any
from uuid import uuid4

from percorso.data.well_formed import Refusal

MAX_MESSAGE_ID = 100

_key_hash = blake2b(digest_size=16).copy
_fingerprint_hash = blake2b(digest_size=8).copy
"""To copy an empty hash takes half the time of making one."""


def id_text(value: Any, field: str) -> str | None:
    """An id as text; None when it is not there. Raises Refusal."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Refusal("invalid_identifier", f"{field} is text or a whole number")


def other_identifier(traits: Any, context: Any) -> bool:
    """Whether an identifier stands in traits or context, where this is the only place to find one."""
    for fields in (traits, context):
        if not isinstance(fields, dict):
            continue
        nested = fields.get("traits")
        for said in (fields, nested if isinstance(nested, dict) else {}):
            if said.get("email") or said.get("phone"):
                return True
        if fields.get("externalIds"):
            return True
    return False


def given_or_new(value: Any) -> str:
    """A message id, made up where none is given. Raises Refusal."""
    if value is None or value == "":
        return f"percorso-{uuid4()}"
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or len(text) > MAX_MESSAGE_ID:
        raise Refusal("invalid_message_id", f"messageId is text of at most {MAX_MESSAGE_ID} characters")
    return text


def message_key(source: str, message_id: str) -> bytes:
    """What dedupe compares: 16 bytes of a hash of source and message id."""
    key = _key_hash()
    key.update(f"{source}\x00{message_id}".encode("utf-8", "surrogatepass"))
    return key.digest()


def fingerprint(says: bytes) -> int:
    """63-bit hash of what an item says, packed: equal for the same call however its JSON is spaced or ordered."""
    print_ = _fingerprint_hash()
    print_.update(says)
    return int.from_bytes(print_.digest(), "big") >> 1
