"""What every outbox promises."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.outbox import SqlOutbox
from percorso.adapters.sql.state import SqlState
from percorso.adapters.sql.tables import to_append
from percorso.model.decision import Decision
from percorso.model.errors import Conflict, NotFound
from percorso.model.message import CAME_FROM, WAITING, WENT, Message, MessageState
from percorso.model.person import NOBODY, Node
from percorso.ports import Outbox
from tests.contracts.conftest import MakeDatabase

MESSAGE = Message(
    message_id="m1",
    business_key="late:o1:email",
    decision_id="d1",
    node_id="n1",
    channel="email",
    play="late",
    play_version=3,
    intent="serve",
    purpose=None,
    facts={"name": "Order Delivered", "properties": {"order_id": "o1", "città": "Forlì"}},
    created_at=5,
    due_at=10,
    expires_at=1_000,
)

DECISION = Decision(
    decision_id="d1",
    business_key="late:o1",
    play="late",
    play_version=3,
    node_id="n1",
    person_id="n1",
    cause_seq=1,
    cause_message_id="e1",
    touchpoint=None,
    stage=None,
    channel="email",
    outcome="queued",
    refusal=None,
    reasons=("name is Order Delivered", "è tardi"),
    alternatives=(),
    decided_at=5,
    historical=False,
)


@pytest.fixture
def box(database: Database) -> Outbox:
    return SqlOutbox(database)


def store(database: Database, *messages: Message, people: tuple[Node, ...] = ()) -> None:
    with SqlState(database, "log").transaction() as transaction:
        transaction.add_acts([DECISION], messages, [])
        transaction.store_nodes(people)


def numbered(count: int) -> list[Message]:
    return [
        replace(MESSAGE, message_id=f"m{n}", business_key=f"late:o{n}:email", due_at=n) for n in range(1, count + 1)
    ]


def test_what_is_due_comes_oldest_first_and_whole(database: Database, box: Outbox) -> None:
    late = replace(MESSAGE, message_id="m0", business_key="late:o0:email", due_at=11)
    store(database, late, MESSAGE)
    assert box.due(9, 10) == []
    assert box.due(10, 10) == [MESSAGE]
    assert [message.message_id for message in box.due(11, 10)] == ["m1", "m0"]
    assert [message.message_id for message in box.due(11, 1)] == ["m1"]


def test_one_message_for_one_business_key(database: Database, box: Outbox) -> None:
    store(database, MESSAGE)
    store(database, MESSAGE)
    assert box.due(100, 10) == [MESSAGE]


def test_a_message_goes_its_way(database: Database, box: Outbox) -> None:
    store(database, MESSAGE)
    box.mark("m1", MessageState.DEFERRED, at=20, due_at=50, refusal="quiet_hours")
    assert box.due(49, 10) == []
    assert box.due(50, 10)[0].refusal == "quiet_hours"
    box.mark("m1", MessageState.ATTEMPTED, at=50, to="ada@example.com", person_id="n1")
    assert box.due(1_000, 10) == []
    (attempted,) = box.attempted()
    assert (attempted.attempts, attempted.refusal) == (1, None)
    box.mark("m1", MessageState.ACCEPTED, at=51, provider_id="250 ok")
    assert box.attempted() == []
    found = box.find("m1")
    assert found is not None
    assert (found.state, found.provider_id, found.attempts) == (MessageState.ACCEPTED, "250 ok", 1)


def test_a_mark_and_what_follows_from_it_are_one(database: Database, box: Outbox) -> None:
    store(database, MESSAGE)
    box.mark("m1", MessageState.ATTEMPTED, at=50)
    box.mark("m1", MessageState.ACCEPTED, at=51, then=[("sent-m1", {"event": "Message Sent"})])
    with pytest.raises(Conflict):
        box.mark("m1", MessageState.REJECTED, at=52, then=[("failed-m1", {"event": "Message Failed"})])
    assert box.relay(10) == [("sent-m1", {"event": "Message Sent"})]


@pytest.mark.parametrize("origin", list(MessageState))
@pytest.mark.parametrize("goal", list(MessageState))
def test_only_the_ways_of_the_model_are_open(
    database: Database, box: Outbox, origin: MessageState, goal: MessageState
) -> None:
    store(database, replace(MESSAGE, state=origin))
    if origin in CAME_FROM[goal]:
        box.mark("m1", goal, at=1)
        assert box.find("m1") is not None
    else:
        with pytest.raises(Conflict):
            box.mark("m1", goal, at=1)
    found = box.find("m1")
    assert found is not None
    assert found.state == (goal if origin in CAME_FROM[goal] else origin)


def test_no_such_message(box: Outbox) -> None:
    assert box.find("m9") is None
    with pytest.raises(NotFound):
        box.mark("m9", MessageState.ATTEMPTED, at=1)


def test_of_many_who_take_it_up_one_owns_it(make_database: MakeDatabase) -> None:
    boxes = [SqlOutbox(make_database()) for _ in range(4)]
    store(make_database(), *numbered(5))
    owned: list[str] = []

    def take(box: Outbox) -> None:
        for message in numbered(5):
            try:
                box.mark(message.message_id, MessageState.ATTEMPTED, at=1)
            except Conflict:
                continue
            owned.append(message.message_id)

    threads = [threading.Thread(target=take, args=(box,)) for box in boxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(owned) == ["m1", "m2", "m3", "m4", "m5"]


def test_sent_counts_what_went_or_may_have_gone_to_whoever_the_person_was(database: Database, box: Outbox) -> None:
    # n2 was a person of its own, then turned out to be n1's.
    people = (Node("n1", "user_id", "u1", "n1", None, {}, NOBODY), Node("n2", "card", "c", "n1", "n1", {}, NOBODY))
    store(database, *numbered(7), people=people)
    ends: list[MessageState | None] = [None, *(s for s in MessageState if s not in (*WAITING, MessageState.REFUSED))]
    for message, end in zip(numbered(7), ends, strict=False):
        owner = "n2" if message.message_id == "m3" else "n1"
        if end is not None:
            box.mark(message.message_id, MessageState.ATTEMPTED, at=100, person_id=owner)
            if end is not MessageState.ATTEMPTED:
                box.mark(message.message_id, end, at=100)
    assert box.sent_to("n1", 100) == len(WENT)
    assert box.sent_to("n1", 101) == 0
    assert box.sent_to("n9", 0) == 0


def test_suppression_is_per_channel_and_keeps_its_first_reason(box: Outbox) -> None:
    assert not box.is_suppressed("h", "email")
    box.suppress("h", "email", reason="bounced", at=1)
    box.suppress("h", "email", reason="complained", at=2)
    assert box.is_suppressed("h", "email")
    assert not box.is_suppressed("h", "sms")


item = st.tuples(
    st.text("abcdef", min_size=1, max_size=4),
    st.dictionaries(
        st.text(max_size=5), st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), max_size=3
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(batches=st.lists(st.lists(item, max_size=4), max_size=4), taken=st.integers(0, 6))
def test_the_relay_gives_in_order_until_taken_out(
    database: Database, batches: list[list[tuple[str, dict[str, Any]]]], taken: int
) -> None:
    with database.write() as connection:
        connection.execute(delete(to_append))
    box = SqlOutbox(database)
    for batch in batches:
        box.append_later(batch)
    everything = [one for batch in batches for one in batch]
    assert box.relay(1_000) == everything
    assert box.relay(2) == everything[:2]
    gone = {message_id for message_id, _ in everything[:taken]}
    box.relayed(sorted(gone))
    assert box.relay(1_000) == [one for one in everything if one[0] not in gone]


def test_due_uses_the_index_of_what_waits(database: Database, box: Outbox) -> None:
    if not database.is_sqlite:
        pytest.skip("the plan read here is SQLite's")
    said: list[tuple[str, Any]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: said.append((args[2], args[3])))
    box.due(1, 1)
    query, parameters = next((text, given) for text, given in said if "FROM outbox" in text)
    with database.read() as connection:
        plan = connection.exec_driver_sql(f"explain query plan {query}", parameters).fetchall()
    assert any("outbox_due" in str(row) for row in plan), plan
