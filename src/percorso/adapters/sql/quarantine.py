"""The quarantine: refused items in the log's database, to be looked at, mended and replayed."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, bindparam, func, select, update

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import log_refused
from percorso.model.time import Micros
from percorso.model.verdict import Verdict
from percorso.ports import Chosen, Quarantined, QuarantineGroup, Settled

_T = log_refused.c
KEPT_ASIDE = (Verdict.QUARANTINED.value, Verdict.CONFLICT.value)
DISMISSED = "dismissed"
_COLUMNS = [_T[name] if name != "body" else func.coalesce(_T.body, "").label("body") for name in Quarantined._fields]


class SqlQuarantine:
    """`ports.Quarantine`."""

    def __init__(self, log: Database) -> None:
        self._log = log

    def groups(self, chosen: Chosen, limit: int) -> list[QuarantineGroup]:
        keys = (_T.verdict, _T.reason, _T.source, _T.event)
        number = func.count()
        query = (
            select(*keys, number, func.min(_T.received_at), func.max(_T.received_at), func.max(_T.id))
            .where(*_where(chosen))
            .group_by(*keys)
            .order_by(number.desc(), func.max(_T.id).desc())
            .limit(limit)
        )
        with self._log.read() as log:
            return [QuarantineGroup(*row) for row in log.execute(query)]

    def count(self, chosen: Chosen) -> int:
        with self._log.read() as log:
            return int(log.execute(select(func.count()).select_from(log_refused).where(*_where(chosen))).scalar_one())

    def newest(self, chosen: Chosen, limit: int, before: int | None = None) -> list[Quarantined]:
        where = [*_where(chosen), *([] if before is None else [_T.id < before])]
        return self._rows(where, _T.id.desc(), limit)

    def oldest(self, chosen: Chosen, limit: int, after: int = 0) -> list[Quarantined]:
        return self._rows([*_where(chosen), _T.id > after], _T.id, limit)

    def _rows(self, where: Sequence[ColumnElement[bool]], order: ColumnElement[int], limit: int) -> list[Quarantined]:
        with self._log.read() as log:
            return [
                Quarantined(*row) for row in log.execute(select(*_COLUMNS).where(*where).order_by(order).limit(limit))
            ]

    def settle(self, settled: Sequence[Settled], *, by: str, at: Micros, rules: str | None) -> int:
        if not settled:
            return 0
        statement = (
            update(log_refused)
            .where(_T.id == bindparam("row"), _T.settled_at.is_(None))
            .values(
                settled_at=at,
                settled_by=by,
                rules=rules,
                outcome=bindparam("became"),
                mended_id=bindparam("new_id"),
                mended_seq=bindparam("new_seq"),
            )
        )
        rows = [
            {"row": one.id, "became": one.outcome, "new_id": one.mended_id, "new_seq": one.mended_seq}
            for one in settled
        ]
        with self._log.write() as log:
            return sum(log.execute(statement, row).rowcount for row in rows)

    def dismiss(self, chosen: Chosen, *, by: str, at: Micros) -> int:
        waiting = chosen._replace(state="waiting")
        statement = update(log_refused).where(*_where(waiting)).values(settled_at=at, settled_by=by, outcome=DISMISSED)
        with self._log.write() as log:
            return int(log.execute(statement).rowcount)


def _where(chosen: Chosen) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [_T.verdict.in_((chosen.verdict,) if chosen.verdict else KEPT_ASIDE)]
    for column, wanted in ((_T.reason, chosen.reason), (_T.source, chosen.source)):
        if wanted is not None:
            where.append(column == wanted)
    if chosen.event is not None:
        where.append(_T.event == chosen.event if chosen.event else _T.event.is_(None))
    if chosen.since is not None:
        where.append(_T.received_at >= chosen.since)
    if chosen.until is not None:
        where.append(_T.received_at < chosen.until)
    if chosen.ids:
        where.append(_T.id.in_(chosen.ids))
    if chosen.state == "waiting":
        where.append(_T.settled_at.is_(None))
    elif chosen.state == DISMISSED:
        where.append(_T.outcome == DISMISSED)
    elif chosen.state == "replayed":
        where += [_T.settled_at.is_not(None), _T.outcome != DISMISSED]
    return where
