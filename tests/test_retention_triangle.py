"""The triangle against plain Python over the same events."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import ibis
import pytest

from percorso.insight import retention as tables
from percorso.insight.retention import RetentionChoice, moved
from percorso.insight.windows import Window
from percorso.model.errors import InvalidInput
from percorso.model.tables import schema_of
from percorso.pipeline.pathing import Pathing
from tests.lakes import Lake, lake_in
from tests.test_kpi import SparkOptions, random_events, told

START, END = date(2026, 3, 9), date(2026, 6, 1)
CHOICES = [
    RetentionChoice(),
    RetentionChoice(period="month"),
    RetentionChoice(first="Order Completed", again="Survey Answered"),
    RetentionChoice(period="month", first="Product Viewed"),
]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with lake_in(tmp_path_factory.mktemp("retention")) as lake:
        lake.import_(random_events(8, 500, 150))
        lake.fold()
        lake.seal(limit=300)
        yield lake


def floor(day: date, period: str) -> date:
    return day - timedelta(days=day.weekday()) if period == "week" else day.replace(day=1)


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_the_triangle_is_what_plain_python_says(lake: Lake, choice: RetentionChoice) -> None:
    rows = [row for row in told(lake) if row["person_id"] is not None]
    born: dict[str, date] = {}
    come: dict[str, set[date]] = defaultdict(set)
    for row in rows:
        if not choice.first or row["name"] == choice.first:
            born.setdefault(row["person_id"], floor(row["day"], choice.period))
        if not choice.again or row["name"] == choice.again:
            come[row["person_id"]].add(floor(row["day"], choice.period))
    cohorts: dict[date, list[str]] = defaultdict(list)
    for person, cohort in born.items():
        if floor(START, choice.period) <= cohort < END:
            cohorts[cohort].append(person)
    last = max(row["day"] for row in told(lake))
    found = Pathing(lake.analyst).retention(choice, START, END)
    assert {cohort.window.start: cohort.people for cohort in found.cohorts} == {
        cohort: len(people) for cohort, people in cohorts.items()
    }
    for cohort in found.cohorts:
        for cell in cohort.cells:
            period = moved(cohort.window.start, choice.period, cell.after)
            assert cell.window.start == period
            assert cell.share.n == cohort.people
            assert cell.share.count == sum(period in come[person] for person in cohorts[cohort.window.start])
            assert cell.complete == (cell.window.end <= last)
        assert cohort.cells[-1].window.start <= last < cohort.cells[-1].window.end
    for column in found.columns:
        cells = [
            cell for cohort in found.cohorts for cell in cohort.cells if cell.after == column.after and cell.complete
        ]
        assert (column.share.count, column.share.n) == (
            sum(cell.share.count for cell in cells),
            sum(cell.share.n for cell in cells),
        )


@pytest.mark.parametrize("choice", CHOICES[:3], ids=str)
def test_every_cell_opens_exactly_its_people(lake: Lake, choice: RetentionChoice) -> None:
    pathing = Pathing(lake.analyst)
    for cohort in pathing.retention(choice, START, END).cohorts[:4]:
        whole = pathing.retention_people(choice, START, END, cohort.window.start, None, 500)
        assert whole.count == len(whole.people) == cohort.people
        for cell in cohort.cells[:4]:
            behind = pathing.retention_people(choice, START, END, cohort.window.start, cell.after, 500)
            assert behind.count == len(behind.people) == cell.share.count


def test_wrong_questions_say_what_to_do(lake: Lake) -> None:
    period: Any = "day"
    with pytest.raises(InvalidInput, match="week or month"):
        RetentionChoice(period=period)
    with pytest.raises(InvalidInput, match="by month"):
        Pathing(lake.analyst).retention(RetentionChoice(), date(2020, 1, 1), END)


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_tables_compile_for_duckdb_and_spark(choice: RetentionChoice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())
    visits = tables.visits(ibis.table(schema_of("events"), name="events"), choice, Window(start=START, end=END))
    for expression in (tables.cohort_sizes(visits), tables.cell_counts(visits)):
        for dialect in ("duckdb", "pyspark"):
            assert str(ibis.to_sql(expression, dialect=dialect))
