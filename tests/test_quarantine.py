"""The quarantine through its public faces: grouped, mended by rule, previewed, replayed once, dismissed, followed."""

import json
import subprocess
import sys
from pathlib import Path
from shutil import copytree
from typing import Any

import msgspec
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from percorso.cli.app import run
from percorso.data.intake import Item
from percorso.data.mending import mend, read_rules
from percorso.main.company import Company, open_company
from percorso.main.opener import MainOpener
from percorso.model.errors import InvalidConfig
from percorso.model.time import CivilClock, parse_iso
from percorso.settings import Settings
from tests.drawn import drawn
from tests.http_client import Browser, app_for, signed_in, take, track

ROME = CivilClock("Europe/Rome")
NAMED = [{"when": {"field": "type", "is": "track"}, "edits": [{"default": "event", "to": "Store Visited"}]}]
BROKEN: list[dict[str, Any]] = [
    {"type": "track", "messageId": "n1", "userId": "u1"},
    {"type": "track", "messageId": "n2", "userId": "u2", "properties": {"city": "Roma"}},
    {"type": "track", "userId": "u3", "event": "Order Completed", "timestamp": "31/12/2025 10:00"},
    {"type": "walk", "messageId": "w1", "userId": "u4"},
]


@pytest.fixture
def app(company: Company) -> FastAPI:
    take(company, *BROKEN, source="till")
    take(company, track("Store Visited", "ok"), source="web")
    return app_for(company)


@pytest.fixture
def manager(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "manager")


def events(company: Company, message_id: str) -> list[dict[str, Any]]:
    with company.engine.session() as session:
        table = session.table("events")
        return session.execute(table.filter(table.message_id == message_id).order_by("seq"))


def test_groups_count_what_is_alike(manager: Browser) -> None:
    found = manager.get("/api/quarantine/groups").json()
    assert found["items"] == 4
    alike = [(one["reason"], one["source"], one["event"], one["items"]) for one in found["groups"]]
    assert alike[0] == ("missing_event", "till", None, 2)
    assert set(alike[1:]) == {
        ("invalid_timestamp", "till", "Order Completed", 1),
        ("unknown_type", "till", None, 1),
    }
    assert manager.get("/api/quarantine/groups?source=web").json() == {"items": 0, "groups": []}
    page = manager.get("/api/quarantine?reason=missing_event&limit=1").json()
    assert [json.loads(one["body"])["messageId"] for one in page["items"]] == ["n2"]
    older = manager.get(f"/api/quarantine?reason=missing_event&limit=1&before={page['next']}").json()
    assert [one["message_id"] for one in older["items"]] == ["n1"]


def test_a_preview_shows_what_would_pass_and_stores_nothing(company: Company, manager: Browser) -> None:
    told = manager.post("/api/quarantine/preview", {"chosen": {}, "rules": NAMED}).json()
    assert (told["matched"], told["pass_now"]) == (4, 2)
    assert [one["verdict"] for one in told["tried"]] == ["accepted", "accepted", "quarantined", "quarantined"]
    assert told["tried"][3]["reason"] == "unknown_type"
    assert json.loads(told["tried"][0]["after"])["event"] == "Store Visited"
    assert company.log.size().head == 1
    assert manager.get("/api/quarantine/groups").json()["items"] == 4


def test_a_replayed_item_is_an_event_of_its_first_reception(company: Company, manager: Browser) -> None:
    row = manager.get("/api/quarantine?reason=missing_event").json()["items"][-1]
    done = manager.post("/api/quarantine/replay", {"chosen": {"reason": "missing_event"}, "rules": NAMED}).json()
    assert done == {"verdicts": {"accepted": 2}, "still": {}, "left": 0}
    company.processor.drain()
    [event] = events(company, "n1")
    assert (event["name"], event["source"], event["historical"]) == ("Store Visited", "till", True)
    assert event["received_at"] == event["occurred_at"]
    assert parse_iso(event["received_at"].isoformat()) == parse_iso(row["received_at"])
    [settled] = manager.get("/api/quarantine?state=replayed&limit=1").json()["items"]
    assert (settled["outcome"], settled["mended_id"]) == ("accepted", "n2")
    assert settled["mended_seq"] == events(company, "n2")[0]["seq"]
    assert settled["settled_by"] == "manager@example.com"
    acts = [(one["act"], one["target"]) for one in manager.get("/api/audit").json()["acts"]]
    assert ("quarantine.replayed", "2") in acts


def test_a_time_is_cast_in_the_companys_zone_and_an_item_without_id_gets_a_lasting_one(
    company: Company, manager: Browser
) -> None:
    rules = [{"edits": [{"cast": "timestamp", "to": "time", "format": "%d/%m/%Y %H:%M"}]}]
    body = {"chosen": {"event": "Order Completed"}, "rules": rules}
    assert manager.post("/api/quarantine/replay", body).json()["verdicts"] == {"accepted": 1}
    [row] = manager.get("/api/quarantine?state=replayed").json()["items"]
    company.processor.drain()
    [event] = events(company, row["mended_id"])
    assert event["occurred_at"].isoformat() == "2025-12-31T09:00:00"


def test_a_conflict_is_mended_by_an_id_of_its_own(company: Company, manager: Browser) -> None:
    take(company, track("Store Visited", "ok", user="somebody else"), source="web")
    chosen = {"verdict": "conflict"}
    told = manager.post("/api/quarantine/preview", {"chosen": chosen, "rules": []}).json()
    assert (told["tried"][0]["verdict"], told["pass_now"]) == ("conflict", 0)
    mended = {"chosen": chosen, "rules": [{"edits": [{"remove": "messageId"}]}]}
    assert manager.post("/api/quarantine/replay", mended).json()["verdicts"] == {"accepted": 1}


def test_what_still_fails_stays_and_can_be_dismissed(manager: Browser) -> None:
    done = manager.post("/api/quarantine/replay", {"chosen": {}, "rules": []}).json()
    assert done["verdicts"] == {}
    assert done["still"] == {"missing_event": 2, "invalid_timestamp": 1, "unknown_type": 1}
    assert manager.post("/api/quarantine/dismiss", {"reason": "unknown_type"}).json() == {"dismissed": 1}
    assert manager.get("/api/quarantine/groups").json()["items"] == 3
    [gone] = manager.get("/api/quarantine?state=dismissed").json()["items"]
    assert (gone["state"], gone["settled_by"], gone["outcome"]) == ("dismissed", "manager@example.com", None)


def test_an_agent_may_look_but_not_replay(company: Company, app: FastAPI) -> None:
    agent, viewer = signed_in(company, app, "agent"), signed_in(company, app, "viewer")
    assert agent.get("/api/quarantine").status_code == 200
    assert agent.post("/api/quarantine/replay", {"chosen": {}}).status_code == 403
    assert agent.post("/api/quarantine/dismiss", {}).status_code == 403
    assert viewer.get("/api/quarantine").status_code == 403


@pytest.mark.parametrize(
    ("rules", "about"),
    [
        ([{"edits": []}], "is empty"),
        ([{"edits": [{"set": "a.b", "to": 1, "remove": "c"}]}], "exactly one of"),
        ([{"edits": [{"set": "a..b", "to": 1}]}], "is no path"),
        ([{"edits": [{"cast": "a", "to": "colour"}]}], "is none of"),
        ([{"edits": [{"eval": "1 + 1"}]}], "exactly one of"),
        ([{"when": {"field": "person.name", "is": "x"}, "edits": [{"remove": "a"}]}], "belongs to nobody"),
        ([{"edits": [{"rename": "a.*.b", "to": "c"}]}], "below a list"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong(rules: list[Any], about: str, manager: Browser) -> None:
    answer = manager.post("/api/quarantine/preview", {"chosen": {}, "rules": rules})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_config")
    assert about in answer.json()["message"]
    with pytest.raises(InvalidConfig, match=about):
        read_rules(rules)


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        ({"set": "properties.a.b", "to": 1}, {}, {"properties": {"a": {"b": 1}}}),
        ({"default": "x", "to": 1}, {"x": 2}, {"x": 2}),
        ({"default": "x", "to": 1}, {"x": None}, {"x": 1}),
        ({"rename": "p.a", "to": "q.b"}, {"p": {"a": 1}}, {"p": {}, "q": {"b": 1}}),
        ({"rename": "l.*.a", "to": "l.*.b"}, {"l": [{"a": 1}, {}]}, {"l": [{"b": 1}, {}]}),
        ({"remove": "l.*.a"}, {"l": [{"a": 1}, 3]}, {"l": [{}, 3]}),
        ({"cast": "l.*.a", "to": "number", "decimal": ","}, {"l": [{"a": "1.234,50"}]}, {"l": [{"a": 1234.5}]}),
        ({"cast": "l.*", "to": "text"}, {"l": [1, 2.0]}, {"l": ["1", "2"]}),
        ({"cast": "a", "to": "number"}, {"a": "€ 12.50"}, {"a": 12.5}),
        ({"cast": "a", "to": "number"}, {"a": "1e999"}, {"a": "1e999"}),
        ({"cast": "a", "to": "integer"}, {"a": "2.5"}, {"a": "2.5"}),
        ({"cast": "a", "to": "boolean"}, {"a": "Sì"}, {"a": True}),
        ({"cast": "a", "to": "time", "format": "epoch_s"}, {"a": 0}, {"a": "1970-01-01T00:00:00.000Z"}),
        ({"cast": "a", "to": "time"}, {"a": "soon"}, {"a": "soon"}),
    ],
)
def test_edits(edit: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> None:
    kept = json.loads(json.dumps(before))
    assert mend(before, "till", read_rules([{"edits": [edit]}]), ROME) == after
    assert before == kept


def test_the_command_line_mends_too(company_dir: Path, settings: Settings, tmp_path: Path, capsys: Any) -> None:
    with open_company(company_dir, settings) as company:
        take(company, *BROKEN, source="till")
    rules = tmp_path / "rules.yaml"
    rules.write_text(json.dumps({"rules": NAMED}))

    def ask(*words: str) -> Any:
        capsys.readouterr()
        assert run(MainOpener(), ["quarantine", *words, "--dir", str(company_dir), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    assert next((one["reason"], one["items"]) for one in ask("list")) == ("missing_event", 2)
    assert ask("preview", "--rules", str(rules))["matched"] == 4
    assert ask("replay", "--rules", str(rules))["verdicts"] == {"accepted": 2}
    assert ask("replay", "--rules", str(rules))["verdicts"] == {}
    assert ask("dismiss", "--reason", "unknown_type") == {"dismissed": 1}
    assert {one["outcome"] for one in ask("list", "--state", "all", "--items")} == {"accepted", "dismissed", None}
    assert run(MainOpener(), ["quarantine", "list", "--state", "odd", "--dir", str(company_dir)]) == 2


def test_tail_tells_what_came_and_follows(company_dir: Path, settings: Settings) -> None:
    with open_company(company_dir, settings) as company:
        take(company, *BROKEN[:1], source="till")
        words = ["events", "tail", "--verdict", "quarantined", "--source", "till", "--json", "--dir", str(company_dir)]
        program = Path(sys.executable).with_name("percorso")
        with subprocess.Popen([str(program), *words], stdout=subprocess.PIPE, text=True) as following:
            assert following.stdout is not None
            first = json.loads(following.stdout.readline())
            take(company, track("Store Visited", "fine"), BROKEN[3], source="till")
            second = json.loads(following.stdout.readline())
            following.terminate()
    assert (first["reason"], first["message_id"]) == ("missing_event", "n1")
    assert (second["reason"], second["message_id"]) == ("unknown_type", "w1")


_EDITS = st.sampled_from(
    [
        {"default": "event", "to": "Store Visited"},
        {"set": "type", "to": "track"},
        {"remove": "messageId"},
        {"cast": "timestamp", "to": "time", "format": "%d/%m/%Y %H:%M"},
        {"remove": "timestamp"},
    ]
)


@given(edits=st.lists(_EDITS, min_size=1, max_size=4), times=st.integers(2, 3))
@hypothesis_settings(max_examples=drawn(100))
def test_replaying_again_changes_nothing(
    edits: list[dict[str, Any]], times: int, tmp_path_factory: Any, company_made_once: Path
) -> None:
    """Replay twice = once, whatever the rules: in the log, and in what is told."""
    place = copytree(company_made_once, tmp_path_factory.mktemp("again") / "company")
    with open_company(place, Settings.model_construct(dir=place)) as company:
        wire = [Item(msgspec.json.encode(item), tie) for tie, item in enumerate(BROKEN)]
        company.collector.collect_now(wire, source="till")
        rules, everything = [{"edits": edits}], company.quarantine
        waiting = everything.count(_all())
        first = company.mender.replay(_all(), rules, by="me")
        head = company.log.size().head
        again = [company.mender.replay(_all(), rules, by="you") for _ in range(times - 1)]
        assert company.log.size().head == head == first.verdicts["accepted"]
        assert all(not one.verdicts and one.still == first.still for one in again)
        assert first.verdicts.total() + first.still.total() == waiting


def test_a_crash_between_log_and_quarantine_doubles_nothing(company: Company, manager: Browser) -> None:
    """The item is in the log, the quarantine does not know it: its id is the same again, so it is met there."""
    from percorso.adapters.sql.tables import log_refused

    chosen = {"chosen": {"event": "Order Completed"}, "rules": [{"edits": [{"remove": "timestamp"}]}]}
    assert manager.post("/api/quarantine/replay", chosen).json()["verdicts"] == {"accepted": 1}
    head = company.log.size().head
    with company.log_database.write() as log:
        log.execute(log_refused.update().values(settled_at=None, settled_by=None, outcome=None, mended_id=None))
    assert manager.post("/api/quarantine/replay", chosen).json()["verdicts"] == {"duplicate": 1}
    assert company.log.size().head == head


def _all() -> Any:
    from percorso.ports import Chosen

    return Chosen()
