"""Settings alone move log and state to PostgreSQL: the same company, the same folds, the same answers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from percorso.main import create_company, open_company
from percorso.main.backup import backup
from percorso.main.checking import check
from percorso.main.company import Company
from percorso.main.replaying import replay
from percorso.model.errors import InvalidInput
from percorso.settings import Settings
from tests.server import Server
from tests.test_replay import made, take
from tests.test_up import answer, track

pytestmark = pytest.mark.postgres


@pytest.fixture
def on_postgres(settings: Settings, postgres_url: str) -> Settings:
    """Log and state in one PostgreSQL database."""
    return settings.model_copy(update={"log_url": postgres_url, "state_url": postgres_url})


@pytest.fixture
def there(tmp_path: Path, on_postgres: Settings) -> Iterator[Company]:
    create_company(tmp_path / "there", on_postgres)
    with open_company(tmp_path / "there", on_postgres) as opened:
        yield opened


def folded(company: Company) -> dict[str, Any]:
    """What readers see of the folds, but for the ids, which the company's own secret makes."""
    with company.engine.session() as session:
        return {
            "people": session.sql("select events, orders, spend from people order by all", 1_000),
            "stages": session.sql("select stage, count(*) as n from positions group by all order by all", 1_000),
            "events": session.sql("select name, stage, count(*) as n from events group by all order by all", 1_000),
            "decisions": session.sql(
                "select play, outcome, count(*) as n from decisions group by all order by all", 1_000
            ),
        }


def test_postgres_folds_what_sqlite_folds(company: Company, there: Company) -> None:
    for one in (company, there):
        take(one, made(150, 1))
        one.processor.drain()
        take(one, made(150, 2), lane=1, historical=True)
        take(one, made(10, 1))
        one.processor.drain()
        assert [finding for finding in check(one) if not finding["ok"]] == []
    assert folded(there) == folded(company)


def test_replay_and_sealing_work_there(there: Company) -> None:
    take(there, made(200, 3))
    there.processor.drain()
    before = folded(there)
    assert there.archiver.drain() == 200
    assert folded(there) == before
    assert replay(there, swap=True)["equal"]
    assert folded(there) == before
    assert [finding for finding in check(there) if not finding["ok"]] == []


def test_backup_says_what_to_use_instead(there: Company, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="pg_dump"):
        backup(there, tmp_path / "copy")


def test_up_runs_on_it(tmp_path: Path, postgres_url: str) -> None:
    environment = {"PERCORSO_LOG_URL": postgres_url, "PERCORSO_STATE_URL": postgres_url}
    with Server(tmp_path / "served", environment=environment) as server:
        assert server.url
        key = answer(server.directory, "keys", "create", "--kind", "write", environment=environment)["key"]
        assert track(server, key, "m1", order_id="o1", revenue=20, currency="EUR", products=[]).status_code == 200
        server.wait_folded()
        assert answer(server.directory, "person", "user_id:ada", environment=environment)["orders"] == 1
        assert not (server.directory / "log.db").exists()
        assert json.loads((server.directory / "run" / "server.json").read_text())["url"] == server.url
