"""A lake with segments over it, for tests."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from percorso.adapters.sql.config_store import ConfigStore
from percorso.adapters.sql.segments_book import SqlSegmentRecords
from percorso.adapters.sql.segments_read import SqlMembers
from percorso.adapters.sql.segments_state import SqlMembership
from percorso.model.config import Config
from percorso.model.segment import Segment
from percorso.pipeline.membership import Follower
from tests.lakes import Lake


class Segmented(Lake):
    """Folds, and follows behind."""

    def __init__(self, directory: Path, config: Config | None = None) -> None:
        super().__init__(directory, config)
        self.records = SqlSegmentRecords(ConfigStore(self.state_database))
        self.store = SqlMembership(self.state_database, self.log.log_id)
        self.members = SqlMembers(self.state_database)
        self.follower = self.following()

    def following(self) -> Follower:
        """One that knows nothing yet."""
        return Follower(self.log, self.store, self.records, self.config, self.civil, self.clock, self.engine)

    def publish(self, id: str, condition: Mapping[str, Any], *, announce: bool = False, version: int = 1) -> None:
        self.records.put(
            Segment(
                id=id, name={"it": id, "en": id}, kind="live", condition=condition, version=version,
                published_at=self.clock.now(), by="test", announce=announce,
            )
        )  # fmt: skip

    def follow(self) -> None:
        self.fold()
        self.follower.drain()

    def inside(self, segment: str) -> set[str]:
        return {person for person, _ in self.members.people(segment, 10_000)}

    def user(self, name: str) -> str:
        """Whose a user id is."""
        (person,) = (row["person_id"] for row in self.sql(f"select person_id from identifiers where value = '{name}'"))
        return str(person)

    def users(self, segment: str) -> set[str]:
        """The user ids of those who are in."""
        rows = self.sql("select person_id, value from identifiers where kind = 'user_id'")
        inside = self.inside(segment)
        return {row["value"] for row in rows if row["person_id"] in inside}


@contextmanager
def segmented(directory: Path, config: Config | None = None) -> Iterator[Segmented]:
    lake = Segmented(directory, config)
    try:
        yield lake
    finally:
        lake.close()
