"""The people behind a count about paths, listed from the rows that it was counted from."""

from datetime import UTC
from typing import Any

import ibis

from percorso.insight.journey_map import StagePeople, StagePerson
from percorso.model.time import from_datetime
from percorso.ports import EngineSession


def people_behind(session: EngineSession, rows: Any, limit: int) -> StagePeople:
    """Who is behind rows with ``person_id`` and ``occurred_at``, the latest first. `count` is that of all of them."""
    expression = named(rows, session.table("people"))
    (told,) = session.execute(rows.agg(count=rows.person_id.nunique()))
    people = tuple(
        StagePerson(
            person_id=row["person_id"],
            name=row["name"],
            last_seen_at=from_datetime(row["last_seen_at"].replace(tzinfo=UTC)),
        )
        for row in session.execute(expression.limit(limit))
    )
    return StagePeople(people=people, count=int(told["count"]))


def named(rows: Any, people: Any) -> Any:
    """Expression: (person_id, name, last_seen_at), one row a person."""
    seen = rows.group_by("person_id").agg(last_seen_at=rows.occurred_at.max())
    joined = seen.left_join(people, "person_id")
    return joined.select(seen.person_id, name=people["name"], last_seen_at=seen.last_seen_at).order_by(
        ibis.desc("last_seen_at"), "person_id"
    )
