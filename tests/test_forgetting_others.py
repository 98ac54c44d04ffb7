"""Forgetting one person leaves the others alone: what they wrote, what only looks alike, whom somebody else's claim names."""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.erasures import SqlTombstones
from percorso.adapters.sql.tables import state_meta, to_append, users
from percorso.data.intake import Item, read_items
from percorso.execution.own_event import own_event
from percorso.main import open_company
from percorso.main.company import Company
from percorso.model.erasure import PrivacyRequest, Sought, Tombstone
from percorso.model.errors import Conflict
from percorso.model.identifier import Identifier
from percorso.model.time import parse_iso, to_iso
from percorso.model.verdict import LIVE_LANE, ItemVerdict, Verdict
from percorso.settings import Settings
from tests.folding import FixedClock
from tests.test_forgetting import DAY, assert_whole, event, found, life, needles_of, seal, take

MAIL = "person.00007@example.com"


@pytest.fixture
def company(company_dir: Path, settings: Settings) -> Iterator[Company]:
    with open_company(company_dir, settings) as opened:
        opened.clock = FixedClock(parse_iso("2026-11-01T12:00:00Z"))
        yield opened


def ask(company: Company, *named: str, callbacks: Sequence[str] = (), sure: bool = False) -> PrivacyRequest:
    identities = [(kind, value) for kind, _, value in (one.partition(":") for one in named)]
    request = company.forgetting.request("erasure", identities, "somebody", callbacks, sure=sure)
    company.forgetting.finish_all(company.processor)
    told = company.privacy_requests.get(request.request_id)
    assert told is not None
    return told


def public(company: Company, items: Sequence[dict[str, Any]]) -> list[ItemVerdict]:
    """By a key that stands in every page."""
    wire = [Item(json.dumps(one).encode(), number, None) for number, one in enumerate(items)]
    verdicts = company.collector.append(read_items(wire, company.collector.intake("web", LIVE_LANE)._replace(trust=0)))
    company.processor.drain()
    return verdicts


def column(company: Company, query: str) -> list[Any]:
    with company.state_database.read() as connection:
        return list(connection.execute(text(query)).scalars())


def refused(company: Company) -> list[str]:
    with company.log_database.read() as connection:
        return list(connection.execute(text("select message_id from log_refused order by id")).scalars())


# what others wrote


def test_what_a_stranger_wrote_of_them_holds_nothing_up_and_is_told(company: Company) -> None:
    take(company, [*life(7, 70), *life(8, 80)])
    public(company, [event(500, "Gift Sent", 5, anonymousId="device-giver", properties={"to": MAIL})])
    seal(company)
    done = ask(company, f"email:{MAIL}")
    assert (done.step, done.problem) == ("done", None)
    assert done.receipt is not None
    assert done.receipt["hits"] == 0
    assert done.receipt["elsewhere"]["lake"] == 1
    assert found(company, needles_of(7, 70)[:2]) == set()
    assert found(company, needles_of(8, 80)) == set(range(8))
    assert_whole(company)


def test_the_login_of_an_employee_holds_nothing_up(company: Company) -> None:
    take(company, life(7, 70))
    with company.state_database.write() as connection:
        row = {"user_id": "u1", "email": MAIL, "password": "x", "role": "admin", "created_at": 1}
        connection.execute(users.insert(), row)
    done = ask(company, f"email:{MAIL}")
    assert done.step == "done"
    assert done.receipt is not None
    assert done.receipt["elsewhere"] == {"users": 1}
    assert column(company, "select email from users") == [MAIL]


def test_an_address_to_call_back_that_names_them_holds_nothing_up(company: Company) -> None:
    take(company, life(7, 70))
    done = ask(company, f"email:{MAIL}", callbacks=["https://dsr.example.com/done?who=customer-00007"])
    assert done.step == "done"
    assert done.receipt is not None
    assert done.receipt["elsewhere"] == {"erasures": 1}


@pytest.mark.parametrize("word", ["Product Viewed", "messageId", "device-00007"])
def test_an_event_whose_id_is_a_word_is_found_by_its_id_alone(company: Company, word: str) -> None:
    take(company, [*life(7, 70), *life(8, 80)])
    public(company, [{**event(700, anonymousId="device-hostile1"), "messageId": word}])
    seal(company)
    done = ask(company, "anonymous_id:device-hostile1")
    assert done.step == "done"
    assert done.receipt is not None
    assert done.receipt["elsewhere"] == {}
    assert company.searcher().search(Sought([], [word])) == []
    assert found(company, needles_of(7, 70)) == set(range(8))
    assert_whole(company)


def test_what_is_theirs_by_its_keys_is_never_taken_for_a_mention(company: Company) -> None:
    """An event of theirs that came in behind the door, by a process that had not heard of it yet."""
    take(company, life(7, 70))
    request = company.forgetting.request("erasure", [("user_id", "customer-00007")], "somebody")
    company.forgetting.look()
    company.forgetting.purge(company.processor)
    with company.state_database.write() as connection:
        item = {"type": "track", "event": "Message Sent", "messageId": "sent-1", "userId": "customer-00007"}
        connection.execute(to_append.insert(), {"message_id": "sent-1", "item": json.dumps(item)})
    assert company.forgetting.finish() == 0
    told = company.privacy_requests.get(request.request_id)
    assert told is not None
    assert told.step == "found"
    assert "to_append" in str(told.problem)
    assert company.forgetting.finish_all(company.processor) == 1
    assert column(company, "select message_id from to_append") == []


# what looks alike


def test_refused_items_of_others_stay_whatever_the_ids_of_their_events_are(company: Company) -> None:
    take(company, life(7, 70))
    take(company, [
        {"type": "track", "messageId": "bad-of-another", "userId": "customer-88888", "properties": {"x": 1}},
        {"type": "track", "messageId": "bad-of-theirs", "userId": "customer-00007", "properties": {"x": 1}},
    ])  # fmt: skip
    take(
        company, [{**event(700, anonymousId="device-00007"), "messageId": word} for word in ("customer-", "messageId")]
    )
    assert refused(company) == ["bad-of-another", "bad-of-theirs"]
    assert ask(company, "user_id:customer-00007").step == "done"
    assert refused(company) == ["bad-of-another"]


def test_what_percorso_is_about_to_say_of_others_stays(company: Company) -> None:
    take(company, [*life(7, 70), *life(8, 80)])
    said = [
        {"type": "track", "event": "Message Sent", "messageId": f"sent-{who}", "userId": f"customer-0000{who}"}
        for who in (7, 8)
    ]
    with company.state_database.write() as connection:
        connection.execute(to_append.delete())
        rows = [{"message_id": one["messageId"], "item": json.dumps(one)} for one in said]
        connection.execute(to_append.insert(), rows)
    take(company, [{**event(700, anonymousId="device-00007"), "messageId": "messageId"}])
    assert ask(company, "user_id:customer-00007").step == "done"
    assert column(company, "select message_id from to_append where message_id like 'sent-%'") == ["sent-8"]


def test_short_ids_and_other_spellings_go_from_what_was_refused(company: Company) -> None:
    who: dict[str, Any] = {"userId": "48213"}
    traits = {"phone": "+39 333 1234567", "email": "ada@example.com"}
    take(company, [{**event(1, **who), "type": "identify", "traits": traits}, event(2, **who)])
    take(company, [
        {"type": "track", "messageId": "bad-1-of-ada", "userId": "48213"},
        {"type": "track", "messageId": "bad-2-of-ada", "properties": {"phone": "333/123.45.67", "name": "Ada Rossi"}},
        {"type": "track", "messageId": "bad-3-of-ada", "properties": {"to": "ADA@Example.com"}},
        {"type": "track", "messageId": "bad-of-eve", "properties": {"pieces": 48213}},
    ])  # fmt: skip
    done = ask(company, "user_id:48213")
    assert refused(company) == ["bad-of-eve"]
    assert done.receipt is not None
    assert done.receipt["too_short"] == 1


# whom a claim names


def test_whoever_typed_the_address_of_somebody_stays(company: Company) -> None:
    take(company, life(7, 70))
    public(company, [
        event(800, "Order Completed", 1, anonymousId="device-b0001", userId="customer-b0001", properties={"revenue": 5}),
        {**event(900, day=5, anonymousId="device-b0001", userId="customer-b0001"), "type": "identify", "traits": {"email": MAIL}},
    ])  # fmt: skip
    done = ask(company, f"email:{MAIL}")
    assert done.step == "done"
    assert done.counts["people"] == 1
    assert found(company, needles_of(7, 70)[:2]) == set()
    assert {"customer-b0001", "device-b0001"} <= set(column(company, "select value from nodes"))
    assert "customer-00007" not in column(company, "select value from nodes")
    assert_whole(company)


def test_an_address_that_was_only_typed_waits_for_a_word(company: Company) -> None:
    """All of them came from pages: a stranger who typed the user id of another must not have them erased by an address."""
    public(company, life(7, 70))
    typed = {**event(900, day=5, anonymousId="device-evil1", userId="customer-00007"), "type": "identify"}
    public(company, [{**typed, "traits": {"email": "evil@example.org"}}])
    told = ask(company, "email:evil@example.org")
    assert (told.step, "nobody proved" in str(told.problem)) == ("unsure", True)
    assert "customer-00007" in column(company, "select value from nodes")
    assert column(company, "select count(*) from tombstones") == [0]
    back = company.forgetting.cancel(told.request_id, "a manager")
    assert back.step == "cancelled"
    with pytest.raises(Conflict):
        company.forgetting.confirm(told.request_id, "a manager")
    company.clock.time += DAY  # type: ignore[attr-defined]
    later = {**event(950, userId="customer-00007"), "timestamp": to_iso(company.clock.now())}
    assert [one.verdict for one in public(company, [later])] == [Verdict.ACCEPTED]
    acts = [row.act for row in company.audit.latest(10) if row.act.startswith("privacy")]
    assert acts == ["privacy.cancelled", "privacy.requested"]


def test_a_word_lets_it_go_on(company: Company) -> None:
    public(company, [*life(7, 70), *life(8, 80)])
    told = ask(company, f"email:{MAIL}")
    assert told.step == "unsure"
    company.forgetting.confirm(told.request_id, "a manager")
    assert column(company, "select count(*) from people") == [1]  # hidden at once
    assert company.forgetting.finish_all(company.processor) == 1
    assert found(company, needles_of(7, 70)) == set()
    assert found(company, needles_of(8, 80)) == set(range(8))
    acts = [row.act for row in company.audit.latest(10) if row.act.startswith("privacy")]
    assert acts == ["privacy.erased", "privacy.confirmed", "privacy.requested"]
    assert_whole(company)


def test_an_address_of_a_visitor_who_is_known_by_nothing_else_is_theirs(company: Company) -> None:
    public(company, [{**event(1, anonymousId="device-00001"), "type": "identify", "traits": {"email": MAIL}}])
    done = ask(company, f"email:{MAIL}")
    assert done.step == "done"
    assert found(company, [MAIL, "device-00001"]) == set()


def test_a_wish_by_an_address_that_was_only_typed_waits_too(company: Company) -> None:
    public(company, life(7, 70))
    wish = own_event("Erasure Requested", "wish-000001", Identifier("email", MAIL, claimed=True), {}, {})
    company.collector.collect_now([Item(json.dumps(wish).encode(), 0, None)], source="percorso", lane=LIVE_LANE)
    company.processor.drain()
    company.forgetting.finish_all(company.processor)
    assert [one.step for one in company.privacy_requests.latest(5)] == ["unsure"]
    assert "customer-00007" in column(company, "select value from nodes")


def test_a_second_try_takes_nobody_else(company: Company) -> None:
    """What was claimed of an erased address belongs to whoever claimed it, also when the erasure is done once more."""
    take(company, life(7, 70))
    typed = {**event(900, day=5, userId="customer-b0001"), "type": "identify", "traits": {"email": MAIL}}
    public(company, [event(800, "Order Completed", 1, userId="customer-b0001", properties={"revenue": 5}), typed])
    request = company.forgetting.request("erasure", [("email", MAIL)], "somebody")
    for _ in range(2):
        company.forgetting.look()
        company.forgetting.purge(company.processor)
        with company.state_database.write() as connection:
            connection.execute(text("update erasures set step = 'found'"))
    company.forgetting.finish_all(company.processor)
    done = company.privacy_requests.get(request.request_id)
    assert done is not None
    assert done.step == "done"
    assert "customer-b0001" in column(company, "select value from nodes")
    assert_whole(company)


# nobody waits


def test_looking_through_the_events_of_robots_holds_up_nobody_who_writes(company: Company) -> None:
    context = {"userAgent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}
    robots = [event(number, anonymousId=f"bot-{number:06d}", context=context) for number in range(3_000)]
    public(company, robots)
    take(company, life(7, 99_990))
    request = company.forgetting.request("erasure", [("user_id", "customer-00007")], "somebody")
    work = company.privacy_requests.work(request.request_id)
    began, waited = Flag(), []

    def write() -> None:
        began.wait()
        other = Database(str(company.state_database.url))
        started = time.perf_counter()
        with other.write() as connection:
            connection.execute(state_meta.delete().where(state_meta.c.name == "nothing"))
        waited.append(time.perf_counter() - started)
        other.close()

    entries = company.erasable_log.entries

    def slow(seqs: Sequence[int]) -> Any:
        began.set()
        writer.join(timeout=10)
        return entries(seqs)

    writer = Thread(target=write)
    writer.start()
    company.erasable_log.entries = slow  # type: ignore[method-assign]
    company.forgetting._extent.whole(work)
    assert len(waited) == 1


def test_who_comes_back_is_read_alone(company: Company) -> None:
    """However many were erased, a registration brings up to date what changed."""
    tombstones = SqlTombstones(company.state_database)
    tombstones.put([Tombstone(f"n{number:011d}", 1) for number in range(200)])
    company.buried.look(now=True)
    before = company.buried.version
    tombstones.open(["n00000000007"], 5)
    assert tombstones.since(before) == [Tombstone("n00000000007", 1, 1, 5)]
    company.buried.look(now=True)
    assert company.buried.known["n00000000007"].opened_at == 5
    assert company.buried.generations == {"n00000000007": 1}
    assert len(company.buried.known) == 200
    tombstones.open(["n00000000007"], 9)
    assert company.buried.known["n00000000007"] in tombstones.all()
