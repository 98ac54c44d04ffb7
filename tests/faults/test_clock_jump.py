"""The machine's clock jumps by an hour, both ways, while events come in and mails go out: nothing is lost, doubled or stuck.

The jump is real to the processes: libfaketime is loaded into them and reads the offset from a file.
"""

import os
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from percorso.main import create_company, open_company
from tests.brokers import REQUIRED
from tests.faults.conftest import Store
from tests.faults.load import Load, eventually
from tests.faults.whole import assert_whole
from tests.server import Server

JUMPS = ("+3600s", "-3600s", "+0s")
PER_JUMP = 600
pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]


@pytest.fixture
def moved_clock(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A file that says by how much the clock is wrong, and the environment of processes that believe it."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        if os.environ.get(REQUIRED) == "required":
            pytest.fail("libfaketime is missing: install it with .ci/need faketime")
        pytest.skip("libfaketime is not installed")
    file = tmp_path / "clock"
    file.write_text("+0s")
    return file, {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def test_a_clock_that_jumps(tmp_path: Path, store: Store, moved_clock: tuple[Path, dict[str, str]]) -> None:
    file, environment = moved_clock
    directory, settings = tmp_path / "company", store.settings
    create_company(directory, settings)
    with open_company(directory, settings) as company:
        key = company.make_key("write", "load")[1]
    load = Load(key, 11)
    load.start()
    try:
        with Server(directory, environment={**store.environment, **environment}) as server:
            load.aim(server.url)
            for jump in JUMPS:
                stored = len(load.acknowledged)
                eventually(
                    lambda stored=stored: len(load.acknowledged) > stored + PER_JUMP, 60, f"events come before {jump}"
                )
                file.write_text(jump)
            stored = len(load.acknowledged)
            eventually(lambda: len(load.acknowledged) > stored + PER_JUMP, 60, "events come after the last jump")
            load.finish()
            server.wait_folded()
            assert load.statuses.keys() == {200}
    finally:
        load.aim(None)
        load.finish()
    assert_whole(directory, settings, load)
    with open_company(directory, settings) as company:
        with company.log_database.read() as connection:
            rows = connection.execute(text("select received_at, occurred_at from log_events")).all()
        with company.state_database.read() as connection:
            letters = Counter(connection.execute(text("select message_id from mailbox")).scalars())
            accepted = set(connection.execute(text("select message_id from outbox where state = 'accepted'")).scalars())
    assert max(row[0] for row in rows) - min(row[0] for row in rows) > 7_000_000_000  # the clock was believed
    assert all(occurred <= received for received, occurred in rows)
    assert set(letters.values()) <= {1}
    assert letters.keys() == accepted
