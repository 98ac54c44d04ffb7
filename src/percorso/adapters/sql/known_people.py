"""Everybody with what is known of them, read in pages."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select, tuple_

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.node_rows import unpack_profile
from percorso.adapters.sql.tables import nodes
from percorso.model.person import Stamped, latest
from percorso.ports import KnownPerson

PAGE = 5_000
"""Identifiers read at once."""


class SqlKnownPeople:
    """`ports.KnownPeople` on a state database."""

    def __init__(self, database: Database, page: int = PAGE) -> None:
        self._database = database
        self._page = page

    def everybody(self) -> Iterator[KnownPerson]:
        for person_id, rows in groupby(self._rows(), key=lambda row: str(row.person_id)):
            person = _known(person_id, rows)
            if person.traits:
                yield person

    def _rows(self) -> Iterator[Row[Any]]:
        """All proven identifiers, those of a person after one another; each page is a transaction of its own."""
        place = tuple_(nodes.c.person_id, nodes.c.node_id)
        query = (
            select(nodes.c.person_id, nodes.c.node_id, nodes.c.kind, nodes.c.value, nodes.c.profile)
            .where(nodes.c.claimed == 0)
            .order_by(nodes.c.person_id, nodes.c.node_id)
            .limit(self._page)
        )
        rows = self._read(query)
        while rows:
            yield from rows
            last = (rows[-1].person_id, rows[-1].node_id)
            rows = self._read(query.where(place > last)) if len(rows) == self._page else []

    def _read(self, query: Any) -> Sequence[Row[Any]]:
        with self._database.read() as connection:
            return connection.execute(query).all()


def _known(person_id: str, rows: Iterable[Row[Any]]) -> KnownPerson:
    traits: dict[str, Stamped] = {}
    users: list[tuple[str, str]] = []
    contacts: list[tuple[str, str]] = []
    for row in rows:
        traits = latest(traits, unpack_profile(row.profile).facts.traits)
        if row.kind == "user_id":
            users.append((row.node_id, row.value))
        elif row.kind in ("email", "phone"):
            contacts.append((row.kind, row.value))
    node_id, record_id = users[0] if len(users) == 1 else (person_id, person_id)
    values = {name: stamped.value for name, stamped in traits.items()}
    return KnownPerson(person_id, node_id, record_id, values, sorted(contacts))
