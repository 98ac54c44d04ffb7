"""Tasks of people of the company, with whom they are for now."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, Select, select, update

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.outbox import store_later
from percorso.adapters.sql.tables import nodes, people, tasks
from percorso.model.message import Task
from percorso.model.time import Micros
from percorso.ports import Later, TaskRow

_QUERY = select(tasks, nodes.c.person_id, people.c.name.label("person_name")).select_from(
    tasks.outerjoin(nodes, nodes.c.node_id == tasks.c.node_id).outerjoin(
        people, people.c.person_id == nodes.c.person_id
    )
)


class SqlTasks:
    """`ports.Tasks` on a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, limit: int) -> list[TaskRow]:
        query = _QUERY.where(tasks.c.done_at.is_(None)).order_by(tasks.c.due_at, tasks.c.task_id)
        return self._rows(query.limit(limit))

    def closed(self, limit: int) -> list[TaskRow]:
        query = _QUERY.where(tasks.c.done_at.is_not(None)).order_by(tasks.c.done_at.desc(), tasks.c.task_id)
        return self._rows(query.limit(limit))

    def of(self, node_ids: Sequence[str], limit: int) -> list[TaskRow]:
        query = _QUERY.where(tasks.c.node_id.in_(node_ids)).order_by(tasks.c.created_at.desc(), tasks.c.task_id)
        return self._rows(query.limit(limit))

    def get(self, task_id: str) -> TaskRow | None:
        return next(iter(self._rows(_QUERY.where(tasks.c.task_id == task_id))), None)

    def finish(self, task_id: str, *, by: str, outcome: str, at: Micros, then: Later) -> bool:
        change = (
            update(tasks)
            .where(tasks.c.task_id == task_id, tasks.c.done_at.is_(None))
            .values(done_at=at, done_by=by, outcome=outcome)
        )
        with self._database.write() as connection:
            if connection.execute(change).rowcount == 0:
                return False
            store_later(connection, then)
            return True

    def _rows(self, query: Select[Any]) -> list[TaskRow]:
        with self._database.read() as connection:
            return [_task_row(row) for row in connection.execute(query)]


def _task_row(row: Row[Any]) -> TaskRow:
    task = Task(
        task_id=row.task_id,
        decision_id=row.decision_id,
        node_id=row.node_id,
        play=row.play,
        queue=row.queue,
        title=msgspec.json.decode(row.title, type=dict[str, str]),
        created_at=row.created_at,
        due_at=row.due_at,
        done_at=row.done_at,
        done_by=row.done_by,
        outcome=row.outcome,
    )
    return TaskRow(task, row.person_id, row.person_name)
