"""Looking at log and state from outside: lag, counts, and items as they come."""

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.readiness import Readiness
from percorso.adapters.sql.tables import (
    log_counts,
    log_events,
    log_refused,
    moved,
    offsets,
    outbox,
    people,
    placed,
    tasks,
    to_append,
)
from percorso.model.item_name import item_name
from percorso.model.time import DAY, Micros
from percorso.model.verdict import IMPORT_LANE, LIVE_LANE, TimeRule, Verdict
from percorso.ports import Figures, LaneLag, Mark, Seen, SeenPerson

COUNTED_BEHIND = 100_000
"""Entries behind that are counted one by one; beyond, the distance in the log is told."""
MESSAGES_FRESH_S = 5.0
"""How old the counts of messages may be: they read the whole outbox."""


class SqlWatch:
    """`ports.Watch` on both databases."""

    def __init__(self, log: Database, state: Database) -> None:
        self._log = log
        self._state = state
        self._readiness = Readiness(log, state)
        self._messages: tuple[float, dict[str, int]] = (float("-inf"), {})

    def figures(self, now: Micros) -> Figures:
        today, total = self._counts(now // DAY)
        with self._state.read() as state:
            read = _offsets(state)
            todo = select(func.count(), func.count().filter(tasks.c.due_at < now)).where(tasks.c.done_at.is_(None))
            tasks_open, tasks_overdue = state.execute(todo).one()
            relay = state.execute(select(func.count()).select_from(to_append)).scalar_one()
            messages = self._count_messages(state)
        return Figures(
            lanes=self._lanes(read),
            sealed=read.get("archive", 0),
            today=today,
            total=total,
            outbox=messages,
            tasks_open=tasks_open,
            tasks_overdue=tasks_overdue,
            relay=relay,
        )

    def lanes(self) -> tuple[LaneLag, ...]:
        with self._state.read() as state:
            read = _offsets(state)
        return self._lanes(read)

    def _lanes(self, read: Mapping[str, int]) -> tuple[LaneLag, ...]:
        with self._log.read() as log:
            return tuple(_lane(log, lane, read.get(f"process/{lane}", 0)) for lane in (LIVE_LANE, IMPORT_LANE))

    def _counts(self, day: int) -> tuple[dict[str, int], dict[str, int]]:
        today = func.coalesce(func.sum(log_counts.c.count).filter(log_counts.c.day == day), 0)
        query = select(log_counts.c.verdict, today, func.sum(log_counts.c.count)).group_by(log_counts.c.verdict)
        with self._log.read() as log:
            rows = log.execute(query).all()
        return {row[0]: int(row[1]) for row in rows}, {row[0]: int(row[2]) for row in rows}

    def _count_messages(self, state: Connection) -> dict[str, int]:
        counted_at, counts = self._messages
        if monotonic() - counted_at > MESSAGES_FRESH_S:
            rows = state.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
            counts = {row[0]: row[1] for row in rows}
            self._messages = (monotonic(), counts)
        return counts

    def ready(self) -> None:
        self._readiness.check()

    def head(self) -> Mark:
        with self._log.read() as log:
            seq = log.execute(select(func.max(log_events.c.seq))).scalar()
            refused = log.execute(select(func.max(log_refused.c.id))).scalar()
        return Mark(seq or 0, refused or 0)

    def since(self, mark: Mark, limit: int) -> tuple[list[Seen], Mark]:
        with self._log.read() as log:
            accepted = _latest_accepted(log, log_events.c.seq > mark.seq, limit)
            refused = _latest_refused(log, log_refused.c.id > mark.refused, limit)
        new = Mark(
            max([mark.seq, *(row.seq for row in accepted)]),
            max([mark.refused, *(row.id for row in refused)]),
        )
        seen = [_accepted(row) for row in reversed(accepted)] + [_refused(row) for row in reversed(refused)]
        return sorted(seen, key=lambda one: one.received_at), new

    def recent(self, limit: int, verdict: str | None = None) -> list[Seen]:
        with self._log.read() as log:
            accepted = _latest_accepted(log, None, limit) if verdict in (None, Verdict.ACCEPTED) else []
            which = None if verdict is None else log_refused.c.verdict == verdict
            refused = [] if verdict == Verdict.ACCEPTED else _latest_refused(log, which, limit)
        seen = [_accepted(row) for row in accepted] + [_refused(row) for row in refused]
        return sorted(seen, key=lambda one: one.received_at, reverse=True)[:limit]

    def placed(self, seqs: Sequence[int]) -> dict[int, SeenPerson]:
        holder = func.coalesce(moved.c.person_id, placed.c.person_id)
        query = (
            select(placed.c.seq, holder, people.c.name, placed.c.touchpoint, placed.c.robot)
            .select_from(
                placed.outerjoin(moved, moved.c.node_id == placed.c.node_id).outerjoin(
                    people, people.c.person_id == holder
                )
            )
            .where(placed.c.seq.in_(seqs))
        )
        with self._state.read() as state:
            return {row[0]: SeenPerson(*row[:4], robot=bool(row[4])) for row in state.execute(query)}


def _offsets(state: Connection) -> dict[str, int]:
    rows = state.execute(select(offsets.c.reader, offsets.c.seq)).all()
    return {row.reader: row.seq for row in rows}


def _lane(log: Connection, lane: int, processed: int) -> LaneLag:
    """The lane's number is written out, not bound: only then SQLite sees that the partial index fits."""
    of_lane = log_events.c.lane == literal_column(str(lane))
    head = log.execute(select(func.max(log_events.c.seq)).where(of_lane)).scalar() or 0
    if head <= processed:
        return LaneLag(lane, head, processed, 0)
    after = select(log_events.c.seq).where(of_lane, log_events.c.seq > processed).limit(COUNTED_BEHIND).subquery()
    behind = int(log.execute(select(func.count()).select_from(after)).scalar_one())
    return LaneLag(lane, head, processed, behind if behind < COUNTED_BEHIND else head - processed)


def _latest_accepted(log: Connection, which: ColumnElement[bool] | None, limit: int) -> Sequence[Any]:
    columns = (
        log_events.c.seq,
        log_events.c.received_at,
        log_events.c.occurred_at,
        log_events.c.time_rule,
        log_events.c.source,
        log_events.c.message_id,
        log_events.c.body,
    )
    query = select(*columns).order_by(log_events.c.seq.desc()).limit(limit)
    return log.execute(query if which is None else query.where(which)).all()


def _latest_refused(log: Connection, which: ColumnElement[bool] | None, limit: int) -> Sequence[Any]:
    query = select(log_refused).order_by(log_refused.c.id.desc()).limit(limit)
    return log.execute(query if which is None else query.where(which)).all()


def _accepted(row: Any) -> Seen:
    return Seen(
        key=f"e{row.seq}",
        seq=row.seq,
        received_at=row.received_at,
        occurred_at=row.occurred_at,
        source=row.source,
        message_id=row.message_id,
        name=item_name(row.body),
        verdict=Verdict.ACCEPTED.value,
        reason=None,
        detail=None,
        line=None,
        time_rule=TimeRule(row.time_rule).word,
    )


def _refused(row: Any) -> Seen:
    return Seen(
        key=f"r{row.id}",
        seq=None,
        received_at=row.received_at,
        occurred_at=None,
        source=row.source,
        message_id=row.message_id,
        name=item_name(row.body),
        verdict=row.verdict,
        reason=row.reason,
        detail=row.detail,
        line=row.line,
    )
