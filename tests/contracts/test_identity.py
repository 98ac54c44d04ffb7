"""`ports.Identity` and `ports.RuleBook`, on every database, over what processing stores."""

import pytest

from percorso.adapters.components import components
from percorso.adapters.sql.config_store import ConfigStore
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.identity import SqlIdentity
from percorso.adapters.sql.rule_book import SqlRuleBook
from percorso.adapters.sql.state import SqlState
from percorso.model.identifier import Identifier
from percorso.model.identity import Assertion, Claims, IdentityRules, Override
from percorso.model.person import NOBODY, Node
from percorso.model.time import DAY, HOUR
from percorso.ports.identity import Applying, LedgerCounts

AT = 1_750_000_000_000_000
STRONG, MAIL = 0, 8


def node(key: str, kind: str, value: str, person: str, **others: object) -> Node:
    return Node(key, kind, value, person, None, {}, NOBODY)._replace(**others)  # type: ignore[arg-type]


ADA, BOB = node("ada", "user_id", "A", "ada", seen_at=AT), node("bob", "user_id", "B", "bob", seen_at=AT)
PHONE = node("phone", "phone", "+391", "phone", candidates={"ada": (STRONG, AT), "bob": (STRONG, AT)}, seen_at=AT)
MAILBOX = node("mail", "email", "a@x", "ada", parent_id="ada", candidates={"ada": (STRONG, AT)}, linked_at=AT)
WINDOW = node("window", "anonymous_id", "d1", "device", parent_id="device", base="device", seen_at=AT)
CLAIM = node("claim", "user_id", "A", "claim", claimed=True, base="ada", seen_at=AT + 1)
EXTRA = node("extra", "crm_id", "c2", "extra", parent_id="ada", held="limit", seen_at=AT + 2)
NODES = [ADA, BOB, PHONE, MAILBOX, WINDOW, CLAIM, EXTRA]


def line(weaker: str, stronger: str, at: int = AT, strength: int = STRONG) -> Assertion:
    return Assertion(weaker, stronger, strength, at, 0, f"m-{weaker}-{stronger}", "web", 2)


LINES = [line("phone", "ada"), line("phone", "bob", AT + 5), line("mail", "ada"), line("phone", "mail", AT, MAIL)]
NEVER = Override("ada", "bob", "separate", AT, 0, "m-o", "eva", None)


@pytest.fixture
def identity(database: Database) -> SqlIdentity:
    with SqlState(database, "log").transaction() as transaction:
        transaction.store_nodes(NODES)
        transaction.store_assertions(LINES)
        transaction.store_overrides([NEVER])
    return SqlIdentity(database, lambda device: {"d1": "device"}.get(device, "none"))


def test_an_identifier_is_found_by_kind_value_and_proof(identity: SqlIdentity) -> None:
    assert identity.find(Identifier("user_id", "A")) == [ADA]
    assert identity.find(Identifier("user_id", "A", claimed=True)) == [CLAIM]
    assert identity.find(Identifier("anonymous_id", "d1")) == [WINDOW]
    assert identity.find(Identifier("email", "A")) == []


def test_nodes_by_id_by_person_and_by_base(identity: SqlIdentity) -> None:
    assert identity.nodes(["phone", "nobody"]) == {"phone": PHONE}
    assert {one.node_id for one in identity.members(["ada"])} == {"ada", "mail"}
    assert {one.node_id for one in identity.based_on(["ada", "device"])} == {"claim", "window"}
    assert identity.members([]) == []


def test_lines_from_both_ends_and_decisions(identity: SqlIdentity) -> None:
    assert {one.stronger for one in identity.assertions_of(["phone"])} == {"ada", "bob", "mail"}
    assert [one.weaker for one in identity.assertions_on(["ada", "bob"], 2)] == ["mail", "phone"]
    assert identity.overrides() == [NEVER]


def test_shared_ones_with_the_people_that_share(identity: SqlIdentity) -> None:
    (shared,) = identity.shared(["phone", "email"], 2, 8, 10)
    assert (shared.node, shared.others, shared.people, shared.members) == (PHONE, 2, 2, ["ada", "bob"])
    assert identity.shared([], 2, None, 10) == [shared]
    assert identity.shared(["email"], 2, 8, 10) == []
    assert identity.shared(["phone"], 3, None, 10) == []


def test_bursts_in_both_directions_within_a_day(database: Database, identity: SqlIdentity) -> None:
    crowd = [node(f"u{n}", "user_id", f"u{n}", f"u{n}") for n in range(6)]
    late = [line("mail", one.node_id, AT + 10 * DAY + n * 8 * HOUR) for n, one in enumerate(crowd)]
    seen = [line(one.node_id, "bob", AT + n * HOUR) for n, one in enumerate(crowd)]
    with SqlState(database, "log").transaction() as transaction:
        transaction.store_nodes(crowd)
        transaction.store_assertions([*late, *seen])
    found = identity.bursts(4, 10)
    assert [(one.node.node_id, one.of, one.others) for one in found] == [("bob", "weaker", 7), ("mail", "stronger", 4)]
    assert found[1].since == AT + 10 * DAY
    assert identity.bursts(8, 10) == []


def test_what_is_held_apart(identity: SqlIdentity) -> None:
    (held,) = identity.held(10)
    assert (held.node, held.parent) == (EXTRA, ADA)
    (claim,) = identity.held_claims(10)
    assert (claim.claimed, claim.proven) == (CLAIM, ADA)


def test_counts_leave_session_windows_out(identity: SqlIdentity) -> None:
    assert identity.counts() == LedgerCounts(6, 5, 4)


def test_tangles_hold_each_tied_node_once_with_all_its_lines(identity: SqlIdentity) -> None:
    tangles = identity.tangles()
    found = list(tangles)
    keys = [key for one in found for key in one.nodes]
    assert sorted(keys) == sorted(one.node_id for one in NODES if one.node_id != "extra")
    assert (tangles.alone, tangles.tied) == (1, 7)  # the device of the window is no node
    assert {key: one for piece in found for key, one in piece.nodes.items()} == {
        one.node_id: one for one in NODES if one.node_id != "extra"
    }
    assert sorted(line for one in found for line in one.assertions) == sorted(LINES)


def test_rules_are_wanted_in_force_and_applied(database: Database) -> None:
    book = SqlRuleBook(ConfigStore(database))
    assert book.in_force() is None
    assert book.wanted() is None
    assert book.applying() is None
    rules = IdentityRules(claims=Claims.ATTACH, limits={"email": 3}, blocked=frozenset({"x"}), classes={"t": "asset"})
    wanted = book.want(rules, "eva", 5)
    assert (wanted.version, book.want(IdentityRules(), "eva", 6).version) == (1, 2)
    book.put_in_force(wanted)
    assert book.in_force() == wanted
    asked = Applying(1, "running", 7, 3, 10, True, {"merges": 1})
    book.tell(asked)
    assert book.applying() == asked


def test_components_of_chains_and_rings() -> None:
    np = pytest.importorskip("numpy")
    a, b = np.array([5, 4, 3, 2, 7]), np.array([4, 3, 2, 1, 8])
    assert components(9, a, b).tolist() == [0, 1, 1, 1, 1, 1, 6, 7, 7]
