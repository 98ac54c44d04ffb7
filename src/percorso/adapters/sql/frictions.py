"""`ports.FrictionBook` on a state database."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import delete, func, select

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import friction_steps, roadmap_items
from percorso.model.time import Micros
from percorso.ports.frictions import FrictionStep, PlannedItem

_COLUMNS = [friction_steps.c[name] for name in FrictionStep._fields]


class SqlFrictions:
    """Changes of status in a table that only grows; the roadmap's items, one row each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def steps(self, friction: str | None = None) -> list[FrictionStep]:
        query = select(*_COLUMNS).order_by(friction_steps.c.friction, friction_steps.c.number)
        if friction is not None:
            query = query.where(friction_steps.c.friction == friction)
        with self._database.read() as connection:
            return [FrictionStep(*row) for row in connection.execute(query)]

    def add(self, step: FrictionStep) -> None:
        last = select(func.coalesce(func.max(friction_steps.c.number), 0)).where(
            friction_steps.c.friction == step.friction
        )
        with self._database.write() as connection:
            number = int(connection.execute(last).scalar_one()) + 1
            connection.execute(friction_steps.insert(), {"number": number, **step._asdict()})

    def planned(self) -> Mapping[str, PlannedItem]:
        query = select(roadmap_items.c.item_id, roadmap_items.c.body).order_by(roadmap_items.c.item_id)
        with self._database.read() as connection:
            return {row.item_id: msgspec.json.decode(row.body, type=PlannedItem) for row in connection.execute(query)}

    def plan(self, item_id: str, item: PlannedItem | None, at: Micros) -> None:
        with self._database.write() as connection:
            connection.execute(delete(roadmap_items).where(roadmap_items.c.item_id == item_id))
            if item is not None:
                body = msgspec.json.encode(item).decode()
                connection.execute(roadmap_items.insert(), {"item_id": item_id, "body": body, "updated_at": at})
