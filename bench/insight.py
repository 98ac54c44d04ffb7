"""Questions over a large lake, one person's timeline, and sealing.

The lake is written straight into files of the shape that compaction leaves (a year, by month, sorted by person), so that ten
million events are there within a minute; everything after that is the product's own code.
"""

import gc
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert

from bench.collect import open_log
from bench.rows import Row, median_of
from bench.traffic import events, everyone_else
from percorso.adapters.duckdb_base import open_duckdb, quoted
from percorso.adapters.duckdb_engine import DuckEngine
from percorso.adapters.engine_tables import read_files
from percorso.adapters.lake import ParquetLake
from percorso.adapters.lake_compaction import LAYOUT
from percorso.adapters.lake_told import metadata_option
from percorso.adapters.packs import load_packs
from percorso.adapters.person_events import COLUMNS
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import STATE, manifest, nodes, offsets, placed
from percorso.adapters.sql.tallies import SqlTallies
from percorso.adapters.system_clock import SystemClock
from percorso.data.intake import Item
from percorso.model.tables import EVENTS
from percorso.model.time import CivilClock, from_datetime
from percorso.model.verdict import IMPORT_LANE
from percorso.pipeline.analyse import Analyst
from percorso.pipeline.collect import Collector

FIRST = date(2026, 1, 1)
MONTHS = 12
EVENTS_A_PERSON = 40
ROUNDS = 3

_EVENT = """
    SELECT printf('m%012d', i) AS message_id, 'web' AS source, 'track' AS type,
        CASE WHEN k < 55 THEN 'Product Viewed' WHEN k < 75 THEN 'Product Added' WHEN k < 85 THEN 'Order Completed'
            WHEN k < 92 THEN 'Parcel Delivered' WHEN k < 96 THEN 'Survey Answered' ELSE 'Call Answered' END AS name,
        printf('n%011d', p) AS node_id, printf('n%011d', p) AS person_id,
        occurred_at,
        occurred_at + INTERVAL 2 SECOND AS received_at, i AS seq, 0::BIGINT AS tie, false AS historical,
        CASE WHEN k < 75 THEN 'web.shop' WHEN k < 85 THEN 'web.checkout' WHEN k < 92 THEN 'delivery.parcel'
            WHEN k < 96 THEN 'email.survey' ELSE 'call.support' END AS touchpoint,
        split_part(touchpoint, '.', 1) AS channel, 'during' AS phase,
        CASE WHEN k < 55 THEN 'consider' WHEN k BETWEEN 75 AND 84 THEN 'buy' WHEN k BETWEEN 85 AND 91 THEN 'receive' END
            AS stage,
        occurred_at::DATE AS local_date, hour(occurred_at)::SMALLINT AS local_hour,
        printf('u%d', p) AS user_id, NULL::VARCHAR AS anonymous_id,
        CASE WHEN k BETWEEN 75 AND 91 THEN printf('o%d', i) END AS order_id,
        CASE WHEN k BETWEEN 75 AND 84 THEN round(random() * 80, 2) END AS revenue,
        CASE WHEN k BETWEEN 75 AND 84 THEN 'EUR' END AS currency,
        CASE WHEN k IN (92, 93) THEN floor(random() * 11) WHEN k IN (94, 95) THEN 1 + floor(random() * 5) END AS score,
        CASE WHEN k IN (92, 93) THEN 10.0 WHEN k IN (94, 95) THEN 5.0 END::DOUBLE AS scale,
        false AS robot, 'said' AS time_rule, NULL::TIMESTAMP AS said_at, NULL::TIMESTAMP AS sent_at,
        NULL::VARCHAR AS reply_to,
        CASE WHEN k IN (92, 93) THEN 'nps' WHEN k IN (94, 95) THEN 'csat' END AS survey_kind,
        CASE WHEN k >= 96 THEN round(-60 * ln(random()), 1) END AS wait_s, 'it' AS language,
        CASE WHEN k = 94 THEN 'consegna puntuale' END AS comment,
        json_object('product_id', printf('p%d', i % 500), 'region', printf('r%d', p % 20), 'price', round(random() * 30, 2))
            ::VARCHAR AS properties,
        '{{"touchpoint":"web.shop"}}' AS context, NULL::VARCHAR AS traits
    FROM (SELECT i, floor(random() * 100)::INTEGER AS k, floor(random() * {people})::BIGINT AS p,
        TIMESTAMP '{start}' + to_microseconds(floor(random() * {span})::BIGINT) AS occurred_at FROM range({low}, {high}) t(i))
"""


def make_lake(folder: Path, state: Database, count: int) -> None:
    """A year of generated events, sealed: files, manifest, offsets, identifiers."""
    connection = open_duckdb(memory="2GB", spill=folder / ".spill")
    people = max(count // EVENTS_A_PERSON, 1)
    files = []
    for month in range(MONTHS):
        start = datetime(2026, month + 1, 1, tzinfo=UTC)
        end = datetime(2026 + (month + 1) // 12, (month + 1) % 12 + 1, 1, tzinfo=UTC)
        low, high = (count * edge // MONTHS + 1 for edge in (month, month + 1))
        span = int((end - start) / timedelta(microseconds=1))
        query = _EVENT.format(start=f"{start:%Y-%m-%d}", span=span, people=people, low=low, high=high)
        path = f"events/month/{start:%Y-%m}/{low}-{high - 1}-bench.parquet"
        (folder / path).parent.mkdir(parents=True)
        columns = ", ".join(EVENTS)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE made AS SELECT {columns} FROM ({query})")
        options = LAYOUT + metadata_option(connection, "FROM made")
        connection.execute(
            f"COPY (FROM made ORDER BY person_id, occurred_at, seq) TO {quoted(str(folder / path))} ({options})"
        )
        first = (start.date() - date(1970, 1, 1)).days
        days = {"first_day": first, "last_day": first + (end - start).days - 1}
        sizes = {"rows": high - low, "bytes": (folder / path).stat().st_size}
        files.append({"path": path, **days, "first_seq": low, "last_seq": high - 1, **sizes})
    connection.close()
    with state.write() as connection:
        connection.execute(insert(manifest), [{**file, "state": "live", "written_at": 0} for file in files])
        for reader in ("archive", "process/0", "process/1"):
            connection.execute(insert(offsets).values(reader=reader, log_id="bench", seq=count))
        one = {"node_id": "n00000000007", "kind": "user_id", "value": "u7", "person_id": "n00000000007", "profile": b""}
        connection.execute(insert(nodes), [{**one, "claimed": 0, "seen_at": 0, "linked_at": 0}])


_BARE = {
    "NPS": "SELECT count(score), count(local_date), count(reply_to) FROM {files} WHERE name = 'Survey Answered'"
    " AND survey_kind = 'nps' AND (scale IS NULL OR scale = 10)",
    "repeat purchase rate": "SELECT count(*) FROM (SELECT person_id, min(local_date), max(local_date) FROM {files}"
    " WHERE name = 'Order Completed' AND person_id IS NOT NULL GROUP BY person_id)",
    "ASA": "SELECT count(*), sum(wait_s), count(local_date) FROM {files} WHERE name = 'Call Answered' AND wait_s >= 0",
    "one person's timeline": "SELECT {columns} FROM {files} WHERE person_id = 'n00000000007'",
}
"""The least that DuckDB can do for the same answers: one reading of the columns they need."""


def ceilings(lake: Path, size: str) -> list[Row]:
    """Seconds of the bare queries."""
    connection = open_duckdb(memory="2GB", spill=lake / ".spill")
    files = read_files(sorted(lake.rglob("*.parquet")))
    rows = []
    for name, query in _BARE.items():
        ask = query.format(files=files, columns=", ".join(COLUMNS))
        connection.execute(ask).fetchall()
        taken = median_of(ROUNDS, lambda ask=ask: _seconds(lambda: connection.execute(ask).fetchall()))  # type: ignore[misc]
        rows.append(Row(f"  bare DuckDB: {name}, {size} events", taken, "s"))
    connection.close()
    return rows


def _seconds(ask: Callable[[], Any]) -> float:
    gc.collect()
    started = time.perf_counter()
    ask()
    return time.perf_counter() - started


def questions(count: int) -> list[Row]:
    """Seconds of each question over a lake of so many events."""
    with TemporaryDirectory() as directory:
        folder = Path(directory)
        open_log(folder).close()
        log, state = Database(f"sqlite:///{directory}/log.db"), Database(f"sqlite:///{directory}/state.db")
        STATE.create_all(state.engine)
        (folder / "lake").mkdir()
        make_lake(folder / "lake", state, count)
        engine = DuckEngine(folder / "lake", log=log, state=state)
        config = load_packs(["retail"])
        tallies = SqlTallies(log, state)
        analyst = Analyst(engine, config, CivilClock("Europe/Rome"), YearEnd(), tallies)
        journey = config.journeys[0].id
        size = f"{count // 1_000_000} M" if count >= 1_000_000 else f"{count}"
        aim = 1.5 if count >= 10_000_000 else None
        asked: list[tuple[str, Callable[[], Any], float | None]] = [
            ("NPS", lambda: analyst.kpi("nps", [], None, None), aim),
            ("CSAT", lambda: analyst.kpi("csat", [], None, None), aim),
            ("repeat purchase rate", lambda: analyst.kpi("repeat_purchase", [], None, None), aim),
            ("ASA", lambda: analyst.kpi("asa", [], None, None), aim),
            ("CSAT by touchpoint and week", lambda: analyst.kpi("csat", ["touchpoint", "week"], None, None), aim),
            ("CSAT by stage", lambda: analyst.kpi("csat", ["stage"], None, None), None),
            ("the board", analyst.board, None),
            ("the journey map, 28 days", lambda: analyst.journey_map(journey, None, None), None),
            ("quality: whom we reach, who knows whom", analyst.quality_people, aim),
            ("one person's timeline", lambda: analyst.timeline("n00000000007", None, None, 50), 0.05),
        ]
        rows = []
        for name, ask, wanted in asked:
            ask()
            taken = median_of(ROUNDS, lambda ask=ask: _seconds(ask))  # type: ignore[misc]
            rows.append(Row(f"{name}, {size} events", taken, "s", wanted))
        rows += ceilings(folder / "lake", size)
        engine.close()
        log.close()
        state.close()
        return rows


class YearEnd:
    """The clock stands at the end of the year."""

    def now(self) -> int:
        return from_datetime(datetime(2026, 12, 31, 22, tzinfo=UTC))


def sealing(count: int) -> list[Row]:
    """Events/s from log and state into durable files, and back out of them into compacted ones."""
    with TemporaryDirectory() as directory:
        folder = Path(directory)
        events_log = open_log(folder)
        log, state = Database(f"sqlite:///{directory}/log.db"), Database(f"sqlite:///{directory}/state.db")
        STATE.create_all(state.engine)
        collector = Collector(events_log, CivilClock("Europe/Rome"), SystemClock())
        made = [Item(body, index) for index, body in enumerate(events(count, everyone_else))]
        for at in range(0, count, 5000):
            collector.collect_now(made[at : at + 5000], source="web", lane=IMPORT_LANE)
        _mark_processed(state, count)
        lake = ParquetLake(folder / "lake", log=log, state=state)
        started = time.perf_counter()
        while lake.seal(today=date(2026, 12, 31), now=0, limit=250_000):
            pass
        sealed = count / (time.perf_counter() - started)
        lake.close()
        for part in (events_log, log, state):
            part.close()
        return [Row("sealed, log and state to durable files", sealed, "ev/s", 200_000)]


def _mark_processed(state: Database, count: int) -> None:
    """As the worker leaves it: each event placed under one of many people."""
    with state.write() as connection:
        for at in range(1, count + 1, 20_000):
            rows = [
                {
                    "seq": seq,
                    "node_id": f"n{seq % 5000:011d}",
                    "person_id": f"n{seq % 5000:011d}",
                    "touchpoint": "web.shop",
                    "channel": "web",
                    "phase": "before",
                    "stage": None,
                    "robot": 0,
                }
                for seq in range(at, min(at + 20_000, count + 1))
            ]
            connection.execute(insert(placed), rows)
        for lane in (0, 1):
            connection.execute(insert(offsets).values(reader=f"process/{lane}", log_id="bench", seq=count))


def run(*, scale: float = 1.0) -> list[Row]:
    """Every figure of this page."""
    rows = sealing(int(500_000 * scale))
    for count in (1_000_000, 10_000_000):
        rows += questions(int(count * scale))
    return rows


if __name__ == "__main__":
    for row in run():
        print(row)
