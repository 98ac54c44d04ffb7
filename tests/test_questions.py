"""`percorso kpi`, `percorso sql` and `percorso events trace`, as a shell calls them."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from percorso.cli.app import run
from percorso.data.intake import Item
from percorso.main.company import Company, open_company
from percorso.main.opener import MainOpener
from percorso.model.verdict import IMPORT_LANE
from percorso.settings import Settings
from tests.lakes import track


@pytest.fixture
def folded(company_dir: Path, settings: Settings) -> Path:
    """A company with a late delivery, an answer to a survey and a refused item."""
    late = {"delivered_at": "2026-05-03T10:00:00Z", "estimated_at": "2026-05-02T10:00:00Z"}
    items: list[Any] = [
        track("Order Delivered", 1, "2026-05-03T10:00:00Z", "u1", order_id="a", **late),
        track("Survey Answered", 2, "2026-05-04T10:00:00Z", "u1", kind="csat", score=2, scale=5, comment="Tardi"),
        {"type": "track", "messageId": "bad", "userId": "u1"},
    ]
    company: Company
    with open_company(company_dir, settings) as company:
        raw = [Item(msgspec.json.encode(item), n, n + 2) for n, item in enumerate(items)]
        company.collector.collect_now(raw, source="till", lane=IMPORT_LANE, historical=True)
        company.processor.drain()
    return company_dir


def ask(capsys: pytest.CaptureFixture[str], directory: Path, *words: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = run(MainOpener(), [*words, "--dir", str(directory), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_kpi(folded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, rows = ask(
        capsys, folded, "kpi", "csat", "--by", "stage", "--by", "week", "--from", "2026-05-01", "--to", "2026-06-01"
    )
    assert code == 0
    assert [(row["value"], row["n"], row["by"]["week"]) for row in rows] == [(0.0, 1, "2026-W19")]
    assert rows[0]["by"].keys() == {"stage", "week"}
    assert rows[0]["window"] == {"from": "2026-05-04", "to": "2026-05-11"}
    assert len(ask(capsys, folded, "kpi", "csat")[1]) == 1


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (("kpi", "npz"), 1, "not_found"),
        (("kpi", "nps", "--by", "colour"), 2, "invalid_input"),
        (("kpi", "nps", "--from", "yesterday"), 2, "invalid_input"),
        (("sql", "drop table events"), 2, "invalid_query"),
        (("events", "trace", "nothing"), 1, "not_found"),
    ],
)
def test_a_wrong_question_gives_a_code(
    folded: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], exit_code: int, code: str
) -> None:
    given, told = ask(capsys, folded, *words)
    assert (given, told["code"]) == (exit_code, code)


def test_sql(folded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = "select play, outcome, refusal from decisions where play = 'late_delivery'"
    assert ask(capsys, folded, "sql", query) == (
        0,
        [{"play": "late_delivery", "outcome": "refused", "refusal": "historical"}],
    )


def test_a_trace_tells_the_whole_story(folded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    story = ask(capsys, folded, "events", "trace", "m1")[1]["events"][0]
    assert (story["verdict"]["verdict"], story["verdict"]["source"]) == ("accepted", "till")
    assert story["event"]["touchpoint"] is not None
    assert story["person"]["person_id"] == story["event"]["person_id"]
    assert {fold["fold"] for fold in story["folds"]} >= {"stage", "feeling"}
    assert [decision["play"] for decision in story["decisions"]] == ["late_delivery"]
    refused = ask(capsys, folded, "events", "trace", "bad")[1]["events"][0]
    assert (refused["verdict"]["reason"], refused["event"], refused["decisions"]) == ("missing_event", None, [])
    assert run(MainOpener(), ["events", "trace", "m1", "--dir", str(folded)]) == 0
    assert "decision: late_delivery -> refused, historical" in capsys.readouterr().out
