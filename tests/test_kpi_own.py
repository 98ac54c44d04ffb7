"""KPIs of a company's own: read, counted as plain Python counts, published in versions that never change."""

import json
import random
from collections.abc import Callable, Iterator
from datetime import date
from math import floor
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pytest
import yaml
from fastapi import FastAPI

from percorso.cli.app import run
from percorso.insight.dimensions import DIMENSIONS
from percorso.insight.interval import Estimate
from percorso.insight.kpi.ask import ask
from percorso.insight.kpi.compare import Comparison, compare
from percorso.insight.kpi.grouping import grouped, people_of
from percorso.insight.kpi.people import Group, people_behind
from percorso.insight.windows import Window
from percorso.main.company import Company
from percorso.main.opener import MainOpener
from percorso.model.errors import InvalidConfig
from percorso.model.own_kpi import read_own
from percorso.model.tables import schema_of
from percorso.model.time import DAY, to_iso
from tests.http_client import Browser, app_for, signed_in, take, track
from tests.kpi_events import everything
from tests.lakes import Lake, lake_in
from tests.own_kpis import ANSWERED, WRITTEN, defined, written
from tests.test_kpi import SparkOptions

WINDOW = Window(start=date(2026, 1, 20), end=date(2026, 5, 20))
ITEMS = everything(7)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with lake_in(tmp_path_factory.mktemp("own")) as made:
        made.import_(ITEMS)
        made.fold()
        yield made


def told(lake: Lake) -> list[dict[str, Any]]:
    """The events in the window, properties read."""
    query = "select name, person_id, message_id, properties from events where local_date >= {} and local_date < {}"
    rows = lake.sql(query.format(f"'{WINDOW.start}'", f"'{WINDOW.end}'"), 100_000)
    return [{**row, "properties": json.loads(row["properties"])} for row in rows]


def plain(kpi: str, rows: list[dict[str, Any]]) -> tuple[float, int]:
    """(value, n) of each KPI of tests/own_kpis.py, by hand."""

    def of(name: str) -> list[dict[str, Any]]:
        return [row["properties"] for row in rows if row["name"] == name]

    answers = of("Survey Answered")
    if kpi == "many_answers":
        return len(answers), len(answers)
    if kpi == "good_answers":
        return sum(one["score"] >= 4 for one in answers) / len(answers), len(answers)
    if kpi == "turnover":
        euros = [one["revenue"] for one in of("Order Completed") if one.get("currency") == "EUR" and "revenue" in one]
        return sum(euros), len(euros)
    if kpi == "mean_answer":
        scores = [one["score"] for one in answers if one["kind"] != "nps"]
        return sum(scores) / len(scores), len(scores)
    talks = sorted(5 * floor(one["talk_s"] / 5 + 0.5) for one in of("Call Ended") if "talk_s" in one)
    return talks[-(-9 * len(talks) // 10) - 1], len(talks)


@pytest.mark.parametrize("kpi", list(WRITTEN))
def test_each_measure_says_what_plain_python_says(lake: Lake, kpi: str) -> None:
    with lake.analyst.reading() as reader:
        (row,) = ask(reader, defined(kpi), (), WINDOW.start, WINDOW.end)
    value, n = plain(kpi, told(lake))
    assert n > 20
    assert (row.value, row.n) == (pytest.approx(value), n)
    assert row.ci_low is not None
    assert row.ci_high is not None
    assert row.ci_low <= value <= row.ci_high
    assert row.currency == ("EUR" if kpi == "turnover" else None)


@pytest.mark.parametrize("kpi", list(WRITTEN))
@pytest.mark.parametrize("by", ["touchpoint", "month"])
def test_groups_differences_and_people_as_of_any_kpi(lake: Lake, kpi: str, by: str) -> None:
    definition = defined(kpi)
    with lake.analyst.reading() as reader:
        whole, *rows = ask(reader, definition, (by,), WINDOW.start, WINDOW.end, people=True)
        assert sum(row.n for row in rows) == whole.n
        if definition.unit == "amount":
            assert sum(row.value or 0 for row in rows) == pytest.approx(whole.value)
        for row in rows[:2]:
            found = people_behind(reader, definition, WINDOW, Group(by=by, value=row.by[by]), 200)
            assert (found.count, len(found.people)) == (row.people, row.people)
        if by == "touchpoint":
            days = Window(start=date(2026, 1, 20), end=date(2026, 3, 20))
            apart = compare(reader, definition, (by,), [whole], Comparison(days=days))[0]
            assert apart is not None
            assert apart.difference is not None
            assert apart.difference.ci_low < apart.difference.value < apart.difference.ci_high


@pytest.mark.parametrize("kpi", list(WRITTEN))
def test_they_compile_for_both_engines(kpi: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())
    events, definition = ibis.table(schema_of("events"), name="events"), defined(kpi)
    assert set(definition.reads) <= set(schema_of("events"))
    for by in ((), tuple(DIMENSIONS)):
        expression = grouped(definition, events, [WINDOW, WINDOW], by, 20_000)
        types = {name: str(kind) for name, kind in expression.schema().items()}
        assert {name: types[name] for name in definition.returns} == dict(definition.returns)
        for dialect in ("duckdb", "pyspark"):
            assert str(ibis.to_sql(expression, dialect=dialect)).startswith(("SELECT", "WITH"))
    assert str(ibis.to_sql(people_of(definition, events, WINDOW, (), 20_000), dialect="pyspark"))


# intervals: people who do a thing many times


def sums(people: list[list[float]]) -> list[dict[str, float]]:
    """What a definition sums of people's grades."""
    x, y = np.array([len(one) for one in people], float), np.array([sum(one) for one in people], float)
    return [
        {
            "clusters": len(people), "units": x.sum(), "met": y.sum(), "units2": (x * x).sum(), "both": (x * y).sum(),
            "met2": (y * y).sum(),
        }
    ]  # fmt: skip


def covered(
    estimate: Callable[[Any], Estimate], draw: Callable[[random.Random], list[list[float]]], truth: float
) -> float:
    rng = random.Random(4)
    found = [estimate(sums([one for one in draw(rng) if one])) for _ in range(1500)]
    return sum(one.low <= truth <= one.high for one in found if one.low is not None and one.high is not None) / 1500


def visits(rng: random.Random) -> list[list[float]]:
    """Two hundred people; each comes with chance 0.3, and who comes does so one to five times and is mostly alike each time."""
    out = []
    for _ in range(200):
        likes = rng.choice([0.9, 0.1])
        times = rng.randint(1, 5) if rng.random() < 0.3 else 0
        out.append([float(rng.random() < likes) for _ in range(times)])
    return out


def test_the_interval_of_a_share_goes_by_people() -> None:
    assert 0.93 <= covered(defined("good_answers").estimate, visits, 0.5) <= 0.975


def test_the_interval_of_a_count_goes_by_people() -> None:
    def counted(rng: random.Random) -> list[list[float]]:
        return [[1.0] * len(one) for one in visits(rng)]

    assert 0.93 <= covered(defined("many_answers").estimate, counted, 200 * 0.3 * 3) <= 0.985


def test_a_count_of_people_who_did_it_once_is_garwoods() -> None:
    found = defined("many_answers").estimate(sums([[1.0]] * 10))
    assert [round(one, 3) for one in found[:3] if one is not None] == [10, 4.795, 18.39]


@pytest.mark.parametrize("kpi", list(WRITTEN))
def test_of_nothing_nothing_is_said(kpi: str) -> None:
    assert defined(kpi).estimate([]).value is None


# what is written


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kpi": "Big"}, "small letters"),
        ({"kpi": "target"}, "word of the commands"),
        ({"measure": "median"}, "count, share"),
        ({"name": {"en": "x"}}, "'it'"),
        ({"better": "more"}, "higher, lower"),
        ({"events": {"field": "person.orders", "above": 1}}, "by segment"),
        ({"events": {"field": "colour", "is": "red"}}, "unknown field"),
        ({"met": None}, "missing"),
        ({"value": "properties.total"}, "unknown key"),
        ({"colour": "red"}, "unknown key"),
    ],
)
def test_what_is_wrong_is_said(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidConfig, match=words):
        read_own({**written("good_answers"), **change})


def test_money_names_its_currency() -> None:
    with pytest.raises(InvalidConfig, match="currency"):
        read_own({name: value for name, value in written("turnover").items() if name != "currency"})


# published


@pytest.fixture
def app(company: Company) -> FastAPI:
    return app_for(company)


@pytest.fixture
def manager(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "admin")


def publish(browser: Browser, body: dict[str, Any]) -> Any:
    return browser.post("/api/kpis/own", {"definition": body}).json()


@pytest.fixture
def answered(company: Company) -> None:
    now = company.clock.now()
    take(
        company,
        *(
            track("Survey Answered", f"s{n}", f"u{n % 20}", properties={"kind": "csat", "score": 1 + n % 5, "scale": 5},
                  timestamp=to_iso(now - 2 * DAY - n))
            for n in range(40)
        ),
    )  # fmt: skip


@pytest.mark.usefixtures("answered")
def test_a_kpi_of_ones_own_is_everywhere_where_the_others_are(company: Company, manager: Browser) -> None:
    draft = manager.get(
        "/api/insight/kpis/draft/value", params={"definition": json.dumps(written("good_answers"))}
    ).json()
    assert [(row["definition"], row["n"], row["value"], row["people"]) for row in draft["rows"]] == [
        ("good_answers@1", 40, 0.4, 20)
    ]
    assert manager.get("/api/insight/kpis/good_answers").status_code == 404
    assert publish(manager, written("good_answers"))["version"] == 1
    tile = next(one for one in manager.get("/api/insight/board").json()["tiles"] if one["kpi"] == "good_answers")
    assert (tile["theme"], tile["now"]["value"], tile["unit"]) == ("own", 0.4, "share")
    listed = {one["kpi"]: one for one in manager.get("/api/insight/kpis").json()["kpis"]}
    assert listed["good_answers"]["is_custom"]
    assert "Wilson" in listed["good_answers"]["about"]["en"]
    answer = manager.get("/api/insight/kpis/good_answers", params={"by": "touchpoint"}).json()
    assert sum(row["n"] for row in answer["rows"][1:]) == answer["rows"][0]["n"] == 40
    people = manager.get("/api/insight/kpis/good_answers/people", params={"limit": 100}).json()
    assert len(people["people"]) == people["count"] == 20
    due = company.civil.civil_date(company.clock.now()).isoformat()
    aim = {"kpi": "good_answers", "value": 0.2, "owner": "Ada", "due": due}
    assert manager.post("/api/kpis/targets", aim).status_code == 200
    assert manager.delete("/api/kpis/own/good_answers").status_code == 409
    assert company.analyst.kpi("good_answers", [], None, None).rows[0].n == 40


@pytest.mark.usefixtures("answered")
def test_a_published_version_never_changes(manager: Browser) -> None:
    first = written("good_answers")
    second = written("good_answers", met={"field": "properties.score", "at_least": 5})
    assert [publish(manager, one)["version"] for one in (first, first, second)] == [1, 1, 2]
    asked = [manager.get(f"/api/insight/kpis/{name}").json()["rows"][0] for name in ("good_answers", "good_answers@1")]
    assert [(row["definition"], row["value"]) for row in asked] == [("good_answers@2", 0.2), ("good_answers@1", 0.4)]
    own = manager.get("/api/kpis/own").json()["kpis"]
    assert [(one["version"], one["definition"]["met"]["at_least"]) for one in own] == [(2, 5), (1, 4)]
    every = manager.get("/api/insight/kpis", params={"variants": True}).json()["kpis"]
    assert [one["definition"] for one in every if one["kpi"] == "good_answers"] == ["good_answers@2"]


def test_retired_and_back(manager: Browser) -> None:
    publish(manager, written("many_answers"))
    assert manager.delete("/api/kpis/own/many_answers").status_code == 200
    assert manager.get("/api/insight/kpis/many_answers").status_code == 404
    assert manager.delete("/api/kpis/own/many_answers").status_code == 404
    assert publish(manager, written("many_answers"))["version"] == 1
    assert manager.get("/api/insight/kpis/many_answers").status_code == 200
    acts = str(manager.get("/api/audit").json())
    assert "kpi.published" in acts
    assert "kpi.retired" in acts


def test_one_that_moved_needs_attention_and_luck_does_not(company: Company) -> None:
    """Good answers fall from nine in ten to five in ten; their number stays."""
    rng, now = random.Random(8), company.clock.now()
    items = [
        track("Survey Answered", f"s{n}", f"u{n}", properties={"kind": "csat", "scale": 5, "score": score},
              timestamp=to_iso(now - (1 + n // 4) * DAY))
        for n in range(220)
        for score in [4 if rng.random() < (0.5 if n < 112 else 0.9) else 3]
    ]  # fmt: skip
    take(company, *items)
    for kpi in ("good_answers", "many_answers"):
        company.kpi_book.publish(read_own(written(kpi)), "test")
    told = {one.subject: one for one in company.analyst.attention()}
    assert told["good_answers"].kind == "kpi_worse"
    assert "many_answers" not in told


@pytest.mark.parametrize("taken", ["csat", "csat_mean", "aht_leg"])
def test_our_names_are_taken(manager: Browser, taken: str) -> None:
    body = {**written("many_answers"), "kpi": taken}
    assert manager.post("/api/kpis/own", {"definition": body}).status_code == 409


def test_who_may_not_change_data_publishes_nothing(company: Company, app: FastAPI) -> None:
    agent = signed_in(company, app, "agent")
    assert agent.post("/api/kpis/own", {"definition": written("many_answers")}).status_code == 403
    assert agent.get("/api/kpis/own").status_code == 200


def test_from_the_command_line(company_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def call(*words: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = run(MainOpener(), ["kpi", *words, "--dir", str(company_dir), "--json"])
        return code, json.loads(capsys.readouterr().out)

    file = tmp_path / "own.yaml"
    file.write_text(yaml.safe_dump(written("many_answers", events=ANSWERED)))
    assert call("define", str(file), "--check")[1]["definition"] == "many_answers@1"
    assert call("many_answers")[1]["code"] == "not_found"
    assert call("define", str(file)) == (0, {"kpi": "many_answers", "version": 1})
    assert call("many_answers")[1][0]["definition"] == "many_answers@1"
    assert "many_answers@1" in {one["definition"] for one in call("--list")[1]}
    assert call("retire", "many_answers")[0] == 0
    file.write_text("kpi: many_answers\n")
    assert call("define", str(file))[1]["code"] == "invalid_config"
