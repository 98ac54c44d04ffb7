"""The machine's clock jumps by an hour, both ways, while events come in and mails go out: nothing is lost, doubled or stuck.

The jump is one of the whole server, all its processes, at one moment.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import text

from percorso.adapters.system_clock import SystemClock
from percorso.main import create_company, open_company
from percorso.settings import Settings
from tests.brokers import free_port
from tests.faults.conftest import Store
from tests.faults.load import Load, eventually
from tests.faults.whole import assert_whole
from tests.server import Server

JUMPS_S = (3600, -3600, 0)
PER_JUMP = 600
pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]


WRONG_CLOCK = """
import os, time

_right = time.time_ns


def _told() -> int:
    with open(os.environ["WRONG_BY"]) as file:
        return _right() + int(file.read() or 0)


time.time_ns = _told
"""
"""Python runs this before anything else of a process. `adapters.system_clock` is the one place that asks for the time."""


@dataclass(frozen=True)
class WrongClock:
    """A clock of other processes. `environment`: of those that are to believe it."""

    file: Path
    environment: dict[str, str]

    def jump(self, seconds: int) -> None:
        """Be wrong by so much from now on."""
        aside = self.file.with_suffix(".new")
        aside.write_text(str(seconds * 1_000_000_000))
        aside.replace(self.file)


@pytest.fixture
def clock(tmp_path: Path) -> WrongClock:
    """A clock that is right until it jumps."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(WRONG_CLOCK)
    made = WrongClock(tmp_path / "wrong", {"PYTHONPATH": str(folder), "WRONG_BY": str(tmp_path / "wrong")})
    made.jump(0)
    return made


class Sink:
    """An SMTP server that counts mails by their id."""

    def __init__(self) -> None:
        self.mails: Counter[str] = Counter()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.mails[str(message_from_bytes(envelope.original_content or b"")["Message-ID"])] += 1
        return "250 OK"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, dict[str, str]]]:
    """The server, and the environment of what is to send through it."""
    told = Sink()
    controller = Controller(told, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield (
        told,
        {"PERCORSO_SMTP_HOST": "127.0.0.1", "PERCORSO_SMTP_PORT": str(controller.port), "PERCORSO_SMTP_TLS": "none"},
    )
    controller.stop()


def test_a_clock_that_jumps(tmp_path: Path, store: Store, clock: WrongClock, sink: tuple[Sink, dict[str, str]]) -> None:
    told, through = sink
    directory = tmp_path / "company"
    settings = store.settings.model_copy(update={"quiet": "none"})
    create_company(directory, settings)
    with open_company(directory, settings) as company:
        key = company.make_key("write", "load")[1]
    load = Load(key, 11)
    load.start()
    try:
        with Server(directory, environment={**store.environment, **clock.environment, **through}) as server:
            load.aim(server.url)
            for jump in JUMPS_S:
                more(load, f"events come before a jump to {jump} s")
                clock.jump(jump)
            more(load, "events come after the last jump")
            load.finish()
            server.wait_folded()
            eventually(lambda: stuck(directory, settings) == 0, 60, "no message is stuck")
            assert load.statuses.keys() == {200}
    finally:
        load.aim(None)
        load.finish()
    assert_whole(directory, settings, load)
    times = rows(directory, settings, "log", "select received_at, occurred_at from log_events")
    assert max(at for at, _ in times) - min(at for at, _ in times) > 7_000_000_000  # the clock was believed
    assert all(occurred <= received for received, occurred in times)
    states = dict(rows(directory, settings, "state", "select state, count(*) from outbox group by state"))
    assert told.mails
    assert set(told.mails.values()) == {1}
    assert states["accepted"] == len(told.mails)
    assert states.keys() <= {"accepted", "refused", "queued", "deferred"}


def more(load: Load, what: str) -> None:
    """Until more of a load was acknowledged."""
    stored = len(load.acknowledged)
    eventually(lambda: len(load.acknowledged) > stored + PER_JUMP, 60, what)


def stuck(directory: Path, settings: Settings) -> int:
    """Messages that should have gone by now. What was made while the clock was ahead is due when that time comes."""
    now = SystemClock().now()
    query = f"select count(*) from outbox where state in ('queued', 'deferred', 'attempted') and due_at <= {now}"
    return int(rows(directory, settings, "state", query)[0][0])


def rows(directory: Path, settings: Settings, which: str, query: str) -> list[tuple[Any, ...]]:
    """What one of the databases says."""
    with open_company(directory, settings, write=False) as company:
        database = company.log_database if which == "log" else company.state_database
        with database.read() as connection:
            return [tuple(row) for row in connection.execute(text(query))]
