"""The ledger of identity, asked and written for many nodes at once."""

from collections.abc import Sequence

from percorso.adapters.sql.statements import Statements
from percorso.adapters.sql.tables import overrides as override_rows
from percorso.model.identity import Assertion, Child, Override

_ASSERTION_COLUMNS = "weaker, stronger, strength, occurred_at, tie, message_id, source, trust"
_FILLED = {column: f"{column} is not null and" for column in ("base", "parent_id")}
"""What SQLite's partial indexes hold; said in a query, they are used."""


class LedgerStatements(Statements):
    """The part of `ports.StateTransaction` that says who was seen with whom."""

    def based_on(self, node_ids: Sequence[str]) -> list[str]:
        return [row[0] for row in self.among(f"select node_id from nodes where {_FILLED['base']} base", node_ids)]

    def children_of(self, node_ids: Sequence[str], most: int) -> list[Child]:
        ranked = (
            "select * from (select parent_id, kind, claimed, linked_at, node_id, held, "
            "row_number() over (partition by parent_id, kind, claimed order by linked_at, node_id) as place "
            f"from nodes where {_FILLED['parent_id']} (base is null or claimed = 1) and parent_id"
        )
        rows = self.among(ranked, node_ids, ") as ranked where place <= ?", most)
        return [Child(row[0], row[1], row[2] == 1, row[3], row[4], row[5]) for row in rows]

    def kept_apart_from(self, node_ids: Sequence[str]) -> list[str]:
        held = f"select node_id from nodes where {_FILLED['parent_id']} held = 'never' and parent_id"
        return [row[0] for row in self.among(held, node_ids)]

    def assertions_of(self, node_ids: Sequence[str]) -> list[Assertion]:
        query = f"select {_ASSERTION_COLUMNS} from identity_assertions where weaker"
        return [Assertion._make(row) for row in self.among(query, node_ids)]

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
