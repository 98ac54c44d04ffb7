"""The consent ledger: every choice a row, chained, the same when the log is folded again; what the API and commands tell."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, update
from typer.testing import CliRunner

from percorso.adapters.sql.tables import consent_ledger
from percorso.cli.app import build
from percorso.data.intake import Item
from percorso.insight.segments.known import consent_table
from percorso.main.checking import check
from percorso.main.company import Company
from percorso.main.opener import MainOpener
from percorso.main.replaying import replay
from percorso.model.consent import Choice
from percorso.model.consent_chain import LedgerRow, beginning, breaks, next_row
from percorso.model.identity import IdentityRules
from tests.http_client import Browser, app_for, signed_in, take, track


def chose(
    number: int, status: str, purpose: str = "marketing", channel: str = "email", **others: Any
) -> dict[str, Any]:
    said = {"purpose": purpose, "channel": channel, "status": status, **others.pop("properties", {})}
    at = f"2026-11-20T10:{number:02d}:00Z"
    return track("Consent Updated", f"c{number}", properties=said, originalTimestamp=at, **others)


def rows(company: Company) -> list[LedgerRow]:
    company.notary.drain()
    return list(company.consents.all())


def run(company: Company, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(
        build(), [*arguments, "--dir", str(company.directory.root)], obj=MainOpener(), catch_exceptions=False
    )
    return done.exit_code, done.output


# the chain

CHOICES = st.lists(
    st.builds(
        Choice,
        occurred_at=st.integers(0, 100),
        tie=st.just(0),
        message_id=st.text(max_size=3),
        state=st.sampled_from(["granted", "denied", "withdrawn"]),
        voice=st.just("user_id:ada"),
        source=st.just("web"),
    ),
    min_size=1,
    max_size=6,
)


def chain(choices: list[Choice], node: str = "n1") -> list[LedgerRow]:
    made: list[LedgerRow] = []
    for seq, choice in enumerate(choices, 1):
        before = made[-1].hash if made else beginning(node, 0)
        made.append(next_row(before, b"secret", seq, 0, 0, node, "marketing", "email", choice))
    return made


@given(CHOICES)
def test_a_chain_holds_and_holds_when_a_row_is_erased(choices: list[Choice]) -> None:
    made = chain(choices)
    assert list(breaks([*made, *chain(choices, "n2")])) == []
    erased = [row._replace(payload=None, salt=None, purpose=None, channel=None, state=None) for row in made]
    assert list(breaks(erased)) == []


@given(CHOICES, st.data())
def test_whatever_is_changed_breaks_it_there(choices: list[Choice], data: st.DataObject) -> None:
    made = chain(choices)
    at = data.draw(st.integers(0, len(made) - 1))
    row = made[at]
    changed = data.draw(
        st.sampled_from(
            [
                row._replace(payload=(row.payload or "").replace("ada", "eve")),
                row._replace(state="denied" if row.state != "denied" else "granted"),
                row._replace(commitment="0" * 64),
                row._replace(hash="0" * 64),
                row._replace(salt=None),
                row._replace(seq=99),
            ]
        )
    )
    (found, *others) = breaks([*made[:at], changed, *made[at + 1 :]])
    assert (found.row, others) == (changed, [])
    if at < len(made) - 1:
        (taken_out,) = breaks([*made[:at], *made[at + 1 :]])
        assert taken_out.row == made[at + 1]


# the ledger


def test_every_choice_is_a_row_of_its_identifiers_chain(company: Company) -> None:
    take(company, chose(1, "granted", properties={"mechanism": "form"}), chose(2, "withdrawn"))
    take(company, chose(3, "denied", user="u2"), track("Product Viewed", "v1"))
    found = rows(company)
    assert [(row.purpose, row.channel, row.state) for row in sorted(found)] == [
        ("marketing", "email", "granted"),
        ("marketing", "email", "withdrawn"),
        ("marketing", "email", "denied"),
    ]
    assert len({row.node_id for row in found}) == 2
    assert sorted(found)[0].said()["mechanism"] == "form"
    assert list(breaks(found)) == []


def test_a_banner_that_says_the_same_on_every_page_is_one_row(company: Company) -> None:
    for number, yes in enumerate([True, True, False, False, True]):
        context = {"consent": {"categoryPreferences": {"advertising": yes}}}
        take(company, track("Page Seen", f"p{number}", context=context))
    assert [row.state for row in rows(company)] == ["granted", "denied", "granted"]


def test_history_and_live_are_chains_of_their_own(company: Company) -> None:
    take(company, chose(1, "granted"))
    past = [Item(msgspec.json.encode(chose(2, "withdrawn")), 0)]
    company.collector.collect_now(past, source="crm", lane=1, historical=True)
    company.processor.drain()
    found = rows(company)
    assert [(row.lane, row.state) for row in found] == [(0, "granted"), (1, "withdrawn")]
    assert found[1].said()["mechanism"] == "import"
    assert list(breaks(found)) == []


def test_it_waits_for_processing_and_goes_on_where_it_was(company: Company) -> None:
    take(company, chose(1, "granted"))
    assert [len(rows(company)), company.notary.step()] == [1, 0]
    take(company, chose(2, "denied"))
    assert len(rows(company)) == 2


def test_a_replay_writes_the_same_bytes(company: Company) -> None:
    take(
        company,
        chose(1, "granted"),
        chose(2, "withdrawn", anonymousId="d1"),
        chose(3, "denied", user=None, anonymousId="d1"),
    )
    before = rows(company)
    told = replay(company, swap=True)
    assert told["equal"], told["tables"]
    assert rows(company) == before
    with company.state_database.write() as connection:
        connection.execute(update(consent_ledger).values(salt="00"))
    assert not replay(company, swap=False)["tables"]["consent_ledger"]["equal"]


# commands


def test_consent_show_tells_what_holds_and_why(company: Company) -> None:
    take(company, chose(1, "granted"), chose(2, "denied", "profiling", "*"))
    code, out = run(company, "consent", "show", "user_id:u1", "--json")
    told = json.loads(out)
    assert (code, told["profiled"]) == (0, False)
    assert told["purposes"]["marketing"]["email"] == {
        **{"allowed": True, "state": "granted", "since": "2026-11-20T10:01:00.000Z"},
        **{"said_by": "user_id:u1", "message_id": "c1"},
    }
    assert told["purposes"]["marketing"]["sms"] == {
        **{"allowed": False, "state": None, "since": None, "said_by": None, "message_id": None}
    }
    assert [(one["state"], one["purpose"]) for one in told["choices"]] == [
        ("granted", "marketing"),
        ("denied", "profiling"),
    ]
    assert "yes  marketing email: granted on" in run(company, "consent", "show", "user_id:u1")[1]


def test_consent_verify_names_the_first_break(company: Company) -> None:
    take(company, chose(1, "granted"), chose(2, "withdrawn"), chose(3, "granted"))
    assert run(company, "consent", "verify") == (0, "3 choices; every chain holds\n")
    second = sorted(rows(company))[1]
    with company.state_database.write() as connection:
        connection.execute(delete(consent_ledger).where(consent_ledger.c.seq == second.seq))
    code, out = run(company, "consent", "verify", "--json")
    told = json.loads(out)
    assert (code, told["ok"], told["rows"], len(told["breaks"])) == (1, False, 2, 1)
    assert "it does not follow the row before it" in told["breaks"][0]["why"]


def test_a_receipt_of_each_choice_has_the_shape_of_27560(company: Company) -> None:
    take(
        company,
        chose(1, "granted", properties={"text": "Yes?", "language": "en", "mechanism": "form", "basis": "consent"}),
    )
    (made,) = json.loads(run(company, "consent", "receipts", "user_id:u1")[1])
    assert made["schema_version"] == "ISO/IEC TS 27560:2023"
    assert made["pii_principal_id"] == "user_id:u1"
    (purpose,) = made["purposes"]
    assert (purpose["purpose"], purpose["lawful_basis"], purpose["services"]) == ("marketing", "consent", ["email"])
    (happened,) = made["events"]
    assert (happened["event_state"], happened["event_time"]) == ("given", "2026-11-20T10:01:00.000Z")
    assert made["party_identification"][0]["party_name"] == company.facts.name
    assert made["evidence"]["message_id"] == "c1"


# the API


@pytest.fixture
def agent(company: Company) -> Browser:
    return signed_in(company, app_for(company), "agent")


def person_id(browser: Browser, q: str = "u1") -> str:
    return str(browser.get("/api/people", params={"q": q}).json()["people"][0]["person_id"])


def test_the_api_tells_what_holds_with_its_proof(company: Company, agent: Browser) -> None:
    take(company, chose(1, "granted"), chose(2, "withdrawn", anonymousId="d1", user=None))
    who = person_id(agent)
    told = agent.get(f"/api/people/{who}/consents").json()
    marketing = next(one for one in told["purposes"] if one["id"] == "marketing")
    email = next(one for one in marketing["channels"] if one["channel"] == "email")
    assert (email["allowed"], email["state"], email["said_by"]) == (True, "granted", "user_id:u1")
    assert (told["intact"], told["profiled"]) == (True, True)
    (row,) = told["ledger"]
    assert (row["state"], row["message_id"], row["at"]) == ("granted", "c1", "2026-11-20T10:01:00.000Z")
    receipts = agent.get(f"/api/people/{who}/consents/receipts").json()["receipts"]
    assert [one["events"][0]["event_state"] for one in receipts] == ["given"]


def test_who_makes_a_link_to_somebodys_page_is_audited(company: Company, agent: Browser) -> None:
    take(company, chose(1, "granted"))
    answer = agent.post(f"/api/people/{person_id(agent)}/consents/link")
    assert answer.json()["path"].startswith("/p/")
    assert company.audit.latest(1)[0][2:4] == ("agent@example.com", "preferences.linked")


def test_a_viewer_reads_nobodys_consents(company: Company, agent: Browser) -> None:
    take(company, chose(1, "granted"))
    viewer = signed_in(company, app_for(company), "viewer")
    assert viewer.get(f"/api/people/{person_id(agent)}/consents").status_code == 403


# at use


def test_who_is_not_to_be_singled_out_is_decided_about_and_left_alone(company: Company, agent: Browser) -> None:
    """Their events are counted; what would sell to them is refused when it is decided, and no task is made of it."""
    delighted = {"kind": "nps", "score": 10, "scale": 10}
    take(company, track("Survey Answered", "n-u1", user="u1", properties=delighted))
    take(company, chose(1, "denied", "profiling", "*", user="u2"))
    take(company, track("Survey Answered", "n-u2", user="u2", properties=delighted))
    told = {user: agent.get(f"/api/people/{person_id(agent, user)}").json() for user in ("u1", "u2")}
    refusals = {user: {one["play"]["id"]: one["refusal"] for one in its["decisions"]} for user, its in told.items()}
    assert refusals["u1"]["promoter_invited"] != "no_profiling"
    assert refusals["u2"]["promoter_invited"] == "no_profiling"
    assert told["u2"]["events"] == 2


def test_percorso_check_tells_of_a_broken_chain(company: Company) -> None:
    take(company, chose(1, "granted"), chose(2, "withdrawn"))
    first, _ = sorted(rows(company))
    told = {one["check"]: one for one in check(company)}["the consent ledger is whole"]
    assert (told["ok"], told["detail"]) == (True, "every chain holds")
    with company.state_database.write() as connection:
        connection.execute(update(consent_ledger).where(consent_ledger.c.seq == first.seq).values(state="denied"))
    told = {one["check"]: one for one in check(company)}["the consent ledger is whole"]
    assert not told["ok"]
    assert "its columns say something else" in told["detail"]


# by the rules of identity in force


def by_card(number: int, status: str, *named: tuple[str, str]) -> dict[str, Any]:
    ids = [{"type": kind, "id": value} for kind, value in named]
    return chose(number, status, user=None, context={"externalIds": ids})


ADA, HERS, FAMILY = ("email", "ada@example.com"), ("crm_id", "ada-1"), ("loyalty_id", "FAMILY-77")


def in_force(company: Company, rules: IdentityRules) -> None:
    company.ruling.want(rules, "somebody")
    company.ruling.ask()
    company.apply_rules()


def holds(company: Company) -> tuple[bool, str]:
    told = json.loads(run(company, "consent", "show", "email:ada@example.com", "--json")[1])
    email = told["purposes"]["marketing"]["email"]
    return email["allowed"], email["said_by"]


def assert_the_same_again(company: Company) -> None:
    """A replay writes what is there, every chain holds, and the table of the engine tells the same."""
    told = replay(company, swap=False)
    assert told["equal"], told["tables"]
    assert run(company, "consent", "verify")[0] == 0
    with company.engine.session() as session:
        table = consent_table(session.table("consents"), "marketing/email", company.clock.now())
        states = {row["state"] for row in session.execute(table)}
    assert states == {"granted" if holds(company)[0] else "withdrawn"}


def test_a_shared_card_does_not_give_what_its_holder_took_back(company: Company) -> None:
    in_force(company, IdentityRules(classes={"loyalty_id": "asset", "crm_id": "contact"}))
    take(company, by_card(1, "withdrawn", HERS, ADA), by_card(2, "granted", FAMILY, ADA))
    assert holds(company) == (False, "crm_id:ada-1")
    assert_the_same_again(company)


def test_other_rules_in_force_let_others_speak_in_profiles_and_ledger(company: Company) -> None:
    take(company, by_card(1, "withdrawn", ADA), by_card(2, "granted", FAMILY, ADA))
    assert holds(company) == (True, "loyalty_id:FAMILY-77"), "a person key said yes later"
    in_force(company, IdentityRules(classes={"loyalty_id": "contact"}))
    assert holds(company) == (False, "email:ada@example.com")
    assert_the_same_again(company)
    in_force(company, IdentityRules(classes={"loyalty_id": "asset"}))
    assert holds(company) == (True, "email:ada@example.com"), "it was her own address that said it last"
    assert_the_same_again(company)
    take(company, by_card(3, "withdrawn", ADA))
    assert holds(company) == (False, "email:ada@example.com")
    assert_the_same_again(company)


def test_a_companys_own_key_speaks_for_the_person(company: Company) -> None:
    card = ("tessera", "T-1")
    in_force(company, IdentityRules(classes={"tessera": "key"}))
    seen = {**by_card(0, "", card, ADA), "event": "Card Shown", "properties": {}}
    take(company, seen, by_card(1, "withdrawn", ADA), by_card(2, "granted", card))
    assert holds(company) == (True, "tessera:T-1")
    assert_the_same_again(company)
    in_force(company, IdentityRules())
    assert holds(company) == (False, "email:ada@example.com")
    assert_the_same_again(company)


def test_what_is_noted_while_rules_change_is_noted_by_the_new_ones(company: Company) -> None:
    """The ledger's writer runs by itself: between the swap and the new rules it still goes by the old."""
    take(company, by_card(1, "withdrawn", ADA), by_card(2, "granted", FAMILY, ADA))
    refold = company.ruling._refold

    def late(wanted: IdentityRules, told: Any) -> Any:
        settle = refold(wanted, told)
        assert {row.said()["voice"] for row in rows(company)} == {"email:ada@example.com", "loyalty_id:FAMILY-77"}
        return settle

    company.ruling._refold = late
    in_force(company, IdentityRules(classes={"loyalty_id": "asset"}))
    assert {row.said()["voice"] for row in rows(company)} == {"email:ada@example.com"}
    assert_the_same_again(company)
