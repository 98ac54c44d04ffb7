"""`ports.Watch`, on every database."""

from pathlib import Path

import pytest
from sqlalchemy import event

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.log import SqlEventLog
from percorso.adapters.sql.readiness import FRESH_S, Readiness
from percorso.adapters.sql.state import SqlState
from percorso.adapters.sql.tables import LOG
from percorso.adapters.sql.watch import SqlWatch
from percorso.model.errors import StoreUnavailable
from percorso.model.event import Placed
from percorso.model.person import NOBODY, Node
from percorso.model.time import DAY
from percorso.model.verdict import Candidate, Refused
from percorso.ports import LaneLag, Mark, PersonRow, SeenPerson

NOW = 20_000 * DAY


def candidate(number: int, lane: int = 0, body: str | None = None, at: int = NOW) -> Candidate:
    return Candidate(
        key=number.to_bytes(16, "big"),
        fingerprint=number,
        source="web",
        message_id=f"m{number}",
        occurred_at=at - 5,
        received_at=at + number,
        day=0,
        hour=0,
        tie=0,
        lane=lane,
        historical=False,
        body=body or '{"type":"track","event":"Product Viewed"}',
    )


def refused(number: int, body: bytes = b"{") -> Refused:
    return Refused("till", None, NOW + number, "malformed", "mend it", body, line=7)


@pytest.fixture
def log(database: Database) -> SqlEventLog:
    return SqlEventLog(database)


@pytest.fixture
def watch(database: Database, log: SqlEventLog) -> SqlWatch:
    return SqlWatch(database, database)


def test_nothing_came_yet(watch: SqlWatch) -> None:
    figures = watch.figures(NOW)
    assert figures.lanes == (LaneLag(0, 0, 0, 0), LaneLag(1, 0, 0, 0))
    assert (figures.today, figures.total, figures.outbox, figures.sealed) == ({}, {}, {}, 0)
    assert (watch.head(), watch.recent(5)) == (Mark(0, 0), [])


def test_lag_is_counted_per_lane(watch: SqlWatch, log: SqlEventLog, database: Database) -> None:
    log.append([candidate(1), candidate(2, lane=1), candidate(3, lane=1), candidate(4), candidate(5)])
    with SqlState(database, log.log_id).transaction() as transaction:
        transaction.set_offset("process/0", 1)
        transaction.set_offset("process/1", 3)
        transaction.set_offset("archive", 2)
    assert watch.lanes() == (LaneLag(0, 5, 1, 2), LaneLag(1, 3, 3, 0))
    assert watch.figures(NOW).sealed == 2


def test_items_are_counted_by_verdict_today_and_in_all(watch: SqlWatch, log: SqlEventLog) -> None:
    log.append([candidate(9, at=NOW - DAY)])
    log.append([candidate(1), candidate(1), candidate(2)], [refused(3)])
    figures = watch.figures(NOW)
    assert figures.today == {"accepted": 2, "duplicate": 1, "quarantined": 1}
    assert figures.total == {"accepted": 3, "duplicate": 1, "quarantined": 1}


def test_it_is_ready_and_writes_nothing(watch: SqlWatch, log: SqlEventLog) -> None:
    log.append([candidate(1)])
    before = log.read(0, 0, 10)
    watch.ready()
    assert (log.read(0, 0, 10), log.log_id) == (before, log.log_id)


def test_however_often_it_is_asked_it_looks_and_writes_now_and_then(database: Database, log: SqlEventLog) -> None:
    assert log.log_id
    said: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: said.append(given[2].split()[0].upper()))
    elapsed = 0.0
    readiness = Readiness(database, database, lambda: elapsed)
    for _ in range(1_000):  # 25 seconds
        elapsed += 0.025
        readiness.check()
    assert said.count("UPDATE") == 3
    assert said.count("SELECT") <= 2 * 13


def test_what_is_wrong_is_told_until_it_is_mended(database: Database, tmp_path: Path) -> None:
    elapsed = 0.0
    place = tmp_path / "later"
    later = Database(f"sqlite:///{place}/log.db")
    readiness = Readiness(later, database, lambda: elapsed)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            readiness.check()
    place.mkdir()
    LOG.create_all(later.engine)
    with pytest.raises(StoreUnavailable):
        readiness.check()
    elapsed = FRESH_S
    readiness.check()
    later.close()


def test_a_log_that_can_be_read_and_not_written_is_not_ready(database: Database, tmp_path: Path) -> None:
    log = Database(f"sqlite:///{tmp_path}/log.db")
    LOG.create_all(log.engine)
    with log.engine.connect() as connection:
        connection.exec_driver_sql("pragma query_only=on")
    event.listen(log.engine, "connect", lambda connection, _: connection.execute("pragma query_only=on").close())
    with pytest.raises(StoreUnavailable):
        Readiness(log, database).check()
    log.close()


def test_what_came_since_a_mark_oldest_first(watch: SqlWatch, log: SqlEventLog) -> None:
    log.append([candidate(1)], [refused(2)])
    mark = watch.head()
    assert watch.since(mark, 10) == ([], mark)
    log.append([candidate(3), candidate(5, body='{"type":"identify"}')], [refused(4)])
    seen, after = watch.since(mark, 10)
    assert [(one.verdict, one.name, one.reason, one.line) for one in seen] == [
        ("accepted", "Product Viewed", None, None),
        ("quarantined", None, "malformed", 7),
        ("accepted", "Identified", None, None),
    ]
    assert after == watch.head()
    assert len({one.key for one in seen}) == 3


def test_under_load_the_newest_are_told(watch: SqlWatch, log: SqlEventLog) -> None:
    log.append([candidate(number) for number in range(1, 21)])
    seen, mark = watch.since(Mark(0, 0), 5)
    assert [one.message_id for one in seen] == ["m16", "m17", "m18", "m19", "m20"]
    assert mark == watch.head()


def test_recent_items_of_one_verdict(watch: SqlWatch, log: SqlEventLog) -> None:
    log.append([candidate(1), candidate(1)._replace(fingerprint=77), candidate(1), candidate(3)], [refused(2)])
    assert [one.verdict for one in watch.recent(10)][:1] == ["accepted"]
    assert [one.message_id for one in watch.recent(10, "accepted")] == ["m3", "m1"]
    assert [one.reason for one in watch.recent(10, "quarantined")] == ["malformed"]
    assert [one.verdict for one in watch.recent(10, "conflict")] == ["conflict"]
    assert [one.message_id for one in watch.recent(10, "duplicate")] == ["m1"]


def test_places_follow_the_person(watch: SqlWatch, database: Database) -> None:
    with SqlState(database, "log").transaction() as transaction:
        transaction.store_placed(
            [
                Placed(1, "dev", "dev", "web.shop", "web", "before", None),
                Placed(2, None, None, None, None, None, None, robot=True),
            ]
        )
        transaction.store_nodes([Node("dev", "anonymous_id", "a1", "ada", "ada", {"ada": (0, 0)}, NOBODY)])
        transaction.store_moved({"dev": "ada"})
        transaction.store_people([PersonRow("ada", "Ada", 1, 2, 1, 0, {}, True)], ["dev"])
    assert watch.placed([1, 2, 3]) == {
        1: SeenPerson(1, "ada", "Ada", "web.shop", robot=False),
        2: SeenPerson(2, None, None, None, robot=True),
    }
