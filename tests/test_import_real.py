"""The shipped maps on real files: every figure equals the published one, or an independent SQL over the files."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.importing import Cli

DATA = Path(os.environ.get("PERCORSO_DATA", Path(__file__).resolve().parents[1].parent / "shared" / "data"))
OLIST = DATA / "olist_sample"
RETAIL = DATA / "online_retail" / "online_retail_2010-12_2011-08.parquet"

pytestmark = pytest.mark.skipif(
    not OLIST.is_dir() or not RETAIL.is_file(), reason=f"the public data sets are not in {DATA} (set PERCORSO_DATA)"
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One company for all tests of this file, empty at first."""
    return tmp_path_factory.mktemp("import") / "company"


@pytest.fixture
def cli(directory: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(directory, capsys)


@pytest.fixture
def truth() -> Iterator[Callable[[str], Any]]:
    """One value by plain SQL over the files; `{orders}` stands for orders.csv.gz, `{retail}` for the Parquet file."""
    con = duckdb.connect()
    files = {path.name.split(".")[0]: f"read_csv('{path}', all_varchar = true)" for path in OLIST.glob("*.csv.gz")}

    def one(query: str) -> Any:
        found = con.execute(query.format(**files, retail=f"'{RETAIL}'")).fetchone()
        assert found is not None
        return found[0]

    yield one
    con.close()


def imported(rows: int, accepted: int = 0, duplicate: int = 0) -> dict[str, int]:
    verdicts = {"accepted": accepted, "duplicate": duplicate, "conflict": 0, "quarantined": 0, "suppressed": 0}
    return {"read_rows": rows, "events": accepted + duplicate, **verdicts}


def test_olist_is_imported_whole(cli: Cli) -> None:
    assert cli.json("import", OLIST, "--map", "olist") == imported(34_990, accepted=15_675)
    counted = {row["name"]: row["n"] for row in cli.sql("select name, count(*) as n from events group by name")}
    assert counted == {
        "Order Completed": 5755,
        "Order Delivered": 3657,
        "Order Cancelled": 442,
        "Survey Answered": 5821,
    }


def test_olist_people_and_money(cli: Cli, truth: Callable[[str], Any]) -> None:
    people = cli.one("select count(*) from people")
    assert people == truth("select count(distinct customer_unique_id) from {customers}") == 5675
    revenue = cli.one("select sum((properties->>'revenue')::decimal(18,2)) from events where name = 'Order Completed'")
    assert round(float(revenue), 2) == 1_008_789.25
    spent = cli.one("select sum((spend->>'BRL')::bigint) from people")
    assert spent == 100_878_925


def test_olist_satisfaction(cli: Cli, truth: Callable[[str], Any]) -> None:
    scores = "select avg((properties->>'score')::double) from events where name = 'Survey Answered'"
    assert cli.one(scores) == pytest.approx(truth("select avg(review_score::double) from {order_reviews}"), abs=1e-12)
    assert round(cli.one(scores), 4) == 3.2807
    (row,) = cli.json("kpi", "csat")
    assert row["n"] == 5821
    assert row["value"] == pytest.approx(
        truth("select avg((review_score::int >= 4)::int) from {order_reviews}"), abs=1e-12
    )


def test_olist_late_deliveries_are_decided_once_and_never_delivered(cli: Cli, truth: Callable[[str], Any]) -> None:
    late = truth(
        "select count(*) from {orders} where order_status = 'delivered'"
        " and order_delivered_customer_date::timestamp > order_estimated_delivery_date::timestamp"
    )
    (row,) = cli.sql(
        "select count(*) as n, count(distinct business_key) as orders, count(*) filter (refusal = 'historical') as kept"
        " from decisions where play = 'late_delivery'"
    )
    assert row == {"n": late, "orders": late, "kept": late}
    assert late == 286
    assert cli.one("select count(*) from messages") == 0


def test_olist_times_are_local_to_sao_paulo(cli: Cli, truth: Callable[[str], Any]) -> None:
    known = cli.one(
        "select properties->>'estimated_at' from events where message_id = 'order-delivered:2807d0e504d6d4894d41672727bc139f'"
    )
    assert known == "2018-02-21T03:00:00.000Z"
    assert truth("select order_estimated_delivery_date from {orders} where order_id like '2807d0e504d6%'") == (
        "2018-02-21 00:00:00"
    )


@pytest.mark.slow
def test_olist_again_and_in_another_order_is_all_duplicates(cli: Cli, tmp_path: Path) -> None:
    assert cli.json("import", OLIST, "--map", "olist") == imported(34_990, duplicate=15_675)
    con = duckdb.connect()
    for path in OLIST.glob("*.csv.gz"):
        rows = f"SELECT * FROM read_csv('{path}', all_varchar = true) ORDER BY md5(concat_ws('|', *COLUMNS(*)))"
        con.execute(f"COPY ({rows}) TO '{tmp_path / path.name.removesuffix('.gz')}' (HEADER)")
    con.close()
    assert cli.json("import", tmp_path, "--map", "olist") == imported(34_990, duplicate=15_675)


def test_online_retail_is_imported_whole(cli: Cli, truth: Callable[[str], Any]) -> None:
    assert cli.json("import", RETAIL, "--map", "online_retail") == imported(320_705, accepted=16_459)
    ours = "from events where source = 'online_retail'"
    assert cli.one(f"select count(distinct properties->>'order_id') {ours}") == 16_459
    assert cli.one(f"select count(distinct person_id) {ours}") == 3_360
    turnover = cli.one(
        "select sum(case name when 'Order Refunded' then -1 else 1 end * (properties->>'revenue')::decimal(18,3))"
        f" {ours} and name in ('Order Completed', 'Order Refunded', 'Invoice Adjusted')"
    )
    assert round(float(turnover), 3) == 5_761_931.382
    assert float(truth("select sum(Quantity * UnitPrice::decimal(18,3)) from {retail}")) == pytest.approx(turnover)
    assert cli.one("select count(*) from people") == 5675 + 3360


def test_online_retail_without_customer_counts_in_events_never_in_people(cli: Cli, truth: Callable[[str], Any]) -> None:
    nobody = cli.one("select count(*) from events where source = 'online_retail' and person_id is null")
    assert nobody == truth("select count(distinct InvoiceNo) from {retail} where CustomerID is null")


@pytest.mark.slow
def test_online_retail_as_csv_in_another_order_is_all_duplicates(cli: Cli, tmp_path: Path) -> None:
    con = duckdb.connect()
    rows = f"SELECT * FROM '{RETAIL}' ORDER BY md5(StockCode || InvoiceNo || Quantity)"
    con.execute(f"COPY ({rows}) TO '{tmp_path / 'reordered.csv.gz'}' (HEADER)")
    con.close()
    again = cli.json("import", tmp_path / "reordered.csv.gz", "--map", "online_retail")
    assert again == imported(320_705, duplicate=16_459)


def test_nothing_is_wrong_with_the_company(cli: Cli) -> None:
    code, out, err = cli("check")
    assert code == 0, (out, err)
