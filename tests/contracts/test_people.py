"""`ports.PeopleReader` and `ports.Tasks`, on every database, over what processing stores."""

from collections.abc import Sequence

import pytest

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.outbox import SqlOutbox
from percorso.adapters.sql.people import SqlPeople
from percorso.adapters.sql.state import SqlState
from percorso.adapters.sql.tasks import SqlTasks
from percorso.model.decision import Decision, Refusal
from percorso.model.message import Message, MessageState, Task
from percorso.model.person import NOBODY, Node, Position
from percorso.ports import PersonRow

ADA = PersonRow("ada-node", "Ada Bianchi", 1, 30, 5, 2, {"EUR": 1250}, True)
BOB = PersonRow("bob-node", "Bob d'Orazio 100%", 2, 20, 3, 0, {}, True)
GUEST = PersonRow("dev-node", None, 3, 40, 1, 0, {}, False)
NODES = [
    Node("ada-node", "user_id", "U-1", "ada-node", None, {}, NOBODY),
    Node("adamail", "email", "ada@example.com", "ada-node", "ada-node", {"ada-node": (0, 0)}, NOBODY),
    Node("adaphone", "phone", "+3902555001", "ada-node", "ada-node", {"ada-node": (0, 0)}, NOBODY),
    Node("bob-node", "email", "bob@example.com", "bob-node", None, {}, NOBODY),
    Node("dev-node", "anonymous_id", "a-100%_x", "dev-node", None, {}, NOBODY),
]
MAIN = Position(journey="retail", stage="use", since=7, came_from="buy", touchpoint="store.till")


def decision(number: int, node_id: str, at: int) -> Decision:
    return Decision(
        decision_id=f"d{number}",
        business_key=f"late_delivery:{number}",
        play="late_delivery",
        play_version=1,
        node_id=node_id,
        person_id="ada-node",
        cause_seq=number,
        cause_message_id=f"m{number}",
        touchpoint="delivery.door",
        stage="receive",
        channel="email",
        outcome="refused" if number == 1 else "queued",
        refusal=Refusal.HISTORICAL if number == 1 else None,
        reasons=["delivered late"],
        alternatives=[{"play": "other", "priority": 3}],
        decided_at=at,
        historical=number == 1,
    )


def message(number: int) -> Message:
    return Message(
        message_id=f"msg{number}",
        business_key=f"late_delivery:{number}",
        decision_id=f"d{number}",
        node_id="adamail",
        channel="email",
        play="late_delivery",
        play_version=1,
        intent="serve",
        purpose=None,
        facts={"name": "Order Delivered", "properties": {"order_id": "è"}},
        created_at=5,
        due_at=6,
        expires_at=100,
    )


def task(number: int, due_at: int) -> Task:
    return Task(
        task_id=f"t{number}",
        decision_id=f"d{number}",
        node_id="adamail" if number != 9 else "nobody",
        play=f"call_back_{number}",
        queue="care",
        title={"it": "Richiama", "en": "Call back"},
        created_at=number,
        due_at=due_at,
    )


@pytest.fixture
def state(database: Database) -> Database:
    with SqlState(database, "log").transaction() as transaction:
        transaction.store_nodes(NODES)
        transaction.store_people([ADA, BOB, GUEST], [])
        transaction.store_positions({"ada-node": [MAIN]})
        transaction.add_acts(
            [
                decision(1, "ada-node", 10),
                decision(2, "adamail", 30),
                decision(3, "adamail", 20),
                decision(9, "nobody", 40),
            ],
            [message(2)],
            [task(1, 300), task(2, 100), task(3, 200), task(9, 400)],
        )
    return database


@pytest.fixture
def people(state: Database) -> SqlPeople:
    return SqlPeople(state)


def found(rows: Sequence[PersonRow]) -> list[str]:
    return [row.person_id for row in rows]


def test_an_empty_text_gives_the_latest_seen(people: SqlPeople) -> None:
    assert people.find("", 2) == [GUEST, ADA]


@pytest.mark.parametrize(
    "text",
    ["U-1", "ada@example.com", " ADA@Example.com ", "email:Ada@example.com", "phone:+39 02 555001", "+39 (02) 555001"],
)
def test_an_identifier_finds_its_holder(people: SqlPeople, text: str) -> None:
    assert people.find(text, 5) == [ADA]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("ada@", ["ada-node"]),
        ("ADA@ex", ["ada-node"]),
        ("bianchi", ["ada-node"]),
        ("Ada B", ["ada-node"]),
        ("ianchi", []),
        ("a-100%_", ["dev-node"]),
        ("a-100_", []),
        ("a_100", []),
        ("100%", ["bob-node"]),
        ("1__%", []),
        ("email:nobody@example.com", []),
    ],
)
def test_a_beginning_finds_people_and_wild_cards_are_letters(people: SqlPeople, text: str, ids: list[str]) -> None:
    assert found(people.find(text, 5)) == ids


def test_an_exact_identifier_comes_before_a_beginning(people: SqlPeople, state: Database) -> None:
    with SqlState(state, "log").transaction() as transaction:
        transaction.store_nodes([Node("bob-card", "card", "+39", "bob-node", "bob-node", {}, NOBODY)])
    assert found(people.find("+39", 5)) == ["bob-node", "ada-node"]


def test_any_id_ever_given_leads_to_its_holder(people: SqlPeople) -> None:
    assert people.holder("adamail") == "ada-node"
    assert people.holder("ada-node") == "ada-node"
    assert people.holder("never") is None


def test_a_person_is_read_whole(people: SqlPeople) -> None:
    assert people.row("ada-node") == ADA
    assert people.rows(["bob-node", "never"]) == {"bob-node": BOB}
    assert {node.node_id for node in people.nodes("ada-node")} == {"ada-node", "adamail", "adaphone"}
    assert people.node("adamail") == NODES[1]
    assert people.node("never") is None
    assert people.positions(["ada-node", "bob-node"]) == {"ada-node": [MAIN]}


def test_decisions_of_all_identifiers_newest_first(people: SqlPeople) -> None:
    assert people.decisions(["ada-node", "adamail"], 5) == [
        decision(2, "adamail", 30),
        decision(3, "adamail", 20),
        decision(1, "ada-node", 10),
    ]
    assert people.decisions(["ada-node", "adamail"], 5, before=20) == [decision(1, "ada-node", 10)]
    assert people.decisions([], 5) == []


def test_messages_come_with_their_state(people: SqlPeople, state: Database) -> None:
    SqlOutbox(state).mark("msg2", MessageState.ATTEMPTED, at=50, to="ada@example.com")
    (one,) = people.messages(["d1", "d2", "d3"])
    assert (one.message.message_id, one.message.state) == ("msg2", MessageState.ATTEMPTED)
    assert (one.message.facts, one.state_at, one.recipient) == (message(2).facts, 50, "ada@example.com")


def test_open_tasks_by_deadline_with_whom_they_are_for(state: Database) -> None:
    rows = SqlTasks(state).open(10)
    assert [row.task.task_id for row in rows] == ["t2", "t3", "t1", "t9"]
    assert [(row.person_id, row.name) for row in rows] == [("ada-node", "Ada Bianchi")] * 3 + [(None, None)]
    assert rows[0].task == task(2, 100)


def test_a_task_is_done_once_and_leaves_its_event(state: Database) -> None:
    tasks, then = SqlTasks(state), [("done-t1", {"type": "track"})]
    assert tasks.finish("t1", by="ada@example.com", outcome="solved", at=60, then=then)
    assert not tasks.finish("t1", by="bob@example.com", outcome="solved", at=61, then=then)
    assert not tasks.finish("never", by="bob@example.com", outcome="solved", at=61, then=then)
    assert SqlOutbox(state).relay(10) == then
    done = tasks.get("t1")
    assert done is not None
    assert (done.task.done_at, done.task.done_by, done.task.outcome) == (60, "ada@example.com", "solved")
    assert [row.task.task_id for row in tasks.closed(10)] == ["t1"]
    assert [row.task.task_id for row in tasks.of(["adamail"], 10)] == ["t3", "t2", "t1"]
