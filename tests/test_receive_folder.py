"""Files that partners put into a folder: whole ones are imported once, and every file ends aside with a report."""

import json
import os
import threading
from datetime import date, datetime
from pathlib import Path
from shutil import copyfile
from typing import Any

import openpyxl
import pytest

from percorso.adapters.receive.folder import PartnerFolder
from percorso.main.company import Company
from percorso.model.errors import InvalidMapping, StoreUnavailable
from percorso.model.source import FolderSettings
from tests.importing import Cli, items, refused
from tests.receiving import EXAMPLES, counts, in_log, put_source, taker

TILL = {"kind": "folder", "live": False, "folder": {"path": "inbox", "settle_s": 0}, "map": "till"}
VISITS: dict[str, Any] = {
    "source": "visits",
    "zone": "Europe/Rome",
    "files": {"visits": {"match": "*.xlsx", "sheet": "marzo", "skip": 1}},
    "events": [
        {
            "name": "Store Visited",
            "rows": "visits",
            "message_id": "visit",
            "time": {"column": "entered", "format": "%d/%m/%Y %H:%M"},
            "identifiers": {"card": "card"},
            "properties": {"store_id": "store", "minutes": {"number": "minutes"}, "first": "first", "day": "day"},
        }
    ],
}


@pytest.fixture
def inbox(company: Company) -> Path:
    put_source(company.directory.root, "till", TILL)
    path = company.directory.root / "inbox"
    path.mkdir()
    return path


def once(company: Company, name: str = "till") -> None:
    taker(company, name).once(threading.Event())


def report(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_text())
    return told


def test_a_file_is_imported_and_put_aside_with_its_report(company: Company, inbox: Path) -> None:
    copyfile(EXAMPLES / "till.csv", inbox / "till-1.csv")
    once(company)
    assert len(in_log(company, "till")) == 7
    assert {path.name for path in (inbox / "done").iterdir()} == {"till-1.csv", "till-1.csv.report.json"}
    told = report(inbox / "done" / "till-1.csv.report.json")
    assert (told["file"], told["read_rows"], told["accepted"], told["quarantined"]) == ("till-1.csv", 5, 7, 0)
    assert counts(company, "till") == {"accepted": 7, "files": 1}


def test_the_same_file_again_is_all_duplicates_and_keeps_both(company: Company, inbox: Path) -> None:
    for _ in range(2):
        copyfile(EXAMPLES / "till.csv", inbox / "till-1.csv")
        once(company)
    assert counts(company, "till") == {"accepted": 7, "duplicate": 7, "files": 2}
    assert len(list((inbox / "done").glob("*.csv"))) == 2


def test_a_file_that_cannot_be_right_is_put_aside_and_the_next_is_taken(company: Company, inbox: Path) -> None:
    (inbox / "till-0.csv").write_text("receipt,kind\n1,sale\n")
    (inbox / "notes.docx").write_bytes(b"PK")
    copyfile(EXAMPLES / "till.csv", inbox / "till-1.csv")
    once(company)
    assert counts(company, "till") == {"accepted": 7, "files": 1, "failed_files": 2}
    told = report(inbox / "failed" / "till-0.csv.report.json")
    assert told["code"] == "invalid_mapping"
    assert "receipt" in told["message"]


def test_a_bad_row_is_kept_aside_and_told(company: Company, inbox: Path) -> None:
    lines = (EXAMPLES / "till.csv").read_text().splitlines()
    (inbox / "till.csv").write_text(
        "\n".join([*lines, lines[-1].replace("16/03/2026", "never").replace("MI1-0431", "X")]) + "\n"
    )
    once(company)
    assert counts(company, "till") == {"accepted": 7, "quarantined": 1, "files": 1}


def test_what_is_being_written_is_left_alone(company: Company, inbox: Path) -> None:
    for name in (".till.csv", "till.csv.part", "till.csv.filepart", "till.tmp"):
        copyfile(EXAMPLES / "till.csv", inbox / name)
    (inbox / "link.csv").symlink_to(EXAMPLES / "till.csv")
    once(company)
    assert in_log(company, "till") == []
    assert len([path for path in inbox.iterdir() if path.is_file()]) == 5


def test_a_file_that_grows_is_not_whole(tmp_path: Path) -> None:
    folder = PartnerFolder(FolderSettings(path="in", match=("*.csv",), settle_s=0.2, every_s=0.05), tmp_path)
    folder.check()
    file, stop, looks = tmp_path / "in" / "a.csv", threading.Event(), 0
    file.write_text("a\n")
    for found in folder.whole(stop, once=False):
        if found is not None:
            assert file.read_text() == "a\n" + "b\n" * 3
            break
        if looks < 3:
            with file.open("a") as writing:
                writing.write("b\n")
        looks += 1
    assert looks > 3


def test_a_file_that_changes_while_it_is_read_is_read_again(company: Company, inbox: Path) -> None:
    """It is replaced after it was read and before it is moved: what is new in it is taken too."""
    text = (EXAMPLES / "till.csv").read_text()
    (inbox / "till.csv").write_text(text.rpartition("\n")[0].rpartition("\n")[0] + "\n")
    append, replaced = company.collector.collect_now, []

    def replace(*told: Any, **more: Any) -> Any:
        if not replaced:
            replaced.append(True)
            (inbox / "till.csv").write_text(text)
        return append(*told, **more)

    company.collector.collect_now = replace  # type: ignore[method-assign]
    once(company)
    assert [path.name for path in inbox.glob("done/*.csv")] == ["till.csv"]
    assert (inbox / "done" / "till.csv").read_text() == text
    assert counts(company, "till")["accepted"] == 7
    assert len(in_log(company, "till")) == 7


def test_a_log_that_cannot_be_written_leaves_the_file_where_it_is(
    company: Company, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copyfile(EXAMPLES / "till.csv", inbox / "till.csv")

    def full(*_: Any) -> None:
        raise StoreUnavailable("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(company.log, "append", full)
        with pytest.raises(StoreUnavailable):
            once(company)
    assert (inbox / "till.csv").exists()
    once(company)
    assert counts(company, "till") == {"accepted": 7, "files": 1}


def test_a_map_of_several_files_is_refused(company: Company) -> None:
    put_source(company.directory.root, "olist", {**TILL, "map": "olist"})
    with pytest.raises(InvalidMapping, match="joins several files"):
        company.sources.check(company.sources.find("olist"))


def test_live_files_decide_and_history_does_not(company: Company, inbox: Path) -> None:
    put_source(company.directory.root, "till", {**TILL, "live": True})
    copyfile(EXAMPLES / "till.csv", inbox / "till.csv")
    once(company)
    assert {entry.historical for entry in company.log.read(0, 0, 100)} == {False}
    assert company.log.read(1, 0, 100) == []


# --- Excel ------------------------------------------------------------------------------------------------------------


def workbook(path: Path, rows: list[list[Any]], sheet: str = "marzo") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(row)
    book.save(path)
    return path


HEAD = ["visit", "entered", "store", "minutes", "card", "first", "day", None]


def test_a_sheet_becomes_events_with_its_types(tmp_path: Path) -> None:
    file = workbook(
        tmp_path / "v.xlsx",
        [
            ["Visite di marzo"],
            HEAD,
            [1001, datetime(2026, 3, 14, 10, 30), "milano", 9.5, 20871, True, date(2026, 3, 14), "x"],
            [],
            ["1002", "15/03/2026 11:00", " torino ", "35", None, None, None],
        ],
    )
    first, second = items(tmp_path, VISITS, file)
    assert first == {
        "_line": 3,
        "type": "track",
        "event": "Store Visited",
        "messageId": "store-visited:1001",
        "timestamp": "2026-03-14T09:30:00.000Z",
        "properties": {"store_id": "milano", "minutes": 9.5, "first": True, "day": "2026-03-14"},
        "context": {"externalIds": [{"type": "card", "id": "20871"}]},
    }
    assert (second["_line"], second["timestamp"]) == (5, "2026-03-15T10:00:00.000Z")
    assert second["properties"] == {"store_id": "torino", "minutes": 35}


def test_bad_cells_name_their_row(tmp_path: Path) -> None:
    file = workbook(tmp_path / "v.xlsx", [["x"], HEAD, [1, "domani", "m"], [2, datetime(2026, 3, 14), "m", "nine"]])
    assert refused(tmp_path, VISITS, file) == (0, [(3, "invalid_timestamp"), (4, "invalid_number")])


def test_import_takes_excel_and_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli = Cli(tmp_path / "company", capsys)
    rows = [line.split(",") for line in (EXAMPLES / "visits.csv").read_text().splitlines()]
    told = cli.json("import", workbook(tmp_path / "visits.xlsx", rows), "--map", "visits")
    assert told["accepted"] == 3
    book = openpyxl.load_workbook(tmp_path / "visits.xlsx")
    book["marzo"].delete_rows(1, 9)
    book.save(tmp_path / "visits.xlsx")
    for content, said in (
        (None, "is empty"),
        (b"PK\x03\x04no", "no whole Excel workbook"),
        (b"", "no whole Excel workbook"),
    ):
        if content is not None:
            (tmp_path / "visits.xlsx").write_bytes(content)
        code, _, err = cli("import", tmp_path / "visits.xlsx", "--map", "visits")
        assert (code, said in err) == (2, True), err


def test_a_sheet_or_a_column_that_is_not_there(tmp_path: Path) -> None:
    from percorso.model.errors import InvalidInput

    other = workbook(tmp_path / "v.xlsx", [["x"], HEAD], sheet="aprile")
    with pytest.raises(InvalidInput, match=r"no sheet 'marzo'; it has: aprile"):
        items(tmp_path, VISITS, other)
    with pytest.raises(InvalidMapping, match="the column 'card'"):
        items(
            tmp_path,
            VISITS,
            workbook(tmp_path / "w.xlsx", [["x"], [name for name in HEAD if name != "card"], [1, "a"]]),
        )


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_commands_of_sources(company_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli = Cli(company_dir, capsys)
    put_source(company_dir, "till", TILL)
    put_source(company_dir, "wrong", "kind: fax")
    assert cli.json("sources", "check", "till")["ok"]
    copyfile(EXAMPLES / "till.csv", company_dir / "inbox" / "till.csv")
    assert cli.json("sources", "run", "till") == {"source": "till", "accepted": 7, "files": 1}
    assert cli.json("sources", "run", "till") == {"source": "till"}
    till, wrong = cli.json("sources", "list")
    assert (till["state"], till["counts"]["accepted"], wrong["state"]) == ("well", 7, "failing")
    assert "none of webhook" in wrong["error"]
    assert cli.one("select count(*) as n from events") == 7
    assert cli("sources", "check", "nobody")[0] == 1
    assert os.listdir(company_dir / "inbox" / "failed") == []
