"""Requests of people about their data, and the tombstones of who was erased, in the state database."""

from collections.abc import Collection, Sequence
from hashlib import shake_256
from secrets import token_bytes
from typing import Any
from zlib import compress, decompress

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import erasures, mailbox, nodes, outbox, people, positions, state_meta, tombstones
from percorso.model.erasure import PrivacyRequest, Step, Tombstone, Work
from percorso.model.time import Micros

VERSION = "tombstones"
"""The name in `state_meta` under which it is written how often tombstones changed."""
HEARD = "erasure_wishes"
_MANY = 500
_NONCE = 16
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.decode


class SqlTombstones:
    """`ports.erasure.Tombstones`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def version(self) -> int:
        with self._database.read() as connection:
            return _number(connection, VERSION)

    def all(self) -> list[Tombstone]:
        return self.since(-1)

    def since(self, version: int) -> list[Tombstone]:
        query = select(*[tombstones.c[name] for name in Tombstone._fields]).where(tombstones.c.version > version)
        with self._database.read() as connection:
            return [Tombstone(*row) for row in connection.execute(query)]

    def open(self, node_ids: Collection[str], at: Micros) -> None:
        with self._database.write() as connection:
            opened = {
                "opened_at": at,
                "generation": tombstones.c.generation + 1,
                "version": _raised_version(connection),
            }
            for node_id in sorted(node_ids):
                shut = (tombstones.c.node_id == node_id, tombstones.c.opened_at.is_(None))
                connection.execute(update(tombstones).where(*shut).values(**opened))

    def put(self, tombstones_: Sequence[Tombstone]) -> None:
        with self._database.write() as connection:
            for some in _parts([one.node_id for one in tombstones_]):
                connection.execute(delete(tombstones).where(tombstones.c.node_id.in_(some)))
            version = _raised_version(connection)
            if tombstones_:
                connection.execute(insert(tombstones), [{**one._asdict(), "version": version} for one in tombstones_])


class SqlPrivacyRequests:
    """`ports.erasure.PrivacyRequests`. `secret`: makes of the work something that nobody without it can read."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._secret = secret

    def add(self, request: PrivacyRequest, work: Work | None, blocked: Sequence[Tombstone]) -> None:
        with self._database.write() as connection:
            connection.execute(insert(erasures), {**_row(request), "work": self._sealed(work)})
            _bury(connection, blocked)
            if work is not None:
                _withdraw(connection, work.nodes)

    def get(self, request_id: str) -> PrivacyRequest | None:
        found = self._requests(erasures.c.request_id == request_id)
        return found[0] if found else None

    def latest(self, limit: int) -> list[PrivacyRequest]:
        query = select(erasures).order_by(erasures.c.requested_at.desc(), erasures.c.request_id).limit(limit)
        with self._database.read() as connection:
            return [_request(row) for row in connection.execute(query)]

    def to_be_told(self, since: Micros) -> list[PrivacyRequest]:
        return self._requests(erasures.c.requested_at >= since, erasures.c.callback.is_not(None))

    def open(self) -> list[PrivacyRequest]:
        return self._requests(erasures.c.kind == "erasure", erasures.c.step.in_(("requested", "found", "purged")))

    def erased(self) -> bool:
        query = select(erasures.c.request_id).where(erasures.c.kind == "erasure").limit(1)
        with self._database.read() as connection:
            return connection.execute(query).first() is not None

    def _requests(self, *where: Any) -> list[PrivacyRequest]:
        query = select(erasures).where(*where).order_by(erasures.c.requested_at, erasures.c.request_id)
        with self._database.read() as connection:
            return [_request(row) for row in connection.execute(query)]

    def listened(self) -> int:
        with self._database.read() as connection:
            return _number(connection, HEARD)

    def listen(self, seq: int) -> None:
        with self._database.write() as connection:
            _set_number(connection, HEARD, seq)

    def work(self, request_id: str) -> Work:
        with self._database.read() as connection:
            stored = connection.execute(select(erasures.c.work).where(erasures.c.request_id == request_id)).scalar()
        return Work(()) if stored is None else self._read(bytes(stored))

    def advance(
        self, request: PrivacyRequest, *, after: Step, work: Work | None, tombstones: Sequence[Tombstone] = ()
    ) -> bool:
        here = erasures.c.request_id == request.request_id
        change = update(erasures).where(here, erasures.c.step == after)
        with self._database.write() as connection:
            if connection.execute(change.values(**_row(request), work=self._sealed(work))).rowcount == 0:
                return False
            _bury(connection, tombstones)
            if work is not None and tombstones:
                _withdraw(connection, work.nodes)
            return True

    def _sealed(self, work: Work | None) -> bytes | None:
        if work is None:
            return None
        nonce = token_bytes(_NONCE)
        return nonce + _crossed(compress(msgspec.msgpack.encode(work), 1), self._secret, nonce)

    def _read(self, stored: bytes) -> Work:
        plain = decompress(_crossed(stored[_NONCE:], self._secret, stored[:_NONCE]))
        return msgspec.msgpack.decode(plain, type=Work)


def _crossed(text: bytes, secret: bytes, nonce: bytes) -> bytes:
    """Text with a stream made of secret and nonce over it; the same again gives it back."""
    stream = shake_256(b"percorso erasure work\x00" + secret + nonce).digest(len(text))
    size = len(text)
    return (int.from_bytes(text, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")


def _number(connection: Connection, name: str) -> int:
    return int(connection.execute(select(state_meta.c.value).where(state_meta.c.name == name)).scalar() or 0)


def _set_number(connection: Connection, name: str, number: int) -> None:
    value = str(number)
    if connection.execute(update(state_meta).where(state_meta.c.name == name).values(value=value)).rowcount == 0:
        connection.execute(insert(state_meta), {"name": name, "value": value})


def _raised_version(connection: Connection) -> int:
    """The next version of tombstones, by which those that change are known."""
    version = _number(connection, VERSION) + 1
    _set_number(connection, VERSION, version)
    return version


def _bury(connection: Connection, blocked: Sequence[Tombstone]) -> None:
    """An identifier that was erased before keeps its generation: the next begins when somebody comes back."""
    if not blocked:
        return
    known = {
        row.node_id
        for some in _parts([one.node_id for one in blocked])
        for row in connection.execute(select(tombstones.c.node_id).where(tombstones.c.node_id.in_(some)))
    }
    version = _raised_version(connection)
    fresh = {one.node_id: {**one._asdict(), "version": version} for one in blocked if one.node_id not in known}
    if fresh:
        connection.execute(insert(tombstones), list(fresh.values()))
    for one in blocked:
        if one.node_id in known:
            again = update(tombstones).where(
                tombstones.c.node_id == one.node_id, tombstones.c.erased_at < one.erased_at
            )
            connection.execute(again.values(erased_at=one.erased_at, opened_at=None, version=version))


def _withdraw(connection: Connection, node_ids: Sequence[str]) -> None:
    """Nothing of theirs is shown or sent from now on; what else there is goes a step later."""
    for some in _parts(node_ids):
        holders = select(nodes.c.person_id).where(nodes.c.node_id.in_(some))
        gone = [row.person_id for row in connection.execute(holders)]
        connection.execute(delete(outbox).where(outbox.c.node_id.in_(some)))
        for table in (people, positions, mailbox):
            connection.execute(delete(table).where(table.c.person_id.in_(gone)))


def _row(request: PrivacyRequest) -> dict[str, Any]:
    return {
        "request_id": request.request_id,
        "kind": request.kind,
        "identities": _encode(request.identities).decode(),
        "requested_at": request.requested_at,
        "requested_by": request.requested_by,
        "deadline_at": request.deadline_at,
        "step": request.step,
        "step_at": request.step_at,
        "counts": _encode(request.counts).decode(),
        "receipt": None if request.receipt is None else _encode(request.receipt).decode(),
        "callback": _encode(request.callbacks).decode() if request.callbacks else None,
        "problem": request.problem,
    }


def _request(row: Row[Any]) -> PrivacyRequest:
    plain: dict[str, Any] = {
        name: getattr(row, name) for name in PrivacyRequest.__dataclass_fields__ if name != "callbacks"
    }
    plain["identities"] = _decode(plain["identities"])
    plain["counts"] = _decode(plain["counts"])
    plain["receipt"] = None if plain["receipt"] is None else _decode(plain["receipt"])
    return PrivacyRequest(**plain, callbacks=_decode(row.callback) if row.callback else [])


def _parts(values: Sequence[str]) -> list[Sequence[str]]:
    return [values[start : start + _MANY] for start in range(0, len(values), _MANY)]
