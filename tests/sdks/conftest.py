"""The server that the clients send to."""

import os
from collections.abc import Iterator

import pytest

from tests.sdks.clients import INSTALLED
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
