"""Tasks: what people of the company must do for somebody, with the play that says how."""

from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from percorso.execution.own_event import own_event
from percorso.http.auth import MayPeople
from percorso.http.config import PlayRecord, play_record
from percorso.http.reading import saw_list, saw_person
from percorso.http.services import Given, Services
from percorso.http.wire import Iso, Limit, PlainText, Texts, iso, texts
from percorso.model.errors import Conflict, NotFound
from percorso.model.identifier import Identifier
from percorso.model.time import Micros, to_iso
from percorso.ports import AuditRow, Later, TaskRow

Outcome = Literal["reached", "not_reached", "solved", "not_needed"]
"""What came of a task. Fixed words, so that they can be counted; the rest goes into the note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPerson:
    """Whom the task is for, as known now."""

    person_id: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """One task.

    person  null when the person is no longer known;  play: null when the play is no longer in the playbook
    overdue whether the deadline has passed while it was open
    """

    task_id: str
    queue: str
    title: Texts
    play_id: str
    play: PlayRecord | None
    person: TaskPerson | None
    created_at: Iso
    due_at: Iso
    overdue: bool
    done_at: Iso | None
    done_by: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskList:
    """Open: nearest deadline first. Done: the last first."""

    tasks: list[TaskRecord]


class TaskDone(BaseModel):
    """`note`: for colleagues; goes into the event."""

    outcome: Outcome
    note: PlainText = Field(default="", max_length=2000)


router = APIRouter(prefix="/tasks", tags=["tasks"])


@router.get("")
def list_tasks(
    services: Given, caller: MayPeople, state: Literal["open", "done"] = "open", limit: Limit = 100
) -> TaskList:
    """Tasks that are open, or were done."""
    rows = services.tasks.open(limit) if state == "open" else services.tasks.closed(limit)
    saw_list(services, caller, "tasks", sum(row.person_id is not None for row in rows))
    return TaskList(tasks=[task_record(row, services) for row in rows])


@router.get("/{task_id}")
def get_task(task_id: str, services: Given, caller: MayPeople) -> TaskRecord:
    """One task."""
    row = _task(task_id, services)
    saw_person(services, caller, row.person_id)
    return task_record(row, services)


@router.post("/{task_id}/done")
def finish_task(task_id: str, body: TaskDone, services: Given, caller: MayPeople) -> TaskRecord:
    """Mark a task done. The event ``Task Done`` follows on the person's path."""
    row, now = _task(task_id, services), services.clock.now()
    then = _task_done(row, body, now, services)
    if not services.tasks.finish(task_id, by=caller.name, outcome=body.outcome, at=now, then=then):
        raise Conflict("somebody has done this task already")
    services.audit.record(AuditRow(now, caller.name, "task.done", task_id))
    return task_record(_task(task_id, services), services)


def task_record(row: TaskRow, services: Services) -> TaskRecord:
    """A task as the API shows it."""
    task = row.task
    play = next((play for play in services.config.plays if play.id == task.play), None)
    return TaskRecord(
        task_id=task.task_id,
        queue=task.queue,
        title=texts(task.title),
        play_id=task.play,
        play=play_record(play) if play else None,
        person=TaskPerson(person_id=row.person_id, name=row.name) if row.person_id else None,
        created_at=to_iso(task.created_at),
        due_at=to_iso(task.due_at),
        overdue=task.done_at is None and task.due_at < services.clock.now(),
        done_at=iso(task.done_at),
        done_by=task.done_by,
        outcome=task.outcome,
    )


def _task(task_id: str, services: Services) -> TaskRow:
    row = services.tasks.get(task_id)
    if row is None:
        raise NotFound("there is no such task")
    return row


def _task_done(row: TaskRow, body: TaskDone, now: Micros, services: Services) -> Later:
    """The event that goes on the person's path; one per task, whoever was first."""
    task, node = row.task, services.people.node(row.task.node_id)
    if node is None:
        return ()
    message_id = f"task-done-{task.task_id}"
    properties = {"task_id": task.task_id, "play": task.play, "queue": task.queue, "outcome": body.outcome}
    if body.note:
        properties["note"] = body.note
    who = Identifier(node.kind, node.value, node.claimed)
    return [(message_id, own_event("Task Done", message_id, who, properties, {}, now))]
