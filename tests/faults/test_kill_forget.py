"""kill -9 amid erasures: whatever step it met, the next start goes on, and in the end nobody is found anywhere."""

import os
import random
import time
from pathlib import Path

import pytest

from percorso.main import create_company, open_company
from percorso.main.checking import check
from percorso.main.replaying import replay
from tests.faults.conftest import Store
from tests.server import Server
from tests.test_forgetting import found, life, needles_of, take

ROUNDS = int(os.environ.get("PERCORSO_FAULT_ROUNDS", "5"))
SEED = int(os.environ.get("PERCORSO_FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 30)
WITHIN_S = 120.0


@pytest.mark.fault
@pytest.mark.timeout(200 + 60 * ROUNDS)
def test_an_erasure_that_was_cut_short_goes_on(tmp_path: Path, store: Store) -> None:
    print(f"{store.name}: rounds {ROUNDS}, seed {SEED}")
    rng = random.Random(SEED)
    directory = tmp_path / "company"
    create_company(directory, store.settings)
    with open_company(directory, store.settings) as company:
        take(company, [one for who in range(40) for one in life(who, who * 10)])
        company.archiver.drain()
    gone = []
    for number in range(ROUNDS):
        with open_company(directory, store.settings, write=False) as company:
            company.forgetting.request("erasure", [("user_id", f"customer-{number:05d}")], "somebody")
        gone.append(number)
        server = Server(directory, environment=store.environment)
        try:
            assert server.url
            time.sleep(rng.uniform(0.0, 12.0))
        finally:
            server.kill()
    with Server(directory, environment=store.environment) as last:
        last.wait_folded()
        deadline = time.monotonic() + WITHIN_S
        with open_company(directory, store.settings, write=False) as company:
            while company.privacy_requests.open() and time.monotonic() < deadline:
                time.sleep(0.2)
            assert [one.problem for one in company.privacy_requests.latest(ROUNDS) if one.step != "done"] == []
    with open_company(directory, store.settings) as company:
        for who in range(40):
            assert found(company, needles_of(who, who * 10)) == (set() if who in gone else set(range(8)))
        assert replay(company, swap=False)["equal"]
        assert [one for one in check(company) if not one["ok"]] == []
