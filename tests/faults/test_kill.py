"""kill -9 at random moments under load: nothing acknowledged is lost, nothing is doubled, state equals a replay."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from percorso.main import create_company, open_company
from tests.faults.conftest import Store
from tests.faults.load import Load
from tests.faults.whole import assert_whole
from tests.server import Server

ROUNDS = int(os.environ.get("PERCORSO_FAULT_ROUNDS", "5"))
SEED = int(os.environ.get("PERCORSO_FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 30)


@pytest.mark.fault
@pytest.mark.timeout(60 + 40 * ROUNDS)
def test_kill_nine_loses_and_doubles_nothing(tmp_path: Path, store: Store) -> None:
    """Every other round kills all processes at once; the others one child, or the supervisor alone."""
    print(f"{store.name}: rounds {ROUNDS}, seed {SEED}")
    directory, settings = tmp_path / "company", store.settings
    create_company(directory, settings)
    with open_company(directory, settings) as company:
        key = company.make_key("write", "load")[1]
    rng = random.Random(SEED)
    load = Load(key, SEED)
    load.start()
    try:
        for number in range(ROUNDS):
            one_round(Server(directory, environment=store.environment), load, rng, whole_group=number % 2 == 0)
        with Server(directory, environment=store.environment) as last:
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
