"""`ports.KnownPeople` and `ports.Proposals`, on every database."""

from typing import Any

import pytest
from sqlalchemy import update

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.known_people import SqlKnownPeople
from percorso.adapters.sql.proposals import SqlProposals
from percorso.adapters.sql.state import SqlState
from percorso.adapters.sql.tables import nodes
from percorso.model.person import NOBODY, Facts, Node, Profile, Stamped
from percorso.ports import KnownPerson, Proposal


def profile(at: int = 1, **traits: Any) -> Profile:
    return Profile(facts=Facts(events=1, traits={name: Stamped(at, 0, "m", value) for name, value in traits.items()}))


NODES = [
    Node("ada", "user_id", "U-1", "ada", None, {}, profile(first_name="Ada", city="Roma")),
    Node("adamail", "email", "ada@example.com", "ada", "ada", {}, profile(2, city="Torino")),
    Node("adasite", "anonymous_id", "a-1", "ada", "ada", {}, profile(3, surname="Bianchi")),
    Node("bobphone", "phone", "+3902555001", "bobphone", None, {}, profile(first_name="Bob")),
    Node("cleo1", "user_id", "C-1", "cleo1", None, {}, profile(first_name="Cleo")),
    Node("cleo2", "user_id", "C-2", "cleo1", None, {}, NOBODY),
    Node("dev", "anonymous_id", "a-2", "dev", None, {}, NOBODY),
    Node("eve", "user_id", "U-1", "eve", None, {}, profile(first_name="Eve"), claimed=True),
]


@pytest.fixture
def state(database: Database) -> Database:
    with SqlState(database, "log").transaction() as transaction:
        transaction.store_nodes(NODES)
    return database


@pytest.mark.parametrize("page", [1, 2, 3, 8, 100])
def test_everybody_with_traits_is_read_once_whatever_the_page(state: Database, page: int) -> None:
    assert list(SqlKnownPeople(state, page).everybody()) == [
        KnownPerson(
            "ada",
            "ada",
            "U-1",
            {"first_name": "Ada", "city": "Torino", "surname": "Bianchi"},
            [("email", "ada@example.com")],
        ),
        KnownPerson("bobphone", "bobphone", "bobphone", {"first_name": "Bob"}, [("phone", "+3902555001")]),
        KnownPerson("cleo1", "cleo1", "cleo1", {"first_name": "Cleo"}, []),
    ]


def test_nobody_is_read_where_nobody_is(database: Database) -> None:
    assert list(SqlKnownPeople(database).everybody()) == []


def proposal(a: str, b: str, weight: float, **changed: Any) -> Proposal:
    made = Proposal(a, b, a, b, "person", weight, 0.9, {"prior": -3.0, "given": 5.5}, "m1", 7)
    return made._replace(**changed)


@pytest.fixture
def proposals(state: Database) -> SqlProposals:
    return SqlProposals(state)


def test_open_proposals_are_listed_with_who_they_are_for_now(proposals: SqlProposals) -> None:
    kept = [proposal("ada", "bobphone", 4), proposal("ada", "cleo2", 9), proposal("ada", "gone", 5)]
    assert proposals.replace_open([*kept, proposal("bobphone", "cleo2", 1, kind="household")]) == 4
    assert proposals.those("open", 10) == [
        proposal("ada", "cleo2", 9, person_a="ada", person_b="cleo1"),
        proposal("ada", "bobphone", 4, person_a="ada", person_b="bobphone"),
    ]
    assert [one.node_b for one in proposals.those("open", 10, kind="household")] == ["cleo2"]
    assert proposals.get("ada", "gone") == proposal("ada", "gone", 5, person_a="ada")
    assert proposals.get("gone", "ada") is None


def test_proposals_are_paged_whatever_their_weights(proposals: SqlProposals) -> None:
    pairs = [("ada", "bobphone", 3), ("ada", "cleo1", 3), ("bobphone", "cleo1", 3), ("ada", "dev", 8)]
    proposals.replace_open([proposal(a, b, weight) for a, b, weight in pairs])
    seen: list[Proposal] = []
    while page := proposals.those("open", 1, after=seen[-1] if seen else None):
        seen += page
    assert seen == proposals.those("open", 10)
    assert [one.node_b for one in seen] == ["dev", "bobphone", "cleo1", "cleo1"]


def test_what_is_decided_is_proposed_no_more(proposals: SqlProposals) -> None:
    found = [proposal("ada", "bobphone", 4), proposal("ada", "cleo1", 9), proposal("bobphone", "cleo1", 2)]
    proposals.replace_open(found)
    assert proposals.decide("ada", "cleo1", "refused", by="eva@example.com", at=50)
    assert not proposals.decide("ada", "cleo1", "refused", by="tom@example.com", at=51)
    assert not proposals.decide("ada", "never", "refused", by="tom@example.com", at=51)
    assert proposals.replace_open([*found[:2], proposal("ada", "dev", 1)]) == 1
    assert [one.node_b for one in proposals.those("open", 10)] == ["bobphone", "dev"]
    (refused,) = proposals.those("refused", 10)
    assert (refused.decided_by, refused.decided_at, refused.weight) == ("eva@example.com", 50, 9)
    assert proposals.decide("ada", "cleo1", "open", by="eva@example.com", at=60)
    again = proposals.get("ada", "cleo1")
    assert again is not None
    assert (again.state, again.decided_by, again.decided_at) == ("open", None, None)


def test_who_became_one_meanwhile_need_not_be_looked_at(proposals: SqlProposals, state: Database) -> None:
    proposals.replace_open([proposal("ada", "bobphone", 4)])
    with state.write() as connection:
        connection.execute(update(nodes).where(nodes.c.node_id == "bobphone").values(person_id="ada"))
    assert proposals.those("open", 10) == []
