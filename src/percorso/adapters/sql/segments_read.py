"""Who is in which segment, read from the state database."""

from collections.abc import Iterator

from sqlalchemy import func, select

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import people, segment_days, segment_members
from percorso.model.time import Micros
from percorso.ports.membership import Member, Size

_members = segment_members.c
_ROWS = 5_000


class SqlMembers:
    """`ports.membership.Members`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sizes(self, since_day: int) -> dict[str, Size]:
        counted = select(_members.segment, func.count()).group_by(_members.segment)
        days = select(segment_days.c.segment, func.sum(segment_days.c.entered), func.sum(segment_days.c.gone))
        lately = days.where(segment_days.c.day >= since_day).group_by(segment_days.c.segment)
        with self._database.read() as connection:
            now = {row[0]: int(row[1]) for row in connection.execute(counted)}
            moved = {row[0]: (int(row[1]), int(row[2])) for row in connection.execute(lately)}
        return {name: Size(now.get(name, 0), *moved.get(name, (0, 0))) for name in now.keys() | moved.keys()}

    def size(self, segment: str) -> int:
        with self._database.read() as connection:
            query = select(func.count()).select_from(segment_members).where(_members.segment == segment)
            return int(connection.execute(query).scalar_one())

    def days(self, segment: str) -> list[tuple[int, int, int]]:
        query = select(segment_days.c.day, segment_days.c.entered, segment_days.c.gone)
        query = query.where(segment_days.c.segment == segment).order_by(segment_days.c.day)
        with self._database.read() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(query)]

    def people(self, segment: str, limit: int, after: str = "") -> list[tuple[str, Micros]]:
        query = select(_members.person_id, _members.since)
        query = query.where(_members.segment == segment, _members.person_id > after).order_by(_members.person_id)
        with self._database.read() as connection:
            return [(row[0], row[1]) for row in connection.execute(query.limit(limit))]

    def each(self, segment: str) -> Iterator[tuple[str, Micros]]:
        after = ""
        while rows := self.people(segment, _ROWS, after):
            yield from rows
            after = rows[-1][0]

    def overlap(self, segment: str) -> dict[str, int]:
        mine = select(_members.person_id).where(_members.segment == segment)
        query = select(_members.segment, func.count()).where(_members.person_id.in_(mine), _members.segment != segment)
        with self._database.read() as connection:
            return {row[0]: int(row[1]) for row in connection.execute(query.group_by(_members.segment))}

    def of(self, person: str) -> list[Member]:
        query = select(_members.segment, _members.since, _members.version).where(_members.person_id == person)
        with self._database.read() as connection:
            return [Member(*row) for row in connection.execute(query.order_by(_members.since, _members.segment))]

    def everybody(self) -> int:
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(people)).scalar_one())
