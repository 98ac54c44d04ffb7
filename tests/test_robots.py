"""Robots that look at pages: their events stay and are labelled, and are nobody's and in no figure unless they are let in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from percorso.cli.trace import story
from percorso.data.intake import Item
from percorso.insight.kpi.ask import Reader
from percorso.main import open_company
from percorso.main.company import Company
from percorso.main.replaying import replay
from percorso.settings import Settings
from tests.http_client import app_for, signed_in

ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def call(message_id: str, agent: str | None, **said: Any) -> dict[str, Any]:
    """A call of a page, of a visitor of its own."""
    told = {"touchpoint": "web.home", "page": {"url": "https://example.com/"}}
    context = told if agent is None else {**told, "userAgent": agent}
    return {"type": "page", "messageId": message_id, "anonymousId": f"of-{message_id}", "context": context, **said}


def send(company: Company, *calls: Mapping[str, Any]) -> None:
    company.collector.collect_now([Item(msgspec.json.encode(one), tie) for tie, one in enumerate(calls)], source="web")
    company.processor.drain()


def rows(company: Company, query: str) -> list[dict[str, Any]]:
    with company.engine.session() as session:
        return session.sql(query, 100)


def counted(company: Company) -> int:
    """How many events the figures are made of."""
    with company.engine.session() as session:
        events = Reader(session, company.civil, company.robots_in).events
        return int(session.execute(events.aggregate(n=events.count()))[0]["n"])


def test_a_robot_is_labelled_and_nobody(company: Company) -> None:
    send(company, call("r1", ROBOT), call("h1", FIREFOX), call("r2", ROBOT, type="track", event="Product Viewed"))
    found = rows(company, "select message_id, robot, person_id is null as nobodys, touchpoint from events order by seq")
    assert [tuple(row.values()) for row in found] == [
        ("r1", True, True, "web.home"),
        ("h1", False, False, "web.home"),
        ("r2", True, True, "web.home"),
    ]
    assert rows(company, "select events from people") == [{"events": 1}]
    assert rows(company, "select value from identifiers") == [{"value": "of-h1"}]


def test_a_robot_joins_no_people(company: Company) -> None:
    send(
        company, call("a", FIREFOX, userId="ada", anonymousId="a1"), call("b", FIREFOX, userId="bea", anonymousId="b1")
    )
    alias = {"type": "alias", "userId": "ada", "previousId": "bea"}
    send(company, call("c", ROBOT, userId="ada", anonymousId="b1"), call("d", ROBOT, **alias))
    found = {row["value"]: row["person_id"] for row in rows(company, "select value, person_id from identifiers")}
    assert found["ada"] != found["bea"]
    assert found["b1"] == found["bea"]


def test_it_is_in_no_figure(company: Company) -> None:
    send(company, call("r1", ROBOT), call("h1", FIREFOX), call("n1", None, anonymousId=None, userId=None))
    assert rows(company, "select count(*) as n from events") == [{"n": 3}]
    assert counted(company) == 2  # who cannot be told to be a robot counts, somebody or not
    company.archiver.drain()
    assert rows(company, "select message_id from events where robot") == [{"message_id": "r1"}]
    assert counted(company) == 2


@pytest.mark.parametrize(
    "context",
    [
        {"userAgent": ROBOT},
        {"userAgent": ["Googlebot"], "page": {}},
        {"userAgent": "", "page": {}},
        {"userAgent": "python-requests/2.32"},
    ],
)
def test_only_what_a_page_sent_is_asked(company: Company, context: dict[str, Any]) -> None:
    call = {"type": "track", "event": "Order Completed", "messageId": "s1", "userId": "ada", "context": context}
    send(company, call)
    assert rows(company, "select robot, person_id is null as nobodys from events") == [
        {"robot": False, "nobodys": False}
    ]


def test_robots_may_be_let_in(company_dir: Path, settings: Settings) -> None:
    with open_company(company_dir, settings.model_copy(update={"robots": "in"})) as company:
        send(company, call("r1", ROBOT), call("r2", ROBOT, anonymousId=None))
        assert rows(company, "select events from people") == [{"events": 1}]
        assert rows(company, "select message_id, robot from events order by seq") == [
            {"message_id": "r1", "robot": True},
            {"message_id": "r2", "robot": True},
        ]
        assert counted(company) == 2


def test_replay_follows_the_setting(company_dir: Path, settings: Settings) -> None:
    with open_company(company_dir, settings) as company:
        send(company, call("r1", ROBOT), call("h1", FIREFOX))
        assert replay(company, swap=False)["equal"]
    with open_company(company_dir, settings.model_copy(update={"robots": "in"})) as company:
        told = replay(company, swap=True)
        assert not told["equal"]
        assert rows(company, "select count(*) as n from people") == [{"n": 2}]


def test_live_events_and_the_story_say_so(company: Company) -> None:
    send(company, call("r1", ROBOT), call("h1", FIREFOX))
    browser = signed_in(company, app_for(company), "manager")
    items = browser.get("/api/live/recent").json()["items"]
    assert {item["message_id"]: item["place"]["robot"] for item in items} == {"r1": True, "h1": False}
    with company.engine.session() as session:
        told = story(session, company.people, "r1")["events"][0]
    assert (told["event"]["robot"], told["person"]) == (True, None)
