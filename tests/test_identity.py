"""Identity: people are one function of the ledger, the rules and the decisions, whatever the order of arrival."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percorso.data.identity.overrides import decision
from percorso.model.event import Event
from percorso.model.identifier import Identifier
from percorso.model.identity import Claims, IdentityRules, Trust
from tests.drawn import drawn
from tests.ledger import HOUR, MemoryLedger

DAY = 24 * HOUR
NOON = 20_000 * DAY + 12 * HOUR


def said(
    number: int,
    *,
    at: int = NOON,
    trust: Trust = Trust.SERVER,
    type: str = "track",
    name: str = "Product Viewed",
    source: str = "web",
    properties: dict[str, Any] | None = None,
    user: str | None = None,
    device: str | None = None,
    previous: str | None = None,
    others: tuple[tuple[str, str], ...] = (),
    **traits: str,
) -> Event:
    """An event that names somebody."""
    context = {"externalIds": [{"type": kind, "id": value} for kind, value in others]} if others else {}
    return Event(
        number, f"m{number}", source, type, name, user, device, None, previous, properties or {}, traits, context,
        at, at, 0, False, trust.value,
    )  # fmt: skip


def decide(number: int, kind: Any, a: Identifier, b: Identifier, at: int = NOON) -> Event:
    name, properties = decision(kind, a, b, "ada", "they told us")
    return said(number, at=at, name=name, source="percorso", properties=properties)


def folded(*events: Event, rules: IdentityRules = IdentityRules()) -> MemoryLedger:
    ledger = MemoryLedger(rules)
    for event in events:
        ledger.fold([event])
    assert ledger.nodes == ledger.anew()
    return ledger


def user(value: str) -> Identifier:
    return Identifier("user_id", value)


# the pathological cases of the field, by name


def test_shared_browser_b_logs_in_after_a() -> None:
    """Each session window belongs to who was seen in it; what came before, to who alone was seen then."""
    ledger = folded(
        said(1, device="pc"),
        said(2, device="pc", user="ada", at=NOON + HOUR),
        said(3, device="pc", at=NOON + DAY),
        said(4, device="pc", user="bob", at=NOON + DAY + HOUR),
        said(5, device="pc", at=NOON + 2 * DAY),
    )
    ada, bob = ledger.ids.of(user("ada")), ledger.ids.of(user("bob"))
    pc = ledger.ids.of(Identifier("anonymous_id", "pc"))
    owners = {window: ledger.nodes[ledger.ids.window(pc, 20_000 + window)].person_id for window in (0, 1, 2)}
    assert owners == {0: ada, 1: bob, 2: pc}, "the third evening is nobody's"
    assert len({ada, bob, pc}) == 3


def test_a_device_with_one_owner_is_theirs_for_all_time() -> None:
    ledger = folded(
        said(1, device="pc"),
        said(2, device="pc", at=NOON + 9 * DAY),
        said(3, device="pc", user="ada", at=NOON + 20 * DAY),
    )
    assert ledger.people() == {frozenset({"user_id:ada", "anonymous_id:pc"})}


@pytest.mark.parametrize(
    "garbage",
    ["null", "guest", "undefined", "000000", "00000000-0000-0000-0000-000000000000", "'anonymous'", "123456789"],
)
def test_default_ids_in_production_make_no_mega_person(garbage: str) -> None:
    events = [said(n, user=f"u{n}", device=garbage, others=(("crm_id", garbage),)) for n in range(30)]
    assert folded(*events).people() == {frozenset({f"user_id:u{n}"}) for n in range(30)}


def test_shared_phone_and_functional_mailbox_join_nobody() -> None:
    ledger = folded(
        said(1, user="ada", phone="02 555 001", email="info@bar.example"),
        said(2, user="bob", phone="+39 02 555001", email="info@bar.example"),
    )
    assert ledger.people() == {
        frozenset({"user_id:ada"}), frozenset({"user_id:bob"}), frozenset({"phone:+3902555001"})
    }  # fmt: skip


def test_in_store_tablet_on_every_customers_events() -> None:
    """The till's own id links nobody, as a device or as an asset that the rules name."""
    sales = [said(n, user=f"u{n}", device="tablet", others=(("till_id", "till-1"),), at=NOON + n) for n in range(40)]
    ledger = folded(*sales, rules=IdentityRules(classes={"till_id": "asset"}))
    people = ledger.people()
    assert all(frozenset({f"user_id:u{n}"}) in people for n in range(40))
    assert not any("till_id" in one for person in people for one in person)


def test_a_recycled_phone_belongs_to_neither() -> None:
    ledger = folded(
        said(1, user="ada", phone="333 1234567"), said(2, user="bob", phone="333 1234567", at=NOON + 900 * DAY)
    )
    assert len(ledger.people()) == 3


def test_bridges_do_not_collapse() -> None:
    """a-b and c-d are true, b-c is not: a weaker identifier seen with two stronger ones bridges nothing."""
    ledger = folded(
        said(1, user="a", email="b@example.com"),
        said(2, user="d", phone="333 7654321"),
        said(3, email="b@example.com", phone="333 7654321"),
    )
    assert ledger.people() == {
        frozenset({"user_id:a", "email:b@example.com"}), frozenset({"user_id:d", "phone:+393337654321"})
    }  # fmt: skip


def test_alias_chains_do_not_depend_on_their_order() -> None:
    chain = [
        said(1, type="alias", user="u", previous="d1"),
        said(2, type="alias", user="u", previous="d2"),
        said(3, device="d1"),
        said(4, device="d2", at=NOON + 3 * DAY),
    ]
    assert folded(*chain).nodes == folded(*reversed(chain)).nodes
    assert folded(*chain).people() == {frozenset({"user_id:u", "anonymous_id:d1", "anonymous_id:d2"})}


def test_an_account_made_again_is_joined_on_purpose() -> None:
    """A new user id with the same email is somebody else until a person says otherwise; then the oldest id stays."""
    events = (said(1, user="old", email="ada@example.com"), said(2, user="new", email="ada@example.com", at=NOON + DAY))
    assert len(folded(*events).people()) == 3
    joined = folded(*events, decide(3, "link", user("old"), user("new")))
    assert frozenset({"user_id:old", "user_id:new"}) in joined.people()
    assert {n.person_id for n in joined.nodes.values() if n.kind == "user_id"} == {joined.ids.of(user("old"))}


def test_a_hostile_client_attaches_to_nobody() -> None:
    """With a public key anybody may say to be ada; ada's record, proven by the server, does not hear it."""
    proven = said(1, user="ada", email="ada@example.com")
    attacks = (
        said(2, trust=Trust.PUBLIC, user="ada", device="evil"),
        said(3, trust=Trust.PUBLIC, device="evil", email="ada@example.com"),
        said(4, trust=Trust.PUBLIC, type="alias", user="mallory", previous="ada"),
        said(5, trust=Trust.PUBLIC, user="mallory", email="ada@example.com"),
        said(
            6,
            trust=Trust.PUBLIC,
            name="Identity Linked",
            properties=decision("link", user("ada"), user("mallory"), "x", None)[1],
        ),
    )
    ledger = folded(proven, *attacks)
    assert frozenset({"user_id:ada", "email:ada@example.com"}) in ledger.people()
    believing = folded(proven, *attacks[:1], rules=IdentityRules(claims=Claims.ATTACH))
    assert believing.people() == {
        frozenset({"user_id:ada", "email:ada@example.com", "~user_id:ada", "anonymous_id:evil"})
    }  # fmt: skip


def test_a_signed_token_proves_the_user_id_and_that_alone() -> None:
    ledger = folded(
        said(1, user="ada"), said(2, user="bob", email="bob@example.com"),
        said(3, trust=Trust.SIGNED, user="ada", device="phone", email="bob@example.com"),
    )  # fmt: skip
    assert frozenset({"user_id:ada", "anonymous_id:phone", "~email:bob@example.com"}) in ledger.people()
    assert frozenset({"user_id:bob", "email:bob@example.com"}) in ledger.people()


def test_a_hot_id_takes_no_more_than_a_person_has() -> None:
    events = [said(n, user="demo", device=f"d{n}", at=NOON + n) for n in range(80)]
    ledger = folded(*events)
    (crowd,) = [person for person in ledger.people() if "user_id:demo" in person]
    assert crowd == {"user_id:demo", *(f"anonymous_id:d{n}" for n in range(50))}
    assert folded(*reversed(events)).nodes == ledger.nodes


def test_a_second_value_of_a_person_key_is_somebody_else() -> None:
    ledger = folded(
        said(1, user="ada", others=(("crm_id", "c1"),)), said(2, user="ada", others=(("crm_id", "c2"),), at=NOON + 1)
    )
    assert ledger.people() == {frozenset({"user_id:ada", "crm_id:c1"}), frozenset({"crm_id:c2"})}


def test_unmerging_takes_a_merge_back() -> None:
    events = (said(1, user="ada", email="ada@example.com"), said(2, device="pc", email="ada@example.com"))
    before = folded(*events)
    merged = folded(*events, said(3, user="bob"), decide(4, "link", user("ada"), user("bob")))
    assert any({"user_id:ada", "user_id:bob"} <= person for person in merged.people())
    merged.fold([decide(5, "none", user("ada"), user("bob"), at=NOON + 1)])
    assert merged.people() == before.people() | {frozenset({"user_id:bob"})}


def test_a_wrong_assertion_can_be_retracted() -> None:
    """A device that saw a wrong log-in is given back to the other by one decision, and taken by withdrawing it."""
    pc = Identifier("anonymous_id", "pc")
    ledger = folded(
        said(1, device="pc", user="ada"), said(2, device="pc", user="bob", at=NOON + 1), said(3, device="pc")
    )
    assert frozenset({"anonymous_id:pc"}) in ledger.people()
    ledger.fold([decide(4, "separate", pc, user("bob"))])
    assert ledger.people() == {frozenset({"user_id:ada", "anonymous_id:pc"}), frozenset({"user_id:bob"})}
    assert ledger.nodes == ledger.anew()
    ledger.fold([decide(5, "none", pc, user("bob"), at=NOON + 1)])
    assert frozenset({"anonymous_id:pc"}) in ledger.people()


def test_never_breaks_the_weakest_tie() -> None:
    mail, phone = Identifier("email", "a@example.com"), Identifier("phone", "+393331234567")
    ledger = folded(
        said(1, user="u", email="a@example.com"), said(2, user="u", phone="333 1234567", at=NOON + 1),
        decide(3, "separate", mail, phone),
    )  # fmt: skip
    assert ledger.people() == {frozenset({"user_id:u", "email:a@example.com"}), frozenset({"phone:+393331234567"})}
    assert {node.held for node in ledger.nodes.values() if node.kind == "phone"} == {"never"}


# any order, any batches, any repeats


USERS, DEVICES = ["u1", "u2", "u3"], ["d1", "d2"]
MAILS, PHONES = ["x@example.com", "y@example.com"], ["+393331234567"]
PARTS = [
    *(Identifier("user_id", one) for one in USERS),
    *(Identifier("email", one) for one in MAILS),
    *(Identifier("anonymous_id", one) for one in DEVICES),
    Identifier("phone", PHONES[0]),
    Identifier("user_id", "u1", claimed=True),
]


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Events and decisions of few people with few things, at few times."""
    out = []
    for number in range(draw(st.integers(1, 16))):
        at = NOON + draw(st.integers(0, 3)) * DAY // 2 + draw(st.integers(0, 2))
        if draw(st.integers(0, 4)) == 0:
            a, b = draw(st.permutations(PARTS).map(lambda some: some[:2]))
            out.append(decide(number, draw(st.sampled_from(["link", "separate", "none"])), a, b, at))
            continue
        traits = draw(
            st.fixed_dictionaries({}, optional={"email": st.sampled_from(MAILS), "phone": st.sampled_from(PHONES)})
        )
        who = draw(
            st.fixed_dictionaries({}, optional={"user": st.sampled_from(USERS), "device": st.sampled_from(DEVICES)})
        )
        crm = draw(st.sampled_from([(), (("crm_id", "c1"),), (("crm_id", "c2"),), (("loyalty", "l1"),)]))
        out.append(said(number, at=at, trust=draw(st.sampled_from(list(Trust))), others=crm, **who, **traits))
    return out


RULES = [
    IdentityRules(),
    IdentityRules(claims=Claims.ATTACH),
    IdentityRules(limits={"email": 1, "anonymous_id": 1, "phone": 1}),
]


@pytest.mark.timeout(600)
@settings(max_examples=drawn(3_000, 20), deadline=None)
@given(history=histories(), rules=st.sampled_from(RULES), data=st.data())
def test_any_order_any_batches_any_repeats(history: list[Event], rules: IdentityRules, data: st.DataObject) -> None:
    """Folded in pieces it is what the whole ledger gives at once, and the same for every order."""
    whole = MemoryLedger(rules)
    whole.fold(history)
    assert whole.nodes == whole.anew()
    pieces = MemoryLedger(rules)
    left = [*data.draw(st.permutations(history)), *data.draw(st.lists(st.sampled_from(history), max_size=4))]
    while left:
        size = data.draw(st.integers(1, 5))
        pieces.fold(left[:size])
        left = left[size:]
        assert pieces.nodes == pieces.anew()
    assert pieces.nodes == whole.nodes
    assert pieces.assertions == whole.assertions


@settings(max_examples=drawn(300), deadline=None)
@given(history=histories(), pair=st.permutations(PARTS).map(lambda some: some[:2]), rules=st.sampled_from(RULES))
def test_unmerge_after_merge_is_the_identity(
    history: list[Event], pair: list[Identifier], rules: IdentityRules
) -> None:
    ledger = MemoryLedger(rules)
    ledger.fold(history)
    late = NOON + 9 * DAY
    ledger.fold([decide(900, "none", *pair, at=late)])
    before = dict(ledger.nodes)
    ledger.fold([decide(901, "link", *pair, at=late + 1)])
    ledger.fold([decide(902, "none", *pair, at=late + 2)])
    assert ledger.nodes == before
