"""Who is behind a number: as many as it says, the latest seen first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import ibis

from percorso.model.time import Micros, from_datetime
from percorso.ports import EngineSession


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePerson:
    """Somebody behind a number; `last_seen_at`: their last event behind it, in the window."""

    person_id: str
    name: str | None
    last_seen_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePeople:
    """The people behind a number: `count` is the number itself, `people` the latest seen of them."""

    people: tuple[StagePerson, ...]
    count: int


def people_behind(session: EngineSession, rows: Any, limit: int) -> StagePeople:
    """Who is behind rows with ``person_id`` and ``occurred_at``. `count` is that of all of them."""
    expression = named(rows, session.table("people"))
    (told,) = session.execute(rows.agg(count=rows.person_id.nunique()))
    return StagePeople(people=shown(session, expression, limit), count=int(told["count"]))


def named(rows: Any, people: Any) -> Any:
    """Expression: (person_id, name, last_seen_at), one row a person, the latest seen first."""
    seen = rows.group_by("person_id").agg(last_seen_at=rows.occurred_at.max())
    joined = seen.left_join(people, "person_id")
    return joined.select(seen.person_id, name=people["name"], last_seen_at=seen.last_seen_at).order_by(
        ibis.desc("last_seen_at"), "person_id"
    )


def shown(session: EngineSession, people: Any, limit: int) -> tuple[StagePerson, ...]:
    """The first rows of (person_id, name, last_seen_at)."""
    return tuple(_person(row) for row in session.execute(people.limit(limit)))


def _person(row: Mapping[str, Any]) -> StagePerson:
    seen = from_datetime(row["last_seen_at"].replace(tzinfo=UTC))
    return StagePerson(person_id=row["person_id"], name=row["name"], last_seen_at=seen)
