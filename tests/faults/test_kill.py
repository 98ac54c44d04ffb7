"""kill -9 at random moments under load: nothing acknowledged is lost, nothing is doubled, state equals a replay."""

import os
import random
import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from percorso.main import create_company, open_company
from percorso.main.checking import check
from percorso.main.replaying import replay
from percorso.settings import Settings
from tests.faults.load import Load
from tests.server import Server

ROUNDS = int(os.environ.get("PERCORSO_FAULT_ROUNDS", "3"))
SEED = int(os.environ.get("PERCORSO_FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 30)


@pytest.mark.fault
@pytest.mark.timeout(60 + 40 * ROUNDS)
def test_kill_nine_loses_and_doubles_nothing(tmp_path: Path, settings: Settings) -> None:
    """Every other round kills all processes at once; the others one child, or the supervisor alone."""
    print(f"rounds {ROUNDS}, seed {SEED}")
    directory = tmp_path / "company"
    create_company(directory, settings)
    with open_company(directory, settings) as company:
        key = company.make_key("write", "load")[1]
    rng = random.Random(SEED)
    load = Load(key, SEED)
    load.start()
    try:
        for number in range(ROUNDS):
            one_round(Server(directory), load, rng, whole_group=number % 2 == 0)
        with Server(directory) as last:
            load.aim(last.url)
            load.finish()
            last.wait_folded()
    finally:
        load.aim(None)
        load.finish()
    assert_whole(directory, settings, load)


def one_round(server: Server, load: Load, rng: random.Random, *, whole_group: bool) -> None:
    """Load a server and kill it, or a part of it first."""
    try:
        load.aim(server.url)
        before = len(load.acknowledged)
        if not whole_group:
            time.sleep(rng.uniform(0.1, 1.0))
            os.kill(rng.choice([server.process.pid, *server.children()]), signal.SIGKILL)
        time.sleep(rng.uniform(0.05, 2.0))
        assert server.process.poll() is not None or len(load.acknowledged) >= before
    finally:
        load.aim(None)
        server.kill()


def assert_whole(directory: Path, settings: Settings, load: Load) -> None:
    """What was acknowledged is there, what is there is there once, and the folds are those of the log."""
    with open_company(directory, settings) as company:
        company.processor.drain()
        with company.log_database.read() as connection:
            rows = connection.execute(text("select message_id, count(*) from log_events group by message_id")).all()
        stored = {message_id: count for message_id, count in rows if message_id in load.sent}
        assert load.acknowledged
        assert load.acknowledged - stored.keys() == set()
        assert {message_id for message_id, count in stored.items() if count != 1} == set()
        assert [finding for finding in check(company) if not finding["ok"]] == []
        assert replay(company, swap=False)["equal"]
        print(f"acknowledged {len(load.acknowledged)}, stored {len(stored)}, lost 0, doubled 0")
