"""`percorso sql` answers questions and does nothing else, whoever tries."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from percorso.adapters.duckdb_engine import DuckEngine
from percorso.adapters.plain_values import plain_rows
from percorso.adapters.sql.manifest import Manifest
from percorso.adapters.sql_guard import check_query
from percorso.model.errors import InvalidQuery
from percorso.model.tables import TABLES
from tests.lakes import Lake, lake_in, track

SECRET = "the secret of another file"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a lake and a file that is none of its business."""
    place = tmp_path_factory.mktemp("guarded")
    (place / "secret.csv").write_text(f"a\n{SECRET}\n")
    return place


@pytest.fixture(scope="module")
def lake(place: Path) -> Iterator[Lake]:
    """One for all: whoever changed it would be found by the next."""
    with lake_in(place / "lake") as lake:
        lake.collect([track("Product Viewed", n, f"2026-09-01T10:00:{n:02d}Z") for n in range(20)])
        lake.fold()
        lake.seal(limit=10)
        yield lake


@pytest.mark.parametrize(
    "query",
    [
        "select count(*) as n from events",
        "with viewed as (select * from events where name = 'Product Viewed') select count(*) as n from viewed",
        "from events select count(*) as n",
        "select count(*) as n from (values (1), (2)) t(a), events where a = 1",
        "select (select count(*) from events) as n union all select 1 where false",
        "select sum(x)::int as n from unnest(list_transform(range(20), i -> 1)) t(x)",
        "select count(*) as n from events e join people p using (person_id) ; ",
        "select count(*) as n from range(20) t(i)",
        "with recursive t(n) as (select 1 union all select n + 1 from t where n < 20) select max(n) as n from t",
        "select n from (select row_number() over (order by seq) as n from EVENTS) order by n desc limit 1",
    ],
)
def test_questions_are_answered(lake: Lake, query: str) -> None:
    assert lake.sql(query) == [{"n": 20}]


ATTACKS = [
    "copy (select 1) to '{dir}/out.csv'",
    "copy events to '{dir}/out.csv'",
    "copy events from '{dir}/secret.csv'",
    "export database '{dir}/out'",
    "attach '{dir}/lake/state.db' as s (type sqlite)",
    "attach '{dir}/new.db'",
    "install httpfs",
    "load httpfs",
    "pragma database_list",
    "pragma enable_external_access",
    "set memory_limit = '64GB'",
    "set enable_external_access = true",
    "reset all",
    "create table t as select 1",
    "create macro f() as 1",
    "create secret s (type s3)",
    "drop view events",
    "insert into events select * from events",
    "update events set name = 'x'",
    "delete from events",
    "truncate events",
    "call pragma_version()",
    "checkpoint",
    "begin",
    "use memory",
    "describe events",
    "show tables",
    "summarize events",
    "explain select 1",
    "prepare p as select 1",
    "vacuum",
    "select * from read_csv('{dir}/secret.csv')",
    "select * from read_text('{dir}/secret.csv')",
    "select * from read_blob('{dir}/secret.csv')",
    "select * from read_parquet('{dir}/lake/lake/events/*/*/*.parquet')",
    "select * from parquet_metadata('{dir}/x.parquet')",
    "select * from parquet_scan('{dir}/x.parquet')",
    "select * from '{dir}/secret.csv'",
    'select * from "{dir}/secret.csv"',
    "select * from sniff_csv('{dir}/secret.csv')",
    "select * from glob('{dir}/*')",
    "select * from query('select 1')",
    "select * from query_table('events')",
    "select * from duckdb_settings()",
    "select * from duckdb_secrets()",
    "select * from information_schema.tables",
    "select * from pg_catalog.pg_tables",
    "select * from main.events",
    "select * from sqlite_master",
    "select * from tail_events",
    "select * from moved_nodes",
    "select getenv('HOME')",
    "select current_setting('temp_directory')",
    "select * from events where name in (select a from read_csv('{dir}/secret.csv'))",
    "with x as (select * from read_csv('{dir}/secret.csv')) select * from x",
    "select (select a from read_csv('{dir}/secret.csv'))",
    "select * from events, lateral (select * from read_csv('{dir}/secret.csv'))",
    "select 1; copy (select 1) to '{dir}/out.csv'",
    "select 1; select 2",
    "",
    "   ",
    "-- nothing",
    "select",
    "nonsense",
    "select * from nobody",
    "select no_such_column from events",
    "select 1 from " + "(" * 3000,
    "select " + "(" * 300 + "1" + ")" * 300,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: text[:40])
def test_nothing_else_is(lake: Lake, place: Path, attack: str) -> None:
    query = attack.replace("{dir}", str(place))
    before = sorted(path.name for path in place.iterdir())
    if attack.endswith(")" * 300):
        return _deep(lake, query)
    with pytest.raises(InvalidQuery) as refused:
        lake.sql(query)
    assert SECRET not in refused.value.message
    assert sorted(path.name for path in place.iterdir()) == before
    assert lake.sql("select count(*) as n from events") == [{"n": 20}]
    return None


def _deep(lake: Lake, query: str) -> None:
    """Deep nesting is answered or refused; the process lives."""
    with suppress(InvalidQuery):
        assert lake.sql(query)


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if "{dir}" in attack or attack.startswith("set ")])
def test_the_second_wall_holds_without_the_first(lake: Lake, place: Path, attack: str) -> None:
    """What would happen if a query fooled the parser: DuckDB itself refuses to leave the pinned files."""
    query = attack.replace("{dir}", str(place))
    with lake.engine.session() as session:
        connection = duckdb.connect(":memory:")
        session._sandbox(connection, ["events"])
        files = sorted(place.rglob("*"))
        try:
            rows = connection.execute(query).fetchall()
        except duckdb.Error:
            rows = []
        assert SECRET not in str(rows)
        assert sorted(place.rglob("*")) == files
        live = {str(lake.folder / file.path) for file in Manifest(lake.state_database).live()}
        assert all(str(place) not in str(row) or str(row) in live for row in rows)
        connection.close()


def test_a_query_that_takes_too_long_is_stopped(lake: Lake) -> None:
    engine = DuckEngine(lake.folder, log=lake.log_database, state=lake.state_database, sql_seconds=0.2)
    with engine.session() as session, pytest.raises(InvalidQuery, match=r"longer than 0\.2 s"):
        session.sql("select count(*) from range(100000000) a, range(100000000) b where a.range * b.range = 7", 10)
    engine.close()


def test_a_query_that_needs_too_much_memory_is_stopped(lake: Lake) -> None:
    engine = DuckEngine(lake.folder, log=lake.log_database, state=lake.state_database, sql_memory="64MB")
    with engine.session() as session, pytest.raises(InvalidQuery, match="memory"):
        session.sql(
            "select count(*) from (select i::varchar || 'x' as k, list(i) from range(30000000) t(i) group by 1)", 10
        )
    engine.close()


def test_an_answer_that_is_too_long_is_refused(lake: Lake) -> None:
    with pytest.raises(InvalidQuery, match="LIMIT"):
        lake.sql("select i from range(20000) t(i)", limit=10_000)


def test_a_statement_that_is_no_question_is_refused_by_its_type_too() -> None:
    with pytest.raises(InvalidQuery):
        plain_rows(duckdb.connect(), "create table t as select 1", 10)


def test_the_error_says_what_there_is(lake: Lake) -> None:
    with pytest.raises(InvalidQuery, match="there are consents, decisions, events, identifiers, messages, people"):
        lake.sql("select * from orders")
    assert check_query("select * from events e, people", TABLES) == {"events", "people"}


def test_values_are_json(lake: Lake) -> None:
    row = lake.sql(
        "select 1.50::decimal(9,2) as d, date '2026-01-02' as day, [1, null] as l, {'a': 1} as s, 'nan'::double as x,"
        " interval 1 minute as i, 'ab'::blob as b, true as t, 170141183460469231731687303715884105727 as h, 1 as d"
    )[0]
    assert row == {
        "d": 1.5,
        "day": "2026-01-02",
        "l": [1, None],
        "s": {"a": 1},
        "x": None,
        "i": 60.0,
        "b": "6162",
        "t": True,
        "h": 170141183460469231731687303715884105727,
        "d_2": 1,
    }
