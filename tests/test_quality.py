"""The page of quality: its numbers against plain SQL over the same events, with faults planted among ordinary days."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from percorso.adapters.robots import is_robot
from percorso.adapters.sql.tallies import SqlTallies
from percorso.data.intake import Item
from percorso.insight.quality.volume import expected, judge, weekdays_before
from percorso.main.company import Company, open_company
from percorso.model.errors import Conflict
from percorso.model.time import DAY, HOUR, MINUTE, Micros, to_iso
from percorso.ports import TallyMark
from percorso.settings import Settings
from tests.drawn import drawn
from tests.http_client import Browser, MovedClock, app_for, signed_in

NOON: Micros = 1_793_620_800_000_000  # 2026-11-02 12:00 UTC, a Monday
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def send(company: Company, clock: MovedClock, *items: dict[str, Any], source: str, historical: bool = False) -> None:
    raw = [Item(msgspec.json.encode(item), tie) for tie, item in enumerate(items)]
    company.collector.collect_now(raw, source=source, lane=0, historical=historical)
    company.processor.drain()


def sale(number: int, at: Micros, user: str | None = "u1") -> dict[str, Any]:
    who = {} if user is None else {"userId": user}
    told = {"order_id": f"o{number}", "revenue": 5, "currency": "EUR", "products": []}
    place = {"context": {"touchpoint": "store.till"}}
    said = {"type": "track", "event": "Order Completed", "messageId": f"s{number}", "timestamp": to_iso(at)}
    return {**said, **place, **who, "properties": told}


def page(number: int, at: Micros, agent: str) -> dict[str, Any]:
    context = {"touchpoint": "web.home", "userAgent": agent, "page": {"url": "https://example.com/"}}
    return {
        "type": "page",
        "messageId": f"p{number}",
        "anonymousId": f"a{number}",
        "timestamp": to_iso(at),
        "context": context,
    }


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(NOON)


@pytest.fixture
def company(company: Company, clock: MovedClock) -> Company:
    company.clock = clock
    return company


@pytest.fixture(scope="module")
def planted_once(company_made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = copytree(company_made_once, tmp_path_factory.mktemp("planted") / "company")
    clock = MovedClock(NOON)
    with open_company(directory, Settings.model_construct(dir=directory)) as company:
        company.clock = clock
        plant(company, clock)
    return directory


@pytest.fixture
def planted(planted_once: Path, tmp_path: Path, settings: Settings, clock: MovedClock) -> Iterator[Company]:
    """The company with its faults: a copy of the test's own."""
    with open_company(copytree(planted_once, tmp_path / "planted"), settings) as opened:
        opened.clock = clock
        yield opened


def plant(company: Company, clock: MovedClock) -> None:
    """Ten weeks of a till with 40 sales a day, then, in the last week: a silent day, and every fault, each counted."""
    number = 0
    for day in range(70, 0, -1):
        sales = 0 if day == 3 else 40
        clock.at = NOON - day * DAY + HOUR
        send(company, clock, *[sale(number + n, NOON - day * DAY + n * MINUTE) for n in range(sales)], source="till")
        number += sales
    clock.at = NOON
    week = NOON - 2 * DAY
    send(company, clock, *[sale(10_000 + n, week + n, user=None) for n in range(7)], source="till")
    lost = {"type": "track", "event": "Kiosk Touched", "userId": "u1", "timestamp": to_iso(NOON - 3 * HOUR - DAY)}
    send(company, clock, *[{**lost, "messageId": f"k{n}"} for n in range(5)], source="kiosk")
    send(company, clock, *[page(n, NOON - DAY - n, ROBOT if n < 4 else FIREFOX) for n in range(10)], source="web")
    send(company, clock, *[{"type": "track", "userId": "u1", "messageId": f"n{n}"} for n in range(6)], source="till")
    late = [sale(20_000 + n, NOON - 9 * DAY) for n in range(3)]
    send(company, clock, *late, source="till")
    send(company, clock, *late, source="till")
    send(company, clock, {**late[0], "userId": "somebody else"}, source="till")
    send(company, clock, *[sale(30_000 + n, NOON - 20 * DAY) for n in range(8)], source="old till", historical=True)


def leaks(page: dict[str, Any]) -> dict[tuple[str, str], int]:
    return {(leak["kind"], leak["source"]): leak["events"] for leak in page["leaks"]}


def asked(company: Company, clock: MovedClock) -> dict[str, Any]:
    company.tallier.drain()
    found: dict[str, Any] = (
        signed_in(company, app_for(company, clock=clock), "viewer").get("/api/insight/quality").json()
    )
    return found


def test_every_planted_fault_is_found_with_its_cost(planted: Company, clock: MovedClock) -> None:
    told = asked(planted, clock)
    found = leaks(told)
    assert found["quarantined", "till"] == 6
    assert found["conflict", "till"] == 1
    assert found["nobody", "till"] == 7
    assert found["bots", "web"] == 4
    assert found["unplaced", "kiosk"] == 5
    assert found["unplanned", "kiosk"] == 5
    assert found["late", "till"] == 7 + 3
    assert found["late", "kiosk"] == 5
    assert found["missing", "till"] == 40
    assert ("late", "old till") not in found
    costs = [leak["events"] for leak in told["leaks"]]
    assert costs == sorted(costs, reverse=True)
    taken = {one["source"]: one for one in told["sources"]}["till"]
    assert (taken["duplicate"], taken["conflict"], taken["quarantined"], taken["waiting"]) == (3, 1, 6, 7)
    assert told["behind"] == 0
    assert told["days"] == 27
    quarantined = next(leak for leak in told["leaks"] if leak["kind"] == "quarantined")
    everything = told["events"] + 6 + 1
    assert quarantined["share"] == pytest.approx(6 / everything)


ORACLE = """
SELECT source, touchpoint, count(*) AS events,
    count(*) FILTER (NOT historical) AS live,
    count(*) FILTER (node_id IS NULL AND coalesce(context, '') NOT LIKE '%Googlebot%') AS nobody,
    count(*) FILTER (NOT historical AND received_at - occurred_at > INTERVAL 1 HOUR) AS late_hour,
    count(*) FILTER (NOT historical AND received_at - occurred_at > INTERVAL 1 DAY) AS late_day,
    count(*) FILTER (NOT historical AND received_at - occurred_at > INTERVAL 7 DAY) AS late_week,
    count(*) FILTER (json_extract_string(context, '$.userAgent') LIKE '%Googlebot%') AS bots
FROM events WHERE local_date >= DATE '{start}' AND local_date < DATE '{end}' GROUP BY source, touchpoint
"""


def test_the_numbers_are_those_of_plain_sql(planted: Company, clock: MovedClock) -> None:
    told = asked(planted, clock)
    query = ORACLE.format(start=told["window"]["from"], end=told["window"]["to"])
    with planted.engine.session() as session:
        rows = session.sql(query, 1000)
    names = ("events", "live", "nobody", "late_hour", "late_day", "late_week", "bots")
    truth = {(row["source"], row["touchpoint"]): [row[name] for name in names] for row in rows}
    assert {(one["source"], one["touchpoint"]): [one[name] for name in names] for one in told["origins"]} == truth
    assert sum(one["events"] for one in told["origins"]) == told["events"]


def test_counting_in_any_steps_counts_each_event_once(planted: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    planted.tallier.drain()
    whole = sorted(planted.tallies.days(0, 30_000))
    monkeypatch.setattr("percorso.pipeline.tally.STRETCH", planted.log.size().head // drawn(76))
    mark = planted.tallies.mark()
    assert mark is not None
    planted.tallies.reset(mark._replace(version="another way to count"))
    planted.tallier.drain()
    assert sorted(planted.tallies.days(0, 30_000)) == whole
    assert planted.tallier.step() == 0


def test_two_who_count_do_not_count_twice(planted: Company) -> None:
    planted.tallier.drain()
    tallies, mark = planted.tallies, planted.tallies.mark()
    assert mark is not None
    before = tallies.days(0, 30_000)
    with planted.engine.session() as session:
        counted = session.tally(0, 10)
    with pytest.raises(Conflict):
        tallies.add(counted.days, [], [], mark._replace(seq=0), mark._replace(seq=10))
    assert tallies.days(0, 30_000) == before


def test_a_company_without_events_has_an_honest_page(company: Company, clock: MovedClock) -> None:
    told = asked(company, clock)
    assert (told["events"], told["days"], told["planned"], told["leaks"], told["origins"]) == (0, 0, None, [], [])
    people = signed_in(company, app_for(company), "viewer").get("/api/insight/quality/reach").json()
    assert (people["people"], people["known"], people["systems"]) == (0, 0, [])


def test_whom_we_reach_and_who_knows_whom(company: Company, clock: MovedClock) -> None:
    def person(user: str, number: int, **traits: str) -> dict[str, Any]:
        return {"type": "identify", "messageId": f"i{user}{number}", "userId": user, "traits": traits}

    def consent(user: str, number: int, status: str, channel: str = "email") -> dict[str, Any]:
        said = {"purpose": "marketing", "channel": channel, "status": status}
        call = {"type": "track", "event": "Consent Updated", "messageId": f"c{user}{number}", "userId": user}
        return {**call, "timestamp": to_iso(NOON - DAY + number), "properties": said}

    both = [person("u1", 1, email="a@example.com", phone="+390612345678"), person("u2", 1, email="b@example.com")]
    send(company, clock, *both, person("u3", 1), person("u4", 1, email="d@example.com"), source="crm")
    send(company, clock, sale(1, NOON - HOUR, "u1"), sale(2, NOON - HOUR, "u5"), source="till")
    yes_then_no = [consent("u1", 1, "granted"), consent("u1", 2, "withdrawn"), consent("u2", 1, "granted")]
    send(company, clock, *yes_then_no, source="crm")
    told = signed_in(company, app_for(company), "viewer").get("/api/insight/quality/reach").json()
    reach = {one["channel"]: (one["address"], one["granted"], one["refused"], one["silent"]) for one in told["reach"]}
    assert reach == {"email": (3, 1, 1, 1), "sms": (1, 0, 0, 1), "push": (0, 0, 0, 0)}
    assert (told["known"], told["unreachable"]) == (5, 2)
    systems = {one["source"]: (one["people"], one["alone"], one["shared"]) for one in told["systems"]}
    assert systems == {"crm": (4, 3, [4, 1]), "till": (2, 1, [1, 2])}


def test_quality_is_for_whoever_may_read_figures(company: Company) -> None:
    app = app_for(company)
    assert Browser(app).get("/api/insight/quality").status_code == 401
    assert signed_in(company, app, "viewer").get("/api/insight/quality/reach").status_code == 200


@given(st.lists(st.integers(0, 10_000), max_size=8), st.integers(0, 10_000))
def test_a_day_like_the_others_is_as_expected(before: list[int], day: int) -> None:
    found = expected(before)
    assert (found is None) == (len(before) < 4)
    if found is not None:
        assert 0 <= found.low <= found.centre <= found.high
        assert judge(round(found.centre), found) == "as_expected"
    assert judge(day, None) == "young"


def test_weekdays_before_the_first_day_are_no_zeros() -> None:
    counts = {100: 4, 93: 3, 86: 2}
    assert weekdays_before(counts, 107, 86) == [4, 3, 2]
    assert weekdays_before(counts, 107, 79) == [4, 3, 2, 0]


@pytest.mark.parametrize(
    ("agent", "robot"),
    [
        (ROBOT, True),
        (FIREFOX, False),
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0 Safari/537.36", True),
        ("", False),
    ],
)
def test_robots_are_told_by_what_they_declare(agent: str, robot: bool) -> None:
    assert is_robot(agent) is robot


def test_counts_survive_a_new_opening(planted: Company) -> None:
    planted.tallier.drain()
    again = SqlTallies(planted.log_database, planted.state_database)
    assert again.mark() == TallyMark(planted.log.log_id, planted.tallies.mark().version, planted.log.size().head)  # type: ignore[union-attr]
    day = (date(2026, 11, 1) - date(1970, 1, 1)).days
    assert sum(one.events for one in again.days(day, day + 1)) == 40 + 10 + 5
