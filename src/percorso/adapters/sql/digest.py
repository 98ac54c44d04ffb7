"""A fingerprint of folded state: equal states, wherever they are stored and in whatever order, have equal digests."""

from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, func, select

from percorso.adapters.sql.tables import assertions, consent_ledger, moved, nodes, overrides, people, placed, positions

_WIDTH = 16
_encode = msgspec.msgpack.Encoder(order="deterministic").encode


def _effective_placed() -> Select[Any]:
    """`placed` as readers see it: where a node moved later depends on where batches ended, whose it is now does not."""
    person = func.coalesce(moved.c.person_id, placed.c.person_id)
    at = (placed.c.touchpoint, placed.c.channel, placed.c.phase, placed.c.stage, placed.c.robot)
    return select(placed.c.seq, placed.c.node_id, person, *at).outerjoin(moved, moved.c.node_id == placed.c.node_id)


COMPARED: dict[str, Select[Any]] = {
    "nodes": select(nodes),
    "identity_assertions": select(assertions),
    "identity_overrides": select(overrides),
    "people": select(people),
    "positions": select(positions),
    "placed": _effective_placed(),
    "consent_ledger": select(consent_ledger).where(consent_ledger.c.payload.is_not(None)),
}
"""What replay compares, by table."""


def digests(connection: Connection) -> dict[str, str]:
    """Table -> ``rows:digest``. Read inside one transaction they are of one moment."""
    return {name: digest(connection, query) for name, query in COMPARED.items()}


def digest(connection: Connection, query: Select[Any]) -> str:
    """The sum of the rows' hashes, so that no order is needed, and how many rows there are."""
    total, rows = 0, 0
    for row in connection.execution_options(yield_per=20_000).execute(query):
        total += int.from_bytes(blake2b(_encode(_plain(row)), digest_size=_WIDTH).digest(), "big")
        rows += 1
    return f"{rows}:{total % (1 << 8 * _WIDTH):032x}"


def _plain(row: Row[Any]) -> list[Any]:
    return [bytes(value) if isinstance(value, memoryview) else value for value in row]
