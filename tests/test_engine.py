"""The engine: one moment, each event once, the person of now; over SQLite and PostgreSQL."""

import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from percorso.adapters.duckdb_engine import DuckEngine
from percorso.adapters.lake import ParquetLake
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.log import SqlEventLog
from percorso.adapters.sql.state import SqlState
from percorso.adapters.sql.tables import LOG, STATE
from percorso.data.intake import Item
from percorso.model.tables import TABLES
from percorso.model.time import CivilClock
from percorso.model.verdict import LIVE_LANE
from percorso.pipeline.collect import Collector
from percorso.pipeline.process import Processor
from tests.folding import FixedClock, retail
from tests.lakes import TODAY, Lake, lake_in, track


def views(count: int, start: int = 0, who: int = 4) -> list[dict[str, Any]]:
    return [
        track("Product Viewed", n, f"2026-{9 + n % 3:02d}-{1 + n % 20:02d}T10:00:00Z", f"u{n % who}")
        for n in range(start, start + count)
    ]


@given(st.lists(st.sampled_from(["live", "import", "fold", "seal", "compact"]), min_size=1, max_size=14))
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_each_processed_event_is_met_once(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    with lake_in(tmp_path_factory.mktemp("lake")) as lake:
        sent = processed = 0
        for step in steps:
            if step in ("live", "import"):
                (lake.collect if step == "live" else lake.import_)(views(7, sent))
                sent += 7
            elif step == "fold":
                lake.fold()
                processed = sent
            elif step == "seal":
                lake.seal(limit=10)
            else:
                lake.lake.compact(today=TODAY, now=0)
            met = Counter(row["message_id"] for row in lake.sql("SELECT message_id FROM events"))
            assert set(met.values()) <= {1}
            assert set(met) == {f"m{n}" for n in range(processed)}


def test_a_session_stays_at_its_moment(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        lake.collect(views(5))
        lake.fold()
        with lake.engine.session() as session:
            lake.collect(views(5, 5))
            lake.fold()
            lake.seal()
            assert session.sql("SELECT count(*) AS n FROM events", 10) == [{"n": 5}]
            assert session.sql("SELECT sum(events)::BIGINT AS n FROM people", 10) == [{"n": 5}]
        assert lake.sql("SELECT count(*) AS n FROM events") == [{"n": 10}]


def test_sessions_of_many_threads_do_not_disturb_each_other(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        lake.collect(views(30))
        lake.fold()
        lake.seal(limit=20)
        wrong: list[Any] = []

        def ask() -> None:
            for _ in range(5):
                with lake.engine.session() as session:
                    events = session.table("events")
                    kept = session.keep("kept", events.filter(events.seq > 10))
                    counted = session.execute(kept.agg(n=kept.count()))
                    if counted != [{"n": 20}]:
                        wrong.append(counted)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


def test_who_turns_out_to_be_one_person_is_one_everywhere(tmp_path: Path) -> None:
    with lake_in(tmp_path, acts=True) as lake:
        device = {"type": "track", "event": "Product Viewed", "timestamp": "2026-11-02T10:00:00Z"}
        lake.collect(
            [device | {"messageId": "a", "anonymousId": "d1"}, device | {"messageId": "b", "anonymousId": "d2"}]
        )
        lake.fold()
        lake.seal()
        assert len(lake.sql("SELECT DISTINCT person_id FROM events")) == 2
        for n in (1, 2):
            lake.collect([{"type": "identify", "messageId": f"i{n}", "userId": "ada", "anonymousId": f"d{n}"}])
        lake.fold()
        people = lake.sql("SELECT DISTINCT person_id FROM events")
        assert len(people) == 1
        assert lake.sql("SELECT DISTINCT person_id FROM identifiers") == people
        assert lake.sql("SELECT person_id FROM people") == people


def test_the_types_are_the_documented_ones_even_when_tables_are_empty(tmp_path: Path) -> None:
    duck = {"string": "VARCHAR", "int64": "BIGINT", "int32": "INTEGER", "int16": "SMALLINT", "float64": "DOUBLE"}
    duck |= {"timestamp(6)": "TIMESTAMP", "boolean": "BOOLEAN", "date": "DATE"}
    with lake_in(tmp_path) as lake:
        for sealed in (False, True):
            with lake.engine.session() as session:
                for table, columns in TABLES.items():
                    session.table(table)
                    found = session._connection.execute(f"DESCRIBE {table}").fetchall()
                    wanted = [(name, duck[column.type.removeprefix("!")]) for name, column in columns.items()]
                    assert [(row[0], row[1]) for row in found] == wanted
            if not sealed:
                lake.collect(views(3))
                lake.fold()
                lake.seal()


def test_refused_items_are_among_the_verdicts(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        lake.collect([*views(2), {"type": "track", "messageId": "bad", "userId": "u1"}])
        lake.fold()
        rows = lake.sql("SELECT message_id, verdict, reason, seq FROM verdicts ORDER BY message_id")
    assert rows[0] == {"message_id": "bad", "verdict": "quarantined", "reason": "missing_event", "seq": None}
    assert [row["verdict"] for row in rows[1:]] == ["accepted", "accepted"]


def test_events_read_as_the_folds_read_them(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        lake.collect(
            [
                {
                    "type": "page",
                    "messageId": "p",
                    "userId": "u",
                    "name": "Home",
                    "properties": {"path": "/"},
                    "context": {"locale": "en-GB", "traits": {"a": 1, "b": 2}},
                    "traits": {"b": 3},
                },
                track("Survey Answered", 1, "2026-11-02T23:30:00Z", kind="csat", score=4, scale=5, comment="bello"),
                track("Order Completed", 2, "2026-11-02T10:00:00Z", order_id=12, revenue="9.5", currency="EUR"),
            ]
        )
        lake.fold()
        page, survey, order = lake.sql("SELECT * FROM events ORDER BY seq")
    assert (page["name"], page["language"]) == ("Page Viewed", "en")
    assert page["properties"] == '{"name":"Home","path":"/"}'
    assert page["traits"] == '{"a":1,"b":3}'
    assert (survey["score"], survey["scale"], survey["survey_kind"], survey["comment"]) == (4.0, 5.0, "csat", "bello")
    assert (survey["local_date"], survey["local_hour"]) == ("2026-11-03", 0)  # Rome is an hour ahead
    assert survey["occurred_at"] == "2026-11-02T23:30:00Z"
    assert (order["order_id"], order["revenue"], order["currency"]) == ("12", 9.5, "EUR")


def test_the_timeline_pages_through_every_event_of_a_person(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        lake.collect(views(30))
        lake.fold()
        lake.seal(limit=15)
        person = lake.sql("SELECT person_id FROM identifiers WHERE value = 'u1'")[0]["person_id"]
        seen, before = [], None
        while True:
            page = lake.analyst.timeline(person, before, None, 3)
            seen += [event.message_id for event in page.events]
            before = page.next_before
            if before is None:
                break
        at = {row["message_id"]: row["occurred_at"] for row in lake.sql("SELECT message_id, occurred_at FROM events")}
        assert sorted(seen) == sorted(f"m{n}" for n in range(30) if n % 4 == 1)
        assert [at[one] for one in seen] == sorted((at[one] for one in seen), reverse=True)
        assert lake.analyst.timeline("nobody'; --", None, None, 3).events == ()
        assert lake.analyst.timeline(person, None, "post", 3).events == ()


def test_the_same_answers_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    database = Database(postgres_url)
    LOG.create_all(database.engine)
    STATE.create_all(database.engine)
    log = SqlEventLog(database)
    civil = CivilClock("Europe/Rome")
    collector = Collector(log, civil, FixedClock())
    processor = Processor(log, SqlState(database, log.log_id), retail(), b"secret")
    lake = ParquetLake(tmp_path, log=database, state=database)
    engine = DuckEngine(tmp_path, log=database, state=database)
    for start in (0, 10):
        for item in views(10, start):
            collector.collect_now([Item(_encoded(item), 0)], source="web", lane=LIVE_LANE)
        collector.collect_now([Item(b'{"type": "track"}', 0)], source="web", lane=LIVE_LANE)
        processor.drain()
        with engine.session() as session:
            met = session.sql("SELECT message_id, stage, touchpoint FROM events", 100)
            assert sorted(row["message_id"] for row in met) == sorted(f"m{n}" for n in range(start + 10))
            assert session.sql("SELECT count(*) AS n FROM people", 10) == [{"n": 4}]
            for table in TABLES:
                session.sql(f"SELECT * FROM {table}", 1000)
        assert lake.seal(today=TODAY, now=0, limit=100) == 10
    engine.close()
    lake.close()
    database.close()


def _encoded(item: dict[str, Any]) -> bytes:
    import json

    return json.dumps(item).encode()


def test_a_lake_can_be_asked_by_another_process_while_it_is_written(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        lake.collect(views(10))
        lake.fold()
        other = _Reader(lake)
        with lake.log_database.write() as held:  # a writer in the middle of its transaction
            held.exec_driver_sql("UPDATE log_meta SET value = value")
            assert other.count() == 10
        other.close()


class _Reader:
    """An engine with databases of its own, as another process has."""

    def __init__(self, lake: Lake) -> None:
        self.log = Database(str(lake.log_database.url))
        self.state = Database(str(lake.state_database.url))
        self.engine = DuckEngine(lake.folder, log=self.log, state=self.state)

    def count(self) -> int:
        with self.engine.session() as session:
            return int(session.sql("SELECT count(*) AS n FROM events", 10)[0]["n"])

    def close(self) -> None:
        for part in (self.engine, self.log, self.state):
            part.close()
