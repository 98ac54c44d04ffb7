"""Who is known by a bare value, whatever its kind."""

from collections.abc import Collection

from sqlalchemy import select

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import nodes
from percorso.model.identifier import Identifier

MOST = 100


def identifiers_of(state: Database, values: Collection[str]) -> list[tuple[Identifier, str]]:
    """(identifier, person id) of the identifiers with one of these values, at most `MOST`."""
    query = select(nodes.c.kind, nodes.c.value, nodes.c.person_id).where(nodes.c.value.in_(values))
    with state.read() as connection:
        rows = connection.execute(query.order_by(nodes.c.kind, nodes.c.value).limit(MOST)).all()
    return [(Identifier(row.kind, row.value), row.person_id) for row in rows]
