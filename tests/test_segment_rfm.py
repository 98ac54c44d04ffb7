"""Recency, frequency and money: fifths with ties, cells that sum, and segments that let in exactly a cell's people."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import ibis
import pytest
from fastapi import FastAPI

from percorso.adapters.sql.people import SqlPeople
from percorso.insight.segments.rfm import MEASURES, RETURNS, Asked, buyers, by_scores, crossings, edges_of, scored
from percorso.insight.segments.rfm_cells import CELLS, cell_of
from percorso.main.company import Company
from percorso.model.errors import InvalidInput, NotFound
from percorso.model.tables import schema_of
from percorso.model.time import DAY, to_iso
from percorso.pipeline.rfm import Rfm
from percorso.pipeline.segmenting import Segmenting
from tests.http_client import app_for, signed_in, take
from tests.http_client import track as tracked
from tests.lakes import TODAY, track
from tests.segments import Segmented, segmented
from tests.test_kpi import SparkOptions
from tests.test_segments import book_of

Order = tuple[str, int, float | None, str | None]
"""(who, days ago, revenue, currency)"""


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Segmented]:
    with segmented(tmp_path) as found:
        yield found


def orders(seed: int, people: int = 60) -> list[Order]:
    """Most buy once, some often; amounts repeat; some orders are in another currency, some name none."""
    draw = Random(seed)
    return [
        (
            f"u{who}",
            draw.choice((0, 1, 5, draw.randrange(420))),
            draw.choice((9.9, 9.9, 19.99, draw.randrange(1, 30_000) / 100, None)),
            draw.choice(("EUR", "EUR", "EUR", None, "CHF")),
        )
        for who in range(people)
        for _ in range(draw.choice((1, 1, 1, 2, 3, 8)))
    ]


def put(lake: Segmented, found: list[Order], gap: int = 0) -> None:
    lake.collect(
        [
            track(
                "Order Completed",
                number,
                f"{TODAY - timedelta(days=ago + gap)}T06:00:00Z",
                who,
                **{name: value for name, value in (("revenue", paid), ("currency", currency)) if value is not None},
            )
            for number, (who, ago, paid, currency) in enumerate(found)
        ]
    )
    lake.fold()


def brute(found: list[Order], days: int) -> dict[str, tuple[int, int, int]]:
    """person -> scores, by sorting."""
    mine: dict[str, list[tuple[int, float]]] = {}
    for who, ago, paid, currency in found:
        if currency in ("EUR", None) and ago < days:
            mine.setdefault(who, []).append((ago, paid or 0.0))
    measures: dict[str, tuple[int, int, int]] = {
        who: (min(ago for ago, _ in one), len(one), sum(round(paid * 10_000) for _, paid in one))
        for who, one in mine.items()
    }
    edges = []
    for at in range(3):
        values = sorted(one[at] for one in measures.values())
        edges.append([values[-(-len(values) * fifth // 5) - 1] for fifth in range(1, 5)])
    above = {who: [sum(edge < one[at] for edge in edges[at]) for at in range(3)] for who, one in measures.items()}
    return {who: (5 - r, 1 + f, 1 + m) for who, (r, f, m) in above.items()}


def test_every_combination_of_scores_is_in_exactly_one_cell() -> None:
    for scores in product(range(1, 6), repeat=3):
        assert sum(box.holds(*scores) for cell in CELLS for box in cell.boxes) == 1, scores
    assert len({cell.id for cell in CELLS}) == 11


@pytest.mark.parametrize(("seed", "days", "gap"), [(1, 365, 0), (2, 400, 0), (3, 90, 12)])
def test_cells_are_those_of_a_count_by_hand_and_their_segments_let_in_the_same(
    lake: Segmented, seed: int, days: int, gap: int
) -> None:
    found = orders(seed)
    put(lake, found, gap)
    first = min(ago for _, ago, _, _ in found)
    assert first == 0  # the last event is of the window's last day
    rfm, expected = Rfm(lake.analyst), brute(found, days)
    page = rfm.page(days)
    assert page.day == TODAY - timedelta(days=gap)
    assert page.people == len(expected) == sum(one.people for one in page.cells)
    asking = Segmenting(lake.analyst, book_of(lake), lake.members, SqlPeople(lake.state_database))
    for one in page.cells:
        inside = {lake.user(who) for who, scores in expected.items() if cell_of(*scores) is one.cell}
        shown = rfm.people(one.cell.id, days, None, 200)
        assert {person.person_id for person in shown.people} == inside
        assert one.people == shown.count == len(inside)
        assert one.condition is not None
        sample = asking.sample(one.condition, 200)
        assert {person.person_id for person in sample.people} == inside, one.cell.id


def test_live_segments_of_cells_have_the_same_members(lake: Segmented) -> None:
    put(lake, orders(5, 30))
    page = Rfm(lake.analyst).page()
    for one in page.cells:
        assert one.condition is not None
        lake.publish(one.cell.id, one.condition)
    lake.follow()
    assert {one.cell.id: len(lake.inside(one.cell.id)) for one in page.cells} == {
        one.cell.id: one.people for one in page.cells
    }


def test_ties_make_fewer_classes_and_say_so(lake: Segmented) -> None:
    put(lake, [(f"u{n}", n, 10.0, "EUR") for n in range(10)])
    page = Rfm(lake.analyst).page()
    recency, frequency, money = page.fifths
    assert (recency.classes, frequency.classes, money.classes) == (5, 1, 1)
    assert (recency.edges, frequency.edges, money.edges) == ((1, 3, 5, 7), (1, 1, 1, 1), (1000,) * 4)
    assert {one.cell.id: one.people for one in page.cells if one.people} == {
        "new": 2, "promising": 2, "about_to_sleep": 2, "hibernating": 2, "lost": 2
    }  # fmt: skip
    assert (page.orders, page.spent) == (10, 10_000)


def test_a_company_without_orders_has_empty_cells(lake: Segmented) -> None:
    rfm = Rfm(lake.analyst)
    page = rfm.page()
    assert (page.people, page.spent, page.currencies) == (0, 0, ())
    assert [one.people for one in page.cells] == [0] * 11
    assert {one.condition is None for one in page.cells} == {True}
    assert rfm.people("lost", 365, None, 10).count == 0
    with pytest.raises(NotFound, match="there are champions"):
        rfm.people("best", 365, None, 10)
    with pytest.raises(InvalidInput, match="days is between"):
        rfm.page(0)


@pytest.mark.parametrize("dialect", ["duckdb", "pyspark"])
def test_it_compiles_for_both_engines(dialect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())
    people = buyers(ibis.table(schema_of("events"), name="events"), asked_of(TODAY))
    for measure in MEASURES:
        assert ibis.to_sql(crossings(people, measure), dialect=dialect)
    counted = by_scores(scored(people, {"recency": (1, 2, 3, 4), "frequency": (1, 1, 1, 2), "money": (0, 1, 2, 3)}))
    assert counted.columns == RETURNS
    assert ibis.to_sql(counted, dialect=dialect)


@pytest.mark.slow
def test_both_engines_give_the_same(lake: Segmented, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from tests.spark import spark_in

    put(lake, orders(7))
    with lake.analyst.reading() as reader:
        here = told(reader.events, reader.session.execute)
        rows, schema = reader.session.execute(reader.events), reader.events.schema().to_pyarrow()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), tmp_path / "events.parquet")
    with spark_in(tmp_path) as spark:
        there = told(spark.read_parquet(tmp_path / "events.parquet"), lambda one: spark.to_pyarrow(one).to_pylist())
    assert there == here


def told(events: Any, execute: Any) -> list[tuple[int, ...]]:
    people = buyers(events, asked_of(TODAY))
    edges = {measure: edges_of(execute(crossings(people, measure))) for measure in MEASURES}
    rows = execute(by_scores(scored(people, edges)))
    return sorted(tuple(int(row[name]) for name in RETURNS) for row in rows)


def asked_of(day: date) -> Asked:
    return Asked(day=day, days=365, currency="EUR", is_own=True)


@pytest.fixture
def app(company: Company) -> FastAPI:
    return app_for(company)


def test_over_http(company: Company, app: FastAPI) -> None:
    now = company.clock.now()
    take(
        company,
        *(
            tracked("Order Completed", f"o{n}", f"u{n}", properties={"revenue": 10 + n, "currency": "EUR"},
                    timestamp=to_iso(now - n * DAY))
            for n in range(10)
        ),
    )  # fmt: skip
    manager = signed_in(company, app, "manager")
    page = manager.get("/api/insight/rfm?days=30").json()
    assert (page["people"], page["currency"], len(page["cells"])) == (10, "EUR", 11)
    new = next(one for one in page["cells"] if one["id"] == "new")
    assert new["people"] == manager.get("/api/insight/rfm/people?cell=new&days=30").json()["count"] == 2
    said = {"id": "fresh", "name": new["name"], "condition": new["condition"]}
    assert manager.post("/api/segments", said).status_code == 200
    company.follower.drain()
    assert company.members.size("fresh") == 2
    assert manager.get("/api/insight/rfm?days=0").status_code == 400
