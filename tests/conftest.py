"""Fixtures that every suite may use: a company in a temporary directory, and a private PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from percorso.main import create_company, open_company
from percorso.main.company import Company
from percorso.settings import Settings
from tests.gateway import Gateway
from tests.in_log import InLog, key_of
from tests.postgres import PrivatePostgres, must_have_postgres, postgres_programs
from tests.server import Server

# A busy machine draws slowly; that is no failure. Examples are the same in every run, so a red test is red for everybody.
hypothesis_settings.register_profile(
    "percorso", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("percorso")


LONGEST = (
    "test_walkthrough",
    "test_demo",
    "test_up",
    "test_import_real",
    "test_engine",
    "test_example_loaded",
    "test_client",
)
"""The files begun first: else, at the end, a worker is left alone with one of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that read no environment but for the directory of this test."""
    return Settings.model_construct(dir=tmp_path / "company")


@pytest.fixture(scope="session")
def company_made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every fresh company is a copy of: copying is ten times faster than making."""
    directory = tmp_path_factory.mktemp("template") / "company"
    create_company(directory, Settings.model_construct(dir=directory))
    return directory


@pytest.fixture
def company_dir(tmp_path: Path, company_made_once: Path) -> Path:
    """A directory with a fresh company: pack `retail`, Europe/Rome, EUR."""
    return copytree(company_made_once, tmp_path / "company")


@pytest.fixture
def company(company_dir: Path, settings: Settings) -> Iterator[Company]:
    """The fresh company, opened for writing."""
    with open_company(company_dir, settings) as opened:
        yield opened


@pytest.fixture
def gateway(server: Server) -> Iterator[Gateway]:
    """What lies between a client and `server`, which each suite starts as it wants it."""
    with Gateway(server.url) as running:
        yield running


@pytest.fixture
def log(server: Server, request: pytest.FixtureRequest) -> InLog:
    """The log of this test's own source."""
    return InLog(server, request.node.name[:80])


@pytest.fixture
def key(server: Server, log: InLog) -> str:
    """A write key of that source."""
    return key_of(server, log.source)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivatePostgres]:
    """A PostgreSQL server of this session's own. Skips when its programs are missing, unless the run demands them."""
    programs = postgres_programs()
    if programs is None:
        if must_have_postgres():
            pytest.fail("PostgreSQL's server programs are missing: install the package postgresql")
        pytest.skip("PostgreSQL's server programs are not installed")
    with PrivatePostgres(programs) as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PrivatePostgres) -> Iterator[str]:
    """The URL of an empty database, dropped afterwards."""
    with postgres.database() as url:
        yield url
