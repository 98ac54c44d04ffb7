"""State on SQLite or PostgreSQL: what processing folds, in one transaction with its offset.

Loading and storing of nodes is a hot path, by hand: one query for all nodes of a batch, one statement for all that changed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select

from percorso.adapters.sql.acts import ActStatements
from percorso.adapters.sql.bulk import insert_rows
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.identity_ledger import LedgerStatements
from percorso.adapters.sql.node_rows import NODE_COLUMNS, NODE_KINDS, node_row, read_node
from percorso.adapters.sql.tables import offsets, placed, positions, unfolded
from percorso.model.errors import VersionMismatch
from percorso.model.event import Placed
from percorso.model.person import Node, Position
from percorso.ports import LogEntry, PersonRow

_encode = msgspec.json.Encoder(order="deterministic").encode


class SqlState:
    """`ports.State`. `log_id` is the log this state was folded from."""

    def __init__(self, database: Database, log_id: str) -> None:
        self._database = database
        self._log_id = log_id

    @contextmanager
    def transaction(self) -> Iterator["SqlStateTransaction"]:
        with self._database.write() as connection:
            yield SqlStateTransaction(connection, self._log_id, is_sqlite=self._database.is_sqlite)

    def close(self) -> None:
        self._database.close()


class SqlStateTransaction(LedgerStatements, ActStatements):
    """`ports.StateTransaction`."""

    def __init__(self, connection: Connection, log_id: str, *, is_sqlite: bool) -> None:
        super().__init__(connection, is_sqlite=is_sqlite)
        self._log_id = log_id

    # offsets

    def offset(self, reader: str) -> int:
        row = self._connection.execute(
            select(offsets.c.log_id, offsets.c.seq).where(offsets.c.reader == reader)
        ).one_or_none()
        if row is None:
            return 0
        if row.log_id != self._log_id:
            raise VersionMismatch(
                f"the state was folded from log {row.log_id}, but this is log {self._log_id}; "
                "restore both from one backup, or rebuild the state with: percorso replay"
            )
        return int(row.seq)

    def set_offset(self, reader: str, seq: int) -> None:
        self._upsert(offsets, [{"reader": reader, "log_id": self._log_id, "seq": seq}], ["reader"])

    # people

    def nodes(self, node_ids: Sequence[str]) -> dict[str, Node]:
        rows = self.among(f"select {NODE_COLUMNS} from nodes where node_id", node_ids)
        return {node.node_id: node for node in map(read_node, rows)}

    def members_of(self, person_ids: Sequence[str]) -> list[str]:
        return [row[0] for row in self.among("select node_id from nodes where person_id", person_ids)]

    def store_nodes(self, nodes: Sequence[Node]) -> None:
        self._store(
            f"insert into nodes ({NODE_COLUMNS})",
            "on conflict (node_id) do update set person_id = excluded.person_id, parent_id = excluded.parent_id, "
            "candidates = excluded.candidates, profile = excluded.profile, seen_at = excluded.seen_at, "
            "linked_at = excluded.linked_at, held = excluded.held",
            [node_row(node) for node in sorted(nodes)],
            NODE_KINDS,
        )

    def store_moved(self, moved: Mapping[str, str]) -> None:
        self._store(
            "insert into moved (node_id, person_id)",
            "on conflict (node_id) do update set person_id = excluded.person_id",
            sorted(moved.items()),
            ("text", "text"),
        )

    def store_people(self, people: Sequence[PersonRow], gone: Sequence[str]) -> None:
        rows = [
            (
                p.person_id,
                p.name,
                p.first_seen_at,
                p.last_seen_at,
                p.events,
                p.orders,
                _encode(p.spend).decode(),
                int(p.known),
            )
            for p in sorted(people)
        ]
        self._store(
            "insert into people (person_id, name, first_seen_at, last_seen_at, events, orders, spend, known)",
            "on conflict (person_id) do update set name = excluded.name, first_seen_at = excluded.first_seen_at, "
            "last_seen_at = excluded.last_seen_at, events = excluded.events, orders = excluded.orders, "
            "spend = excluded.spend, known = excluded.known",
            rows,
            ("text", "text", "bigint", "bigint", "bigint", "bigint", "text", "smallint"),
        )
        for table in ("people", "positions"):
            self._delete(table, gone)

    def store_positions(self, positions_of: Mapping[str, Sequence[Position]], cleared: Sequence[str] = ()) -> None:
        self._delete("positions", cleared)
        rows = [
            (person, p.journey, p.stage, p.since, p.came_from, p.touchpoint)
            for person, all_of in sorted(positions_of.items())
            for p in all_of
        ]
        self._store(
            f"insert into {positions.name} (person_id, journey, stage, since, came_from, touchpoint)",
            "on conflict (person_id, journey) do update set stage = excluded.stage, since = excluded.since, "
            "came_from = excluded.came_from, touchpoint = excluded.touchpoint",
            rows,
            ("text", "text", "text", "bigint", "text", "text"),
        )

    def store_placed(self, rows: Sequence[Placed]) -> None:
        columns = "seq, node_id, person_id, touchpoint, channel, phase, stage, robot"
        if self._is_sqlite:
            insert_rows(self._raw.execute, f"insert or replace into {placed.name} ({columns})", rows)
        else:
            kinds = ("bigint", "text", "text", "text", "text", "text", "text", "smallint")
            clause = (
                "on conflict (seq) do update set node_id = excluded.node_id, person_id = excluded.person_id, "
                + ", ".join(
                    f"{name} = excluded.{name}" for name in ("touchpoint", "channel", "phase", "stage", "robot")
                )
            )
            plain = [(*row[:-1], int(row.robot)) for row in rows]
            self._store(f"insert into {placed.name} ({columns})", clause, plain, kinds)

    def _delete(self, table: str, person_ids: Sequence[str]) -> None:
        if not person_ids:
            return
        if self._is_sqlite:
            self._raw.executemany(f"delete from {table} where person_id = ?", [(one,) for one in person_ids])
        else:
            self._raw.execute(f"delete from {table} where person_id = any(%s)", (list(person_ids),))

    def store_unfolded(self, entry: LogEntry, reason: str) -> None:
        row = {"seq": entry.seq, "message_id": entry.message_id, "source": entry.source, "reason": reason}
        self._upsert(unfolded, [row], ["seq"])

    def clear(self, tables: Iterable[Any]) -> None:
        """Empty folded tables; for replay."""
        for table in tables:
            self._connection.execute(delete(table))
