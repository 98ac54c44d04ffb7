"""The state without somebody: what the erasing of a person reads and takes away."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Table

from percorso.adapters.needles import Needles, whole_word
from percorso.adapters.sql import tables as t
from percorso.adapters.sql.database import BUSY_TIMEOUT_MS, Database
from percorso.adapters.sql.segments_state import make_again, touch
from percorso.adapters.sql.state import SqlStateTransaction
from percorso.model.errors import StoreUnavailable
from percorso.ports.erasure import Scope

_encode = msgspec.json.Encoder().encode

BY_NODE: tuple[Table, ...] = (t.decisions, t.outbox, t.tasks, t.moved, t.segment_nodes, t.segment_lists)
"""Tables of which a row belongs to the node that it names."""
BY_SEQ: tuple[Table, ...] = (t.placed, t.unfolded)
BY_TEXT: tuple[tuple[Table, str, str], ...] = (
    (t.mailbox, "mail_id", "recipient"),
    (t.tally_words, "word", "word"),
)
"""Small tables that are looked through: what holds a name as a word goes. (table, its key, the column)"""


class SqlErasableState:
    """`ports.erasure.ErasableState`. `root`: where migrations left copies of what was, which go with it."""

    def __init__(self, database: Database, log_id: str, root: Path) -> None:
        self._database = database
        self._log_id = log_id
        self._root = root

    @contextmanager
    def erasing(self) -> Iterator["SqlErasing"]:
        with self._database.write() as connection:
            yield SqlErasing(connection, self._log_id, is_sqlite=self._database.is_sqlite)

    @contextmanager
    def reading(self) -> Iterator["SqlErasing"]:
        with self._database.read() as connection:
            yield SqlErasing(connection, self._log_id, is_sqlite=self._database.is_sqlite)

    def settle(self) -> None:
        for copy in copies_of(self._root):
            copy.unlink(missing_ok=True)
        with self._database.write() as connection:
            make_again(connection)  # who stays may have lost events, and these are out of the lake by now
        settle(self._database, [table.name for table in t.STATE.sorted_tables], whole=True)


class SqlErasing(SqlStateTransaction):
    """`ports.erasure.ErasingTransaction`."""

    def weaker_of(self, node_ids: Sequence[str]) -> list[str]:
        rows = self.among("select distinct weaker from identity_assertions where stronger", node_ids)
        return [row[0] for row in rows]

    def placed_under(self, node_ids: Sequence[str]) -> list[int]:
        """There is no index: one scan, however many people."""
        return [row[0] for row in self.among("select seq from placed where node_id", node_ids)]

    def placed_nowhere(self, after: int = 0) -> list[int]:
        beyond = f"select seq from placed where node_id is null and seq > {int(after)} order by seq"
        return [row[0] for row in self._raw.execute(beyond)]

    def holders_of(self, seqs: Sequence[int]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for seq, node_id in self._select_seqs(seqs):
            found.setdefault(node_id, []).append(seq)
        return found

    def _select_seqs(self, seqs: Sequence[int]) -> list[tuple[int, str]]:
        query = "select seq, node_id from placed where node_id is not null and seq"
        if self._is_sqlite:
            rows = self._raw.execute(f"{query} in (select value from json_each(?))", (_encode(list(seqs)).decode(),))
        else:
            rows = self._raw.execute(f"{query} = any(%s)", (list(seqs),))
        return list(rows.fetchall())

    def decided_of(self, node_ids: Sequence[str]) -> list[str]:
        found = {
            row[0]
            for side in ("a", "b")
            for row in self.among(f"select message_id from identity_overrides where {side}", node_ids)
        }
        return sorted(found)

    def forget_links(self, node_ids: Sequence[str]) -> None:
        for table, column in (
            ("identity_assertions", "weaker"),
            ("identity_assertions", "stronger"),
            ("identity_overrides", "a"),
            ("identity_overrides", "b"),
            ("match_proposals", "node_a"),
            ("match_proposals", "node_b"),
        ):
            self._take(table, column, node_ids)
        self.remove_nodes(node_ids)

    def remove_nodes(self, node_ids: Sequence[str]) -> None:
        self._take("nodes", "node_id", node_ids)
        for table in ("people", "positions"):
            self._take(table, "person_id", node_ids)

    def waiting(self) -> list[tuple[int, bytes]]:
        rows = self._raw.execute(f"select id, item from {t.to_append.name}").fetchall()
        return [(row[0], row[1].encode()) for row in rows]

    def purge(self, scope: Scope) -> dict[str, int]:
        gone = {str(table.name): self._take(table.name, "node_id", scope.nodes) for table in BY_NODE}
        gone |= {str(table.name): self._take(table.name, "seq", scope.seqs) for table in BY_SEQ}
        gone["to_append"] = self._take("to_append", "id", scope.waiting)
        for name in ("mailbox", "segment_members", "segment_timers"):
            gone[name] = self._take(name, "person_id", scope.nodes)
        touch(self._connection)
        gone["consent_ledger"] = self._empty_consents(scope.nodes)
        names = Needles(scope.names)
        for table, key, column in BY_TEXT:
            rows = self._raw.execute(f"select {key}, {column} from {table.name}").fetchall()
            some = [rows[at] for at in sorted(names.among(row[1] for row in rows))]
            held = [row[0] for row in some if _holds(names, row[1])]
            gone[table.name] = gone.get(table.name, 0) + self._take(table.name, key, held)
        return {name: count for name, count in gone.items() if count}

    def _empty_consents(self, node_ids: Sequence[str]) -> int:
        """What was said goes, the commitments stay: the chains still hold."""
        emptied = "update consent_ledger set purpose = null, channel = null, state = null, payload = null, salt = null"
        return self._change(f"{emptied} where payload is not null and node_id", node_ids)

    def _take(self, table: str, column: str, values: Sequence[Any]) -> int:
        return self._change(f"delete from {table} where {column}", values)

    def _change(self, statement: str, values: Sequence[Any]) -> int:
        """Change the rows whose last named column is one of the values; how many."""
        if not values:
            return 0
        if self._is_sqlite:
            self._raw.execute("pragma secure_delete = on")
            among = f"{statement} in (select value from json_each(?))"
            return int(self._raw.execute(among, (_encode(list(values)).decode(),)).rowcount)
        return int(self._raw.execute(f"{statement} = any(%s)", (list(values),)).rowcount)


def _holds(names: Needles, text: str) -> bool:
    """Whether one of the names stands in it, as no part of a longer word."""
    spelt = text.encode("utf-8", "surrogatepass")
    return any(whole_word(spelt, found.start, found.end) for found in names.search(spelt))


def settle(database: Database, tables: Sequence[str], *, whole: bool) -> None:
    """Have a database forget what was deleted.

    `whole`: a SQLite file is written anew, for rows that are changed in place leave traces of what they were. Raises
    StoreUnavailable when somebody reads meanwhile: try again.
    """
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name in tables:
                connection.exec_driver_sql(f"vacuum {name}")
        return
    try:
        with closing(sqlite3.connect(str(database.url.database), timeout=BUSY_TIMEOUT_MS / 1000)) as raw:
            raw.isolation_level = None
            raw.execute("pragma secure_delete = on")
            if whole:
                raw.execute("vacuum")
            (busy, _, _) = raw.execute("pragma wal_checkpoint(truncate)").fetchone()
    except sqlite3.OperationalError as error:
        raise StoreUnavailable("the database is locked; what was deleted is forgotten as soon as it can be") from error
    if busy:
        raise StoreUnavailable("a reader holds the write-ahead log; it is emptied as soon as it can be")


def copies_of(root: Path) -> list[Path]:
    """Copies that migrations left beside the databases."""
    return sorted(path for line in ("log", "state") for path in root.glob(f"{line}-before-*.db"))
