"""`ports.Quarantine`, `ports.Tallies` and `ports.Plans`, on every database."""

import pytest

from percorso.adapters.sql.config_store import ConfigStore
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.log import SqlEventLog
from percorso.adapters.sql.plans import SqlPlans
from percorso.adapters.sql.quarantine import SqlQuarantine
from percorso.adapters.sql.tallies import SqlTallies
from percorso.model.errors import Conflict
from percorso.model.plan import Plan, read_plan
from percorso.model.time import DAY
from percorso.model.verdict import Refused
from percorso.ports import Aside, Chosen, DayCount, Settled, ShapeCount, TallyMark, WordCount

NOW = 20_000 * DAY
START = TallyMark("log", "1", 0)


def refused(number: int, reason: str = "missing_event", source: str = "till", body: bytes = b"{}") -> Refused:
    return Refused(source, f"m{number}", NOW + number, reason, "what to do", body)


@pytest.fixture
def quarantine(database: Database) -> SqlQuarantine:
    named = b'{"type":"track","event":"Order Completed"}'
    rows = [refused(n) for n in range(3)] + [refused(3, "invalid_timestamp", "web", named)]
    SqlEventLog(database).append([], rows)
    return SqlQuarantine(database)


def test_items_are_grouped_and_chosen(quarantine: SqlQuarantine) -> None:
    groups = quarantine.groups(Chosen(), 10)
    assert [(one.reason, one.source, one.event, one.items) for one in groups] == [
        ("missing_event", "till", None, 3),
        ("invalid_timestamp", "web", "Order Completed", 1),
    ]
    assert (groups[0].first_at, groups[0].last_at, groups[0].sample) == (NOW, NOW + 2, 3)
    assert quarantine.count(Chosen(event="")) == 3
    assert quarantine.count(Chosen(event="Order Completed")) == 1
    assert quarantine.count(Chosen(since=NOW + 1, until=NOW + 3)) == 2
    assert quarantine.count(Chosen(ids=(1, 4))) == 2
    assert [one.id for one in quarantine.newest(Chosen(), 2)] == [4, 3]
    assert [one.id for one in quarantine.newest(Chosen(), 2, before=3)] == [2, 1]
    assert [one.id for one in quarantine.oldest(Chosen(), 2, after=1)] == [2, 3]


def test_an_item_is_settled_once(quarantine: SqlQuarantine) -> None:
    settled = [Settled(1, "accepted", "m0", 77), Settled(2, "duplicate", "m1")]
    assert quarantine.settle(settled, by="me", at=NOW, rules="[]") == 2
    assert quarantine.settle([Settled(1, "conflict")], by="you", at=NOW + 1, rules=None) == 0
    [first] = quarantine.oldest(Chosen(ids=(1,), state="replayed"), 5)
    assert (first.outcome, first.settled_by, first.mended_id, first.mended_seq) == ("accepted", "me", "m0", 77)
    assert quarantine.dismiss(Chosen(reason="missing_event"), by="me", at=NOW) == 1
    assert [quarantine.count(Chosen(state=state)) for state in ("waiting", "replayed", "dismissed", None)] == [
        1,
        2,
        1,
        4,
    ]
    assert quarantine.settle([], by="me", at=NOW, rules=None) == 0


def day(number: int, events: int, name: str = "A") -> DayCount:
    return DayCount(number, "till", "store.till", name, events, 0, 1, 0, 0, 0, 0)


def test_counts_add_up_and_the_mark_moves_with_them(database: Database) -> None:
    tallies = SqlTallies(database, database)
    assert tallies.mark() is None
    tallies.reset(START)
    first, second = START._replace(seq=10), START._replace(seq=20)
    shapes = [ShapeCount("A", "", "event", 5, 3), ShapeCount("A", "x", "string", 5, 3)]
    tallies.add([day(5, 3), day(6, 1)], shapes, [WordCount("A", "x", "red", 5, 3)], START, first)
    tallies.add([day(5, 2)], [ShapeCount("A", "x", "string", 9, 4)], [WordCount("A", "x", "red", 9, 4)], first, second)
    assert tallies.mark() == second
    assert [(one.day, one.events, one.nobody) for one in sorted(tallies.days(0, 10))] == [(5, 5, 2), (6, 1, 1)]
    assert sorted(tallies.shapes(6)) == [ShapeCount("A", "", "event", 5, 0), ShapeCount("A", "x", "string", 5, 4)]
    assert tallies.words() == [WordCount("A", "x", "red", 5, 7)]
    assert tallies.names() == [("A", 6, 5, 6)]
    with pytest.raises(Conflict):
        tallies.add([day(5, 9)], [], [], first, second)
    assert tallies.days(5, 6)[0].events == 5
    tallies.reset(START)
    assert (tallies.days(0, 10), tallies.shapes(0), tallies.words()) == ([], [], [])


def test_a_path_of_many_words_keeps_none(database: Database) -> None:
    tallies = SqlTallies(database, database)
    tallies.reset(START)
    words = [WordCount("A", "x", f"w{n}", 3, 1) for n in range(20)] + [WordCount("A", "y", "only", 3, 1)]
    tallies.add([], [], words, START, START._replace(seq=1))
    assert len(tallies.words()) == 21
    more = [WordCount("A", "x", f"v{n}", 4, 1) for n in range(5)] + [WordCount("A", "y", "", 4, 1)]
    tallies.add([], [], more, START._replace(seq=1), START._replace(seq=2))
    assert sorted(tallies.words()) == [WordCount("A", "x", "", 3, 1), WordCount("A", "y", "", 3, 1)]


def test_verdicts_and_what_waits_are_counted_by_source(database: Database, quarantine: SqlQuarantine) -> None:
    tallies = SqlTallies(database, database)
    assert sorted(tallies.verdicts(20_000, 20_001)) == [("till", "quarantined", 3), ("web", "quarantined", 1)]
    assert tallies.verdicts(20_001, 20_002) == []
    quarantine.dismiss(Chosen(ids=(1,)), by="me", at=NOW)
    assert sorted(tallies.aside(NOW, NOW + DAY)) == [
        Aside("till", "quarantined", "missing_event", 2),
        Aside("web", "quarantined", "invalid_timestamp", 1),
    ]
    assert tallies.unfolded() == []


def test_a_plan_is_read_as_it_was_stored(database: Database) -> None:
    plans = SqlPlans(ConfigStore(database))
    assert plans.plan() == Plan()
    schema = {"type": "object", "properties": {"città": {"type": "string"}}}
    plan = read_plan({"new_events": "discard_row", "events": {"A B": {"version": 2, "schema": schema}}})
    plans.store(plan, NOW)
    assert plans.plan() == plan
    plans.store(Plan(), NOW + 1)
    assert plans.plan() == Plan()
