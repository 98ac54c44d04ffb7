"""What every state store promises to the folds."""

import pytest
from sqlalchemy import select

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.state import SqlState
from percorso.adapters.sql.tables import decisions, moved, people, placed, positions, to_append
from percorso.model.consent import Choice
from percorso.model.decision import Decision, Refusal
from percorso.model.errors import VersionMismatch
from percorso.model.event import Order, Placed
from percorso.model.identity import Child
from percorso.model.person import Evidence, Facts, Node, Position, Profile, StageEntry, Stamped
from percorso.ports import PersonRow

PROFILE = Profile(
    facts=Facts(
        events=2,
        first=Order(1, 0, "m1"),
        last=Order(5, 1, "m2"),
        counters={"Order Completed": 2},
        touchpoints={"web.shop": 2},
        traits={"name": Stamped(1, 0, "m1", "Ada"), "tags": Stamped(1, 0, "m1", ["a", {"b": None}])},
        orders=2,
        spend={"EUR": 1250},
    ),
    path={"retail": (StageEntry(1, 0, "m1", "buy", "web.shop"), StageEntry(5, 1, "m2", "buy", None))},
    feelings=(Evidence(1, 0, "m1", -0.5, 2.0, "late", None),),
    consents={"marketing/email": (Choice(5, 1, "m2", "granted", "user_id:ada", "crm", expires_at=9),)},
)


@pytest.fixture
def state(database: Database) -> SqlState:
    return SqlState(database, "log-1")


def node(node_id: str, *, person: str | None = None, parent: str | None = None, profile: Profile = PROFILE) -> Node:
    candidates = {} if parent is None else {parent: (0, 5)}
    return Node(node_id, "email", f"{node_id}@example.com", person or node_id, parent, candidates, profile)


def test_nodes_come_back_as_they_were_stored(state: SqlState) -> None:
    with state.transaction() as transaction:
        transaction.store_nodes([node("a"), node("b", person="a", parent="a", profile=Profile())])
    with state.transaction() as transaction:
        assert transaction.nodes(["a", "b", "absent"]) == {
            "a": node("a"),
            "b": node("b", person="a", parent="a", profile=Profile()),
        }
        assert sorted(transaction.members_of(["a"])) == ["a", "b"]
        assert transaction.children_of(["a"], 5) == [Child("a", "email", False, 0, "b", None)]
        assert transaction.nodes([]) == {}
        assert transaction.members_of([]) == []


def test_storing_again_replaces(state: SqlState) -> None:
    with state.transaction() as transaction:
        transaction.store_nodes([node("a")])
        transaction.store_nodes([node("a", person="z", parent="z", profile=Profile())])
        assert transaction.nodes(["a"])["a"] == node("a", person="z", parent="z", profile=Profile())
        assert transaction.members_of(["a"]) == []


def test_offsets_belong_to_one_log(database: Database, state: SqlState) -> None:
    with state.transaction() as transaction:
        assert transaction.offset("process/0") == 0
        transaction.set_offset("process/0", 7)
        transaction.set_offset("process/0", 9)
    with state.transaction() as transaction:
        assert transaction.offset("process/0") == 9
    with SqlState(database, "log-2").transaction() as other, pytest.raises(VersionMismatch):
        other.offset("process/0")


class PowerCut(Exception):
    """Stands for anything that ends a transaction half-way."""


def test_all_or_nothing(state: SqlState) -> None:
    def half() -> None:
        with state.transaction() as transaction:
            transaction.store_nodes([node("a")])
            transaction.set_offset("process/0", 7)
            raise PowerCut

    with pytest.raises(PowerCut):
        half()
    with state.transaction() as transaction:
        assert transaction.nodes(["a"]) == {}
        assert transaction.offset("process/0") == 0


def test_people_and_positions_are_replaced_and_removed(database: Database, state: SqlState) -> None:
    ada = PersonRow("a", "Ada", 1, 5, 2, 2, {"EUR": 1250}, True)
    bob = PersonRow("b", None, 2, 2, 1, 0, {}, False)
    here = Position(journey="retail", stage="buy", since=1, came_from=None, touchpoint="web.shop")
    there = Position(journey="retail", stage="use", since=9, came_from="buy", touchpoint=None)
    rent = Position(journey="service", stage="rent", since=2, came_from=None, touchpoint=None)
    with state.transaction() as transaction:
        transaction.store_people([ada, bob], [])
        transaction.store_positions({"a": [here, rent], "b": [here]})
    with state.transaction() as transaction:
        transaction.store_people([ada._replace(events=3)], ["b"])
        transaction.store_positions({"a": [there]}, cleared=["a"])
    with database.read() as connection:
        assert [(row.person_id, row.events) for row in connection.execute(select(people))] == [("a", 3)]
        rows = connection.execute(select(positions)).all()
    assert [tuple(row) for row in rows] == [("a", "retail", "use", 9, "buy", None)]


def test_placed_and_moved(database: Database, state: SqlState) -> None:
    first = Placed(1, "a", "a", "web.shop", "web", "before", "discover", robot=True)
    with state.transaction() as transaction:
        transaction.store_placed([first, Placed(2, None, None, None, None, None, None)])
        transaction.store_placed([first._replace(person_id="z")])  # a repeated batch writes the same rows again
        transaction.store_moved({"a": "b"})
        transaction.store_moved({"a": "z"})
    with database.read() as connection:
        rows = [tuple(row) for row in connection.execute(select(placed).order_by(placed.c.seq))]
        went = [tuple(row) for row in connection.execute(select(moved))]
    assert rows == [(1, "a", "z", "web.shop", "web", "before", "discover", 1), (2, *[None] * 6, 0)]
    assert went == [("a", "z")]


def decision(decision_id: str, key: str) -> Decision:
    return Decision(
        decision_id=decision_id,
        business_key=key,
        play="late_delivery",
        play_version=1,
        node_id="a",
        person_id="a",
        cause_seq=1,
        cause_message_id="m1",
        touchpoint=None,
        stage=None,
        channel="email",
        outcome="refused",
        refusal=Refusal.HISTORICAL,
        reasons=["late"],
        alternatives=[{"play": "thanks", "priority": 1}],
        decided_at=1,
        historical=True,
    )


def test_a_decision_is_made_once(database: Database, state: SqlState) -> None:
    with state.transaction() as transaction:
        assert transaction.add_acts([decision("d1", "k1"), decision("d1", "k1"), decision("d2", "k2")], [], []) == 2
    with state.transaction() as transaction:
        assert transaction.add_acts([decision("d1", "k1"), decision("d3", "k3")], [], []) == 1
    with database.read() as connection:
        found = connection.execute(select(decisions.c.decision_id, decisions.c.refusal)).all()
    assert sorted(tuple(row) for row in found) == [("d1", "historical"), ("d2", "historical"), ("d3", "historical")]


def test_what_is_to_be_appended_waits_in_order(database: Database, state: SqlState) -> None:
    with state.transaction() as transaction:
        transaction.append_later([("m1", {"event": "Message Sent"}), ("m2", {"event": "Message Sent"})])
    with database.read() as connection:
        rows = connection.execute(select(to_append.c.message_id).order_by(to_append.c.id)).scalars().all()
    assert rows == ["m1", "m2"]
