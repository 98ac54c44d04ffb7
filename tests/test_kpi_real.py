"""KPIs over real data, imported with the shipped maps, against what is published of them and against plain SQL."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from percorso.insight.kpi.about import find
from percorso.insight.kpi.ask import ask
from percorso.insight.kpi.result import KpiRow
from tests.importing import items
from tests.lakes import Lake, lake_in

DATA = Path(os.environ.get("PERCORSO_DATA", Path(__file__).parents[2] / "shared" / "data"))
MAPS = Path(__file__).parents[1] / "examples" / "maps"
CALLS = DATA / "call_centre_bank_1999_02" / "calls_1999-02-01_21.csv.gz"
SURVEY = DATA / "sfo_survey"
RETAIL = DATA / "online_retail" / "online_retail_2010-12_2011-08.parquet"

pytestmark = pytest.mark.skipif(
    not SURVEY.is_dir(), reason=f"the public data sets are not in {DATA} (set PERCORSO_DATA)"
)


def imported(lake: Lake, folder: Path, name: str, file: Path) -> None:
    """A file taken in by a shipped map."""
    folder.mkdir()
    written = yaml.safe_load((MAPS / f"{name}.yaml").read_text())
    found = items(folder, written, file)
    for start in range(0, len(found), 5000):
        lake.import_(found[start : start + 5000], source=name)
    lake.fold()
    lake.seal(limit=400_000)


def kpi(lake: Lake, name: str) -> KpiRow:
    definition, _ = find(name)
    with lake.analyst.reading() as reader:
        return ask(reader, definition, ())[0]


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    folder = tmp_path_factory.mktemp("bank")
    with lake_in(folder) as lake:
        imported(lake, folder / "files", "call_centre_bank", CALLS)
        yield lake


def test_the_bank_is_served_as_its_documented_cleaning_says(bank: Lake) -> None:
    asa, aht, abandoned = kpi(bank, "asa"), kpi(bank, "aht"), kpi(bank, "abandonment")
    assert (round(asa.value or 0, 2), asa.n) == (39.71, 20_880)
    assert (round(aht.value or 0, 2), aht.n) == (172.12, 20_808)
    assert (abandoned.n, round((abandoned.value or 0) * abandoned.n)) == (25_648, 4_768)
    within = kpi(bank, "service_level_20s_answered")
    assert (round(100 * (within.value or 0), 2), within.n) == (60.32, 20_880)


def test_the_banks_service_level_of_offered_calls_equals_sql(bank: Lake) -> None:
    query = f"""SELECT avg((outcome = 'AGENT' AND q_time::INT <= 20)::INT), count(*)
        FROM read_csv('{CALLS}', all_varchar = true) WHERE outcome <> 'PHANTOM' AND vru_time::INT >= 0"""
    share, n = duckdb.connect().execute(query).fetchone()  # type: ignore[misc]
    row = kpi(bank, "service_level")
    assert (row.value, row.n) == (pytest.approx(share), n)


def test_waits_have_their_median_and_tail_beside(bank: Lake) -> None:
    query = f"""SELECT quantile_disc(q_time::INT, [0.5, 0.9]) FROM read_csv('{CALLS}', all_varchar = true)
        WHERE outcome = 'AGENT' AND vru_time::INT >= 0"""
    median, p90 = duckdb.connect().execute(query).fetchone()[0]  # type: ignore[index]
    assert kpi(bank, "asa").beside == {"median_s": median, "p90_s": p90}


@pytest.mark.parametrize(
    ("year", "day", "top_two", "mean", "nps"),
    [
        (2014, "DATE '2014-04-30' + INTDATE::INT", 78.86, 3.9959, None),
        (2016, "strptime(INTDATE, '%m/%d/%Y %I:%M:%S %p')::DATE", 80.99, 4.0380, None),
        (2017, "DATE '2017-04-30' + INTDATE::INT", 82.07, 4.0644, 39.840),
    ],
)
def test_the_airports_passengers_say_what_is_published(
    tmp_path: Path, year: int, day: str, top_two: float, mean: float, nps: float | None
) -> None:
    file, rows = (
        tmp_path / f"survey_{year}.csv",
        f"read_csv('{SURVEY}/sfo_customer_survey_{year}.csv.gz', all_varchar=true)",
    )
    columns = "Q7ALL, INTDATE, " + ("NETPRO" if nps else "NULL AS NETPRO") + ", RESPNUM"
    columns = columns.replace("RESPNUM", '"*RESPNUM" AS RESPNUM') if year == 2016 else columns
    duckdb.connect().execute(f"COPY (SELECT {columns}, {day} AS interviewed_on FROM {rows}) TO '{file}'")
    with lake_in(tmp_path / "lake") as lake:
        imported(lake, tmp_path / "files", "sfo_survey", file)
        assert round(100 * (kpi(lake, "csat").value or 0), 2) == top_two
        assert round(kpi(lake, "csat_mean").value or 0, 4) == mean
        found = kpi(lake, "nps")
        assert (found.value and round(found.value, 3), found.n) == (nps, 2_746 if nps else 0)


def test_the_return_rate_of_online_retail_equals_sql(tmp_path: Path) -> None:
    """Sales of the first month; each return goes to its customer's last earlier sale of the product."""
    until = date(2011, 2, 1)
    part = tmp_path / "online_retail.parquet"
    con = duckdb.connect()
    con.execute(f"COPY (SELECT * FROM '{RETAIL}' WHERE InvoiceDate::TIMESTAMP < '{until}') TO '{part}'")
    with lake_in(tmp_path / "lake") as lake:
        imported(lake, tmp_path / "files", "online_retail", part)
        definition, _ = find("return_rate")
        with lake.analyst.reading() as reader:
            row = ask(reader, definition, (), date(2010, 12, 1), date(2011, 1, 1))[0]
    rows: Any = con.execute(
        f"""
        WITH line AS (
            SELECT InvoiceNo AS invoice, StockCode AS product, CustomerID AS who, InvoiceDate::TIMESTAMP AS moment,
                   Quantity AS pieces FROM '{part}'),
        sold AS (
            SELECT invoice, product, any_value(who) AS who, min(moment) AS moment, sum(pieces) AS pieces FROM line
            WHERE invoice NOT LIKE 'C%' AND invoice NOT LIKE 'A%' AND pieces > 0
              AND invoice IN (SELECT InvoiceNo FROM '{part}' GROUP BY 1
                              HAVING sum(Quantity * UnitPrice::DECIMAL(18, 3)) <> 0 OR min(CustomerID) IS NOT NULL)
            GROUP BY 1, 2),
        back AS (
            SELECT r.product, r.moment, r.pieces, (
                SELECT max(s.moment) FROM sold s WHERE s.who = r.who AND s.product = r.product AND s.moment <= r.moment) AS sold_at,
                r.who FROM (SELECT product, who, moment, -pieces AS pieces FROM line
                            WHERE invoice LIKE 'C%' AND pieces < 0 AND who IS NOT NULL) r),
        returned AS (
            SELECT who, product, sold_at, sum(pieces) AS pieces FROM back
            WHERE sold_at IS NOT NULL AND moment::DATE - sold_at::DATE <= 30 GROUP BY ALL)
        SELECT sum(s.pieces), sum(least(coalesce(r.pieces, 0), s.pieces)) FROM sold s
        LEFT JOIN returned r ON r.who = s.who AND r.product = s.product AND r.sold_at = s.moment
        WHERE s.moment < '2011-01-01'
        """
    ).fetchone()
    sold, came_back = rows
    assert row.n == sold
    assert (row.value or 0) * row.n == pytest.approx(came_back)
    assert 0 < came_back < sold / 10
