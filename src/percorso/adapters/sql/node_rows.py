"""A node as a row of its table, and back."""

from collections.abc import Sequence
from typing import Any

import msgspec

from percorso.model.person import Node, Profile

_encode = msgspec.json.Encoder(order="deterministic").encode
_pack = msgspec.msgpack.Encoder(order="deterministic").encode
_unpack = msgspec.msgpack.Decoder(Profile).decode
_decode_candidates = msgspec.json.Decoder(dict[str, tuple[int, int]]).decode

NODE_COLUMNS = (
    "node_id, kind, value, person_id, parent_id, candidates, profile, claimed, base, seen_at, linked_at, held"
)
NODE_KINDS = (*("text",) * 6, "bytea", "smallint", "text", "bigint", "bigint", "text")
"""PostgreSQL's types of the columns."""


def pack_profile(profile: Profile) -> bytes:
    """A profile as the bytes stored: equal profiles give equal bytes."""
    return _pack(profile)


def unpack_profile(stored: bytes) -> Profile:
    return _unpack(stored)


def read_node(row: Sequence[Any]) -> Node:
    """A node from its columns, in the order of the table."""
    candidates = _decode_candidates(row[5]) if row[5] else {}
    node_id, kind, value, person_id, parent_id, _, profile, claimed, base, seen_at, linked_at, held = row
    return Node(
        node_id,
        kind,
        value,
        person_id,
        parent_id,
        candidates,
        _unpack(profile),
        claimed == 1,
        base,
        seen_at,
        linked_at,
        held,
    )


def node_row(node: Node) -> tuple[Any, ...]:
    """The columns of a node."""
    return (
        node.node_id,
        node.kind,
        node.value,
        node.person_id,
        node.parent_id,
        _encode(node.candidates).decode() if node.candidates else None,
        _pack(node.profile),
        int(node.claimed),
        node.base,
        node.seen_at,
        node.linked_at,
        node.held,
    )
