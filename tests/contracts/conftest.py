"""Every contract suite runs on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import LOG, STATE

MakeDatabase = Callable[[], Database]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def make_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeDatabase]:
    """Opens one and the same database, with all tables, as often as it is asked."""
    url = f"sqlite:///{tmp_path}/store.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    opened: list[Database] = []

    def make() -> Database:
        database = Database(url)
        LOG.create_all(database.engine)
        STATE.create_all(database.engine)
        opened.append(database)
        return database

    yield make
    for database in opened:
        database.close()


@pytest.fixture
def database(make_database: MakeDatabase) -> Database:
    return make_database()
