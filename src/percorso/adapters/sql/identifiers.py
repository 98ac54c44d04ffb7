"""Identifiers as such: by a bare value, whatever its kind, and all of them."""

from collections.abc import Collection, Iterator

from sqlalchemy import select

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import nodes
from percorso.model.identifier import Identifier

MOST = 100
PAGE = 10_000


def identifiers_of(state: Database, values: Collection[str]) -> list[tuple[Identifier, str]]:
    """(identifier, person id) of the identifiers with one of these values, at most `MOST`."""
    query = select(nodes.c.kind, nodes.c.value, nodes.c.person_id).where(nodes.c.value.in_(values))
    with state.read() as connection:
        rows = connection.execute(query.order_by(nodes.c.kind, nodes.c.value).limit(MOST)).all()
    return [(Identifier(row.kind, row.value), row.person_id) for row in rows]


def every_identifier(state: Database) -> Iterator[Identifier]:
    """All identifiers there are, each once."""
    query = select(nodes.c.kind, nodes.c.value, nodes.c.claimed).distinct()
    with state.read() as connection:
        for row in connection.execution_options(yield_per=PAGE).execute(query):
            yield Identifier(row.kind, row.value, bool(row.claimed))
