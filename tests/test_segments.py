"""Segments, live: who comes in and goes, as events come, people become one, days pass, and people are forgotten."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import ibis
import pytest
from sqlalchemy import select

from percorso.adapters.sql.segments_state import make_again
from percorso.adapters.sql.tables import segment_lists, segment_members, segment_nodes, segment_timers, to_append
from percorso.data.identity.identifiers import NodeIds
from percorso.insight.segments.everybody import About, people_in
from percorso.insight.segments.rows import folded
from percorso.model.errors import Conflict, InvalidConfig, NotFound
from percorso.model.identifier import Identifier
from percorso.model.segment import read_draft
from percorso.model.segment_condition import facts_of, in_order, read_condition
from percorso.model.tables import schema_of
from percorso.model.time import DAY
from percorso.pipeline.segment_book import SegmentBook
from percorso.pipeline.segmenting import Segmenting
from tests.lakes import track
from tests.segments import Segmented, segmented
from tests.test_kpi import SparkOptions

BUYS = {"event": "Order Completed", "last_days": 10, "count": {"at_least": 2}}
EVERY_KIND: Mapping[str, Any] = {
    "all": [
        BUYS,
        {"event": "Order Completed", "sum": {"of": "revenue", "above": 10}},
        {"event": "Survey Answered", "last": {"of": "score", "at_most": 6}},
        {"event": "Order Completed", "days_since_last": {"at_least": 3}},
        {"event": "Product Viewed", "then": "Order Completed", "within_days": 7, "last_days": 30},
        {"field": "person.traits.city", "is": "Roma"},
        {"field": "person.spend.EUR", "at_least": 1000},
        {"field": "person.stage_days.shopping", "above": 4},
        {"field": "person.consent.marketing/email", "is": "granted"},
        {"any": [{"field": "person.mood", "below": 0}, {"not": {"segment": "others"}}]},
    ]
}


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Segmented]:
    with segmented(tmp_path) as found:
        yield found


def told(lake: Segmented) -> list[str]:
    """What is to be told, in order: ``Segment Entered buyers``."""
    import msgspec

    with lake.state_database.read() as connection:
        rows = connection.execute(select(to_append.c.item).order_by(to_append.c.id)).scalars()
        items = [msgspec.json.decode(row) for row in rows]
    return [f"{one['event']} {one['properties']['segment']}" for one in items if one["event"].startswith("Segment")]


def book_of(lake: Segmented) -> SegmentBook:
    return SegmentBook(lake.records, lake.store, lake.clock, NodeIds(b"secret").of)


def test_events_bring_people_in_and_days_take_them_out(lake: Segmented) -> None:
    lake.publish("buyers", BUYS)
    lake.collect([track("Order Completed", 1, "2026-11-15T10:00:00Z")])
    lake.follow()
    assert lake.users("buyers") == set()
    lake.collect([track("Order Completed", 2, "2026-11-20T10:00:00Z")])
    lake.follow()
    assert lake.users("buyers") == {"u1"}
    lake.clock.time += 2 * DAY  # the 24th: the 15th is one of the last ten days
    lake.follow()
    assert lake.users("buyers") == {"u1"}
    lake.clock.time += 1 * DAY
    lake.follow()
    assert lake.users("buyers") == set()
    assert told(lake) == ["Segment Entered buyers", "Segment Left buyers"]


def test_who_was_in_from_the_start_is_told_only_when_asked(lake: Segmented) -> None:
    lake.collect([track("Order Completed", n, "2026-11-20T10:00:00Z") for n in (1, 2)])
    lake.fold()
    lake.publish("quiet", BUYS)
    lake.publish("loud", BUYS, announce=True)
    lake.follow()
    assert lake.users("quiet") == lake.users("loud") == {"u1"}
    assert told(lake) == ["Segment Entered loud"]
    lake.follow()
    assert told(lake) == ["Segment Entered loud"]


def test_history_brings_people_in_and_tells_nobody(lake: Segmented) -> None:
    lake.publish("buyers", BUYS)
    lake.follow()
    lake.import_([track("Order Completed", n, "2026-11-20T10:00:00Z") for n in (1, 2)])
    lake.follow()
    assert (lake.users("buyers"), told(lake)) == ({"u1"}, [])


def test_people_who_become_one_are_looked_at_as_one(lake: Segmented) -> None:
    lake.publish("buyers", BUYS)
    lake.publish("newcomers", {"not": {"segment": "buyers"}})
    device = {"type": "track", "event": "Order Completed", "anonymousId": "d1", "properties": {}}
    lake.collect([device | {"messageId": "a", "timestamp": "2026-11-20T10:00:00Z"}])
    lake.collect([track("Order Completed", 1, "2026-11-20T10:00:00Z")])
    lake.follow()
    assert (len(lake.inside("buyers")), len(lake.inside("newcomers"))) == (0, 2)
    lake.collect(
        [
            {
                "type": "identify",
                "userId": "u1",
                "anonymousId": "d1",
                "messageId": "b",
                "timestamp": "2026-11-20T11:00:00Z",
            }
        ]
    )
    lake.follow()
    assert lake.inside("buyers") == {lake.user("u1")}
    assert lake.inside("newcomers") == set()


def test_a_new_version_keeps_those_who_stay(lake: Segmented) -> None:
    lake.publish("buyers", BUYS)
    lake.collect([track("Order Completed", n, "2026-11-20T10:00:00Z") for n in (1, 2)])
    lake.follow()
    (before,) = lake.members.of(lake.user("u1"))
    lake.clock.time += DAY
    lake.publish("buyers", {"event": "Order Completed", "count": {"at_least": 1}}, version=2)
    lake.follow()
    (after,) = lake.members.of(lake.user("u1"))
    assert (after.since, after.version) == (before.since, 2)


def test_what_was_followed_is_what_is_built_anew(lake: Segmented) -> None:
    lake.publish("buyers", BUYS)
    lake.publish("then", {"event": "Product Viewed", "then": "Order Completed", "within_days": 3})
    for number in range(12):
        lake.collect(
            [
                track(
                    ("Product Viewed", "Order Completed")[number % 2],
                    number,
                    f"2026-11-{10 + number}T10:00:00Z",
                    f"u{number % 3}",
                )
            ]
        )
        lake.follow()
    before = {name: lake.inside(name) for name in ("buyers", "then")}
    with lake.state_database.write() as connection:
        make_again(connection)
    lake.follower = lake.following()
    lake.follow()
    assert {name: lake.inside(name) for name in before} == before
    assert len(before["then"]) > 0


def test_a_crash_between_two_batches_is_gone_on_from(lake: Segmented) -> None:
    lake.publish("buyers", BUYS)
    lake.follow()
    lake.collect([track("Order Completed", 1, "2026-11-20T10:00:00Z")])
    lake.follow()
    lake.collect([track("Order Completed", 2, "2026-11-20T11:00:00Z")])
    lake.fold()
    lake.follower = lake.following()
    lake.follow()
    assert (lake.users("buyers"), told(lake)) == ({"u1"}, ["Segment Entered buyers"])


def test_a_list_holds_identifiers_known_already_or_not(lake: Segmented) -> None:
    lake.collect([track("Order Completed", 1, "2026-11-20T10:00:00Z")])
    lake.fold()
    book = book_of(lake)
    draft = read_draft({"id": "guests", "name": "Guests", "kind": "static"})
    book.publish(draft, "test", [Identifier("user_id", "u1"), Identifier("user_id", "later")])
    lake.follow()
    assert lake.users("guests") == {"u1"}
    lake.collect([track("Product Viewed", 2, "2026-11-21T10:00:00Z", "later")])
    lake.follow()
    assert lake.users("guests") == {"u1", "later"}
    book.publish(draft, "test", [Identifier("user_id", "later")])
    lake.follow()
    assert lake.users("guests") == {"later"}


def test_archived_segments_are_empty_and_cannot_be_referred_to(lake: Segmented) -> None:
    book = book_of(lake)
    book.publish(read_draft({"id": "buyers", "name": "Buyers", "condition": BUYS}), "test")
    book.publish(read_draft({"id": "more", "name": "More", "condition": {"segment": "buyers"}}), "test")
    with pytest.raises(Conflict, match="used by more"):
        book.archive("buyers", "test")
    book.archive("more", "test")
    book.archive("buyers", "test")
    lake.collect([track("Order Completed", n, "2026-11-20T10:00:00Z") for n in (1, 2)])
    lake.follow()
    assert lake.inside("buyers") == set()
    with pytest.raises(InvalidConfig, match="publish it first"):
        book.check(read_draft({"id": "x", "name": "X", "condition": {"segment": "buyers"}}))
    with pytest.raises(NotFound):
        book.find("buyers")


def test_the_erased_leave_nothing_in_segments(lake: Segmented) -> None:
    from percorso.adapters.sql.erasure_state import SqlErasableState
    from percorso.ports.erasure import Scope

    lake.publish("buyers", BUYS)
    lake.collect([track("Order Completed", n, "2026-11-20T10:00:00Z", f"u{n % 2}") for n in range(4)])
    lake.follow()
    gone = lake.user("u1")
    lake.store.set_lists({"guests": [gone]})
    state = SqlErasableState(lake.state_database, lake.log.log_id, Path("/nowhere"))
    with state.erasing() as transaction:
        transaction.purge(Scope([gone]))
    with lake.state_database.read() as connection:
        for table, column in (
            (segment_nodes, "node_id"),
            (segment_lists, "node_id"),
            (segment_members, "person_id"),
            (segment_timers, "person_id"),
        ):
            assert gone not in connection.execute(select(table.c[column])).scalars().all(), table.name


def test_counts_lists_and_people_are_the_same(lake: Segmented) -> None:
    lake.publish("buyers", BUYS)
    lake.collect([track("Order Completed", n, "2026-11-20T10:00:00Z", f"u{n % 3}") for n in range(8)])
    lake.follow()
    from percorso.adapters.sql.people import SqlPeople

    asking = Segmenting(lake.analyst, book_of(lake), lake.members, SqlPeople(lake.state_database))
    counted, sample = asking.count(BUYS), asking.sample(BUYS, 2)
    (line,), (rows, number) = asking.lines(), asking.inside("buyers", 10)
    assert counted.people == sample.count == line.people == len(rows) == number == 3
    assert (counted.of, len(sample.people), line.entered, line.is_ready) == (3, 2, 3, True)
    assert asking.count({"event": "Never Heard", "count": {"is": 0}}).unknown == ("Never Heard",)
    page = asking.page("buyers")
    assert [day.people for day in page.days] == [3]
    lake.collect(
        [track("Survey Answered", 20 + n, "2026-11-20T11:00:00Z", f"u{n}", kind="nps", score=9) for n in (0, 7)]
    )
    lake.follow()
    kpi = lake.analyst.kpi("nps", ["segment"], None, None)
    assert {row.by["segment"]: row.n for row in kpi.rows[1:]} == {"buyers": 1, None: 1}


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"event": "X"}, "wants one of count"),
        ({"event": "X", "count": {"at_least": 1.5}}, "whole number"),
        ({"event": "X", "count": {"like": 1}}, "found \\['like'\\]"),
        ({"event": "X", "last_days": 0, "count": {"is": 0}}, "last_days: is a whole number"),
        ({"event": "X", "sum": {"at_least": 1}}, "wants of"),
        ({"event": "X", "last": {"of": "n", "is": 1}, "last_days": 3}, "leave last_days out"),
        ({"event": "X", "then": "Y"}, "wants within_days"),
        ({"event": {"field": "person.orders", "is": 1}, "count": {"is": 1}}, "ask it beside"),
        ({"field": "person.events", "is": 1}, "no field 'person.events'"),
        ({"all": [{"any": [{"segment": 1}]}]}, "condition.all\\[0\\].any\\[0\\].segment"),
        ({"all": []}, "takes a list"),
        ({"field": "person.orders", "is": "x"}, "takes a number"),
    ],
)
def test_what_is_wrong_is_said(condition: Any, message: str) -> None:
    with pytest.raises(InvalidConfig, match=message):
        read_condition(condition)


def test_a_circle_is_an_error_that_names_it() -> None:
    trees = {a: read_condition({"segment": b}) for a, b in (("a", "b"), ("b", "c"), ("c", "a"))}
    with pytest.raises(InvalidConfig, match="a -> b -> c -> a"):
        in_order(trees)


@pytest.mark.parametrize("dialect", ["duckdb", "pyspark"])
def test_every_kind_of_question_compiles_for_both_engines(
    lake: Segmented, dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())

    def table(name: str) -> Any:
        return ibis.table(schema_of(name), name=name)

    today = lake.civil.civil_date(lake.clock.now())
    about = About(table, table("events"), today, lake.civil, lake.config.feelings)
    tree = read_condition(EVERY_KIND)
    assert ibis.to_sql(people_in(tree, about), dialect=dialect)
    for fact in facts_of(tree):
        assert ibis.to_sql(folded(fact, table("events"), today), dialect=dialect)
