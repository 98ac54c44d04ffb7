"""The folds: people, profiles and positions are functions of the set of events."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from percorso.adapters.sql.tables import to_append
from percorso.data.intake import Item
from percorso.insight.position import StageFinder
from percorso.model.identifier import rank
from percorso.model.person import merge, merge_all
from percorso.model.subject import EventSubject
from tests.drawn import drawn
from tests.events import event
from tests.folding import Folding, retail

CONFIG = retail()


@pytest.fixture
def folding(tmp_path: Path) -> Iterator[Folding]:
    folding = Folding(tmp_path, CONFIG)
    yield folding
    folding.close()


def track(message_id: str, event: str, at: int = 0, **fields: Any) -> dict[str, Any]:
    time = f"2026-11-01T10:{at // 60:02}:{at % 60:02}Z"
    return {"type": "track", "messageId": message_id, "event": event, "timestamp": time, **fields}


def people(folding: Folding) -> dict[str, set[tuple[str, str]]]:
    """person -> identifiers."""
    out: dict[str, set[tuple[str, str]]] = {}
    for row in folding.tables()["nodes"]:
        out.setdefault(row[3], set()).add((row[1], row[2]))
    return out


def groups(folding: Folding) -> set[frozenset[str]]:
    return {frozenset(f"{kind}:{value}" for kind, value in members) for members in people(folding).values()}


def test_a_login_joins_what_was_anonymous(folding: Folding) -> None:
    folding.collect([track("1", "Product Viewed", anonymousId="a")])
    folding.processor.drain()
    assert groups(folding) == {frozenset({"anonymous_id:a"})}
    folding.collect([track("2", "Signed In", 5, anonymousId="a", userId="u")])
    folding.processor.drain()
    assert groups(folding) == {frozenset({"anonymous_id:a", "user_id:u"})}
    (person,) = folding.tables()["people"]
    assert person[4] == 2, "both events count for the one person"


def test_a_shared_computer_joins_nobody(folding: Folding) -> None:
    folding.collect([track("1", "Signed In", anonymousId="a", userId="u")])
    folding.collect([track("2", "Page", 1, anonymousId="a")])
    folding.processor.drain()
    folding.collect([track("3", "Signed In", 2, anonymousId="a", userId="v")])
    folding.processor.drain()
    assert groups(folding) == {frozenset({"user_id:u"}), frozenset({"user_id:v"}), frozenset({"anonymous_id:a"})}
    assert sum(row[4] for row in folding.tables()["people"]) == 3


def test_everything_below_moves_along(folding: Folding) -> None:
    """A device known by its email follows when the email turns out to be a customer's."""
    email = {"traits": {"email": "A@example.com"}}
    folding.collect([{"type": "identify", "messageId": "1", "anonymousId": "a", **email}])
    folding.processor.drain()
    folding.collect([{"type": "identify", "messageId": "2", "userId": "u", **email}])
    folding.processor.drain()
    assert groups(folding) == {frozenset({"anonymous_id:a", "email:a@example.com", "user_id:u"})}


def test_an_event_of_nobody_counts_without_a_person(folding: Folding) -> None:
    item = track("1", "Order Completed", properties={"revenue": 5})
    verdicts = folding.collector.collect_now([_item(item)], source="till", historical=True)
    assert str(verdicts[0].verdict) == "accepted"
    assert folding.processor.drain() == 1
    assert folding.tables()["people"] == []


def _item(item: dict[str, Any]) -> Item:
    return Item(msgspec.json.encode(item), 0)


def test_the_position_is_the_last_stage_by_time_and_since_it_began(folding: Folding) -> None:
    order = {"order_id": "o", "revenue": 10, "currency": "EUR"}
    folding.collect([track("3", "Order Completed", 30, userId="u", properties=order)])
    folding.collect([track("1", "Product Viewed", 10, userId="u")])
    folding.processor.drain()
    (position,) = [row for row in folding.tables()["positions"] if row[1] == CONFIG.journeys[0].id]
    viewed, bought = stage_of("Product Viewed"), stage_of("Order Completed")
    assert (position[2], position[4]) == (bought, viewed)


def stage_of(name: str) -> str:
    made = event(name)
    return dict(StageFinder(CONFIG.journeys).stages(made, EventSubject(made)))[CONFIG.journeys[0].id]


ids = st.fixed_dictionaries(
    {},
    optional={
        "userId": st.sampled_from(["u1", "u2", "u3"]),
        "anonymousId": st.sampled_from(["a1", "a2", "a3"]),
        "traits": st.fixed_dictionaries(
            {},
            optional={
                "email": st.sampled_from(["x@example.com", "y@example.com"]),
                "phone": st.just("+39 333 0000001"),
            },
        ),
    },
).filter(lambda fields: fields.get("userId") or fields.get("anonymousId"))
calls = st.one_of(
    st.tuples(
        st.sampled_from(
            [
                "Product Viewed",
                "Order Completed",
                "Order Refunded",
                "Survey Answered",
                "Complaint Filed",
                "Consent Updated",
            ]
        ),
        st.fixed_dictionaries(
            {},
            optional={
                "revenue": st.integers(0, 100),
                "currency": st.sampled_from(["EUR", "GBP"]),
                "kind": st.sampled_from(["nps", "csat"]),
                "score": st.integers(0, 10),
                "purpose": st.just("marketing"),
                "channel": st.just("email"),
                "status": st.sampled_from(["granted", "denied", "withdrawn"]),
            },
        ),
    ),
    st.just(None),
)


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Items of a few people who share devices and addresses, with equal times now and then."""
    items = []
    for number in range(draw(st.integers(1, 14))):
        call, who, at = draw(calls), draw(ids), draw(st.integers(0, 20))
        if call is None:
            item = track(f"m{number}", "-", at, **who)
            items.append({**item, "type": "identify", "event": None})
        else:
            who.pop("traits", None) if draw(st.booleans()) else None
            context = {"context": {"traits": who.pop("traits")}} if "traits" in who else {}
            items.append(track(f"m{number}", call[0], at, properties=call[1], **who, **context))
    return items


@settings(max_examples=drawn(60))
@given(history=histories(), data=st.data())
def test_any_order_and_any_repeats_give_the_same_people_and_profiles(
    history: list[dict[str, Any]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(history))
    repeated = [*shuffled, *data.draw(st.lists(st.sampled_from(history), max_size=5))]
    cuts = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
    with TemporaryDirectory() as directory:
        whole = Folding(Path(directory) / "whole", CONFIG)
        whole.collect(history, tie=0)
        whole.processor.drain()
        pieces = Folding(Path(directory) / "pieces", CONFIG)
        start = 0
        while start < len(repeated):
            step = cuts[start % len(cuts)]
            pieces.collect(repeated[start : start + step], tie=0)
            pieces.processor.drain()
            start += step
        assert pieces.tables() == whole.tables()
        whole.close()
        pieces.close()


@settings(max_examples=drawn(60))
@given(history=histories())
def test_people_are_the_trees_of_an_oracle(history: list[dict[str, Any]]) -> None:
    """The same people as networkx finds on the whole set of links at once."""
    with TemporaryDirectory() as directory:
        folding = Folding(Path(directory), CONFIG)
        folding.collect(history)
        folding.processor.drain()
        assert groups(folding) == oracle(history)
        folding.close()


def oracle(history: list[dict[str, Any]]) -> set[frozenset[str]]:
    """Each identifier hangs on the only one of the strongest class it was seen with; trees are people."""
    stronger: dict[str, set[str]] = {}
    for item in history:
        traits = item.get("traits") or item.get("context", {}).get("traits") or {}
        email, phone = traits.get("email"), "+393330000001" if traits.get("phone") else None
        found = {"user_id": item.get("userId"), "email": email, "phone": phone, "anonymous_id": item.get("anonymousId")}
        named = sorted(
            (f"{kind}:{value}" for kind, value in found.items() if value), key=lambda name: rank(name.split(":")[0])
        )
        for name in named:
            stronger.setdefault(name, set()).update(named[:1] if name != named[0] else ())
    forest = nx.Graph()
    forest.add_nodes_from(stronger)
    for name, seen in stronger.items():
        best = min((rank(one.split(":")[0]) for one in seen), default=None)
        strongest = [one for one in seen if rank(one.split(":")[0]) == best]
        if len(strongest) == 1:
            forest.add_edge(name, strongest[0])
    return {frozenset(tree) for tree in nx.connected_components(forest)}


@settings(max_examples=drawn(60))
@given(history=histories())
def test_merging_is_commutative_and_associative(history: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as directory:
        folding = Folding(Path(directory), CONFIG)
        folding.collect(history)
        folding.processor.drain()
        with folding.state.transaction() as transaction:
            nodes = transaction.nodes([row[0] for row in folding.tables()["nodes"]])
        folding.close()
    profiles = [node.profile for node in nodes.values()]
    assert merge_all(profiles) == merge_all(reversed(profiles))
    if len(profiles) >= 3:
        a, b, c = profiles[:3]
        assert merge(merge(a, b), c) == merge(a, merge(b, c))


class PowerCut(Exception):
    """Stands for anything that ends a transaction half-way."""


def test_a_failure_keeps_nothing_of_the_batch(folding: Folding) -> None:
    folding.collect([track("1", "Product Viewed", userId="u")])

    def fold_half() -> None:
        with folding.state.transaction() as transaction:
            transaction.set_offset("process/0", 1)
            raise PowerCut

    with pytest.raises(PowerCut):
        fold_half()
    with folding.state.transaction() as transaction:
        assert transaction.offset("process/0") == 0
    assert folding.processor.drain() == 1


def test_merges_and_splits_of_known_people_are_events(tmp_path: Path) -> None:
    folding = Folding(tmp_path, CONFIG, acts=True)
    ada, mail = {"kind": "user_id", "value": "ada"}, {"kind": "email", "value": "a@example.com"}
    folding.collect([{"type": "identify", "messageId": "1", "anonymousId": "d", "traits": {"email": mail["value"]}}])
    folding.processor.drain()
    folding.collect([{"type": "identify", "messageId": "2", "userId": "ada", "traits": {"email": mail["value"]}}])
    folding.processor.drain()
    (merged,) = later(folding)
    (person,) = folding.tables()["people"]
    assert (merged["event"], merged["properties"]["person_id"]) == ("Person Merged", person[0])
    said = {"a": ada, "b": mail, "by": "bob", "why": "a typing error"}
    decision = track("3", "Identity Separated", properties=said)
    folding.collector.collect_now([_item(decision)], source="percorso")
    folding.processor.drain()
    assert [one["event"] for one in later(folding)] == ["Person Merged", "Person Split"]
    assert later(folding)[1]["properties"] == {"person_id": person[0], "parted_id": merged["properties"]["absorbed_id"]}
    folding.close()


def later(folding: Folding) -> list[dict[str, Any]]:
    """What waits to be appended."""
    with folding.state_database.read() as connection:
        return [msgspec.json.decode(row.item) for row in connection.execute(select(to_append))]
