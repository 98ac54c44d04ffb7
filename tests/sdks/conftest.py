"""The server that the clients send to, what lies between, and the record of what ran."""

import os
from collections.abc import Iterator

import pytest

from tests.sdks.between import Between, between
from tests.sdks.clients import INSTALLED
from tests.sdks.record import Record
from tests.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not (INSTALLED / ".ready").exists():
        if os.environ.get("PERCORSO_TEST_SDKS") == "required":
            pytest.fail("the clients are not installed: make test-sdks")
        pytest.skip("the clients are not installed: make test-sdks")
    with Server(tmp_path_factory.mktemp("sdks") / "company") as running:
        assert running.url
        yield running


@pytest.fixture(scope="session")
def way(server: Server) -> Iterator[Between]:
    with between(server.url) as path:
        yield path


@pytest.fixture(scope="session")
def record() -> Record:
    return Record()
