"""The tables as migrated are the tables as declared, on both databases; older ones are copied and brought up."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, create_engine, text

from percorso.adapters.sql import migrations
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import LOG, STATE
from percorso.main import open_company
from percorso.settings import Settings

LINES: list[tuple[migrations.Line, MetaData]] = [("log", LOG), ("state", STATE)]


def nothing_to_copy(revision: str) -> None:
    raise AssertionError(f"an empty database was taken for one of revision {revision}")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'one.db'}" if sqlite else request.getfixturevalue("postgres_url")
    with closing(Database(url)) as made:
        yield made


def test_migrated_tables_are_the_declared_ones(database: Database) -> None:
    for line, metadata in LINES:
        assert migrations.migrate(database, line, nothing_to_copy)
        assert not migrations.migrate(database, line, nothing_to_copy)
        options = {
            "version_table": migrations.version_table(line),
            "include_object": lambda item, name, kind, *_: kind != "table" or name in metadata.tables,  # noqa: B023
        }
        with database.read() as connection:
            assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


@pytest.mark.parametrize(("line", "metadata"), LINES)
def test_sqlite_tables_are_equal_to_the_letter(tmp_path: Path, line: migrations.Line, metadata: MetaData) -> None:
    """Alembic does not compare what only SQLite knows: partial indexes, AUTOINCREMENT, WITHOUT ROWID."""
    declared = create_engine("sqlite://")
    metadata.create_all(declared)
    with closing(Database(f"sqlite:///{tmp_path / 'one.db'}")) as database:
        migrations.migrate(database, line, nothing_to_copy)
        query = text("select name, sql from sqlite_master where sql is not null and name not like '%_version'")
        with database.read() as migrated, declared.connect() as fresh:
            assert _normal(migrated.execute(query).all()) == _normal(fresh.execute(query).all())


def test_a_failed_migration_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(connection: object, line: object) -> None:
        connection.execute(text("create table half (x integer)"))  # type: ignore[attr-defined]
        raise RuntimeError("out of power")

    monkeypatch.setattr(migrations, "_upgrade", broken)
    with closing(Database(f"sqlite:///{tmp_path / 'one.db'}")) as database:
        with pytest.raises(RuntimeError):
            migrations.migrate(database, "state", nothing_to_copy)
        with database.read() as connection:
            assert connection.execute(text("select count(*) from sqlite_master")).scalar() == 0


def test_an_older_directory_is_copied_then_migrated(
    company_dir: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = migrations.HEAD["state"]

    def next_revision(connection: object, line: str) -> None:
        connection.execute(text("create table of_the_next_version (x integer)"))  # type: ignore[attr-defined]
        connection.execute(text(f"update {line}_version set version_num = '9999'"))  # type: ignore[attr-defined]

    monkeypatch.setattr(migrations, "_upgrade", next_revision)
    monkeypatch.setitem(migrations.HEAD, "state", "9999")
    with open_company(company_dir, settings) as company:
        assert company.facts.name
    copies = list(company_dir.glob(f"state-before-{newest}-*.db"))
    assert len(copies) == 1
    with closing(Database(f"sqlite:///{copies[0]}")) as copy:
        assert migrations.current(copy, "state") == newest


def _normal(rows: object) -> dict[str, str]:
    return {name: " ".join(sql.split()).replace(" ,", ",").replace(" )", ")") for name, sql in rows}  # type: ignore[attr-defined]
