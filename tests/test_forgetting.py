"""Erasure through the public face: whoever is forgotten is in no store any more, and does not come back by a file."""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from percorso.data.intake import Item, read_items
from percorso.execution.own_event import own_event
from percorso.main import open_company
from percorso.main.backup import live_paths
from percorso.main.checking import check
from percorso.main.company import Company
from percorso.main.replaying import replay
from percorso.model.erasure import Sought
from percorso.model.errors import StoreUnavailable
from percorso.model.identifier import Identifier
from percorso.model.time import parse_iso, to_iso
from percorso.model.verdict import IMPORT_LANE, LIVE_LANE, ItemVerdict, Verdict
from percorso.pipeline.exporting_page import page
from percorso.pipeline.forgetting_receipt import is_signed
from percorso.settings import Settings
from tests.folding import FixedClock
from tests.killed_backup import kill_amid_a_backup

START = parse_iso("2026-03-01T10:00:00Z")
DAY = 86_400_000_000


@pytest.fixture
def company(company_dir: Path, settings: Settings) -> Iterator[Company]:
    with open_company(company_dir, settings) as opened:
        opened.clock = FixedClock(parse_iso("2026-11-01T12:00:00Z"))
        yield opened


def take(company: Company, items: Sequence[dict[str, Any]], *, lane: int = LIVE_LANE) -> list[ItemVerdict]:
    wire = [Item(json.dumps(one).encode(), number, None) for number, one in enumerate(items)]
    verdicts = company.collector.collect_now(wire, source="web", lane=lane, historical=lane == IMPORT_LANE)
    company.processor.drain()
    return verdicts


def seal(company: Company) -> None:
    company.archiver.drain()


def event(number: int, name: str = "Product Viewed", day: int = 0, **given: Any) -> dict[str, Any]:
    at = to_iso(START + day * DAY + number * 1_000_000)
    return {"type": "track", "event": name, "messageId": f"message-{number:06d}-x", "timestamp": at, **given}


def life(who: int, first: int) -> list[dict[str, Any]]:
    """A visitor who signs in, writes and buys."""
    device, user, mail = f"device-{who:05d}", f"customer-{who:05d}", f"Person.{who:05d}@Example.com"
    return [
        event(first, anonymousId=device),
        event(first + 1, "Product Added", 1, anonymousId=device, properties={"price": 12}),
        {**event(first + 2, day=2, anonymousId=device, userId=user), "type": "identify", "traits": {"email": mail}},
        event(first + 3, "Order Completed", 3, userId=user, properties={"order_id": f"o{who}", "revenue": 30}),
        event(first + 4, "Complaint Opened", 40, context={"externalIds": [{"type": "email", "id": mail}]}),
    ]


def needles_of(who: int, first: int) -> list[str]:
    named = [f"device-{who:05d}", f"customer-{who:05d}", f"person.{who:05d}@example.com"]
    return [*named, *(f"message-{number:06d}-x" for number in range(first, first + 5))]


def forget(company: Company, *named: str) -> Any:
    identities = [(kind, value) for kind, _, value in (one.partition(":") for one in named)]
    request = company.forgetting.request("erasure", identities, "somebody")
    assert company.forgetting.finish_all(company.processor) == 1
    done = company.privacy_requests.get(request.request_id)
    assert done is not None
    return done


def found(company: Company, needles: list[str]) -> set[int]:
    return {hit.needle for hit in company.searcher().search(Sought(needles))}


@pytest.mark.parametrize("sealed", [False, True])
def test_whoever_is_forgotten_is_nowhere_any_more(company: Company, sealed: bool) -> None:
    everybody = [one for who in range(20) for one in life(who, who * 10)]
    take(company, everybody)
    if sealed:
        seal(company)
    needles = needles_of(7, 70)
    assert found(company, needles) == set(range(len(needles)))
    done = forget(company, "email:person.00007@example.com")
    assert (done.step, done.problem) == ("done", None)
    assert found(company, needles) == set()
    assert done.counts["found_before"] == done.counts["needles"] >= len(needles)
    assert done.receipt is not None
    assert done.receipt["hits"] == 0
    assert is_signed(done.receipt, company.facts.secret)
    assert not is_signed({**done.receipt, "hits": 1}, company.facts.secret)
    assert found(company, needles_of(8, 80)) == set(range(8))
    assert_whole(company)


def test_a_file_taken_again_brings_nobody_back(company: Company) -> None:
    everybody = [one for who in range(5) for one in life(who, who * 10)]
    take(company, everybody, lane=IMPORT_LANE)
    seal(company)
    forget(company, "user_id:customer-00003")
    verdicts = take(company, everybody, lane=IMPORT_LANE)
    words = [one.verdict for one in verdicts]
    assert words[15:20] == [Verdict.SUPPRESSED] * 5
    assert set(words[:15] + words[20:]) == {Verdict.DUPLICATE}
    assert found(company, needles_of(3, 30)) == set()
    assert_whole(company)


def test_only_a_registration_lets_somebody_in_again_and_they_are_somebody_new(company: Company) -> None:
    take(company, life(1, 10))
    before = company.people.find("user_id:customer-00001", 5)
    forget(company, "user_id:customer-00001")
    company.clock.time += DAY  # type: ignore[attr-defined]
    late = {"userId": "customer-00001"}

    def live(number: int, name: str, trust_public: bool = True) -> Verdict:
        item = {**event(number, name, **late), "timestamp": to_iso(company.clock.now())}
        wire = Item(json.dumps(item).encode(), 0, None)
        intake = company.collector.intake("web", LIVE_LANE)._replace(trust=0 if trust_public else 2)
        verdict = company.collector.append(read_items([wire], intake))[0].verdict
        company.processor.drain()
        return verdict

    assert live(500, "Product Viewed") is Verdict.SUPPRESSED
    assert not company.people.find("user_id:customer-00001", 5)
    assert live(501, "Signed Up") is Verdict.ACCEPTED
    assert live(502, "Product Viewed") is Verdict.ACCEPTED
    after = company.people.find("user_id:customer-00001", 5)
    assert [one.events for one in after] == [2]
    assert after[0].person_id != before[0].person_id
    assert take(company, life(1, 10), lane=IMPORT_LANE)[3].verdict is Verdict.SUPPRESSED
    assert_whole(company)


def test_a_shared_device_stays_with_who_else_used_it(company: Company) -> None:
    tablet = "family-tablet-1"
    take(company, [*life(1, 10), *life(2, 20), *life(3, 30)])
    take(
        company,
        [
            event(100, day=5, anonymousId=tablet, userId="customer-00001"),
            event(101, day=6, anonymousId=tablet, userId="customer-00002"),
            event(102, day=7, anonymousId=tablet),
            event(103, day=5, anonymousId=tablet),
        ],
    )
    forget(company, "user_id:customer-00001")
    assert found(company, needles_of(1, 10)) == set()
    assert [one.events for one in company.people.find("user_id:customer-00002", 5)]
    assert_whole(company)


def test_what_is_refused_and_holds_them_goes_too(company: Company) -> None:
    take(company, life(4, 40))
    broken = {**life(4, 40)[2], "messageId": "broken-000001", "timestamp": "yesterday"}
    take(company, [broken])
    assert found(company, ["person.00004@example.com", "broken-000001"]) == {0, 1}
    forget(company, "user_id:customer-00004")
    take(company, [broken])
    assert found(company, [*needles_of(4, 40), "broken-000001"]) == set()


def test_people_asked_for_together_are_one_request(company: Company) -> None:
    take(company, [one for who in range(60) for one in life(who, who * 10)])
    seal(company)
    some = random.Random(5).sample(range(60), 25)
    done = forget(company, *(f"user_id:customer-{who:05d}" for who in some))
    assert done.counts["people"] == 25
    for who in range(60):
        assert found(company, needles_of(who, who * 10)) == (set() if who in some else set(range(8)))
    assert_whole(company)


def assert_whole(company: Company) -> None:
    """Replay equals live, and every check holds."""
    result = replay(company, swap=False)
    assert result["equal"], {name: row for name, row in result["tables"].items() if not row["equal"]}
    wrong = [one for one in check(company) if not one["ok"]]
    assert not wrong
    with company.state_database.read() as connection:
        assert connection.execute(text("select count(*) from erasures where work is not null")).scalar() == 0


def test_a_person_who_asks_for_it_themselves_is_forgotten(company: Company) -> None:
    take(company, [*life(5, 50), *life(6, 60)])
    wish = own_event("Erasure Requested", "wish-000001", Identifier("user_id", "customer-00005"), {}, {})
    company.collector.collect_now([Item(json.dumps(wish).encode(), 0, None)], source="percorso", lane=LIVE_LANE)
    assert company.forgetting.finish_all(company.processor) == 1
    assert found(company, [*needles_of(5, 50), "wish-000001"]) == set()
    assert [row.actor for row in company.audit.latest(50) if row.act == "privacy.requested"] == ["the person"]
    assert found(company, needles_of(6, 60)) == set(range(8))
    assert company.forgetting.finish_all(company.processor) == 0


def test_all_that_is_known_of_a_person_and_nothing_of_others_is_written_down(company: Company) -> None:
    take(company, [*life(1, 10), *life(2, 20)])
    (person,) = company.people.find("user_id:customer-00001", 5)
    bundle = company.exporter.bundle(person.person_id)
    assert [one["message_id"] for one in bundle["events"]] == needles_of(1, 10)[3:]
    assert {one["value"] for one in bundle["identifiers"]} == set(needles_of(1, 10)[:3])
    assert bundle["traits"]["email"]["value"] == "Person.00001@Example.com"
    for written in (json.dumps(bundle), page(bundle, "it"), page(bundle, "en")):
        assert "customer-00001" in written
        assert "00002" not in written


def test_a_question_under_way_is_to_be_asked_again(company: Company) -> None:
    take(company, [*life(1, 10), *life(2, 20)])
    seal(company)
    request = company.forgetting.request("erasure", [("user_id", "customer-00001")], "somebody")
    company.forgetting.look()
    company.forgetting.purge(company.processor)
    with pytest.raises(StoreUnavailable, match="again"), company.engine.session() as session:
        company.erasable_lake().erase(company.privacy_requests.work(request.request_id).seqs, company.clock.now())
        session.sql("select count(*) from events", 5)
    assert company.forgetting.finish() == 1
    with company.engine.session() as session:
        assert session.sql("select count(*) as events from events", 5) == [{"events": 5}]


def test_a_backup_that_was_killed_keeps_nobody(company: Company) -> None:
    take(company, [*life(1, 10), *life(2, 20)])
    seal(company)
    kill_amid_a_backup(company.lake_folder, live_paths(company.state_database))
    left = {hit.store for hit in company.searcher().search(Sought(["customer-00001"], []))}
    assert any(".backup-" in store for store in left), "whoever searches sees what it left"
    forget(company, "user_id:customer-00001")
    assert not list(company.lake_folder.glob(".backup-*"))
    assert found(company, needles_of(1, 10)) == set()
    assert_whole(company)
