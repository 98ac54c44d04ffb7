"""The ledger of identity for reading. Nodes are read without their profiles: who they are needs none."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from heapq import nsmallest
from typing import Any

import msgspec
from sqlalchemy import Connection

from percorso.adapters.sql import standing_out
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tangles import SqlTangles
from percorso.model.identifier import DEVICE, Identifier
from percorso.model.identity import Assertion, Override
from percorso.model.person import NOBODY, Node
from percorso.ports.identity import Burst, HeldBack, HeldClaim, LedgerCounts, Shared, Tangle

_encode = msgspec.json.Encoder().encode
_decode_candidates = msgspec.json.Decoder(dict[str, tuple[int, int]]).decode
_COLUMNS = "node_id, kind, value, person_id, parent_id, candidates, claimed, base, seen_at, linked_at, held"
_LINE = "weaker, stronger, strength, occurred_at, tie, message_id, source, trust"
_PART = 50_000


class SqlIdentity:
    """`ports.Identity` on a state database. `device` gives the node id of a device: devices are not searched by value."""

    def __init__(self, database: Database, device: Callable[[str], str]) -> None:
        self._database = database
        self._device = device

    def find(self, identifier: Identifier) -> list[Node]:
        with self._database.read() as connection:
            if identifier.kind == DEVICE:
                device = self._device(identifier.value)
                return [*self._nodes(connection, "node_id", [device]), *self._nodes(connection, "base", [device])]
            # Devices are left out of the index of values; said in the query, it is used.
            named = f"select {_COLUMNS} from nodes where kind <> '{DEVICE}' and kind = ? and claimed = ? and value = ?"
            return [
                _node(row)
                for row in self._of_shape(
                    connection, named, (identifier.kind, int(identifier.claimed), identifier.value)
                )
            ]

    def nodes(self, node_ids: Sequence[str]) -> dict[str, Node]:
        with self._database.read() as connection:
            return {node.node_id: node for node in self._nodes(connection, "node_id", node_ids)}

    def members(self, person_ids: Sequence[str]) -> list[Node]:
        with self._database.read() as connection:
            return self._nodes(connection, "person_id", person_ids)

    def based_on(self, node_ids: Sequence[str]) -> list[Node]:
        with self._database.read() as connection:
            return self._nodes(connection, "base", node_ids)

    def assertions_of(self, node_ids: Sequence[str]) -> list[Assertion]:
        with self._database.read() as connection:
            return self._assertions(connection, node_ids)

    def assertions_on(self, node_ids: Sequence[str], limit: int) -> list[Assertion]:
        query = f"select {_LINE} from identity_assertions where stronger"
        with self._database.read() as connection:
            found = (Assertion._make(row) for row in self._among(connection, query, node_ids))
            return nsmallest(limit, found, key=lambda line: line[3:6])

    def overrides(self) -> list[Override]:
        query = 'select a, b, kind, occurred_at, tie, message_id, "by", why from identity_overrides'
        with self._database.read() as connection:
            return [Override._make(row) for row in self._run(connection, query)]

    def shared(self, kinds: Sequence[str], least: int, most: int | None, limit: int) -> list[Shared]:
        with self._database.read() as connection:
            found = self._of_shape(connection, standing_out.SHARED, (least, most or 1 << 62, _text(kinds), limit))
            nodes = self._by_id(connection, (row[0] for row in found))
            few = [row[0] for row in found if row[1] <= standing_out.MEMBERS]
            holders: dict[str, set[str]] = {}
            for node, person in self._among(connection, standing_out.HOLDERS, few):
                holders.setdefault(node, set()).add(person)
        return [
            Shared(nodes[row[0]], row[1], len(holders.get(row[0], ())) or row[1], sorted(holders.get(row[0], ())))
            for row in found
        ]

    def bursts(self, least: int, limit: int) -> list[Burst]:
        with self._database.read() as connection:
            found = [
                (key, of, others, since)
                for of, query in standing_out.BURSTS.items()
                for key, others, since in self._of_shape(connection, query, (least, least, limit))
            ]
            nodes = self._by_id(connection, (row[0] for row in found))
        known = [Burst(nodes[key], of, others, since) for key, of, others, since in found if key in nodes]
        return sorted(known, key=lambda one: (-one.others, one.node.node_id, one.of))[:limit]

    def held(self, limit: int) -> list[HeldBack]:
        which = f"select {_COLUMNS} from nodes where held is not null order by seen_at desc, node_id limit ?"
        with self._database.read() as connection:
            nodes = [_node(row) for row in self._of_shape(connection, which, (limit,))]
            parents = self._by_id(connection, (node.parent_id for node in nodes if node.parent_id is not None))
        return [HeldBack(node, parents.get(node.parent_id or "")) for node in nodes]

    def held_claims(self, limit: int) -> list[HeldClaim]:
        with self._database.read() as connection:
            claimed = [_node(row) for row in self._of_shape(connection, _HELD_CLAIMS, (limit,))]
            proven = self._by_id(connection, (node.base for node in claimed if node.base is not None))
        return [HeldClaim(node, proven[node.base]) for node in claimed if node.base in proven]

    def counts(self) -> LedgerCounts:
        with self._database.read() as connection:
            nodes, people = next(iter(self._run(connection, _COUNTS)))
            assertions = next(iter(self._run(connection, "select count(*) from identity_assertions")))[0]
        return LedgerCounts(nodes, people, assertions)

    def tangles(self) -> SqlTangles:
        with self._database.read() as connection:
            return SqlTangles(lambda query: self._parts(connection, query), self._tangle)

    def _tangle(self, node_ids: list[str]) -> Tangle:
        with self._database.read() as connection:
            nodes = {node.node_id: node for node in self._nodes(connection, "node_id", node_ids)}
            return Tangle(nodes, self._assertions(connection, node_ids))

    # asking

    def _nodes(self, connection: Connection, column: str, values: Sequence[str]) -> list[Node]:
        filled = "base is not null and " if column == "base" else ""
        query = f"select {_COLUMNS} from nodes where {filled}{column}"
        return [_node(row) for row in self._among(connection, query, values)]

    def _by_id(self, connection: Connection, node_ids: Iterable[str]) -> dict[str, Node]:
        return {node.node_id: node for node in self._nodes(connection, "node_id", sorted(set(node_ids)))}

    def _assertions(self, connection: Connection, node_ids: Sequence[str]) -> list[Assertion]:
        query = f"select {_LINE} from identity_assertions where weaker"
        return [Assertion._make(row) for row in self._among(connection, query, node_ids)]

    def _among(self, connection: Connection, query: str, values: Sequence[str]) -> list[Sequence[Any]]:
        """The rows whose last named column is one of the values."""
        if not values:
            return []
        if self._database.is_sqlite:
            return list(self._run(connection, f"{query} in (select value from json_each(?))", (_text(values),)))
        return list(self._run(connection, f"{query} = any(%s)", (list(values),)))

    def _of_shape(self, connection: Connection, query: str, values: Sequence[Any]) -> list[Sequence[Any]]:
        """The rows of a query written for SQLite, with its marks and its lists."""
        if not self._database.is_sqlite:
            query = query.replace(
                "select value from json_each(asked.kinds)", "select json_array_elements_text(asked.kinds)"
            )
            query = query.replace("? as kinds", "?::json as kinds").replace("?", "%s")
        return list(self._run(connection, query, values))

    def _run(self, connection: Connection, query: str, values: Sequence[Any] = ()) -> Iterable[Sequence[Any]]:
        raw: Any = connection.connection.driver_connection
        found: Iterable[Sequence[Any]] = raw.execute(query, tuple(values)) if values else raw.execute(query)
        return found

    def _parts(self, connection: Connection, query: str) -> Iterator[Sequence[Sequence[Any]]]:
        raw: Any = connection.connection.driver_connection
        cursor = raw.execute(query) if self._database.is_sqlite else raw.cursor(name="whole")
        with closing(cursor):
            if not self._database.is_sqlite:
                cursor.itersize = _PART
                cursor.execute(query)
            while part := cursor.fetchmany(_PART):
                yield part


def every_node(connection: Connection) -> dict[str, Node]:
    """All nodes, without their profiles."""
    raw: Any = connection.connection.driver_connection
    return {row[0]: _node(row) for row in raw.execute(f"select {_COLUMNS} from nodes")}


_HELD_CLAIMS = f"""
select {", ".join(f"n.{name.strip()}" for name in _COLUMNS.split(","))}
from nodes n join nodes proven on proven.node_id = n.base
where n.claimed = 1 and n.base is not null and n.person_id <> proven.person_id
order by n.seen_at desc, n.node_id limit ?"""

_COUNTS = "select count(*), count(distinct person_id) from nodes where base is null or claimed = 1"


def _text(values: Sequence[str]) -> str:
    return _encode(values).decode()


def _node(row: Sequence[Any]) -> Node:
    node_id, kind, value, person_id, parent_id, candidates, claimed, base, seen_at, linked_at, held = row
    return Node(
        node_id,
        kind,
        value,
        person_id,
        parent_id,
        _decode_candidates(candidates) if candidates else {},
        NOBODY,
        claimed == 1,
        base,
        seen_at,
        linked_at,
        held,
    )
