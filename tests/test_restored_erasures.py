"""Whoever was erased after a backup is not back after a restore."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from percorso.main import open_company
from percorso.main.backup import backup, restore
from percorso.main.company import Company
from percorso.model.directory import Directory
from percorso.model.errors import Conflict, InvalidInput, NotFound, VersionMismatch
from percorso.model.time import DAY, to_iso
from percorso.settings import Settings
from tests.test_forgetting import assert_whole, company, event, forget, found, life, needles_of, seal, take

__all__ = ["company"]

SEVEN = "email:person.00007@example.com"


@pytest.fixture
def copied(company: Company, tmp_path: Path) -> Path:
    """A backup with twenty people, of whom the seventh is erased afterwards."""
    take(company, [one for who in range(20) for one in life(who, who * 10)])
    seal(company)
    backup(company, tmp_path / "copy")
    assert forget(company, SEVEN).step == "done"
    return tmp_path / "copy"


def settings_for(company: Company, **others: Any) -> Settings:
    return company.settings.model_copy(update=others)


def test_nothing_of_who_was_erased_is_in_what_is_restored(company: Company, copied: Path, tmp_path: Path) -> None:
    done = restore(Directory.at(tmp_path / "again"), company.settings, copied, tombstones=company.directory.tombstones)
    assert (done["erased"], done["listed"]) == (3, True)
    with open_company(tmp_path / "again", company.settings) as again:
        assert found(again, needles_of(7, 70)) == set()
        assert found(again, needles_of(8, 80)) == set(range(8))
        assert again.people.find("user_id:customer-00007", 5) == []
        assert_whole(again)
        verdicts = take(again, life(7, 70))
        assert {one.verdict.value for one in verdicts} == {"suppressed"}
        assert again.reapplying().missing() == []
        assert [one.requested_by for one in again.privacy_requests.latest(5)] == ["restore"]


def test_the_list_of_the_settings_is_taken_by_itself(company: Company, copied: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "safe" / "list.jsonl"
    elsewhere.parent.mkdir()
    shutil.copyfile(company.directory.tombstones, elsewhere)
    settings = settings_for(company, tombstones=elsewhere)
    assert restore(Directory.at(tmp_path / "again"), settings, copied)["erased"] == 3
    assert not (tmp_path / "again" / "tombstones.jsonl").exists()


def test_who_came_back_after_the_erasure_may_still(company: Company, copied: Path, tmp_path: Path) -> None:
    company.clock.time += DAY  # type: ignore[attr-defined]
    later = {**event(900, "Signed Up", userId="customer-00007"), "timestamp": to_iso(company.clock.now())}
    assert take(company, [later])[0].verdict.value == "accepted"
    company.tombstone_list.add(company.buried.known.values())
    restore(Directory.at(tmp_path / "again"), company.settings, copied, tombstones=company.directory.tombstones)
    with open_company(tmp_path / "again", company.settings) as again:
        assert found(again, needles_of(7, 70)) == set()
        again.clock = company.clock
        assert take(again, [later])[0].verdict.value == "accepted"
        assert take(again, life(7, 70)[:1])[0].verdict.value == "suppressed"


def test_without_a_list_it_is_refused_where_people_were_erased_before(
    company: Company, copied: Path, tmp_path: Path
) -> None:
    backup(company, tmp_path / "later")
    place = Directory.at(tmp_path / "again")
    with pytest.raises(Conflict, match="--tombstones"):
        restore(place, company.settings, tmp_path / "later")
    with pytest.raises(NotFound):
        restore(place, company.settings, tmp_path / "later", tombstones=tmp_path / "nowhere")
    (tmp_path / "damaged").write_text("{")
    with pytest.raises(InvalidInput):
        restore(place, company.settings, tmp_path / "later", tombstones=tmp_path / "damaged")
    (tmp_path / "other").write_text('{"format":1,"log_id":"another"}\n')
    with pytest.raises(InvalidInput, match="another company"):
        restore(place, company.settings, tmp_path / "later", tombstones=tmp_path / "other")
    assert restore(place, company.settings, tmp_path / "later", lone=True)["listed"] is False


def test_an_older_state_put_in_place_by_hand_does_not_start(company: Company, copied: Path, tmp_path: Path) -> None:
    settings = company.settings
    directory = Directory.at(shutil.copytree(copied, tmp_path / "again"))
    directory.run.mkdir()
    shutil.copyfile(company.directory.tombstones, directory.tombstones)
    with pytest.raises(VersionMismatch, match="privacy reapply"):
        open_company(directory, settings)
    with open_company(directory, settings, restored=True) as again:
        assert again.reapplying().reapply(again.processor) == 3
        assert found(again, needles_of(7, 70)) == set()
    open_company(directory, settings).close()


def test_a_restore_that_was_cut_short_is_opened_by_nobody(
    company: Company, copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("percorso.main.backup.hold_waiting", killed)
    with pytest.raises(KeyboardInterrupt):
        restore(Directory.at(tmp_path / "again"), company.settings, copied)
    for write in (True, False):
        with pytest.raises(Conflict, match="cut short"):
            open_company(tmp_path / "again", company.settings, write=write)


def test_the_list_is_in_no_backup_and_names_nobody(company: Company, copied: Path, tmp_path: Path) -> None:
    backup(company, tmp_path / "later")
    assert not (tmp_path / "later" / "tombstones.jsonl").exists()
    kept = company.directory.tombstones.read_text()
    assert not any(needle in kept for needle in needles_of(7, 70))
    assert len(company.tombstone_list.read()) == len(company.buried.known) > 0
