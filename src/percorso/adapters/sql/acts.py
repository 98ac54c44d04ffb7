"""What processing decided and wants said, written once under its key."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import insert, select

from percorso.adapters.sql.statements import Statements
from percorso.adapters.sql.tables import decisions, outbox, tasks, to_append
from percorso.model.decision import Decision
from percorso.model.message import Message, Task

_encode = msgspec.json.Encoder(order="deterministic").encode


class ActStatements(Statements):
    """The kept part of `ports.StateTransaction`."""

    def add_acts(self, made: Sequence[Decision], messages: Sequence[Message], todo: Sequence[Task]) -> int:
        new = self._insert_new(decisions, [_decision_row(one) for one in made], "decision_id")
        self._insert_new(outbox, [_message_row(one) for one in messages if one.decision_id in new], "message_id")
        self._insert_new(
            tasks, [_task_row(one) for one in self._not_open([t for t in todo if t.decision_id in new])], "task_id"
        )
        return len(new)

    def _not_open(self, todo: Sequence[Task]) -> list[Task]:
        """Tasks of which none like them waits already: nobody shall ring the same person twice for the same play."""
        if not todo:
            return []
        query = select(tasks.c.play, tasks.c.node_id).where(
            tasks.c.done_at.is_(None), tasks.c.node_id.in_({one.node_id for one in todo})
        )
        waiting = {(row.play, row.node_id) for row in self._connection.execute(query)}
        fresh: dict[tuple[str, str], Task] = {}
        for one in todo:
            if (one.play, one.node_id) not in waiting:
                fresh.setdefault((one.play, one.node_id), one)
        return list(fresh.values())

    def append_later(self, items: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        if items:
            rows = [{"message_id": message_id, "item": _encode(item).decode()} for message_id, item in items]
            self._connection.execute(insert(to_append), rows)


def _decision_row(one: Decision) -> dict[str, Any]:
    return {
        "decision_id": one.decision_id,
        "business_key": one.business_key,
        "play": one.play,
        "play_version": one.play_version,
        "node_id": one.node_id,
        "person_id": one.person_id,
        "cause_seq": one.cause_seq,
        "cause_message_id": one.cause_message_id,
        "touchpoint": one.touchpoint,
        "stage": one.stage,
        "channel": one.channel,
        "outcome": one.outcome,
        "refusal": None if one.refusal is None else str(one.refusal),
        "reasons": _encode(one.reasons).decode(),
        "alternatives": _encode(one.alternatives).decode(),
        "decided_at": one.decided_at,
        "historical": int(one.historical),
    }


def _message_row(one: Message) -> dict[str, Any]:
    return {
        "message_id": one.message_id,
        "business_key": one.business_key,
        "decision_id": one.decision_id,
        "node_id": one.node_id,
        "channel": one.channel,
        "play": one.play,
        "play_version": one.play_version,
        "intent": one.intent,
        "purpose": one.purpose,
        "facts": _encode(one.facts).decode(),
        "created_at": one.created_at,
        "due_at": one.due_at,
        "expires_at": one.expires_at,
        "state": str(one.state),
        "state_at": one.created_at,
        "refusal": one.refusal,
        "attempts": one.attempts,
        "provider_id": one.provider_id,
    }


def _task_row(one: Task) -> dict[str, Any]:
    return {
        "task_id": one.task_id,
        "decision_id": one.decision_id,
        "node_id": one.node_id,
        "play": one.play,
        "queue": one.queue,
        "title": _encode(one.title).decode(),
        "created_at": one.created_at,
        "due_at": one.due_at,
        "done_at": one.done_at,
        "done_by": one.done_by,
        "outcome": one.outcome,
    }
