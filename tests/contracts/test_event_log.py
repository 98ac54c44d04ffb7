"""What every event log promises."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.log import SqlEventLog
from percorso.adapters.sql.tables import log_buckets, log_counts, log_events, log_refused
from percorso.data.item_ids import message_key
from percorso.model.errors import StoreUnavailable
from percorso.model.verdict import IMPORT_LANE, LIVE_LANE, Candidate, Refused, Verdict
from tests.contracts.conftest import MakeDatabase


def candidate(message_id: str, says: int = 1, *, lane: int = LIVE_LANE, source: str = "web") -> Candidate:
    body = f'{{"type":"track","event":"Seen","userId":"u","n":{says}}}'
    key = message_key(source, message_id)
    return Candidate(lane, source, message_id, 1_000, 2_000, 0, 1, 0, lane == IMPORT_LANE, body, key, says)


@pytest.fixture
def log(database: Database) -> SqlEventLog:
    return SqlEventLog(database, bucket=10)


def verdicts(log: SqlEventLog, *candidates: Candidate) -> list[Verdict]:
    return [one.verdict for one in log.append(candidates)]


def test_what_is_appended_is_read_back_in_order(log: SqlEventLog) -> None:
    given_seqs = [one.seq for one in log.append([candidate("a", 1), candidate("b", 2)])]
    read = log.read(LIVE_LANE, 0, 10)
    assert [entry.seq for entry in read] == given_seqs == sorted(given_seqs)
    assert [(entry.message_id, entry.body, entry.historical) for entry in read] == [
        ("a", candidate("a", 1).body.encode(), False),
        ("b", candidate("b", 2).body.encode(), False),
    ]
    assert log.read(LIVE_LANE, given_seqs[0], 10) == read[1:]
    assert log.read(LIVE_LANE, 0, 1) == read[:1]


@pytest.mark.parametrize("alike", [True, False])
def test_many_at_once_are_stored_each_as_it_is(log: SqlEventLog, database: Database, alike: bool) -> None:
    """Fields that all of them share, and fields that differ or are missing here and there."""
    one = candidate("m")
    odd = one._replace(
        lane=IMPORT_LANE, historical=True, time_rule=3, said_at=1, sent_at=2, received_at=3, source="till"
    )
    given = [
        (one if alike or number % 3 else odd)._replace(
            message_id=f"m{number}",
            key=message_key("web", f"m{number}"),
            occurred_at=number,
            fingerprint=number,
            tie=number,
        )
        for number in range(600)
    ]
    assert [each.seq for each in log.append(given)] == list(range(1, 601))
    columns = [log_events.c[name] for name in Candidate._fields]
    with database.read() as connection:
        stored = connection.execute(select(*columns).order_by(log_events.c.seq)).all()
    assert [tuple(bytes(part) if isinstance(part, memoryview) else part for part in row) for row in stored] == given


def test_lanes_are_read_apart(log: SqlEventLog) -> None:
    log.append([candidate("a"), candidate("b", lane=IMPORT_LANE), candidate("c")])
    assert [entry.message_id for entry in log.read(LIVE_LANE, 0, 10)] == ["a", "c"]
    assert [(e.message_id, e.historical) for e in log.read(IMPORT_LANE, 0, 10)] == [("b", True)]
    assert log.size().head == max(log.size().lanes.values())


def test_a_repeat_is_a_duplicate_and_another_payload_a_conflict(log: SqlEventLog, database: Database) -> None:
    assert verdicts(log, candidate("a"), candidate("a"), candidate("a", 2)) == ["accepted", "duplicate", "conflict"]
    assert verdicts(log, candidate("a"), candidate("a", 2)) == ["duplicate", "conflict"]
    assert verdicts(log, candidate("a", source="till")) == ["accepted"]
    assert len(log.read(LIVE_LANE, 0, 10)) == 2
    with database.read() as connection:
        aside = connection.execute(select(log_refused.c.verdict, log_refused.c.body).order_by(log_refused.c.id)).all()
    conflict = candidate("a", 2).body
    assert [tuple(row) for row in aside] == [("duplicate", ""), ("conflict", conflict)] * 2


def test_imported_repeats_are_counted_but_not_kept(log: SqlEventLog, database: Database) -> None:
    log.append([candidate("a", lane=IMPORT_LANE)])
    log.append([candidate("a", lane=IMPORT_LANE)])
    with database.read() as connection:
        assert connection.execute(select(log_refused)).all() == []
        counts = connection.execute(select(log_counts.c.verdict, log_counts.c["count"])).all()
    assert {row[0]: row[1] for row in counts} == {"accepted": 1, "duplicate": 1}


def test_refused_items_are_kept_with_their_reason(log: SqlEventLog, database: Database) -> None:
    broken = Refused(
        source="web", message_id=None, received_at=5, reason="invalid_text", detail="mend", body=b"\xff\x00", line=7
    )
    log.append([], [broken])
    with database.read() as connection:
        row = connection.execute(select(log_refused)).one()
    assert (row.reason, row.line, row.body, row.verdict) == ("invalid_text", 7, "\\xff\\x00", "quarantined")


def test_memory_of_what_was_seen_outlives_the_process(make_database: MakeDatabase) -> None:
    ids = [str(uuid4()) for _ in range(37)]
    first = SqlEventLog(make_database(), bucket=10)
    for start in range(0, len(ids), 5):
        first.append([candidate(one) for one in ids[start : start + 5]])
    again = SqlEventLog(make_database(), bucket=10)
    assert again.log_id == first.log_id
    assert set(verdicts(again, *(candidate(one) for one in ids))) == {Verdict.DUPLICATE}
    assert set(verdicts(again, *(candidate(one, 9) for one in ids))) == {Verdict.CONFLICT}
    assert set(verdicts(again, *(candidate(str(uuid4())) for _ in ids))) == {Verdict.ACCEPTED}
    assert len(again.read(LIVE_LANE, 0, 1_000)) == 2 * len(ids)


def test_full_buckets_are_closed(log: SqlEventLog, database: Database) -> None:
    for index in range(25):
        log.append([candidate(f"m{index}")])
    with database.read() as connection:
        closed = connection.execute(select(log_buckets.c.size, log_buckets.c.last_seq)).all()
    assert [row.size for row in closed] == [10, 10]
    assert closed[0].last_seq < closed[1].last_seq


def test_a_failed_append_stores_nothing_and_the_next_one_works(log: SqlEventLog) -> None:
    log.append([candidate("a")])
    bad = candidate("b")._replace(body="\ud800")
    with pytest.raises((StoreUnavailable, UnicodeEncodeError)):
        log.append([candidate("c"), bad])
    assert [entry.message_id for entry in log.read(LIVE_LANE, 0, 10)] == ["a"]
    assert verdicts(log, candidate("a"), candidate("c")) == ["duplicate", "accepted"]


def test_one_log_used_by_several_threads_doubles_nothing(log: SqlEventLog) -> None:
    """The collector, the relay and imports append from threads of one process."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            told = list(pool.map(lambda n: log.append([candidate(f"m{n // 4}")]), range(400)))
    finally:
        sys.setswitchinterval(before)
    assert sum(one[0].verdict is Verdict.ACCEPTED for one in told) == 100
    assert len(log.read(LIVE_LANE, 0, 1_000)) == 100


@dataclass
class _Tally:
    accepted: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def test_concurrent_appends_lose_nothing_and_a_reader_sees_every_row(log: SqlEventLog) -> None:
    """A reader that polls by seq while four threads append sees each accepted row once, in order."""
    tally, seen, done = _Tally(), [], threading.Event()

    def append(worker: int) -> None:
        for index in range(30):
            ids = [f"{worker % 2}-{index}-{number}" for number in range(4)]  # two workers send the same ids
            for one in log.append([candidate(message_id) for message_id in ids]):
                if one.verdict is Verdict.ACCEPTED and one.message_id is not None:
                    with tally.lock:
                        tally.accepted.append(one.message_id)

    def read() -> None:
        after = 0
        while True:
            last = done.is_set()
            for entry in log.read(LIVE_LANE, after, 50):
                seen.append(entry.message_id)
                after = entry.seq
            if last and not log.read(LIVE_LANE, after, 1):
                return

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=append, args=(worker,)) for worker in range(4)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert sorted(seen) == sorted(tally.accepted)
    assert len(set(seen)) == len(seen) == 2 * 30 * 4


calls = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 2)), max_size=40)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(batches=st.lists(calls, max_size=5), bucket=st.integers(1, 8))
def test_verdicts_are_those_of_a_dictionary(
    make_database: MakeDatabase, batches: list[list[tuple[str, int]]], bucket: int
) -> None:
    """The first payload under an id is accepted; later ones are duplicates or conflicts: however batches and buckets fall."""
    log = SqlEventLog(make_database(), bucket=bucket)
    run = str(uuid4())
    known: dict[str, int] = {}
    for batch in batches:
        expected = []
        for letter, says in batch:
            if letter not in known:
                known[letter] = says
                expected.append(Verdict.ACCEPTED)
            else:
                expected.append(Verdict.DUPLICATE if known[letter] == says else Verdict.CONFLICT)
        assert verdicts(log, *(candidate(f"{run}-{letter}", says) for letter, says in batch)) == expected
