"""Where the log and the state of a fault test live."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from percorso.settings import Settings
from tests.postgres import PrivatePostgres


@dataclass(frozen=True)
class Store:
    """`settings` for this process, `environment` for servers."""

    name: str
    settings: Settings
    environment: dict[str, str]


def store_in(directory: Path, url: str | None) -> Store:
    """Files of the directory, or one PostgreSQL database for both."""
    if url is None:
        return Store("sqlite", Settings.model_construct(dir=directory), {})
    shared = {"log_url": url, "state_url": url, "lake_url": str(directory.parent / "lake")}
    environment = {f"PERCORSO_{name.upper()}": value for name, value in shared.items()}
    return Store("postgresql", Settings.model_construct(dir=directory, **shared), environment)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A company's databases, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield store_in(tmp_path / "company", None)
        return
    server: PrivatePostgres = request.getfixturevalue("postgres")
    with server.database() as url:
        yield store_in(tmp_path / "company", url)
