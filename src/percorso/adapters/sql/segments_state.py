"""What the follower of segments reads and writes, in the state database; hot, so by hand."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from percorso.adapters.sql.config_store import get_meta
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.node_rows import unpack_profile
from percorso.adapters.sql.statements import Statements
from percorso.adapters.sql.tables import (
    nodes,
    offsets,
    people,
    segment_lists,
    segment_members,
    state_meta,
    to_append,
)
from percorso.model.errors import VersionMismatch
from percorso.model.identifier import DEVICE, Identifier
from percorso.model.person import Profile
from percorso.model.verdict import IMPORT_LANE, LIVE_LANE
from percorso.ports.membership import At, Epoch, LanePlace, ListSize, Member, MembershipChanges, Relative

_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder().decode
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder().decode
MADE, TOUCHED, BUILT = "segments_made", "segments_touched", "segments_built"
LANES = (LIVE_LANE, IMPORT_LANE)


def reader(lane: int) -> str:
    """The name under which the follower's place in a lane is kept, among the other readers'."""
    return f"segments/{lane}"


def make_again(connection: Connection) -> None:
    """Events were taken away, or nodes made anew: facts and members are made again from the lake, in their own time."""
    _set_meta(connection, MADE, str(_epoch(connection).made + 1))


def touch(connection: Connection) -> None:
    """Somebody was taken out: whoever is about to write what they read before shall read again."""
    _set_meta(connection, TOUCHED, str(_epoch(connection).touched + 1))


def _epoch(connection: Connection) -> Epoch:
    return Epoch(int(get_meta(connection, MADE) or 0), int(get_meta(connection, TOUCHED) or 0))


def _set_meta(connection: Connection, name: str, value: str) -> None:
    connection.execute(delete(state_meta).where(state_meta.c.name == name))
    connection.execute(insert(state_meta), {"name": name, "value": value})


class SqlMembership:
    """`ports.membership.MembershipStore`. `log_id` is the log it is derived from."""

    def __init__(self, database: Database, log_id: str) -> None:
        self._database = database
        self._log_id = log_id

    @contextmanager
    def reading(self) -> Iterator["SqlMembershipReader"]:
        with self._database.read() as connection:
            yield SqlMembershipReader(connection, self._log_id, is_sqlite=self._database.is_sqlite)

    @contextmanager
    def _writing(self, epoch: Epoch) -> Iterator["SqlMembershipWriter | None"]:
        """None when what is folded here was changed by somebody else since it was read."""
        with self._database.write() as connection:
            same = _epoch(connection) == epoch
            yield SqlMembershipWriter(connection, self._log_id, is_sqlite=self._database.is_sqlite) if same else None

    def write(self, changes: MembershipChanges, *, epoch: Epoch, lane: int, before: int, after: int) -> bool:
        with self._writing(epoch) as writer:
            if writer is None or writer.place(lane).read != before:
                return False
            writer.store(changes)
            writer.set_place(lane, after)
            return True

    def write_beside(self, changes: MembershipChanges, *, epoch: Epoch) -> bool:
        with self._writing(epoch) as writer:
            if writer is None:
                return False
            writer.store(changes)
            return True

    def start(self, *, epoch: Epoch) -> dict[int, int] | None:
        with self._writing(epoch) as writer:
            return None if writer is None else writer.start()

    def put_facts(self, rows: Sequence[tuple[str, Mapping[str, Any]]], *, epoch: Epoch) -> bool:
        with self._writing(epoch) as writer:
            if writer is None:
                return False
            writer.put_facts(rows)
            return True

    def drop_segment(self, segment: str) -> None:
        with self._database.write() as connection:
            for table in (segment_members, segment_lists):
                connection.execute(delete(table).where(table.c.segment == segment))

    def stamp(self, versions: Mapping[str, int]) -> None:
        with self._database.write() as connection:
            for segment, version in versions.items():
                here = (segment_members.c.segment == segment) & (segment_members.c.version != version)
                connection.execute(segment_members.update().where(here).values(version=version))
            nobody = segment_members.c.person_id.not_in(select(people.c.person_id))
            connection.execute(delete(segment_members).where(nobody))

    def built(self) -> Mapping[str, int]:
        with self._database.read() as connection:
            return dict(_decode(get_meta(connection, BUILT) or "{}"))

    def set_built(self, built: Mapping[str, int]) -> None:
        with self._database.write() as connection:
            _set_meta(connection, BUILT, _encode(dict(built)).decode())

    def set_lists(self, lists: Mapping[str, Sequence[str]]) -> None:
        with self._database.write() as connection:
            for segment, nodes in lists.items():
                connection.execute(delete(segment_lists).where(segment_lists.c.segment == segment))
                rows = [{"segment": segment, "node_id": node} for node in sorted(set(nodes))]
                if rows:
                    connection.execute(insert(segment_lists), rows)

    def change_list(self, segment: str, add: Sequence[str], take: Sequence[str]) -> None:
        with self._database.write() as connection:
            lists = SqlMembershipWriter(connection, self._log_id, is_sqlite=self._database.is_sqlite)
            lists.change_list(segment, add, take)

    def list_size(self, segment: str) -> ListSize:
        named = segment_lists.c.segment == segment
        nobodys = segment_lists.c.node_id.not_in(select(nodes.c.node_id))
        with self._database.read() as connection:
            counted = [
                connection.execute(select(func.count()).select_from(segment_lists).where(*conditions)).scalar_one()
                for conditions in ((named,), (named, nobodys))
            ]
        return ListSize(*counted)


class SqlMembershipReader(Statements):
    """`ports.membership.MembershipReader`."""

    def __init__(self, connection: Connection, log_id: str, *, is_sqlite: bool) -> None:
        super().__init__(connection, is_sqlite=is_sqlite)
        self._log_id = log_id

    def epoch(self) -> Epoch:
        return _epoch(self._connection)

    def place(self, lane: int) -> LanePlace:
        return LanePlace(self._seq(reader(lane)), self._seq(f"process/{lane}"))

    def _seq(self, name: str) -> int:
        query = select(offsets.c.log_id, offsets.c.seq).where(offsets.c.reader == name)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return 0
        if row.log_id != self._log_id:
            raise VersionMismatch("the state was folded from another log; rebuild it with: percorso replay")
        return int(row.seq)

    def placed(self, seqs: Sequence[int]) -> dict[int, At]:
        query = "select seq, node_id, touchpoint, channel, phase, stage from placed where node_id is not null and seq"
        if self._is_sqlite:
            rows = self._raw.execute(f"{query} in (select value from json_each(?))", (_encode(seqs).decode(),))
        else:
            rows = self._raw.execute(f"{query} = any(%s)", (list(seqs),))
        return {row[0]: At(*row[1:]) for row in rows}

    def looked_at(self, node_ids: Sequence[str]) -> dict[str, tuple[str, str | None]]:
        rows = self.among(f"select n.node_id, n.person_id, s.person_id from {_BESIDE} where n.node_id", node_ids)
        return {row[0]: (row[1], row[2]) for row in rows}

    def family(self, people: Sequence[str]) -> list[Relative]:
        query = f"select n.node_id, n.person_id, s.person_id, s.facts from {_BESIDE} where n.person_id"
        return [Relative(row[0], row[1], row[2], bytes(row[3] or b"")) for row in self.among(query, people)]

    def shifted(self, people: Sequence[str]) -> set[str]:
        joined = "nodes n join segment_nodes s on s.node_id = n.node_id"
        rows = self.among(f"select n.person_id, s.person_id from {joined} where n.person_id", people)
        return {row[0] for row in rows if row[0] != row[1]} | {row[2] for row in self.strays(people)}

    def newly_named(self, people: Sequence[str]) -> set[str]:
        query = f"select n.person_id from {_BESIDE} where s.node_id is null and n.person_id"
        return {row[0] for row in self.among(query, people)}

    def strays(self, people: Sequence[str]) -> list[tuple[str, str | None, str]]:
        query = f"select s.node_id, n.person_id, s.person_id from {_BEHIND} where s.person_id"
        return [(row[0], row[1], row[2]) for row in self.among(query, people) if row[1] != row[2]]

    def astray(self, most: int) -> list[tuple[str, str | None, str]]:
        where = "where n.person_id is null or n.person_id <> s.person_id"
        query = f"select s.node_id, n.person_id, s.person_id from {_BEHIND} {where} limit {int(most)}"
        return [tuple(row) for row in self._raw.execute(query).fetchall()]

    def members(self, people: Sequence[str]) -> dict[str, list[Member]]:
        found: dict[str, list[Member]] = {}
        query = "select person_id, segment, since, version from segment_members where person_id"
        for person, *row in self.among(query, people):
            found.setdefault(person, []).append(Member(*row))
        return found

    def timers(self, people: Sequence[str]) -> dict[str, int]:
        return {
            row[0]: row[1]
            for row in self.among("select person_id, due_day from segment_timers where person_id", people)
        }

    def due(self, day: int, most: int) -> dict[str, int]:
        query = f"select person_id, due_day from segment_timers where due_day <= {int(day)} order by due_day limit {int(most)}"
        return {row[0]: row[1] for row in self._raw.execute(query).fetchall()}

    def profiles(self, people: Sequence[str]) -> dict[str, list[Profile]]:
        found: dict[str, list[tuple[str, bytes]]] = {}
        for person, node, profile in self.among(
            "select person_id, node_id, profile from nodes where person_id", people
        ):
            found.setdefault(person, []).append((node, profile))
        return {person: [unpack_profile(one) for _, one in sorted(rows)] for person, rows in found.items()}

    def names(self, people: Sequence[str]) -> dict[str, Identifier]:
        found: dict[str, Identifier] = {}
        query = "select person_id, node_id, base, kind, value, claimed from nodes where person_id"
        for person, node, base, kind, value, claimed in self.among(query, people):
            if node == person or (base == person and person not in found):
                found[person] = Identifier(kind, value, claimed == 1)
        return found

    def listed(self, people: Sequence[str]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for joined in _ON_LISTS:
            for person, segment in self.among(f"select n.person_id, l.segment from {joined} where n.person_id", people):
                found.setdefault(person, set()).add(segment)
        return found

    def people_after(self, person: str, most: int) -> list[str]:
        mark = "?" if self._is_sqlite else "%s"
        query = f"select person_id from people where person_id > {mark} order by person_id limit {int(most)}"
        return [row[0] for row in self._raw.execute(query, (person,)).fetchall()]


_ON_LISTS = (
    "segment_lists l join nodes n on n.node_id = l.node_id",
    f"segment_lists l join nodes n on n.base = l.node_id and n.kind = '{DEVICE}' and n.claimed = 0",
)
"""Who is on a list: by an identifier, or by a visit with a device of it."""
_BESIDE = "nodes n left join segment_nodes s on s.node_id = n.node_id"
_BEHIND = "segment_nodes s left join nodes n on n.node_id = s.node_id"


class SqlMembershipWriter(SqlMembershipReader):
    """The writing half, within a transaction."""

    def set_place(self, lane: int, seq: int) -> None:
        self._upsert(offsets, [{"reader": reader(lane), "log_id": self._log_id, "seq": seq}], ["reader"])

    def store(self, changes: MembershipChanges) -> None:
        self._store(
            "insert into segment_nodes (node_id, person_id, facts)",
            "on conflict (node_id) do update set person_id = excluded.person_id, facts = excluded.facts",
            sorted(changes.nodes),
            ("text", "text", "bytea"),
        )
        self._take("segment_nodes", "node_id", changes.gone)
        self._leave(changes.left)
        self._store(
            "insert into segment_members (segment, person_id, since, version)",
            "on conflict (segment, person_id) do update set version = excluded.version",
            sorted(changes.entered),
            ("text", "text", "bigint", "integer"),
        )
        self._store(
            "insert into segment_timers (person_id, due_day)",
            "on conflict (person_id) do update set due_day = excluded.due_day",
            sorted((person, day) for person, day in changes.timers.items() if day is not None),
            ("text", "integer"),
        )
        self._take("segment_timers", "person_id", [person for person, day in changes.timers.items() if day is None])
        self._count(changes)
        if changes.told:
            rows = [{"message_id": key, "item": _encode(item).decode()} for key, item in changes.told]
            self._connection.execute(insert(to_append), rows)

    def change_list(self, segment: str, add: Sequence[str], take: Sequence[str]) -> None:
        rows = [(segment, node) for node in sorted(set(add))]
        into = "insert into segment_lists (segment, node_id)"
        self._store(into, "on conflict (segment, node_id) do nothing", rows, ("text", "text"))
        self._pairs("delete from segment_lists where segment = ? and node_id = ?", [(segment, one) for one in take])

    def _leave(self, left: Sequence[tuple[str, str]]) -> None:
        self._pairs("delete from segment_members where segment = ? and person_id = ?", left)

    def _pairs(self, query: str, pairs: Sequence[tuple[str, str]]) -> None:
        if pairs:
            cursor = self._raw.cursor()
            cursor.executemany(query if self._is_sqlite else query.replace("?", "%s"), sorted(pairs))
            cursor.close()

    def _count(self, changes: MembershipChanges) -> None:
        self._store(
            "insert into segment_days (segment, day, entered, gone)",
            "on conflict (segment, day) do update set entered = segment_days.entered + excluded.entered, "
            "gone = segment_days.gone + excluded.gone",
            sorted((*key, *counted) for key, counted in changes.days.items()),
            ("text", "integer", "bigint", "bigint"),
        )

    def start(self) -> dict[int, int]:
        places = {lane: self.place(lane).processed for lane in LANES}
        for table in ("segment_nodes", "segment_timers"):
            self._raw.execute(f"delete from {table}")
        for lane, seq in places.items():
            self.set_place(lane, seq)
        return places

    def put_facts(self, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        query = f"select n.node_id, n.person_id, s.person_id, s.facts from {_BESIDE} where n.node_id"
        known = {row[0]: row[1:] for row in self.among(query, [node for node, _ in rows])}
        put = []
        for node, facts in rows:
            if node in known:
                person, was, packed = known[node]
                before = _unpack(bytes(packed)) if packed else {}
                put.append((node, was or person, _pack({**before, **facts})))
        self.store(MembershipChanges(nodes=put))

    def _take(self, table: str, column: str, values: Sequence[str]) -> None:
        if not values:
            return
        if self._is_sqlite:
            self._raw.execute(
                f"delete from {table} where {column} in (select value from json_each(?))",
                (_encode(list(values)).decode(),),
            )
        else:
            self._raw.execute(f"delete from {table} where {column} = any(%s)", (list(values),))
