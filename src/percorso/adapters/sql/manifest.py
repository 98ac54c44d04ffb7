"""The manifest: which files are the lake, kept beside the offset up to which the log is sealed.

``state`` is "live" (part of the lake) or "replaced" (its rows lie in newer files; it stays for readers that pinned it);
``written_at`` is since when it is in that state.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import manifest, offsets
from percorso.model.errors import Conflict
from percorso.model.time import Micros

READER = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class LakeFile:
    """One file. `path` is relative to the lake, days are civil days since 1970-01-01, both ends included."""

    path: str
    first_day: int
    last_day: int
    first_seq: int
    last_seq: int
    rows: int
    bytes: int

    @property
    def folder(self) -> str:
        """The day or month it belongs to."""
        return self.path.rsplit("/", 1)[0]


class Manifest:
    """Reads and changes the manifest; each change is one transaction."""

    def __init__(self, state: Database) -> None:
        self._state = state

    def live(self) -> list[LakeFile]:
        with self._state.read() as connection:
            return _live(connection)

    def sealed(self) -> int:
        """The seq up to which every event is in a file."""
        with self._state.read() as connection:
            return _sealed(connection)

    def processed(self) -> dict[str, int]:
        """Offsets by reader."""
        with self._state.read() as connection:
            return {row.reader: row.seq for row in connection.execute(select(offsets.c.reader, offsets.c.seq))}

    def add(self, files: Sequence[LakeFile], *, log_id: str, after: int, upto: int, at: Micros) -> None:
        """Files that hold after < seq <= upto become part of the lake and the sealed offset moves, or neither.

        Raises Conflict when another process sealed meanwhile.
        """
        with self._state.write() as connection:
            if _sealed(connection) != after:
                raise Conflict("another process sealed the same events; let one process archive")
            _insert(connection, files, at)
            moved = connection.execute(update(offsets).where(offsets.c.reader == READER).values(seq=upto))
            if moved.rowcount == 0:
                connection.execute(insert(offsets).values(reader=READER, log_id=log_id, seq=upto))

    def replace(self, old: Sequence[LakeFile], new: Sequence[LakeFile], *, at: Micros) -> None:
        """New files take the place of old ones, which stay for a while.

        Raises Conflict when an old file was replaced meanwhile.
        """
        with self._state.write() as connection:
            for file in old:
                gone = connection.execute(
                    update(manifest)
                    .where(manifest.c.path == file.path, manifest.c.state == "live")
                    .values(state="replaced", written_at=at)
                )
                if gone.rowcount != 1:
                    raise Conflict("another process compacted the same files; let one process archive")
            _insert(connection, new, at)

    def replaced(self, before: Micros) -> list[str]:
        """Paths of files replaced before a time."""
        with self._state.read() as connection:
            query = select(manifest.c.path).where(manifest.c.state == "replaced", manifest.c.written_at < before)
            return [row.path for row in connection.execute(query)]

    def known(self) -> set[str]:
        """Paths of all files, whatever their state."""
        with self._state.read() as connection:
            return {row.path for row in connection.execute(select(manifest.c.path))}

    def forget(self, paths: Sequence[str]) -> None:
        """Drop the rows of files that were deleted."""
        with self._state.write() as connection:
            for path in paths:
                connection.execute(delete(manifest).where(manifest.c.path == path))


def _live(connection: Connection) -> list[LakeFile]:
    columns = (getattr(manifest.c, name) for name in LakeFile.__slots__)
    query = select(*columns).where(manifest.c.state == "live").order_by(manifest.c.path)
    return [LakeFile(**row._mapping) for row in connection.execute(query)]


def _sealed(connection: Connection) -> int:
    return int(connection.execute(select(offsets.c.seq).where(offsets.c.reader == READER)).scalar() or 0)


def _insert(connection: Connection, files: Sequence[LakeFile], at: Micros) -> None:
    for file in files:
        fields = {name: getattr(file, name) for name in LakeFile.__slots__}
        connection.execute(insert(manifest).values(**fields, state="live", written_at=at))
