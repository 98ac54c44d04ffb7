"""The lake holds each processed event once, whatever breaks, and any tool can read it."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percorso.adapters import lake as lake_module
from percorso.adapters.lake import GRACE, ParquetLake
from percorso.adapters.lake_compaction import MANY, plan
from percorso.adapters.sql.manifest import LakeFile, Manifest
from percorso.model.errors import Conflict
from percorso.model.tables import EVENTS, TABLES
from percorso.model.time import MINUTE
from tests.lakes import TODAY, Lake, lake_in, track


def days(count: int, *, month: int = 11, who: int = 3) -> list[dict[str, Any]]:
    """Events on the days of a month, of a few people."""
    return [
        track("Product Viewed", month * 10_000 + n, f"2026-{month:02d}-{1 + n % 20:02d}T10:00:00Z", f"u{n % who}")
        for n in range(count)
    ]


def ids_in(lake: Lake) -> list[str]:
    """Message ids by plain DuckDB over the files of the manifest, as an outside tool would."""
    files = [str(lake.folder / file.path) for file in Manifest(lake.state_database).live()]
    if not files:
        return []
    return [row[0] for row in duckdb.connect().execute("SELECT message_id FROM read_parquet($1)", [files]).fetchall()]


def test_what_is_sealed_is_what_was_processed(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        lake.collect(days(50))
        assert lake.seal() == 0  # nothing is processed yet
        lake.fold()
        lake.collect(days(10, month=10))  # in the log, not processed
        assert lake.seal() == 50
        assert len(ids_in(lake)) == len(set(ids_in(lake))) == 50
        lake.fold()
        assert lake.seal() == 10
        assert lake.seal() == 0
        assert lake.lake.unsealed() == (0, 60)


def test_files_lie_by_day_in_the_open_month_and_by_month_before(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        lake.collect([*days(40), *days(30, month=9)])
        lake.fold()
        lake.seal()
        folders = {file.folder for file in Manifest(lake.state_database).live()}
        assert "events/month/2026-09" in folders
        assert len([name for name in folders if name.startswith("events/day/2026-11-")]) == 20
        assert len(folders) == 21


def test_the_schema_is_the_documented_one(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        lake.collect(days(5))
        lake.fold()
        lake.seal()
        path = lake.folder / Manifest(lake.state_database).live()[0].path
        columns = duckdb.connect().execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
    assert [column[0] for column in columns] == list(EVENTS)
    text = (Path(__file__).parent.parent / "docs" / "lake.md").read_text()
    for table, schema in TABLES.items():
        assert f"## {table}" in text
        for name, column in schema.items():
            assert f"| `{name}` | {column.type.removeprefix('!')} | {column.about} |" in text


class Breaks(Exception):
    pass


@pytest.mark.parametrize("where", ["writing", "after the files", "in the transaction"])
def test_a_crash_while_sealing_leaves_no_gap_and_no_double(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    with lake_in(tmp_path) as lake:
        lake.collect(days(60))
        lake.fold()
        lake.seal(limit=20)
        with monkeypatch.context() as broken:
            if where == "writing":
                original = lake_module.write_file
                calls: list[str] = []

                def half(root: Path, path: str, write: Any) -> int:
                    calls.append(path)
                    if len(calls) == 3:
                        raise Breaks
                    return original(root, path, write)

                broken.setattr(lake_module, "write_file", half)
            elif where == "after the files":
                broken.setattr(Manifest, "add", _breaks)
            else:
                broken.setattr("percorso.adapters.sql.manifest._insert", _breaks)
            with pytest.raises(Breaks):
                lake.seal()
        assert len(lake.sql("SELECT seq FROM events")) == 60
        restarted = ParquetLake(lake.folder, log=lake.log_database, state=lake.state_database)
        assert restarted.recover() > 0
        while restarted.seal(today=TODAY, now=0, limit=1000):
            pass
        assert sorted(ids_in(lake)) == sorted(f"m{11 * 10_000 + n}" for n in range(60))
        assert restarted.recover() == 0
        restarted.close()


def _breaks(*_: Any, **__: Any) -> None:
    raise Breaks


def test_two_archivers_cannot_both_seal(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        manifest = Manifest(lake.state_database)
        manifest.add([], log_id=lake.log.log_id, after=0, upto=5, at=0)
        with pytest.raises(Conflict):
            manifest.add([], log_id=lake.log.log_id, after=0, upto=7, at=0)
        assert manifest.sealed() == 5


def test_compaction_joins_files_keeps_rows_and_disturbs_no_reader(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        for start in range(MANY):
            lake.collect([track("Store Visited", start * 10 + n, "2026-09-02T10:00:00Z", f"u{n}") for n in range(10)])
            lake.fold()
            lake.seal()
        before = sorted(ids_in(lake))
        with lake.engine.session() as session:
            events = session.table("events")
            assert lake.lake.compact(today=TODAY, now=0) == MANY
            assert len(session.execute(events.select("seq"))) == 80
        assert len(Manifest(lake.state_database).live()) == 1
        assert sorted(ids_in(lake)) == before
        path = lake.folder / Manifest(lake.state_database).live()[0].path
        rows = duckdb.connect().execute(f"SELECT person_id, occurred_at, seq FROM '{path}'").fetchall()
        assert rows == sorted(rows)
        assert lake.lake.sweep(now=GRACE) == 0
        assert lake.lake.sweep(now=GRACE + 1) == MANY
        assert len(list(lake.folder.rglob("*.parquet"))) == 1
        assert len(lake.sql("SELECT seq FROM events")) == 80


def test_a_crash_while_compacting_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with lake_in(tmp_path) as lake:
        for start in range(MANY):
            lake.collect([track("Store Visited", start, "2026-09-02T10:00:00Z")])
            lake.fold()
            lake.seal()
        with monkeypatch.context() as broken:
            broken.setattr(Manifest, "replace", _breaks)
            with pytest.raises(Breaks):
                lake.lake.compact(today=TODAY, now=0)
        assert len(ids_in(lake)) == MANY
        assert lake.lake.recover() == 1
        assert lake.lake.compact(today=TODAY, now=0) == MANY
        assert len(ids_in(lake)) == MANY


def test_compaction_writes_the_person_of_now(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        for n in range(MANY):
            item = track("Product Viewed", n, f"2026-09-02T10:00:{n:02d}Z", None) | {"anonymousId": "device"}
            lake.collect([item])
            lake.fold()
            lake.seal()
        lake.collect([{"type": "identify", "messageId": "i", "userId": "ada", "anonymousId": "device"}])
        lake.fold()
        now = {row["person_id"] for row in lake.sql("SELECT person_id FROM events")}
        assert len(now) == 1
        lake.lake.compact(today=TODAY, now=0)
        path = lake.folder / Manifest(lake.state_database).live()[0].path
        stored = duckdb.connect().execute(f"SELECT DISTINCT person_id FROM '{path}'").fetchall()
        assert stored == [(now.pop(),)]


def a_file(number: int, rows: int, day: int, folder: str) -> LakeFile:
    return LakeFile(
        path=f"{folder}/{number}.parquet", first_day=day, last_day=day, first_seq=0, last_seq=0, rows=rows, bytes=1
    )


@given(st.lists(st.integers(1, 10**7), max_size=30))
@settings(max_examples=100)
def test_a_trickle_never_rewrites_a_large_file(sizes: list[int]) -> None:
    files = [a_file(n, rows, 20_697, "events/month/2026-09") for n, rows in enumerate(sizes)]
    for work in plan(files, TODAY):
        chosen = sorted(work.files, key=lambda f: f.rows)
        assert len(chosen) >= MANY
        for at, file in enumerate(chosen[1:], start=1):
            assert file.rows <= 4 * sum(smaller.rows for smaller in chosen[:at])


def test_the_days_of_a_month_that_closed_become_the_month() -> None:
    files = [a_file(n, 10, 20_727 + n, f"events/day/2026-10-{n + 1:02d}") for n in range(3)]
    work = plan(files, TODAY)
    assert [(one.folder, len(one.files)) for one in work] == [("events/month/2026-10", 3)]
    assert plan(files, TODAY.replace(month=10)) == []


def test_the_archiver_seals_many_at_once_and_few_after_a_minute(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        lake.collect(days(5))
        lake.fold()
        assert lake.archiver.step() == 0
        lake.clock.time += MINUTE - 1
        assert lake.archiver.step() == 0
        lake.clock.time += 1
        assert lake.archiver.step() == 5
        lake.collect(days(3, month=8))
        lake.fold()
        assert lake.archiver.drain() == 3


def test_events_that_no_json_reader_can_read_are_sealed_with_what_the_log_knows(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        lake.collect(days(2))
        lake.fold()
        with lake.log_database.write() as connection:
            connection.exec_driver_sql("UPDATE log_events SET body = '{broken' WHERE seq = 1")
        assert lake.seal() == 2
        rows = lake.sql("SELECT seq, message_id, name, properties FROM events ORDER BY seq")
        assert rows[0] == {"seq": 1, "message_id": "m110000", "name": None, "properties": None}
        assert rows[1]["name"] == "Product Viewed"


def test_rows_of_two_lanes_are_sealed_only_as_far_as_both_are_processed(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        lake.import_(days(5, month=7))
        lake.collect(days(5))
        with lake.state_database.write() as connection:
            connection.exec_driver_sql(f"INSERT INTO offsets VALUES ('process/0', '{lake.log.log_id}', 10)")
        assert lake.lake.unsealed().rows == 0
        assert lake.seal() == 0
        lake.fold()
        assert lake.seal() == 10
