"""Who is who, seen and decided by people: evidence, decisions, rules with their preview, and everybody made anew."""

from collections.abc import Mapping
from typing import Any

import pytest

from percorso.main.company import Company
from percorso.main.replaying import replay
from percorso.model.errors import Conflict, InvalidInput, NotFound
from percorso.model.identifier import Identifier
from percorso.model.identity import Claims, IdentityRules
from tests.http_client import take, track


def of(user: str | None, message_id: str, **others: Any) -> dict[str, Any]:
    return track("Product Viewed", message_id, user, **others)


def identify(user: str, message_id: str, **traits: str) -> dict[str, Any]:
    return {"type": "identify", "userId": user, "messageId": message_id, "traits": traits}


def id_(text: str) -> Identifier:
    kind, _, value = text.partition(":")
    return Identifier(kind, value)


def two_customer_cards(company: Company) -> None:
    for number in "12":
        take(company, of("ada", f"m{number}", context={"externalIds": [{"type": "crm_id", "id": f"c{number}"}]}))


def holder(company: Company, text: str) -> str:
    return company.identity.find(id_(text))[0].person_id


def equal_to_replay(company: Company) -> Mapping[str, Any]:
    done = replay(company, swap=False)
    assert done["equal"], done
    return done


@pytest.fixture
def family(company: Company) -> Company:
    """Ada and Bob share a phone; Ada has a mail of her own and a tablet that Bob used once."""
    take(
        company,
        identify("ada", "m1", email="ada@example.com", phone="333 1234567"),
        identify("bob", "m2", phone="333 1234567"),
        of("ada", "m3", anonymousId="tablet"),
        of(None, "m4", anonymousId="tablet"),
    )
    return company


class TestWhy:
    def test_one_person_by_the_events_that_say_so(self, family: Company) -> None:
        why = family.unifier.why(id_("email:ada@example.com"), id_("anonymous_id:tablet"))
        assert why.why_not is None
        assert why.path is not None
        assert [(step.kind, step.assertion.message_id if step.assertion else None) for step in why.path] == [
            ("seen", "m1"),
            ("seen", "m3"),
        ]

    def test_a_shared_phone_joins_nobody_and_says_so(self, family: Company) -> None:
        why = family.unifier.why(id_("user_id:ada"), id_("user_id:bob"))
        assert why.path is None
        assert why.why_not is not None
        assert (why.why_not.rule, [line.message_id for line in why.why_not.seen]) == ("shared", ["m1", "m2"])
        assert why.why_not.through is not None
        assert why.why_not.through.value == "+393331234567"

    def test_what_belongs_to_the_stronger_alone_is_outranked(self, company: Company) -> None:
        take(
            company,
            identify("ada", "m1", phone="333 1234567"),
            {"type": "identify", "messageId": "m2", "traits": {"email": "x@example.com", "phone": "333 1234567"}},
        )
        why = company.unifier.why(id_("user_id:ada"), id_("email:x@example.com"))
        assert why.why_not is not None
        assert why.why_not.rule == "outranked"

    def test_one_too_many_of_a_kind(self, company: Company) -> None:
        two_customer_cards(company)
        why = company.unifier.why(id_("user_id:ada"), id_("crm_id:c2"))
        assert why.why_not is not None
        assert why.why_not.rule == "limit"

    def test_strangers_were_never_seen_together(self, family: Company) -> None:
        take(family, of("eve", "m9"))
        why = family.unifier.why(id_("user_id:ada"), id_("user_id:eve"))
        assert why.why_not is not None
        assert why.why_not.rule == "unseen"

    def test_who_was_never_seen_is_not_found(self, family: Company) -> None:
        with pytest.raises(NotFound):
            family.unifier.why(id_("user_id:ada"), id_("user_id:nobody"))

    @pytest.mark.parametrize("text", ["ada", "user id:ada", "email:null", ":x"])
    def test_an_identifier_is_a_kind_and_a_value(self, family: Company, text: str) -> None:
        with pytest.raises(InvalidInput):
            family.unifier.identifier(text)


class TestDecide:
    def test_link_separate_and_withdraw(self, family: Company) -> None:
        desk, ada, bob = family.unifier, id_("user_id:ada"), id_("user_id:bob")
        before = holder(family, "user_id:bob")
        desk.decide("link", ada, bob, "eva@example.com", "they told us")
        family.processor.drain()
        assert holder(family, "user_id:ada") == holder(family, "user_id:bob")
        why = desk.why(ada, bob)
        assert why.path is not None
        assert [step.override.by for step in why.path if step.override] == ["eva@example.com"]
        told = desk.of_person(holder(family, "user_id:ada"))
        assert [(one.override.kind, one.override.why) for one in told.decisions] == [("link", "they told us")]
        equal_to_replay(family)
        desk.decide("separate", ada, bob, "eva@example.com", None)
        family.processor.drain()
        why = desk.why(ada, bob)
        assert why.why_not is not None
        assert why.why_not.rule == "separated"
        desk.decide("none", ada, bob, "eva@example.com", None)
        family.processor.drain()
        assert holder(family, "user_id:bob") == before
        equal_to_replay(family)

    def test_a_decision_is_no_event_of_anybodys_life(self, family: Company) -> None:
        events = {row.person_id: row.events for row in family.people.find("", 10)}
        family.unifier.decide("separate", id_("user_id:ada"), id_("user_id:bob"), "eva@example.com", None)
        family.processor.drain()
        assert {row.person_id: row.events for row in family.people.find("", 10)} == events

    def test_nothing_decided_cannot_be_withdrawn(self, family: Company) -> None:
        with pytest.raises(NotFound):
            family.unifier.decide("none", id_("user_id:ada"), id_("user_id:bob"), "eva@example.com", None)

    def test_the_same_twice_is_refused(self, family: Company) -> None:
        with pytest.raises(InvalidInput):
            family.unifier.decide("link", id_("user_id:ada"), id_("user_id:ada"), "eva@example.com", None)


def test_households_are_contacts_that_few_share(family: Company) -> None:
    (found,) = family.unifier.households(10)
    assert (found.node.value, found.people) == ("+393331234567", 2)
    assert set(found.members) == {holder(family, "user_id:ada"), holder(family, "user_id:bob")}


def test_what_many_share_is_an_office_and_a_burst(company: Company) -> None:
    take(company, *(identify(f"u{n}", f"m{n}", email="desk@example.com") for n in range(25)))
    found = company.unifier.warnings(10)
    assert [(one.node.value, one.others) for one in found.offices] == [("desk@example.com", 25)]
    assert [(one.node.value, one.of, one.others) for one in found.bursts] == [("desk@example.com", "stronger", 25)]
    assert found.counts.identifiers == 26
    assert company.unifier.households(10) == []


def test_identifiers_held_back_are_shown_with_whom_they_were_seen(company: Company) -> None:
    two_customer_cards(company)
    (held,) = company.unifier.warnings(10).held
    assert held.parent is not None
    assert (held.node.value, held.node.held, held.parent.value) == ("c2", "limit", "ada")


class TestRules:
    def test_a_limit_is_previewed_and_applied_as_the_log_would_have_it(self, family: Company) -> None:
        take(family, identify("ada", "m8", email="ada2@example.com"))
        wanted = IdentityRules(limits={"email": 1})
        preview = family.ruling.preview(wanted)
        assert preview.changes is not None
        assert (preview.replay, preview.changes.splits, preview.changes.merges) == (False, 1, 0)
        assert preview.changes.people_after == preview.changes.people_before + 1
        (groups,) = (one.groups for one in preview.changes.parted)
        assert {node.value for node in groups[-1]} == {"ada2@example.com"}
        family.ruling.want(wanted, "eva@example.com")
        told: list[tuple[int, int]] = []
        family.apply_rules(lambda done, total: told.append((done, total)))
        assert told[-1][0] == told[-1][1] > 0
        assert holder(family, "email:ada2@example.com") != holder(family, "user_id:ada")
        assert family.rules_in_force().rules == wanted
        equal_to_replay(family)
        take(family, identify("ada", "m9", email="ada3@example.com"))
        assert holder(family, "email:ada3@example.com") != holder(family, "user_id:ada")
        equal_to_replay(family)

    def test_believing_claims_joins_them_and_holding_parts_them_again(self, company: Company) -> None:
        take(company, identify("ada", "m1", email="ada@example.com"))
        claim = {"type": "track", "event": "Product Viewed", "messageId": "m2", "userId": "ada", "anonymousId": "d1"}
        take(company, {**claim, "context": {"claimed": True}}, source="percorso")
        assert len(company.unifier.warnings(5).claims) == 1
        told = company.unifier.of_person(holder(company, "user_id:ada"))
        assert [(node.kind, node.claimed) for node in told.claims] == [("user_id", True)]
        for rules in (IdentityRules(claims=Claims.ATTACH), IdentityRules()):
            company.ruling.want(rules, "eva@example.com")
            company.apply_rules()
            joined = holder(company, "anonymous_id:d1") == holder(company, "user_id:ada")
            assert joined == (rules.claims is Claims.ATTACH)
            equal_to_replay(company)

    def test_a_blocked_value_is_read_from_the_log_again(self, family: Company) -> None:
        wanted = IdentityRules(blocked=frozenset({"ada@example.com"}), classes={"till_id": "asset"})
        preview = family.ruling.preview(wanted)
        assert preview.replay
        assert preview.changes is not None
        family.ruling.want(wanted, "eva@example.com")
        family.apply_rules()
        assert family.identity.find(id_("email:ada@example.com")) == []
        equal_to_replay(family)

    def test_what_is_asked_is_due_until_it_is_done(self, family: Company) -> None:
        ruling = family.ruling
        with pytest.raises(NotFound):
            ruling.ask()
        ruling.want(IdentityRules(burst=5), "eva@example.com")
        ruling.ask()
        assert ruling.due()
        with pytest.raises(Conflict):
            ruling.want(IdentityRules(burst=6), "eva@example.com")
        family.apply_rules()
        assert not ruling.due()
        done = ruling.applying()
        assert done is not None
        assert (done.state, done.version) == ("done", 1)
        assert ruling.in_force().by == "eva@example.com"
