"""A backup taken while events come in is a whole company again somewhere else."""

import json
import shutil
import threading
from pathlib import Path

import pytest

from percorso.adapters.lake_pins import Pins, sweep_pins
from percorso.main import open_company
from percorso.main.backup import END_OF_TIME, HELD, RECORD, backup, live_paths, restore, sha256
from percorso.main.checking import check
from percorso.main.company import Company
from percorso.main.replaying import replay
from percorso.model.directory import Directory
from percorso.model.errors import Conflict, InvalidInput, NotFound
from percorso.model.message import MessageState
from percorso.model.time import DAY
from percorso.settings import Settings
from tests.killed_backup import kill_amid_a_backup
from tests.test_replay import made, take


def failures(company: Company) -> list[object]:
    return [finding for finding in check(company) if not finding["ok"]]


def test_a_restored_copy_passes_check(company: Company, tmp_path: Path, settings: Settings) -> None:
    take(company, made(200, 1))
    company.processor.drain()
    take(company, made(40, 2))
    backup(company, tmp_path / "copy")
    take(company, made(10, 3))
    done = restore(Directory.at(tmp_path / "again"), settings, tmp_path / "copy")
    assert done["folded"] == 40
    with open_company(tmp_path / "again", settings) as again:
        assert failures(again) == []
        assert again.facts == company.facts
        assert again.log.size().head == 240
        assert replay(again, swap=False)["equal"]


def test_a_backup_under_load_is_of_one_moment(company: Company, tmp_path: Path, settings: Settings) -> None:
    stop = threading.Event()

    def work() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            take(company, made(50, 100 + number))
            company.processor.drain()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for number in range(3):
            with open_company(company.directory, settings, write=False) as reader:
                backup(reader, tmp_path / f"copy{number}")
    finally:
        stop.set()
        worker.join()
    for number in range(3):
        restore(Directory.at(tmp_path / f"again{number}"), settings, tmp_path / f"copy{number}")
        with open_company(tmp_path / f"again{number}", settings) as again:
            assert failures(again) == []


def test_waiting_messages_are_not_sent_after_a_restore(company: Company, tmp_path: Path, settings: Settings) -> None:
    take(company, made(300, 6))
    company.processor.drain()
    waiting = company.outbox.due(company.clock.now(), 1_000)
    assert waiting
    backup(company, tmp_path / "copy")
    done = restore(Directory.at(tmp_path / "again"), settings, tmp_path / "copy")
    assert done["held"] == len(waiting)
    with open_company(tmp_path / "again", settings) as again:
        assert again.outbox.due(again.clock.now(), 1_000) == []
        told = again.outbox.find(waiting[0].message_id)
        assert told is not None
        assert (told.state, told.refusal) == ("unknown", HELD)


def test_deferred_messages_are_not_sent_after_a_restore(company: Company, tmp_path: Path, settings: Settings) -> None:
    take(company, made(300, 6))
    company.processor.drain()
    now = company.clock.now()
    waiting = company.outbox.due(now, 1_000)
    company.outbox.mark(waiting[0].message_id, MessageState.DEFERRED, at=now, due_at=now + DAY)
    backup(company, tmp_path / "copy")
    done = restore(Directory.at(tmp_path / "again"), settings, tmp_path / "copy")
    assert done["held"] == len(waiting)
    with open_company(tmp_path / "again", settings) as again:
        assert again.outbox.due(END_OF_TIME, 1_000) == []
        told = again.outbox.find(waiting[0].message_id)
        assert told is not None
        assert (told.state, told.refusal) == ("unknown", HELD)


def test_what_came_between_the_copies_of_state_and_log_is_decided_and_not_sent(
    company: Company, tmp_path: Path, settings: Settings
) -> None:
    take(company, made(300, 6))
    company.processor.drain()
    backup(company, tmp_path / "copy")
    before = company.outbox.due(END_OF_TIME, 1_000)
    take(company, made(300, 7))
    backup(company, tmp_path / "later")
    company.processor.drain()
    decided = company.outbox.due(END_OF_TIME, 1_000)
    assert len(decided) > len(before)
    later_log(tmp_path / "copy", tmp_path / "later")
    done = restore(Directory.at(tmp_path / "again"), settings, tmp_path / "copy")
    assert (done["folded"], done["held"]) == (300, len(decided))
    with open_company(tmp_path / "again", settings) as again:
        assert again.outbox.due(END_OF_TIME, 1_000) == []
        assert all(again.outbox.find(message.message_id) for message in decided)
        assert failures(again) == []


def later_log(copy: Path, later: Path) -> None:
    """Make a backup as under traffic: its log was copied when more events had come."""
    shutil.copyfile(later / "log.db", copy / "log.db")
    record = json.loads((copy / RECORD).read_text())
    record["files"]["log.db"] = sha256(copy / "log.db")
    (copy / RECORD).write_text(json.dumps(record))


def test_a_pinned_file_outlives_the_sweep(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    (lake / "2026").mkdir(parents=True)
    (lake / "2026" / "a.parquet").write_bytes(b"rows")
    with Pins(lake) as pins:
        pins.hold(["2026/a.parquet"])
        (lake / "2026" / "a.parquet").unlink()
        pins.hold(["2026/a.parquet"])
        assert pins.of("2026/a.parquet").read_bytes() == b"rows"
    assert sorted(path.name for path in lake.rglob("*")) == ["2026"]


def test_what_a_killed_backup_left_is_swept_unless_one_is_being_made(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    (lake / "a.parquet").write_bytes(b"rows")
    kill_amid_a_backup(lake, ["a.parquet"])
    with Pins(lake) as pins:
        pins.hold(["a.parquet"])
        assert sweep_pins(lake) == 0
        assert pins.of("a.parquet").read_bytes() == b"rows"
    assert [path.name for path in lake.rglob("*.parquet")] != ["a.parquet"], "the killed one's are still there"
    assert sweep_pins(lake) == 1
    assert [path.name for path in lake.rglob("*")] == ["a.parquet"]
    assert sweep_pins(lake) == 0


def test_a_company_that_opens_its_lake_sweeps_what_a_killed_backup_left(company: Company) -> None:
    take(company, made(100, 100))
    company.processor.drain()
    company.archiver.step()
    kill_amid_a_backup(company.lake_folder, live_paths(company.state_database))
    assert list(company.lake_folder.glob(".backup-*"))
    assert company.lake.recover() == 1
    assert not list(company.lake_folder.glob(".backup-*"))


def test_a_backup_while_the_lake_is_compacted_and_swept_is_whole(
    company: Company, tmp_path: Path, settings: Settings
) -> None:
    stop = threading.Event()
    take(company, made(100, 100))
    company.processor.drain()
    company.archiver.step()

    def work() -> None:
        number = 100
        while not stop.is_set():
            number += 1
            take(company, made(50, number))
            company.processor.drain()
            now = company.clock.now()
            company.lake.seal(today=company.civil.civil_date(now), now=now, limit=1_000)
            company.lake.compact(today=company.civil.civil_date(now), now=now)
            company.lake.sweep(now=now + DAY)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for number in range(3):
            with open_company(company.directory, settings, write=False) as reader:
                backup(reader, tmp_path / f"copy{number}")
    finally:
        stop.set()
        worker.join()
    for number in range(3):
        restore(Directory.at(tmp_path / f"again{number}"), settings, tmp_path / f"copy{number}")
        with open_company(tmp_path / f"again{number}", settings) as again:
            assert failures(again) == []


def test_what_cannot_be_restored_says_why(company: Company, tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(NotFound, match="holds no backup"):
        restore(Directory.at(tmp_path / "again"), settings, tmp_path)
    backup(company, tmp_path / "copy")
    with pytest.raises(Conflict, match="not empty"):
        backup(company, tmp_path / "copy")
    with pytest.raises(Conflict, match="already"):
        restore(company.directory, settings, tmp_path / "copy")
    (tmp_path / "copy" / "log.db").write_bytes(b"spoilt")
    with pytest.raises(InvalidInput, match=r"damaged: log\.db"):
        restore(Directory.at(tmp_path / "again"), settings, tmp_path / "copy")
    assert not (tmp_path / "again" / "log.db").exists()


def test_a_backup_cannot_write_outside_its_target(company: Company, tmp_path: Path, settings: Settings) -> None:
    backup(company, tmp_path / "copy")
    record = json.loads((tmp_path / "copy" / "backup.json").read_text())
    record["files"]["../outside"] = "0" * 64
    (tmp_path / "copy" / "backup.json").write_text(json.dumps(record))
    with pytest.raises(InvalidInput, match="outside itself"):
        restore(Directory.at(tmp_path / "again"), settings, tmp_path / "copy")


def test_run_and_its_tokens_are_not_in_a_backup(company: Company, tmp_path: Path) -> None:
    (company.directory.run / "token").write_text("secret")
    backup(company, tmp_path / "copy")
    assert not (tmp_path / "copy" / "run").exists()
