"""The board to be taken along: the same numbers as CSV and as PDF, in two languages."""

import csv
import io
import json
import re
import zlib
from base64 import a85decode
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from percorso.adapters.sheet_pdf import SheetPdf
from percorso.cli.app import run
from percorso.http.analysis import create_analysis_app
from percorso.http.board_files import Printing
from percorso.main.company import Company
from percorso.main.opener import MainOpener
from percorso.model.kpi_target import TargetDraft
from percorso.model.own_kpi import read_own
from percorso.model.sheet import Sheet, SheetPart, SheetRow
from percorso.model.time import DAY, MINUTE, to_iso
from percorso.pipeline.board_csv import board_csv
from percorso.pipeline.board_sheet import board_sheet
from tests.http_client import Browser, take, track
from tests.own_kpis import written


@pytest.fixture
def told(company: Company) -> Company:
    """Forty answers, a target and a KPI whose name a spreadsheet and a PDF could trip over."""
    now = company.clock.now()
    take(
        company,
        *(
            track("Survey Answered", f"s{n}", f"u{n}", properties={"kind": "csat", "score": 5 if n < 30 else 2, "scale": 5},
                  timestamp=to_iso(now - 2 * DAY - n * MINUTE))
            for n in range(40)
        ),
    )  # fmt: skip
    due = company.civil.civil_date(now) + timedelta(days=20)
    company.kpi_book.set_target(TargetDraft(kpi="csat", value=0.8, owner="=Ada & <Bo>", due=due), "test")
    name = {"it": "Voti à 5 €", "en": "Answers & <b>more"}
    company.kpi_book.publish(read_own({**written("many_answers"), "name": name}), "test")
    return company


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_csv_has_the_boards_numbers(told: Company) -> None:
    board = told.analyst.board()
    rows = {(row["definition"], row["row"]): row for row in rows_of(board_csv(board))}
    assert len(rows) == 2 * len(board.tiles) + 1
    for tile in board.tiles:
        for name, row in (("now", tile.now), ("before", tile.before)):
            found = rows[row.definition, name]
            assert (found["n"], found["value"]) == (str(row.n), "" if row.value is None else str(row.value))
    target = rows["csat@1", "target"]
    assert (target["value"], target["target"], target["verdict"]) == ("0.75", "0.8", "open")
    assert target["owner"] == "'=Ada & <Bo>"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("it", ["75,0\u00a0%", "Che cosa dicono", "Obiettivo: almeno 80,0\u00a0%", "non si può dire", "Voti à 5 €"]),
        (
            "en",
            ["75.0\u00a0%", "What people say", "Target: at least 80.0\u00a0%", "cannot be told", "Answers & <b>more"],
        ),
    ],
)
def test_the_sheet_speaks_both_languages(told: Company, language: str, words: list[str]) -> None:
    sheet = board_sheet(told.analyst.board(), "Aurora", language)
    cells = [text for part in sheet.parts for row in part.rows for text in (part.title, *row.cells, *row.notes)]
    assert [word for word in words if not any(word in text for text in cells)] == []
    assert "NPS" in sheet.closing[-1]
    assert [part.title for part in sheet.parts][-1] in ("I nostri", "Our own")


def streams(pdf: bytes) -> list[bytes]:
    """The unpacked streams of a PDF."""
    packed = [body.strip() for body in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S)]
    return [zlib.decompress(a85decode(body.removesuffix(b"~>")) if body.endswith(b"~>") else body) for body in packed]


def test_the_pdf_holds_its_fonts_and_is_the_same_again(told: Company) -> None:
    sheet = board_sheet(told.analyst.board(), "Aurora", "it")
    first, second = SheetPdf().pdf(sheet), SheetPdf().pdf(sheet)
    assert first == second
    assert first.startswith(b"%PDF-")
    assert first.count(b"/FontFile2") >= 2
    maps = b"".join(stream for stream in streams(first) if b"beginbfchar" in stream or b"beginbfrange" in stream)
    for letter in "€àè–":
        assert f"{ord(letter):04X}".encode() in maps.upper()


def test_a_long_board_goes_over_pages_and_gaps_break_the_line() -> None:
    row = SheetRow(cells=("K", "1", "0 to 2", "9", "–"), line=(None, 1.0, None, 2.0, 3.0, None))
    head = ("KPI", "Value", "95 %", "n", "Change", "Weeks")
    part = SheetPart(title="All", head=head, rows=(row,) * 120)
    made = SheetPdf().pdf(Sheet(title="T", lead="L", parts=(part,), closing=(), foot="F", language="en"))
    pages = re.search(rb"/Count (\d+)", made)
    assert pages is not None
    assert int(pages[1]) > 2


def test_over_http(told: Company) -> None:
    app = create_analysis_app(told.analyst, printing=Printing(printer=told.printer, company="Aurora"))
    browser = Browser(app)
    text = browser.get("/api/insight/board/csv")
    assert text.headers["content-type"] == "text/csv; charset=utf-8"
    assert rows_of(text.text.removeprefix("\ufeff"))[0]["kpi"] == "nps"
    paper = browser.get("/api/insight/board/pdf", params={"language": "it"})
    assert (paper.headers["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert browser.get("/api/insight/board/pdf", params={"language": "xx"}).status_code == 400


def test_from_the_command_line(company_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def call(*words: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = run(MainOpener(), ["board", *words, "--dir", str(company_dir), "--json"])
        return code, json.loads(capsys.readouterr().out)

    table, paper = tmp_path / "board.csv", tmp_path / "board.pdf"
    assert call("--csv", str(table), "--pdf", str(paper)) == (0, {"files": [str(table), str(paper)]})
    assert rows_of(table.read_text(encoding="utf-8-sig"))[0]["n"] == "0"
    assert paper.read_bytes().startswith(b"%PDF-")
    code, tiles = call()
    assert (code, tiles[0]["kpi"], tiles[0]["targets"]) == (0, "nps", [])
    assert call("--pdf", str(paper), "--language", "xx")[1]["code"] == "invalid_input"
    assert date.fromisoformat(tiles[0]["window"]["to"])
