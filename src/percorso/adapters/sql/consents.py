"""The consent ledger in the state database."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select, update

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import consent_ledger, offsets, placed
from percorso.model.consent_chain import LedgerRow
from percorso.model.errors import VersionMismatch
from percorso.ports import LedgerPlace

_MANY = 400
_COLUMNS = [consent_ledger.c[name] for name in LedgerRow._fields]
_ORDER = [consent_ledger.c[name] for name in ("node_id", "lane", "seq", "number")]


def reader(lane: int) -> str:
    """The name under which the ledger's place in a lane is kept, among the other readers'."""
    return f"consents/{lane}"


class SqlConsents:
    """`ports.ConsentLedger`. `log_id` is the log it is derived from."""

    def __init__(self, database: Database, log_id: str) -> None:
        self._database = database
        self._log_id = log_id

    def place(self, lane: int) -> LedgerPlace:
        with self._database.read() as connection:
            return LedgerPlace(self._seq(connection, reader(lane)), self._seq(connection, f"process/{lane}"))

    def holders(self, seqs: Sequence[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        with self._database.read() as connection:
            for some in _parts(seqs):
                query = select(placed.c.seq, placed.c.node_id).where(
                    placed.c.seq.in_(some), placed.c.node_id.is_not(None)
                )
                found.update((row.seq, row.node_id) for row in connection.execute(query))
        return found

    def tips(self, node_ids: Sequence[str], lane: int) -> dict[str, str]:
        return {key[0]: row.hash for key, row in self._latest(("node_id",), node_ids, lane).items()}

    def last(self, node_ids: Sequence[str], lane: int) -> Mapping[tuple[str, str, str], str]:
        found = self._latest(("node_id", "purpose", "channel"), node_ids, lane)
        return {key: row.state for key, row in found.items()}

    def add(self, rows: Sequence[LedgerRow], lane: int, before: int, after: int) -> bool:
        with self._database.write() as connection:
            if self._seq(connection, reader(lane), lock=True) != before:
                return False
            if rows:
                connection.execute(insert(consent_ledger), [row._asdict() for row in rows])
            moved = update(offsets).where(offsets.c.reader == reader(lane)).values(seq=after)
            if connection.execute(moved).rowcount == 0:
                connection.execute(insert(offsets), {"reader": reader(lane), "log_id": self._log_id, "seq": after})
            return True

    def of(self, node_ids: Sequence[str]) -> list[LedgerRow]:
        found: list[LedgerRow] = []
        with self._database.read() as connection:
            for some in _parts(node_ids):
                query = select(*_COLUMNS).where(consent_ledger.c.node_id.in_(some))
                found += [LedgerRow(*row) for row in connection.execute(query)]
        return sorted(found)

    def all(self) -> Iterator[LedgerRow]:
        with self._database.read() as connection:
            query = select(*_COLUMNS).order_by(*_ORDER)
            for row in connection.execution_options(yield_per=5_000).execute(query):
                yield LedgerRow(*row)

    def _latest(self, by: Sequence[str], node_ids: Sequence[str], lane: int) -> dict[Any, Any]:
        """The last row of each group of these identifiers' rows."""
        table = consent_ledger
        keys = [table.c[name] for name in by]
        found = {}
        with self._database.read() as connection:
            for some in _parts(node_ids):
                here = and_(table.c.node_id.in_(some), table.c.lane == lane)
                place = func.row_number().over(partition_by=keys, order_by=[table.c.seq.desc(), table.c.number.desc()])
                inner = select(*keys, table.c.state, table.c.hash, place.label("place")).where(here).subquery()
                for row in connection.execute(select(inner).where(inner.c.place == 1)):
                    found[tuple(row[: len(by)])] = row
        return found

    def _seq(self, connection: Connection, name: str, *, lock: bool = False) -> int:
        query = select(offsets.c.log_id, offsets.c.seq).where(offsets.c.reader == name)
        row = connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            return 0
        if row.log_id != self._log_id:
            raise VersionMismatch("the state was folded from another log; rebuild it with: percorso replay")
        return int(row.seq)


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _MANY):
        yield values[start : start + _MANY]
