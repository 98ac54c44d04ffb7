"""kill -9 while sources deliver: what a source's own protocol acknowledged is in the log, once, and is not taken again."""

import os
import random
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text

from percorso.main import create_company, open_company
from percorso.main.company import Company
from tests.brokers import dovecot, mosquitto
from tests.faults.conftest import Store
from tests.faults.load import eventually
from tests.faults.senders import ROWS, Files, Letters, Machines, Sender
from tests.faults.whole import assert_whole
from tests.importing import SALES_MAP
from tests.receiving import changed_example, counts, put_source, taker
from tests.server import Server
from tests.sshd import sshd
from tests.test_receive_folder import report

ROUNDS = int(os.environ.get("PERCORSO_FAULT_ROUNDS", "3"))
SEED = int(os.environ.get("PERCORSO_FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 30)
SOURCES = ("till", "partner", "machines", "mail")
DRAINED_WITHIN_S = 120.0


class Outside(NamedTuple):
    """What is around the server: its senders, and the folders in which their files end."""

    till: Files
    partner: Files
    machines: Machines
    mail: Letters
    folders: tuple[Path, Path]

    @property
    def senders(self) -> tuple[Sender, ...]:
        return (self.till, self.partner, self.machines, self.mail)


@pytest.fixture
def outside(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    """A company whose four sources are known to a real broker, mailbox and SFTP server; senders that do not send yet."""
    directory = tmp_path / "company"
    till, partner = directory / "inbox", tmp_path / "drop"
    monkeypatch.setenv("MAIL_PASSWORD", "s3cret")
    create_company(directory, store.settings)
    for folder in (till, partner):
        folder.mkdir()
    with ExitStack() as servers:
        # A broker that keeps no more than so many messages for us drops what comes after, and acknowledges it too.
        broker = servers.enter_context(mosquitto("allow_anonymous true\nmax_queued_messages 0"))
        mailbox, box = servers.enter_context(dovecot("s3cret"))
        files = servers.enter_context(sshd(tmp_path / "sshd"))
        looks = {"settle_s": 0, "every_s": 0.1}
        put_source(directory, "till", {"kind": "folder", "folder": {"path": "inbox", **looks}, "mapping": SALES_MAP})
        there = {"host": "127.0.0.1", "port": files.port, "user": files.user, "key": {"file": str(files.key)}}
        there |= {"host_key": files.fingerprints["ed25519"], "path": str(partner), **looks}
        put_source(directory, "partner", {"kind": "sftp", "sftp": there, "mapping": {**SALES_MAP, "source": "partner"}})
        put_source(directory, "machines", changed_example("machines", host="127.0.0.1", port=broker.port))
        settings: dict[str, Any] = {"host": "127.0.0.1", "port": mailbox.port, "tls": "none", "every_s": 0.1}
        put_source(directory, "mail", changed_example("mail", **settings))
        with open_company(directory, store.settings) as company:
            taker(company, "machines").once(threading.Event())  # from now on the broker keeps messages for us
        outside = Outside(
            Files(till, "till"), Files(partner, "partner"), Machines(broker.port), Letters(box), (till, partner)
        )
        try:
            yield outside
        finally:
            for sender in outside.senders:
                sender.finish()


@pytest.mark.fault
@pytest.mark.timeout(240 + 40 * ROUNDS)
def test_kill_nine_of_what_receives(tmp_path: Path, store: Store, outside: Outside) -> None:
    """Rounds kill by turns the receiving process alone, and everything; each when all sources have delivered anew."""
    print(f"{store.name}: rounds {ROUNDS}, seed {SEED}")
    directory, rng = tmp_path / "company", random.Random(SEED)
    environment = {**store.environment, "MAIL_PASSWORD": "s3cret"}
    server = Server(directory, environment=environment)
    try:
        for sender in outside.senders:
            sender.start()
        for number in range(ROUNDS):
            in_the_middle(store, directory, rng)
            if number % 2 == 0:
                os.kill(receiving(server), signal.SIGKILL)
            else:
                server.kill()
                server = Server(directory, environment=environment)
        in_the_middle(store, directory, rng)
        for sender in outside.senders:
            sender.finish()
        wanted = sum(len(sender.acknowledged) for sender in outside.senders)
        eventually(lambda: sum(in_log(store, directory).values()) >= wanted, DRAINED_WITHIN_S, "all is in the log")
        eventually(lambda: not any(map(waiting, outside.folders)), DRAINED_WITHIN_S, "the folders are empty")
        server.wait_folded()
        assert fallen(server.log()) == {"receive"}
        assert server.stop() == 0
    finally:
        if server.process.poll() is None:
            server.kill()
    assert_whole(directory, store.settings, *outside.senders)
    assert_aside(outside)
    with open_company(directory, store.settings) as company:
        assert_nothing_is_taken_again(company, outside)


def in_the_middle(store: Store, directory: Path, rng: random.Random) -> None:
    """A random moment after each source has put something new into the log."""
    before = in_log(store, directory)
    eventually(lambda: more(before, in_log(store, directory)), 60, f"every source delivers, after {before}")
    time.sleep(rng.uniform(0.0, 0.8))


def more(before: dict[str, int], now: dict[str, int]) -> bool:
    return all(now.get(name, 0) > before.get(name, 0) for name in SOURCES)


def in_log(store: Store, directory: Path) -> dict[str, int]:
    """How many events of each source are in the log, read beside the server."""
    with open_company(directory, store.settings, write=False) as company, company.log_database.read() as connection:
        rows = connection.execute(text("select source, count(*) from log_events group by source")).all()
    return {source: int(count) for source, count in rows}


def receiving(server: Server) -> int:
    """The process that receives: it is started last, and again after every fall."""
    return server.children()[-1]


def fallen(log: str) -> set[str]:
    """The processes that the supervisor found dead."""
    lines = (line for line in log.splitlines() if "process.fell" in line)
    return {name for line in lines for name in re.findall(r'"process": ?"(\w+)"', line)}


def waiting(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.is_file()]


def assert_aside(outside: Outside) -> None:
    """Every file ended in done/, once, under its own name, with a report of all its rows."""
    for sender, folder in zip((outside.till, outside.partner), outside.folders, strict=True):
        assert list((folder / "failed").iterdir()) == []
        there = {path.name for path in (folder / "done").iterdir()}
        assert there == sender.files | {f"{name}.report.json" for name in sender.files}
        for name in sender.files:
            told = report(folder / "done" / f"{name}.report.json")
            assert (told["read_rows"], told["accepted"] + told["duplicate"]) == (ROWS, ROWS)


def assert_nothing_is_taken_again(company: Company, outside: Outside) -> None:
    """Neither broker nor mailbox has anything left for us, and the mails lie where they lay, unread."""
    assert outside.mail.kept() == [""] * len(outside.mail.sent)
    before = {name: counts(company, name) for name in ("machines", "mail")}
    for name in before:
        taker(company, name).once(threading.Event())
    assert {name: counts(company, name) for name in before} == before
    print({name: counts(company, name) for name in SOURCES})
