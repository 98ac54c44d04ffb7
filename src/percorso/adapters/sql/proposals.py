"""Pairs of people proposed to be one, and what became of them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, and_, delete, insert, or_, select, update

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import nodes, proposals
from percorso.model.matching import PairKind, ProposalState
from percorso.model.time import Micros
from percorso.ports import Proposal

_AT_ONCE = 1_000
_encode = msgspec.json.Encoder(order="deterministic").encode
_parts = msgspec.json.Decoder(dict[str, float]).decode

_one, _other = nodes.alias("one"), nodes.alias("other")
_QUERY = select(proposals, _one.c.person_id.label("person_a"), _other.c.person_id.label("person_b")).select_from(
    proposals.outerjoin(_one, _one.c.node_id == proposals.c.node_a).outerjoin(
        _other, _other.c.node_id == proposals.c.node_b
    )
)


class SqlProposals:
    """`ports.Proposals` on a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace_open(self, found: Sequence[Proposal]) -> int:
        pair = (proposals.c.node_a, proposals.c.node_b)
        with self._database.write() as connection:
            known = {
                (row.node_a, row.node_b): row.state for row in connection.execute(select(*pair, proposals.c.state))
            }
            connection.execute(delete(proposals).where(proposals.c.state == "open"))
            rows = [_row(one) for one in found if known.get((one.node_a, one.node_b), "open") == "open"]
            for first in range(0, len(rows), _AT_ONCE):
                connection.execute(insert(proposals), rows[first : first + _AT_ONCE])
        return sum((row["node_a"], row["node_b"]) not in known for row in rows)

    def those(
        self, state: ProposalState, limit: int, *, kind: PairKind = "person", after: Proposal | None = None
    ) -> list[Proposal]:
        table = proposals.c
        query = _QUERY.where(table.state == state, table.kind == kind)
        if state == "open":
            query = query.where(_one.c.person_id != _other.c.person_id)
        if after is not None:
            beyond = or_(table.node_a > after.node_a, and_(table.node_a == after.node_a, table.node_b > after.node_b))
            query = query.where(or_(table.weight < after.weight, and_(table.weight == after.weight, beyond)))
        return self._read(query.order_by(table.weight.desc(), table.node_a, table.node_b).limit(limit))

    def get(self, node_a: str, node_b: str) -> Proposal | None:
        return next(iter(self._read(_QUERY.where(_is(node_a, node_b)))), None)

    def decide(self, node_a: str, node_b: str, state: ProposalState, *, by: str, at: Micros) -> bool:
        decided = {"decided_by": by, "decided_at": at} if state != "open" else {"decided_by": None, "decided_at": None}
        change = update(proposals).where(_is(node_a, node_b), proposals.c.state != state).values(state=state, **decided)
        with self._database.write() as connection:
            return connection.execute(change).rowcount == 1

    def decided(self, by: str) -> list[Proposal]:
        query = _QUERY.where(proposals.c.decided_by == by).order_by(proposals.c.node_a, proposals.c.node_b)
        return self._read(query)

    def _read(self, query: Select[Any]) -> list[Proposal]:
        with self._database.read() as connection:
            rows = connection.execute(query).mappings()
            return [Proposal(**{**row, "parts": _parts(row["parts"])}) for row in rows]


def _is(node_a: str, node_b: str) -> Any:
    return and_(proposals.c.node_a == node_a, proposals.c.node_b == node_b)


def _row(proposal: Proposal) -> dict[str, Any]:
    row = {column.name: getattr(proposal, column.name) for column in proposals.c}
    return {**row, "parts": _encode(proposal.parts).decode()}
