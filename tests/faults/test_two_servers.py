"""Two servers on one database: both take events, one folds at a time, and nothing is lost, doubled or folded twice."""

from pathlib import Path

import pytest

from percorso.main import create_company, open_company
from tests.faults.conftest import store_in
from tests.faults.load import Load, eventually
from tests.faults.whole import assert_whole
from tests.postgres import PrivatePostgres
from tests.server import Server

pytestmark = [pytest.mark.fault, pytest.mark.postgres, pytest.mark.timeout(240)]


def test_two_servers_on_one_state(tmp_path: Path, postgres: PrivatePostgres) -> None:
    """When the one that folds is killed the other takes over."""
    with postgres.database() as url:
        one, two = tmp_path / "one", tmp_path / "two"
        store = store_in(one, url)
        create_company(one, store.settings)
        with open_company(one, store.settings) as company:
            key = company.make_key("write", "load")[1]
        first, second = Load(key, 11), Load(key, 12)
        first.start()
        second.start()
        try:
            a, b = (Server(directory, environment=store.environment) for directory in (one, two))
            first.aim(a.url)
            second.aim(b.url)
            eventually(lambda: min(len(first.acknowledged), len(second.acknowledged)) > 300, 60, "both take events")
            first.aim(None)
            a.kill()
            before = len(second.acknowledged)
            eventually(lambda: len(second.acknowledged) > before + 200, 60, "the other goes on")
            first.aim(b.url)
            first.finish()
            second.finish()
            b.wait_folded(120)
            assert b.stop() == 0
        finally:
            for load in (first, second):
                load.aim(None)
                load.finish()
        assert_whole(one, store.settings, first, second)
