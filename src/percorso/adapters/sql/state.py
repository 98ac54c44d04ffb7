"""State on SQLite or PostgreSQL: what processing folds, in one transaction with its offset.

Loading and storing of nodes is a hot path, by hand: one query for all nodes of a batch, one statement for all that changed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from percorso.adapters.sql.bulk import insert_rows
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import decisions, offsets, outbox, placed, positions, tasks, to_append, unfolded
from percorso.adapters.sql.tables import overrides as override_rows
from percorso.model.decision import Decision
from percorso.model.errors import VersionMismatch
from percorso.model.event import Placed
from percorso.model.identity import Assertion, Child, Override
from percorso.model.message import Message, Task
from percorso.model.person import Node, Position, Profile
from percorso.ports import LogEntry, PersonRow

_encode = msgspec.json.Encoder(order="deterministic").encode
_pack = msgspec.msgpack.Encoder(order="deterministic").encode
_unpack = msgspec.msgpack.Decoder(Profile).decode
_decode_candidates = msgspec.json.Decoder(dict[str, tuple[int, int]]).decode

_NODE_COLUMNS = (
    "node_id, kind, value, person_id, parent_id, candidates, profile, claimed, base, seen_at, linked_at, held"
)
_NODE_KINDS = (*("text",) * 6, "bytea", "smallint", "text", "bigint", "bigint", "text")
_ASSERTION_COLUMNS = "weaker, stronger, strength, occurred_at, tie, message_id, source, trust"
_FILLED = {column: f"{column} is not null and" for column in ("base", "parent_id")}
"""What SQLite's partial indexes hold; said in a query, they are used."""


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


class SqlStateTransaction:
    """`ports.StateTransaction`."""

    def __init__(self, connection: Connection, log_id: str, *, is_sqlite: bool) -> None:
        self._connection = connection
        self._log_id = log_id
        self._is_sqlite = is_sqlite
        self._raw: Any = connection.connection.driver_connection

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
        return {node.node_id: node for node in self._nodes_where("node_id", node_ids)}

    def members_of(self, person_ids: Sequence[str]) -> list[str]:
        return [row[0] for row in self._select("select node_id from nodes where person_id", person_ids)]

    # the ledger of identity

    def based_on(self, node_ids: Sequence[str]) -> list[str]:
        return [row[0] for row in self._select(f"select node_id from nodes where {_FILLED['base']} base", node_ids)]

    def children_of(self, node_ids: Sequence[str], most: int) -> list[Child]:
        ranked = (
            "select * from (select parent_id, kind, claimed, linked_at, node_id, held, "
            "row_number() over (partition by parent_id, kind, claimed order by linked_at, node_id) as place "
            f"from nodes where {_FILLED['parent_id']} (base is null or claimed = 1) and parent_id"
        )
        rows = self._select(ranked, node_ids, ") as ranked where place <= ?", most)
        return [Child(row[0], row[1], row[2] == 1, row[3], row[4], row[5]) for row in rows]

    def kept_apart_from(self, node_ids: Sequence[str]) -> list[str]:
        held = f"select node_id from nodes where {_FILLED['parent_id']} held = 'never' and parent_id"
        return [row[0] for row in self._select(held, node_ids)]

    def assertions_of(self, node_ids: Sequence[str]) -> list[Assertion]:
        query = f"select {_ASSERTION_COLUMNS} from identity_assertions where weaker"
        return [Assertion._make(row) for row in self._select(query, node_ids)]

    def store_assertions(self, assertions: Sequence[Assertion]) -> None:
        self._store(
            f"insert into identity_assertions ({_ASSERTION_COLUMNS})",
            "on conflict (weaker, stronger) do update set strength = excluded.strength, "
            "occurred_at = excluded.occurred_at, tie = excluded.tie, message_id = excluded.message_id, "
            "source = excluded.source, trust = excluded.trust "
            "where (excluded.occurred_at, excluded.tie, excluded.message_id) < (identity_assertions.occurred_at, "
            "identity_assertions.tie, identity_assertions.message_id)",
            sorted(assertions),
            ("text", "text", "smallint", "bigint", "bigint", "text", "text", "smallint"),
        )

    def overrides(self) -> list[Override]:
        rows = self._raw.execute('select a, b, kind, occurred_at, tie, message_id, "by", why from identity_overrides')
        return [Override._make(row) for row in rows]

    def store_overrides(self, overrides: Sequence[Override]) -> None:
        self._upsert(override_rows, [one._asdict() for one in overrides], ["a", "b"])

    # what is folded

    def _nodes_where(self, column: str, values: Sequence[str]) -> list[Node]:
        return [read_node(row) for row in self._select(f"select {_NODE_COLUMNS} from nodes where {column}", values)]

    def _select(self, query: str, values: Sequence[str], end: str = "", *more: Any) -> Iterable[Sequence[Any]]:
        """The rows whose last named column is one of the values; `end` goes on after that, with values of its own."""
        if not values:
            return ()
        if self._is_sqlite:
            among = f"{query} in (select value from json_each(?)) {end}"
            return self._raw.execute(among, (_encode(values).decode(), *more))  # type: ignore[no-any-return]
        return self._raw.execute(f"{query} = any(%s) {end.replace('?', '%s')}", (list(values), *more))  # type: ignore[no-any-return]

    def store_nodes(self, nodes: Sequence[Node]) -> None:
        rows = [
            (
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
            for node in sorted(nodes)
        ]
        self._store(
            f"insert into nodes ({_NODE_COLUMNS})",
            "on conflict (node_id) do update set person_id = excluded.person_id, parent_id = excluded.parent_id, "
            "candidates = excluded.candidates, profile = excluded.profile, seen_at = excluded.seen_at, "
            "linked_at = excluded.linked_at, held = excluded.held",
            rows,
            _NODE_KINDS,
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

    def _store(self, into: str, conflict: str, rows: Sequence[Sequence[Any]], kinds: Sequence[str]) -> None:
        """Many rows in one statement; `kinds` are the PostgreSQL types of the columns."""
        if not rows:
            return
        if self._is_sqlite:
            insert_rows(self._raw.execute, into, rows, conflict)
            return
        arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
        columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
        self._raw.execute(f"{into} select * from unnest({arrays}) {conflict}", columns)

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

    # acts

    def add_acts(self, made: Sequence[Decision], messages: Sequence[Message], todo: Sequence[Task]) -> int:
        new = self._insert_new(decisions, [_decision_row(one) for one in made], "decision_id")
        self._insert_new(outbox, [_message_row(one) for one in messages if one.decision_id in new], "message_id")
        self._insert_new(
            tasks, [_task_row(one) for one in self._not_open([t for t in todo if t.decision_id in new])], "task_id"
        )
        return len(new)

    def _not_open(self, todo: Sequence[Task]) -> list[Task]:
        """Tasks of which none like them waits already: nobody shall ring the same person twice for the same play."""
        if not todo:
            return []
        query = select(tasks.c.play, tasks.c.node_id).where(
            tasks.c.done_at.is_(None), tasks.c.node_id.in_({one.node_id for one in todo})
        )
        waiting = {(row.play, row.node_id) for row in self._connection.execute(query)}
        fresh: dict[tuple[str, str], Task] = {}
        for one in todo:
            if (one.play, one.node_id) not in waiting:
                fresh.setdefault((one.play, one.node_id), one)
        return list(fresh.values())

    def append_later(self, items: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        if items:
            rows = [{"message_id": message_id, "item": _encode(item).decode()} for message_id, item in items]
            self._connection.execute(insert(to_append), rows)

    def _insert_new(self, table: Any, rows: Sequence[dict[str, Any]], key: str) -> set[str]:
        """Insert the rows whose key is new; their keys."""
        if not rows:
            return set()
        unique = {row[key]: row for row in reversed(rows)}
        known = set(self._connection.execute(select(table.c[key]).where(table.c[key].in_(list(unique)))).scalars())
        fresh = [row for row_key, row in reversed(unique.items()) if row_key not in known]
        if fresh:
            make = sqlite.insert if self._is_sqlite else postgresql.insert
            self._connection.execute(make(table).on_conflict_do_nothing(), fresh)
        return {row[key] for row in fresh}

    def _upsert(self, table: Any, rows: Sequence[dict[str, Any]], key: Sequence[str]) -> None:
        if not rows:
            return
        make = sqlite.insert if self._is_sqlite else postgresql.insert
        statement = make(table)
        changed = {c.name: statement.excluded[c.name] for c in table.c if c.name not in key}
        self._connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed), rows)

    def clear(self, tables: Iterable[Any]) -> None:
        """Empty folded tables; for replay."""
        for table in tables:
            self._connection.execute(delete(table))


def _decision_row(one: Decision) -> dict[str, Any]:
    return {
        "decision_id": one.decision_id,
        "business_key": one.business_key,
        "play": one.play,
        "play_version": one.play_version,
        "node_id": one.node_id,
        "person_id": one.person_id,
        "cause_seq": one.cause_seq,
        "cause_message_id": one.cause_message_id,
        "touchpoint": one.touchpoint,
        "stage": one.stage,
        "channel": one.channel,
        "outcome": one.outcome,
        "refusal": None if one.refusal is None else str(one.refusal),
        "reasons": _encode(one.reasons).decode(),
        "alternatives": _encode(one.alternatives).decode(),
        "decided_at": one.decided_at,
        "historical": int(one.historical),
    }


def _message_row(one: Message) -> dict[str, Any]:
    return {
        "message_id": one.message_id,
        "business_key": one.business_key,
        "decision_id": one.decision_id,
        "node_id": one.node_id,
        "channel": one.channel,
        "play": one.play,
        "play_version": one.play_version,
        "intent": one.intent,
        "purpose": one.purpose,
        "facts": _encode(one.facts).decode(),
        "created_at": one.created_at,
        "due_at": one.due_at,
        "expires_at": one.expires_at,
        "state": str(one.state),
        "state_at": one.created_at,
        "refusal": one.refusal,
        "attempts": one.attempts,
        "provider_id": one.provider_id,
    }


def _task_row(one: Task) -> dict[str, Any]:
    return {
        "task_id": one.task_id,
        "decision_id": one.decision_id,
        "node_id": one.node_id,
        "play": one.play,
        "queue": one.queue,
        "title": _encode(one.title).decode(),
        "created_at": one.created_at,
        "due_at": one.due_at,
        "done_at": one.done_at,
        "done_by": one.done_by,
        "outcome": one.outcome,
    }
