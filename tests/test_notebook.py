"""`percorso.open`: tables and definitions as Ibis, and the notebook that shows them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import nbformat
import pytest
from ibis import _
from nbclient import NotebookClient

import percorso
from percorso.data.intake import Item
from percorso.main import create_company
from percorso.main.company import Company, open_company
from percorso.main.example import load
from percorso.main.notebook import Notebook
from percorso.model.errors import NotFound
from percorso.model.tables import TABLES
from percorso.model.verdict import IMPORT_LANE
from percorso.settings import Settings
from tests.lakes import track

SHOWN = Path(__file__).parent.parent / "examples/notebooks/first_look.ipynb"
SCORES = {"u1": 5, "u2": 4, "u3": 1}


def answered(company: Company, scores: dict[str, int], first: int = 0) -> None:
    items = [
        track("Survey Answered", number, "2026-05-04T10:00:00Z", user, kind="csat", score=score, scale=5)
        for number, (user, score) in enumerate(scores.items(), first)
    ]
    company.collector.collect_now(
        [Item(msgspec.json.encode(item), number) for number, item in enumerate(items)], source="till", lane=IMPORT_LANE
    )
    company.processor.drain()


@pytest.fixture
def filled(company_dir: Path, settings: Settings) -> Path:
    with open_company(company_dir, settings) as company:
        answered(company, SCORES)
    return company_dir


@pytest.fixture
def notebook(filled: Path) -> Iterator[Notebook]:
    with percorso.open(filled) as opened:
        yield opened


def test_every_table_can_be_asked(notebook: Notebook) -> None:
    rows = {name: getattr(notebook, name).count().execute() for name in TABLES}
    assert (rows["events"], rows["people"], rows["verdicts"]) == (3, 3, 3)
    assert set(TABLES) <= set(dir(notebook))
    for name in TABLES:
        assert getattr(notebook, name).columns == tuple(notebook.columns(name))


def test_an_unknown_table_is_named(notebook: Notebook) -> None:
    with pytest.raises(AttributeError, match="there is no table 'evnts'; there are events, "):
        notebook.evnts  # noqa: B018


def test_kpis_are_those_of_the_product(notebook: Notebook) -> None:
    (whole,) = notebook.kpi("csat")
    assert whole.value == pytest.approx(2 / 3)
    assert (whole.n, whole.definition) == (3, "csat@1")
    scores: dict[str, Any] = notebook.units("csat").execute().set_index("user_id")["score"].to_dict()
    assert scores == SCORES


def test_a_definition_of_ones_own(notebook: Notebook) -> None:
    csat = notebook.definition("csat")
    low = replace(csat, units=lambda events, known: csat.units(events, known).filter(_.score < 4.5))
    assert notebook.kpi(low)[0].n == 2
    assert notebook.units(low).count().execute() == 2


def test_it_stays_at_its_moment_until_told(filled: Path, settings: Settings) -> None:
    with percorso.open(str(filled)) as opened:
        with open_company(filled, settings) as company:
            answered(company, {"u4": 3}, first=len(SCORES))
            company.archiver.step()
        assert opened.events.count().execute() == 3
        opened.refresh()
        assert opened.events.count().execute() == 4


def test_without_a_company_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no company in"):
        percorso.open(tmp_path / "nothing")


@pytest.mark.slow
def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "roaster"
    settings = Settings.model_construct(dir=directory)
    create_company(directory, settings)
    with open_company(directory, settings) as company:
        load(company, people=400, seed=7, told=lambda _: None)
    monkeypatch.setenv("PERCORSO_DIR", str(directory))
    read: Any = nbformat.read
    shown = read(SHOWN, as_version=4)
    assert not any(cell.get("outputs") for cell in shown.cells), "what a notebook printed is not kept in it"
    NotebookClient(shown, timeout=100, kernel_name="python3").execute()
    printed = {
        cell["id"]: "".join(out.get("data", {}).get("text/plain", "") for out in cell["outputs"])
        for cell in shown.cells
        if cell.cell_type == "code"
    }
    assert "email" in printed["step-03"]
    assert "Product Viewed" in printed["step-12"]
    assert "cancelled" in printed["step-14"]
