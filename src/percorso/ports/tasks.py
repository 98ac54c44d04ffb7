"""What people of the company are to do."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from percorso.model.message import Task
from percorso.model.time import Micros
from percorso.ports.delivery import Later


class TaskRow(NamedTuple):
    """A task with the person it is for now, None when the person is gone."""

    task: Task
    person_id: str | None
    name: str | None


class Tasks(Protocol):
    """What people of the company must do."""

    def open(self, limit: int) -> list[TaskRow]:
        """Nearest deadline first."""
        ...

    def closed(self, limit: int) -> list[TaskRow]:
        """Done last first."""
        ...

    def of(self, node_ids: Sequence[str], limit: int) -> list[TaskRow]:
        """Those of a person's identifiers, newest first."""
        ...

    def get(self, task_id: str) -> TaskRow | None: ...

    def finish(self, task_id: str, *, by: str, outcome: str, at: Micros, then: Later) -> bool:
        """Mark done and leave `then` (as `append_later`) in one transaction; False when it was done before."""
        ...
