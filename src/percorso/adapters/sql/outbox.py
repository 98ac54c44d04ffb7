"""The outbox: messages on their way out, what waits to be appended to the log, addresses to be left alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, bindparam, func, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import nodes, outbox, suppressions, to_append
from percorso.model.errors import Conflict, NotFound
from percorso.model.message import CAME_FROM, WAITING, WENT, Message, MessageState
from percorso.model.time import Micros
from percorso.ports import Later

# Written out, not bound: only then SQLite sees that the partial index on due_at fits.
_WAITING = outbox.c.state.in_([literal_column(f"'{state.value}'") for state in WAITING])
_DUE = (
    select(outbox)
    .where(_WAITING, outbox.c.due_at <= bindparam("now"))
    .order_by(outbox.c.due_at, outbox.c.message_id)
    .limit(bindparam("most"))
)
# A person id is the id of a node for ever: messages sent under the ids this person had before count too.
_IDS = select(nodes.c.node_id).where(nodes.c.person_id == bindparam("person"))
_SENT = select(func.count()).where(
    outbox.c.person_id.in_(_IDS),
    outbox.c.state_at >= bindparam("since"),
    outbox.c.state.in_(sorted(state.value for state in WENT)),
)
_SUPPRESSED = select(suppressions.c.since).where(
    suppressions.c.address_hash == bindparam("hash"), suppressions.c.channel == bindparam("channel")
)


class SqlOutbox:
    """`ports.Outbox` on a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = sqlite.insert if database.is_sqlite else postgresql.insert

    def due(self, now: Micros, limit: int) -> list[Message]:
        with self._database.read() as connection:
            rows = connection.execute(_DUE, {"now": now, "most": limit}).mappings()
            return [read_message(row) for row in rows]

    def mark(
        self,
        message_id: str,
        state: MessageState,
        *,
        at: Micros,
        due_at: Micros | None = None,
        refusal: str | None = None,
        provider_id: str | None = None,
        to: str | None = None,
        person_id: str | None = None,
        then: Later = (),
    ) -> None:
        given = {"due_at": due_at, "provider_id": provider_id, "recipient": to, "person_id": person_id}
        values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        values |= {"state": state.value, "state_at": at, "refusal": refusal}
        if state is MessageState.ATTEMPTED:
            values["attempts"] = outbox.c.attempts + 1
        before = [origin.value for origin in CAME_FROM[state]]
        change = update(outbox).where(outbox.c.message_id == message_id, outbox.c.state.in_(before)).values(values)
        with self._database.write() as connection:
            if connection.execute(change).rowcount == 0:
                _explain(connection, message_id, state)
            store_later(connection, then)

    def attempted(self) -> list[Message]:
        query = select(outbox).where(outbox.c.state == MessageState.ATTEMPTED.value).order_by(outbox.c.state_at)
        with self._database.read() as connection:
            return [read_message(row) for row in connection.execute(query).mappings()]

    def find(self, message_id: str) -> Message | None:
        with self._database.read() as connection:
            row = connection.execute(select(outbox).where(outbox.c.message_id == message_id)).mappings().first()
        return None if row is None else read_message(row)

    def sent_to(self, person_id: str, since: Micros) -> int:
        with self._database.read() as connection:
            return connection.execute(_SENT, {"person": person_id, "since": since}).scalar_one()

    def suppress(self, address_hash: str, channel: str, *, reason: str, at: Micros) -> None:
        row = {"address_hash": address_hash, "channel": channel, "reason": reason, "since": at}
        with self._database.write() as connection:
            connection.execute(self._insert(suppressions).values(row).on_conflict_do_nothing())

    def is_suppressed(self, address_hash: str, channel: str) -> bool:
        with self._database.read() as connection:
            return connection.execute(_SUPPRESSED, {"hash": address_hash, "channel": channel}).first() is not None

    def relay(self, limit: int) -> list[tuple[str, Mapping[str, Any]]]:
        query = select(to_append.c.message_id, to_append.c.item).order_by(to_append.c.id).limit(limit)
        with self._database.read() as connection:
            return [(row.message_id, msgspec.json.decode(row.item)) for row in connection.execute(query)]

    def relayed(self, message_ids: Sequence[str]) -> None:
        with self._database.write() as connection:
            connection.execute(to_append.delete().where(to_append.c.message_id.in_(list(message_ids))))

    def append_later(self, items: Later) -> None:
        with self._database.write() as connection:
            store_later(connection, items)


def store_later(connection: Connection, items: Later) -> None:
    """Leave items for the relay, in a transaction that is open."""
    if items:
        rows = [{"message_id": message_id, "item": msgspec.json.encode(item).decode()} for message_id, item in items]
        connection.execute(insert(to_append), rows)


def _explain(connection: Connection, message_id: str, state: MessageState) -> None:
    now = connection.execute(select(outbox.c.state).where(outbox.c.message_id == message_id)).scalar()
    if now is None:
        raise NotFound(f"no message {message_id} in the outbox")
    raise Conflict(f"message {message_id} is {now}; it cannot become {state.value}")


def read_message(row: RowMapping) -> Message:
    fields = {name: row[name] for name in Message.__dataclass_fields__}
    fields["facts"] = msgspec.json.decode(row["facts"])
    fields["state"] = MessageState(row["state"])
    return Message(**fields)
