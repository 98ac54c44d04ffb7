"""Every variant of every KPI gives the same numbers on DuckDB and on Spark, from the same rows."""

import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from percorso.insight.kpi import VARIANTS
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.grouping import grouped
from percorso.insight.windows import Window
from tests.kpi_events import everything
from tests.lakes import lake_in
from tests.own_kpis import WRITTEN, defined

pytestmark = pytest.mark.slow

WINDOW = Window(start=date(2026, 1, 20), end=date(2026, 5, 20))
WINDOWS = [
    Window(start=date(2026, 2, 1), end=date(2026, 3, 1)),
    Window(start=date(2026, 2, 1), end=date(2026, 5, 1)),
]
KNOWN = (date(2026, 6, 20) - date(1970, 1, 1)).days


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The events, as a file that both engines read."""
    folder = tmp_path_factory.mktemp("rows")
    with lake_in(folder) as lake:
        lake.import_(everything(7))
        lake.fold()
        with lake.analyst.reading() as reader:
            table = reader.events
            found = reader.session.execute(table)
            schema = table.schema().to_pyarrow()
    pq.write_table(pa.Table.from_pylist(found, schema=schema), folder / "events.parquet")
    return folder / "events.parquet"


@pytest.fixture(scope="module")
def duck(rows: Path) -> Iterator[Any]:
    connection = ibis.duckdb.connect()
    connection.read_parquet(rows, table_name="events")
    yield connection
    connection.disconnect()


@pytest.fixture(scope="module")
def spark(rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from tests.spark import spark_in

    with spark_in(tmp_path_factory.mktemp("spark")) as connection:
        connection._session.read.parquet(str(rows)).coalesce(1).cache().createOrReplaceTempView("events")
        yield connection


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kpi", list(VARIANTS))
def test_both_engines_say_the_same(duck: Any, spark: Any, kpi: str) -> None:
    for definition in VARIANTS[kpi]:
        is_default = definition is VARIANTS[kpi][0]
        questions: list[Any] = [(("channel", "month"), WINDOW), ((), WINDOWS)] if is_default else [((), WINDOW)]
        for by, windows in questions:
            first, second = (
                _numbers(connection, grouped(definition, connection.table("events"), windows, by, KNOWN))
                for connection in (duck, spark)
            )
            assert first == second, definition.id
            assert _has_units(definition, first), f"{definition.id}: nothing to compare"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kpi", list(WRITTEN))
def test_both_engines_say_the_same_of_a_companys_own(duck: Any, spark: Any, kpi: str) -> None:
    definition = defined(kpi)
    for by, windows in ((("channel", "month"), WINDOW), ((), WINDOWS)):
        first, second = (
            _numbers(connection, grouped(definition, connection.table("events"), windows, by, KNOWN))
            for connection in (duck, spark)
        )
        assert first == second
        assert _has_units(definition, first)


def _has_units(definition: Definition, rows: list[Any]) -> bool:
    return any(value for row in rows for name, value in row if name in definition.returns)


def _numbers(connection: Any, expression: Any) -> list[Any]:
    """The rows in an order of their own, floats to nine digits, days and labels as text."""
    found = connection.to_pyarrow(expression).to_pylist()
    return sorted((_plain(row) for row in found), key=str)


def _plain(row: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, _value(value)) for name, value in sorted(row.items()))


def _value(value: Any) -> Any:
    if isinstance(value, float):
        return None if math.isnan(value) else float(f"{value:.9g}")
    return str(value)[:10] if value is not None and not isinstance(value, int | str) else value
