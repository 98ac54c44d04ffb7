"""Brings the tables of a database to this program's version, or refuses.

Two independent lines of Alembic revisions, ``log/`` and ``state/``, each with a version table of its own, so that both
may live in one PostgreSQL database. A new revision: ``make migration line=state about="what it does"``.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, inspect, text

from percorso.adapters.sql.database import Database
from percorso.model.errors import VersionMismatch

Line = Literal["log", "state"]

HEAD: dict[Line, str] = {"log": "0003", "state": "0012"}
"""The newest revision of each line; a test compares it with the files."""

_HERE = Path(__file__).parent


def version_table(line: Line) -> str:
    return f"{line}_version"


def current(database: Database, line: Line) -> str | None:
    """The revision of a database, None when it has no tables of this line yet."""
    with database.read() as connection:
        return _current(connection, line)


def check(database: Database, line: Line) -> None:
    """Raises VersionMismatch unless the tables are exactly of this program's version."""
    found = current(database, line)
    if found != HEAD[line]:
        raise VersionMismatch(_advice(line, found))


def migrate(database: Database, line: Line, before: Callable[[str], None]) -> bool:
    """Bring the tables to this version; true when there was something to do.

    All or nothing: one transaction. `before` is called with the old revision ahead of the first change of a database
    that holds data already; it makes the safety copy. Raises VersionMismatch when the database is newer.
    """
    found = current(database, line)
    if found == HEAD[line]:
        return False
    if found is not None:
        if found not in revisions(line):
            raise VersionMismatch(_advice(line, found))
        before(found)
    with database.write() as connection:
        if _current(connection, line) != HEAD[line]:
            _upgrade(connection, line)
    return True


def revisions(line: Line) -> list[str]:
    """The revisions this program knows, oldest first."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(_config(line))
    return [revision.revision for revision in script.walk_revisions()][::-1]


def _current(connection: Connection, line: Line) -> str | None:
    if not inspect(connection).has_table(version_table(line)):
        return None
    found = connection.execute(text(f"select version_num from {version_table(line)}")).scalar()
    return None if found is None else str(found)


def _upgrade(connection: Connection, line: Line) -> None:
    from alembic import command

    config = _config(line)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config(line: Line):  # type: ignore[no-untyped-def]  # alembic is imported only when something must change
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE / line).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _advice(line: Line, found: str | None) -> str:
    if found is None:
        return f"the {line} database has no tables yet: run `percorso init` or `percorso up` on this directory"
    if found > HEAD[line]:
        return f"the {line} database is of a newer version ({found}) than this program ({HEAD[line]}): update Percorso"
    return (
        f"the {line} database is of an older version ({found}): run `percorso up` or any writing command to migrate it"
    )
