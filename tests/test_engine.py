"""The engine: one moment, each event once, the person of now; over SQLite and PostgreSQL."""

import json
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from percorso.adapters import lake_told, person_events
from percorso.adapters.duckdb_engine import DuckEngine
from percorso.adapters.lake import GRACE, ParquetLake
from percorso.adapters.lake_compaction import MANY
from percorso.adapters.lake_told import KEY
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.log import SqlEventLog
from percorso.adapters.sql.manifest import Manifest
from percorso.adapters.sql.state import SqlState
from percorso.adapters.sql.tables import LOG, STATE
from percorso.data.intake import Item
from percorso.model.tables import TABLES
from percorso.model.time import CivilClock, from_datetime
from percorso.model.verdict import LIVE_LANE
from percorso.pipeline.collect import Collector
from percorso.pipeline.process import Processor
from tests.drawn import drawn
from tests.folding import FixedClock, retail
from tests.lakes import TODAY, Lake, lake_in, track


def views(count: int, start: int = 0, who: int = 4) -> list[dict[str, Any]]:
    return [
        track("Product Viewed", n, f"2026-{9 + n % 3:02d}-{1 + n % 20:02d}T10:00:00Z", f"u{n % who}")
        for n in range(start, start + count)
    ]


@given(st.lists(st.sampled_from(["live", "import", "fold", "seal", "compact"]), min_size=1, max_size=14))
@settings(max_examples=drawn(15), suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
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


# what the sources told


def told_by_rows(lake: Lake) -> list[dict[str, Any]]:
    """The same as `session.told()`, counted from the event rows."""
    with lake.engine.session() as session:
        events = session.table("events")
        told = events.group_by(events.source, events.name).agg(
            first=events.local_date.min(),
            last=events.local_date.max(),
            live=events.received_at.max(where=~events.historical),
            history=events.occurred_at.max(where=events.historical),
        )
        return [row | {part: _micros(row[part]) for part in ("live", "history")} for row in session.execute(told)]


def _micros(at: datetime | None) -> int | None:
    return None if at is None else from_datetime(at.replace(tzinfo=UTC))


def told(lake: Lake, engine: DuckEngine | None = None) -> list[dict[str, Any]]:
    with (engine or lake.engine).session() as session:
        return session.told()


def same(rows: list[dict[str, Any]], others: list[dict[str, Any]]) -> bool:
    return sorted(map(repr, map(sorted_row, rows))) == sorted(map(repr, map(sorted_row, others)))


def sorted_row(row: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(row.items())


@given(
    st.lists(st.sampled_from(["live", "import", "pages", "fold", "seal", "compact", "ask"]), min_size=3, max_size=14)
)
@settings(max_examples=drawn(20), suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_what_the_sources_told_is_what_the_rows_say(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    with lake_in(tmp_path_factory.mktemp("lake")) as lake:
        sent = 0
        for step in steps:
            if step in ("live", "import", "pages"):
                made = views(7, sent) if step != "pages" else [{"type": "page", "messageId": f"m{sent}", "userId": "u"}]
                lake.import_(made, source="tïll's") if step == "import" else lake.collect(made)
                sent += len(made)
            elif step == "fold":
                lake.fold()
            elif step == "seal":
                lake.seal(limit=10)
            elif step == "compact":
                lake.lake.compact(today=TODAY, now=0)
                lake.lake.sweep(now=2 * GRACE)
            assert same(told(lake), told_by_rows(lake))
        fresh = DuckEngine(lake.folder, log=lake.log_database, state=lake.state_database, memory="256MB")
        assert same(told(lake, fresh), told(lake))
        fresh.close()


def test_compacted_files_carry_what_they_tell(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        for start in range(MANY):
            lake.collect([track("Store Visited", start, "2026-09-02T10:00:00Z")])
            lake.import_([track("Order Completed", 100 + start, f"2026-09-0{start + 1}T10:00:00Z")])
            lake.fold()
            lake.seal()
        lake.lake.compact(today=TODAY, now=0)
        (file,) = Manifest(lake.state_database).live()
        rows = duckdb.connect().execute(f"SELECT key, value FROM parquet_kv_metadata('{lake.folder / file.path}')")
        carried = {key.decode(): json.loads(value) for key, value in rows.fetchall()}[KEY]
        assert sorted(line[:2] for line in carried) == [["till", "Order Completed"], ["web", "Store Visited"]]
        assert same(told(lake), told_by_rows(lake))


def test_a_file_that_tells_too_much_carries_nothing_and_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake_told, "MOST_LINES", 3)
    with lake_in(tmp_path) as lake:
        for start in range(MANY):
            lake.collect([track(f"Thing {start} Done", start, "2026-09-02T10:00:00Z")])
            lake.fold()
            lake.seal()
        lake.lake.compact(today=TODAY, now=0)
        assert len(told(lake)) == MANY
        assert same(told(lake), told_by_rows(lake))


# one person's events, file by file


@pytest.mark.parametrize("first_files", [1, 12])
def test_a_page_is_the_newest_whatever_files_they_lie_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first_files: int
) -> None:
    monkeypatch.setattr(person_events, "FIRST_FILES", first_files)
    with lake_in(tmp_path) as lake:
        for batch in range(6):  # late and early events mixed: files overlap in time
            lake.collect(
                [
                    track(
                        "Product Viewed", batch * 10 + n, f"2026-{1 + (batch * 7 + n * 3) % 11:02d}-0{1 + n}T10:00:00Z"
                    )
                    for n in range(4)
                ]
            )
            lake.fold()
            lake.seal(limit=1000 if batch < 5 else 4)
        person = lake.sql("SELECT person_id FROM identifiers WHERE value = 'u1'")[0]["person_id"]
        wanted = [row["seq"] for row in lake.sql("SELECT seq FROM events ORDER BY occurred_at DESC, seq DESC")]
        for limit in (1, 3, 20, 100):
            found, before = [], None
            while True:
                page = lake.analyst.timeline(person, before, None, limit)
                found += [event.seq for event in page.events]
                before = page.next_before
                if before is None:
                    break
            assert found == wanted


def test_a_page_of_a_long_history_leaves_the_old_files_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person_events, "FIRST_FILES", 1)
    with lake_in(tmp_path) as lake:
        lake.collect([track("Product Viewed", month, f"2026-{month:02d}-01T10:00:00Z") for month in range(1, 11)])
        lake.fold()
        lake.seal()
        person = lake.sql("SELECT person_id FROM identifiers")[0]["person_id"]
        for month in range(1, 8):  # whoever opened one of these would fail
            (file,) = (lake.folder / f"events/month/2026-{month:02d}").glob("*.parquet")
            file.unlink()
        page = lake.analyst.timeline(person, None, None, 1)
        assert [event.message_id for event in page.events] == ["m10"]
        assert page.next_before is not None
