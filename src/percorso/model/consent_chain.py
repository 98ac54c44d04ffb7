"""The consent ledger's rows and their chain: nothing in it can be changed, put in or taken out of the middle unnoticed.

    commitment = H(salt, what was said)          hash = H(hash before, place in the log, commitment)

A chain is one identifier's choices of one lane of the log, in the order of the log. Erasing empties payload and salt and
keeps the commitment: the chain still holds, and nothing can be guessed from it. The salt comes from the company's secret and
the event, so that a replay writes the same bytes.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b, sha256
from typing import Any, NamedTuple

import msgspec

from percorso.model.consent import Choice

_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class LedgerRow(NamedTuple):
    """One choice as it was said. `number`: of the choices of one event; what is None was erased.

    payload   what was said, as JSON (`payload_of`)
    """

    seq: int
    number: int
    lane: int
    node_id: str
    purpose: str | None
    channel: str | None
    state: str | None
    payload: str | None
    salt: str | None
    commitment: str
    hash: str

    def said(self) -> dict[str, Any]:
        """What was said, empty when it was erased."""
        return {} if self.payload is None else _decode(self.payload)


class Break(NamedTuple):
    """The first row at which a chain does not hold, and why."""

    row: LedgerRow
    why: str


def payload_of(purpose: str, channel: str, choice: Choice) -> str:
    """What a choice says, in one spelling."""
    said = {"purpose": purpose, "channel": channel, **choice._asdict()}
    return _encode({name: value for name, value in said.items() if value is not None}).decode()


def salt_of(secret: bytes, message_id: str, seq: int, number: int) -> str:
    text = f"{seq}\x00{number}\x00{message_id}".encode("utf-8", "surrogatepass")
    return blake2b(text, key=secret, digest_size=16, person=b"consent-salt").hexdigest()


def commitment_of(salt: str, payload: str) -> str:
    return sha256(f"{salt}\x00{payload}".encode("utf-8", "surrogatepass")).hexdigest()


def beginning(node_id: str, lane: int) -> str:
    """What a chain's first row follows."""
    return sha256(f"percorso consent ledger, 1\x00{node_id}\x00{lane}".encode()).hexdigest()


def linked(before: str, seq: int, number: int, commitment: str) -> str:
    return sha256(f"{before}\x00{seq}\x00{number}\x00{commitment}".encode()).hexdigest()


def next_row(
    before: str,
    secret: bytes,
    seq: int,
    number: int,
    lane: int,
    node_id: str,
    purpose: str,
    channel: str,
    choice: Choice,
) -> LedgerRow:
    """The row of a choice, after the row with the hash `before`."""
    payload, salt = payload_of(purpose, channel, choice), salt_of(secret, choice.message_id, seq, number)
    commitment = commitment_of(salt, payload)
    chained = linked(before, seq, number, commitment)
    return LedgerRow(seq, number, lane, node_id, purpose, channel, choice.state, payload, salt, commitment, chained)


def breaks(rows: Iterable[LedgerRow]) -> Iterator[Break]:
    """The first break of each chain; `rows` come by node, lane, seq, number."""
    chain, before, broken = None, "", False
    for row in rows:
        if (row.node_id, row.lane) != chain:
            chain, before, broken = (row.node_id, row.lane), beginning(row.node_id, row.lane), False
        why = None if broken else _wrong(before, row)
        if why is not None:
            broken = True
            yield Break(row, why)
        before = row.hash


def _wrong(before: str, row: LedgerRow) -> str | None:
    if linked(before, row.seq, row.number, row.commitment) != row.hash:
        return "it does not follow the row before it: a row was taken out, put in or changed"
    if row.payload is None or row.salt is None:
        return None if row.payload is None and row.salt is None else "it is half erased"
    if commitment_of(row.salt, row.payload) != row.commitment:
        return "what it says was changed"
    said: Mapping[str, Any] = row.said()
    if (said.get("purpose"), said.get("channel"), said.get("state")) != (row.purpose, row.channel, row.state):
        return "its columns say something else than what was said"
    return None
