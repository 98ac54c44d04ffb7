"""Targets of KPIs: set, judged by the interval, told on the board and, when missed for good, among what needs attention."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from percorso.cli.app import run
from percorso.insight.kpi.result import KpiRow
from percorso.insight.kpi.target import judged
from percorso.insight.windows import Window
from percorso.main.company import Company, open_company
from percorso.main.opener import MainOpener
from percorso.model.time import DAY, MINUTE, to_iso
from percorso.settings import Settings
from tests.http_client import Browser, MovedClock, app_for, signed_in, take, track

PEOPLE = 60


@pytest.fixture
def app(company: Company) -> FastAPI:
    return app_for(company)


@pytest.fixture
def manager(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "admin")


def answers(company: Company, good: int, *, days_ago: int = 5) -> None:
    """Sixty answers of one day, of which some are good."""
    at = company.clock.now() - days_ago * DAY
    take(
        company,
        *(
            track(
                "Survey Answered",
                f"s{days_ago}-{n}",
                f"u{n}",
                properties={"kind": "csat", "scale": 5, "score": 5 if n < good else 2},
                timestamp=to_iso(at - n * MINUTE),
            )
            for n in range(PEOPLE)
        ),
    )


def body(company: Company, value: float, in_days: int = 30, **others: Any) -> dict[str, Any]:
    due = company.civil.civil_date(company.clock.now()) + timedelta(days=in_days)
    return {"kpi": "csat", "value": value, "owner": "Ada", "due": due.isoformat(), **others}


def tile(browser: Browser, kpi: str = "csat") -> dict[str, Any]:
    found = browser.get("/api/insight/board").json()
    return next(one for one in found["tiles"] if one["kpi"] == kpi)


@pytest.mark.parametrize(("value", "verdict"), [(0.5, "met"), (0.8, "open"), (0.95, "missed")])
def test_a_tile_says_how_its_target_stands(company: Company, manager: Browser, value: float, verdict: str) -> None:
    answers(company, 48)
    assert manager.post("/api/kpis/targets", body(company, value)).status_code == 200
    (target,) = tile(manager)["targets"]
    assert (target["verdict"], target["days_left"], target["is_final"]) == (verdict, 30, False)
    assert (target["value"], target["owner"], target["segment"]) == (value, "Ada", None)
    low, high = target["row"]["ci_low"], target["row"]["ci_high"]
    assert target["row"]["n"] == PEOPLE
    assert (verdict == "open") == (low < value < high)
    assert tile(manager, "nps")["targets"] == []


def test_less_is_better_where_the_definition_says_so() -> None:
    day = date(2026, 1, 1)
    row = KpiRow(
        kpi="asa", definition="asa@1", value=40, ci_low=35, ci_high=45, n=99, complete=True,
        window=Window(start=day, end=day),
    )  # fmt: skip
    told = [judged(row, value, better) for better in ("lower", "higher") for value in (50.0, 40.0, 30.0)]  # type: ignore[arg-type]
    assert told == ["met", "open", "missed", "missed", "open", "met"]


def test_below_ten_cases_nothing_is_said(company: Company, manager: Browser) -> None:
    manager.post("/api/kpis/targets", body(company, 0.5))
    (target,) = tile(manager)["targets"]
    assert (target["verdict"], target["row"]["n"], target["chance"]) == ("few", 0, None)


def test_a_target_of_a_variant_stands_on_its_kpis_tile(company: Company, manager: Browser) -> None:
    answers(company, 48)
    manager.post("/api/kpis/targets", body(company, 3.0, kpi="csat_mean@1"))
    (target,) = tile(manager)["targets"]
    assert (target["kpi"], target["variant"], target["unit"]) == ("csat", "csat_mean", "score")
    assert target["row"]["value"] == pytest.approx((48 * 5 + 12 * 2) / 60)


def test_a_target_for_a_segment_is_judged_by_its_people(company: Company, manager: Browser) -> None:
    answers(company, 48)
    happy = {"event": "Survey Answered", "last": {"of": "score", "at_least": 5}}
    said = {"id": "happy", "name": {"it": "Contenti", "en": "Happy"}, "condition": happy}
    assert manager.post("/api/segments", said).status_code == 200
    company.follower.drain()
    manager.post("/api/kpis/targets", body(company, 0.85, segment="happy"))
    manager.post("/api/kpis/targets", body(company, 0.85, in_days=10))
    whole, segment = tile(manager)["targets"]
    assert (whole["segment"], whole["verdict"], whole["row"]["n"]) == (None, "open", 60)
    assert (segment["segment"], segment["verdict"], segment["row"]["n"]) == ("happy", "met", 48)


def test_a_target_is_changed_and_dropped_and_who_did_it_is_noted(company: Company, manager: Browser) -> None:
    manager.post("/api/kpis/targets", body(company, 0.8))
    again = manager.post("/api/kpis/targets", body(company, 0.9, owner="Bo")).json()
    assert (again["version"], again["owner"]) == (2, "Bo")
    assert [one["value"] for one in manager.get("/api/kpis/targets").json()["targets"]] == [0.9]
    assert manager.delete("/api/kpis/targets/csat").status_code == 200
    assert manager.get("/api/kpis/targets").json()["targets"] == []
    assert manager.delete("/api/kpis/targets/csat").status_code == 404
    assert [one.version for one in company.kpi_book.stored_targets.versions("csat")] == [3, 2, 1]
    acts = str(manager.get("/api/audit").json())
    assert "kpi.target_set" in acts
    assert "kpi.target_dropped" in acts


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kpi": "npz"}, 404),
        ({"segment": "nobody"}, 404),
        ({"value": 1.2}, 400),
        ({"owner": " "}, 400),
        ({"due": "2020-01-01"}, 400),
        ({"due": "soon"}, 400),
    ],
)
def test_a_target_that_cannot_be(company: Company, manager: Browser, change: dict[str, Any], status: int) -> None:
    answer = manager.post("/api/kpis/targets", {**body(company, 0.8), **change})
    assert answer.status_code == status
    assert answer.json()["message"]


def test_who_may_not_change_data_may_look(company: Company, app: FastAPI) -> None:
    agent = signed_in(company, app, "agent")
    assert agent.get("/api/kpis/targets").status_code == 200
    assert agent.post("/api/kpis/targets", body(company, 0.8)).status_code == 403
    assert agent.delete("/api/kpis/targets/csat").status_code == 403


@pytest.mark.parametrize(("value", "told"), [(0.5, []), (0.8, []), (0.95, ["csat"])])
def test_a_target_missed_for_good_needs_attention(
    company_dir: Path, settings: Settings, value: float, told: list[str]
) -> None:
    clock = MovedClock(company_clock_now(company_dir, settings))
    with open_company(company_dir, settings) as company:
        company.clock = clock
        answers(company, 48)
        company.kpi_book.set_target(draft(company, value, in_days=1), "test")
        before = [one for one in company.analyst.attention() if one.kind == "target_missed"]
        clock.advance(2 * DAY)
        answers(company, 60, days_ago=0)  # too late: they are judged by the days before
        found = [one for one in company.analyst.attention() if one.kind == "target_missed"]
        (stands,) = (one for one in company.analyst.board().tiles if one.kpi == "csat")
    assert before == []
    assert [one.subject for one in found] == told
    assert (stands.targets[0].is_final, stands.targets[0].days_left, stands.targets[0].row.n) == (True, -1, 60)


def company_clock_now(company_dir: Path, settings: Settings) -> int:
    with open_company(company_dir, settings) as company:
        return company.clock.now()


def draft(company: Company, value: float, in_days: int) -> Any:
    from percorso.model.kpi_target import TargetDraft

    today = company.civil.civil_date(company.clock.now())
    return TargetDraft(kpi="csat", value=value, owner="Ada", due=today + timedelta(days=in_days))


def ask(capsys: pytest.CaptureFixture[str], directory: Path, *words: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = run(MainOpener(), ["kpi", *words, "--dir", str(directory), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_from_the_command_line(company_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = ("--value", "0.8", "--owner", "Ada", "--due", "2999-12-31")
    assert ask(capsys, company_dir, "target", "csat", *said)[0] == 0
    (row,) = ask(capsys, company_dir, "targets")[1]
    assert (row["kpi"], row["target"], row["verdict"], row["due"]) == ("csat", 0.8, "few", "2999-12-31")
    assert ask(capsys, company_dir, "target", "csat", "--drop")[0] == 0
    assert ask(capsys, company_dir, "targets") == (0, [])
    assert ask(capsys, company_dir, "target", "csat", "--drop")[1]["code"] == "not_found"
    assert ask(capsys, company_dir, "target", "csat", "--value", "0.8")[1]["code"] == "invalid_input"
