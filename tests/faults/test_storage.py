"""The disk is full or read-only, or somebody holds the lock: what was acknowledged stays, the rest is told and taken later."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from percorso.main import create_company, open_company
from percorso.settings import Settings
from tests.faults.load import Load, eventually
from tests.faults.whole import assert_whole
from tests.server import Server

DISK_MB = 48
BALLAST_MB = 20
pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "percorso-test", str(place)], capture_output=True, text=True
    )
    if made.returncode:
        pytest.skip(f"a disk of its own cannot be mounted here: {made.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def company_on(directory: Path) -> tuple[Settings, str]:
    settings = Settings.model_construct(dir=directory)
    create_company(directory, settings)
    with open_company(directory, settings) as company:
        return settings, company.make_key("write", "load")[1]


def test_a_full_disk_is_told_and_nothing_is_corrupt(disk: Path) -> None:
    """503 while there is no room; when there is, it goes on without a restart."""
    settings, key = company_on(disk / "company")
    ballast = disk / "ballast"
    ballast.write_bytes(b"\0" * (BALLAST_MB << 20))
    load = Load(key, 1, padding=4_000)
    load.start()
    try:
        with Server(disk / "company") as server:
            load.aim(server.url)
            eventually(lambda: load.statuses[503] > 3, 90, "the disk fills up")
            assert load.statuses.keys() <= {200, 503}
            assert load.retry_after, "a 503 says when to come again"
            stored = len(load.acknowledged)
            ballast.unlink()
            eventually(lambda: len(load.acknowledged) > stored + 200, 60, "it goes on when there is room")
            load.finish()
            server.wait_folded()
        assert_whole(disk / "company", settings, load)
    finally:
        load.aim(None)
        load.finish()


def test_a_disk_that_may_only_be_read_is_told_at_the_start(disk: Path) -> None:
    """No traceback, no half-made files: a sentence that says what is wrong; once it can be written it starts."""
    company_on(disk / "company")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    program = Path(sys.executable).with_name("percorso")
    refused = subprocess.run(
        [str(program), "up", "--dir", str(disk / "company"), "--port", "0"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert refused.returncode == 1
    assert "read-only" in refused.stderr.lower()
    assert "Traceback" not in refused.stderr
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    with Server(disk / "company") as server:
        assert httpx.get(f"{server.url}/healthz", trust_env=False).status_code == 200


def test_a_log_that_somebody_holds_is_waited_for_then_told(tmp_path: Path) -> None:
    """A backup tool that locks the file: requests wait, then 503 with Retry-After; nothing is lost."""
    settings, key = company_on(tmp_path / "company")
    load = Load(key, 3)
    load.start()
    try:
        with Server(tmp_path / "company") as server:
            load.aim(server.url)
            eventually(lambda: len(load.acknowledged) > 100, 30, "events are taken")
            holder = sqlite3.connect(tmp_path / "company" / "log.db", isolation_level=None, timeout=30)
            holder.execute("begin immediate")
            try:
                eventually(lambda: load.statuses[503] > 0, 60, "the lock is told")
                answer = httpx.get(f"{server.url}/healthz", trust_env=False, timeout=5)
                assert answer.status_code == 200, "everybody else is still served"
            finally:
                holder.execute("rollback")
                holder.close()
            stored = len(load.acknowledged)
            eventually(lambda: len(load.acknowledged) > stored + 100, 60, "it goes on")
            load.finish()
            server.wait_folded()
        assert_whole(tmp_path / "company", settings, load)
    finally:
        load.aim(None)
        load.finish()
