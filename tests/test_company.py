"""A company's directory: made once, opened by one, told apart by version."""

import json
import os
import stat
from datetime import time
from pathlib import Path

import pytest
from sqlalchemy import text

from percorso.adapters.lock import DirectoryLock
from percorso.adapters.sql import migrations
from percorso.data.intake import Item
from percorso.main import create_company, open_company
from percorso.main.checking import check
from percorso.model.errors import Conflict, DirectoryLocked, InvalidConfig, NotFound, VersionMismatch
from percorso.settings import Settings


def test_a_company_has_the_facts_of_the_settings(company_dir: Path, settings: Settings) -> None:
    with open_company(company_dir, settings) as company:
        assert (company.facts.zone, company.facts.currency, company.facts.packs) == ("Europe/Rome", "EUR", ("retail",))
        assert len(company.facts.secret) == 32
        assert company.config.journeys


def test_a_directory_is_made_once(company_dir: Path, settings: Settings) -> None:
    with pytest.raises(Conflict):
        create_company(company_dir, settings)


def test_its_files_are_for_the_owner_only(company_dir: Path) -> None:
    for path in (company_dir / "state.db", company_dir / "log.db", company_dir / "run"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_an_empty_directory_says_what_to_do(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(NotFound, match="percorso init"):
        open_company(tmp_path / "nothing", settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [("zone", "Europe/Atlantis"), ("currency", "EURO"), ("packs", ("nosuch",)), ("quiet", "9 to 5"), ("quiet", "9-25")],
)
def test_a_wrong_fact_makes_no_company(tmp_path: Path, settings: Settings, name: str, value: object) -> None:
    wrong = settings.model_copy(update={name: value})
    with pytest.raises(InvalidConfig):
        create_company(tmp_path / "company", wrong)
    with pytest.raises(NotFound):
        open_company(tmp_path / "company", settings)


def test_a_log_that_lost_its_state_gets_no_new_company(company_dir: Path, settings: Settings) -> None:
    with open_company(company_dir, settings) as company:
        item = {"type": "track", "event": "Seen", "userId": "u1", "messageId": "m1"}
        company.collector.collect_now([Item(json.dumps(item).encode(), 0)], source="web")
    for file in company_dir.glob("state.db*"):
        file.unlink()
    with pytest.raises(Conflict, match="percorso restore"):
        create_company(company_dir, settings)
    assert not (company_dir / "state.db").exists()


@pytest.mark.parametrize("line", ["log", "state"])
def test_a_damaged_database_is_a_finding(company_dir: Path, settings: Settings, line: str) -> None:
    with (company_dir / f"{line}.db").open("r+b") as file:
        for page in range(2, 12):
            file.seek(4096 * page)
            file.write(b"\xff" * 400)
    with open_company(company_dir, settings, write=False) as company:
        wrong = [finding["check"] for finding in check(company) if not finding["ok"]]
    assert wrong


def test_quiet_hours_are_a_fact(tmp_path: Path, settings: Settings) -> None:
    create_company(tmp_path / "company", settings.model_copy(update={"quiet": "20:30-09:00"}))
    with open_company(tmp_path / "company", settings) as company:
        assert company.facts.quiet == (time(20, 30), time(9))


def test_a_second_writer_is_refused_with_the_holder(company_dir: Path, settings: Settings) -> None:
    with open_company(company_dir, settings), pytest.raises(DirectoryLocked, match=str(os.getpid())):
        open_company(company_dir, settings)
    open_company(company_dir, settings).close()


def test_a_reader_needs_no_lock(company_dir: Path, settings: Settings) -> None:
    with open_company(company_dir, settings), open_company(company_dir, settings, write=False) as reader:
        assert reader.facts.name


def test_children_keep_a_dead_owners_lock(tmp_path: Path) -> None:
    path = tmp_path / "run" / "lock"
    owner = DirectoryLock(path)
    child = os.dup(owner.fd)
    owner.release()
    path.write_text("999999999")
    with pytest.raises(DirectoryLocked):
        DirectoryLock(path, patience_s=0.2)
    os.close(child)
    DirectoryLock(path, patience_s=0.2).release()


def test_a_newer_directory_is_refused(company_dir: Path, settings: Settings) -> None:
    with open_company(company_dir, settings) as company, company.state_database.write() as connection:
        connection.execute(text("update state_version set version_num = '9999'"))
    for write in (True, False):
        with pytest.raises(VersionMismatch, match="update Percorso"):
            open_company(company_dir, settings, write=write)


def test_an_own_pack_moves_into_the_directory(tmp_path: Path, settings: Settings) -> None:
    shipped = Path(__file__).parents[1] / "packs" / "retail.yaml"
    own = tmp_path / "ours.yaml"
    own.write_text(shipped.read_text())
    create_company(tmp_path / "company", settings.model_copy(update={"packs": (str(own),)}))
    own.unlink()
    with open_company(tmp_path / "company", settings) as company:
        assert company.facts.packs == ("packs/ours.yaml",)
        assert company.config.touchpoints


def test_head_is_the_newest_revision() -> None:
    for line in ("log", "state"):
        assert migrations.revisions(line)[-1] == migrations.HEAD[line]
