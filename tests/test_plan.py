"""The tracking plan: contract words at the entrance, generation from what was seen, drift, and breaking changes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percorso.cli.app import run
from percorso.data.planning import generate, seen_of
from percorso.data.shapes import counted, shape_of
from percorso.main.company import Company, open_company
from percorso.main.opener import MainOpener
from percorso.model.errors import InvalidConfig
from percorso.model.plan import WORDS, Plan, Word, read_plan
from percorso.model.time import to_iso
from percorso.ports import ShapeCount, WordCount
from percorso.settings import Settings
from tests.http_client import Browser, app_for, signed_in, take, track

NAME = "Kiosk Touched"
SCHEMA = {
    "type": "object",
    "properties": {"screen": {"type": "string", "enum": ["home", "menu"]}, "seconds": {"type": "number"}},
    "required": ["screen"],
}


def plan_of(new_properties: Word = "evolve", types: Word = "evolve", new_events: Word = "evolve") -> dict[str, Any]:
    contract = {"new_properties": new_properties, "types": types}
    return {"new_events": new_events, "events": {NAME: {"version": 1, "contract": contract, "schema": SCHEMA}}}


def touch(number: int, **properties: Any) -> dict[str, Any]:
    return track(NAME, f"k{number}", properties=properties)


@pytest.fixture
def manager(company: Company) -> Browser:
    return signed_in(company, app_for(company), "manager")


def put(manager: Browser, plan: dict[str, Any], **others: Any) -> Any:
    return manager.request("PUT", "/api/plan", json={"plan": plan, **others})


def stored(company: Company, message_id: str) -> dict[str, Any]:
    [entry] = [one for one in company.log.read(0, 0, 1000) if one.message_id == message_id]
    found: dict[str, Any] = json.loads(entry.body)
    return found


@pytest.mark.parametrize(
    ("word", "reason"), [("evolve", None), ("discard_value", None), ("discard_row", "plan"), ("freeze", "plan_frozen")]
)
def test_a_new_property_and_each_word(word: Word, reason: str | None, company: Company, manager: Browser) -> None:
    assert put(manager, plan_of(new_properties=word), accept_breaking=True).status_code == 200
    take(company, touch(1, screen="home", tint="red"), touch(2, screen="home"), source="kiosk")
    refused = manager.get("/api/quarantine/groups").json()["groups"]
    assert [(one["reason"], one["event"], one["items"]) for one in refused] == ([(reason, NAME, 1)] if reason else [])
    if reason is None:
        body = stored(company, "k1")
        out = word == "discard_value"
        assert body["properties"] == ({"screen": "home"} if out else {"screen": "home", "tint": "red"})
        assert body.get("leftOut") == ({"tint": "red"} if out else None)
    assert stored(company, "k2")["properties"] == {"screen": "home"}


@pytest.mark.parametrize(
    ("word", "verdicts"),
    [("evolve", (3, 0)), ("discard_value", (3, 0)), ("discard_row", (0, 3)), ("freeze", (0, 3))],
)
def test_a_value_that_breaks_the_schema(
    word: Word, verdicts: tuple[int, int], company: Company, manager: Browser
) -> None:
    put(manager, plan_of(types=word), accept_breaking=True)
    items = [touch(1, screen="home", seconds="4"), touch(2, screen="cellar"), touch(3, seconds=4)]
    take(company, *items, source="kiosk")
    assert (company.log.size().head, manager.get("/api/quarantine/groups").json()["items"]) == verdicts
    if word == "discard_value":
        assert stored(company, "k1")["leftOut"] == {"seconds": "4"}
        assert stored(company, "k2")["leftOut"] == {"screen": "cellar"}
        assert "leftOut" not in stored(company, "k3")  # what is missing cannot be taken out


def test_a_repeat_of_an_event_that_was_taken_apart_is_a_repeat(company: Company, manager: Browser) -> None:
    put(manager, plan_of(new_properties="discard_value"), accept_breaking=True)
    take(company, touch(1, screen="home", tint="red"), touch(1, screen="home", tint="red"), source="kiosk")
    take(company, touch(1, screen="home", tint="blue"), source="kiosk")
    assert company.log.size().head == 1
    assert {k: v for k, v in manager.get("/api/status").json()["total"].items() if v} == {
        "accepted": 1,
        "duplicate": 1,
        "conflict": 1,
    }


def test_names_without_a_plan_can_be_refused_and_replayed_once_planned(company: Company, manager: Browser) -> None:
    put(manager, plan_of(new_events="discard_row"), accept_breaking=True)
    take(company, track("Store Visited", "v1"), {"type": "page", "userId": "u1", "messageId": "p1"}, source="web")
    told = manager.get("/api/quarantine/groups").json()["groups"]
    assert {(one["reason"], one["event"]) for one in told} == {("plan", "Store Visited"), ("plan", "Page Viewed")}
    put(manager, plan_of(), accept_breaking=True)
    assert manager.post("/api/quarantine/replay", {"chosen": {}}).json()["verdicts"] == {"accepted": 2}


def test_a_plan_is_in_force_after_a_new_opening(company_dir: Path, settings: Settings) -> None:
    with open_company(company_dir, settings) as company:
        put(signed_in(company, app_for(company), "manager"), plan_of(types="discard_row"), accept_breaking=True)
    with open_company(company_dir, settings) as company:
        take(company, touch(1, screen="cellar"), source="kiosk")
        assert company.log.size().head == 0
        assert company.planner.plan().events[NAME].version == 1


def kiosk(company: Company, first: int, count: int, **properties: Any) -> None:
    at = to_iso(company.clock.now())
    take(company, *[{**touch(n, **properties), "timestamp": at} for n in range(first, first + count)], source="kiosk")


def test_a_plan_is_made_of_what_was_seen_and_one_press_adds_it(company: Company, manager: Browser) -> None:
    kiosk(company, 0, 30, screen="home", seconds=4, lines=[{"code": 1}])
    kiosk(company, 30, 30, screen="menu", seconds=4.5, customer_name="Ada")
    company.tallier.drain()
    [new] = [one for one in manager.get("/api/plan").json()["drift"] if one["name"] == NAME]
    assert (new["kind"], new["events"], new["rate"]) == ("new_event", 60, 1.0)
    assert manager.post("/api/plan/seen", {"events": [NAME]}).json() == {"versions": {NAME: 1}, "breaks": []}
    schema = company.planner.plan().events[NAME].schema
    assert schema == {
        "type": "object",
        "properties": {
            "customer_name": {"type": "string"},
            "lines": {"type": "array", "items": {"type": "object", "properties": {"code": {"type": "integer"}}}},
            "screen": {"type": "string", "enum": ["home", "menu"]},
            "seconds": {"type": "number"},
        },
        "required": ["screen", "seconds"],
    }
    assert ("unplanned", "kiosk") not in {(one.kind, one.source) for one in company.analyst.quality(None, None).leaks}
    told = manager.get("/api/plan").json()
    assert [one for one in told["drift"] if one["name"] == NAME] == []
    kept = {word.word for word in company.tallies.words() if word.path == "customer_name"}
    assert kept == {""}


def test_drift_is_found_with_its_rate(company: Company, manager: Browser) -> None:
    kiosk(company, 0, 60, screen="home", seconds=4, floor=1)
    company.tallier.drain()
    manager.post("/api/plan/seen", {"events": [NAME]})
    kiosk(company, 100, 10, screen="home", seconds="4", floor=1, tint="red")
    kiosk(company, 200, 30, screen="cellar", seconds=4, floor=1)
    company.tallier.drain()
    found = {
        (one["kind"], one["path"], one["detail"]): one["events"]
        for one in manager.get("/api/plan").json()["drift"]
        if one["name"] == NAME
    }
    assert found[("type", "seconds", "string")] == 10
    assert found[("new_property", "tint", "string")] == 10
    assert found[("word", "screen", "cellar")] == 30
    again = manager.post("/api/plan/seen", {"events": [NAME], "accept_breaking": True}).json()
    assert again["versions"] == {NAME: 2}


def test_a_breaking_change_is_flagged_with_what_it_would_refuse(company: Company, manager: Browser) -> None:
    kiosk(company, 0, 30, screen="home", seconds=4)
    kiosk(company, 30, 12, screen="menu")
    company.tallier.drain()
    manager.post("/api/plan/seen", {"events": [NAME]})
    strict = plan_of(types="discard_row")
    schema = {**SCHEMA, "required": ["screen", "seconds"]}
    schema["properties"] = {"screen": {"type": "string", "enum": ["home"]}, "seconds": {"type": "string"}}
    strict["events"][NAME]["schema"] = schema
    told = manager.post("/api/plan/breaking", {"plan": strict}).json()["breaks"]
    found = {(one["kind"], one["path"]): one["events"] for one in told}
    assert found == {("required", "seconds"): 12, ("type", "seconds"): 30, ("enum", "screen"): 12}
    refused = put(manager, strict)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert put(manager, strict, accept_breaking=True).json()["versions"] == {NAME: 2}
    assert put(manager, plan_of(), accept_breaking=True).json()["versions"] == {NAME: 3}


def test_who_may_change_the_plan(company: Company) -> None:
    app = app_for(company)
    viewer = signed_in(company, app, "viewer")
    assert viewer.get("/api/plan").status_code == 200
    assert put(viewer, plan_of()).status_code == 403
    assert viewer.post("/api/plan/seen", {"events": [NAME]}).status_code == 403


def test_the_command_line_keeps_the_plan_as_a_file(
    company_dir: Path, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_company(company_dir, settings) as company:
        kiosk(company, 0, 50, screen="home")
    place = ["--dir", str(company_dir)]

    def ask(*words: str) -> str:
        capsys.readouterr()
        assert run(MainOpener(), ["plan", *words]) == 0
        return capsys.readouterr().out

    file = tmp_path / "plan.yaml"
    file.write_text(ask("generate", *place))
    assert json.loads(ask("check", str(file), "--json")) == {"events": 1}
    assert json.loads(ask("diff", str(file), *place, "--json")) == {"changes": {NAME: "added"}, "breaks": []}
    assert json.loads(ask("apply", str(file), *place, "--json")) == {"versions": {NAME: 1}}
    assert json.loads(ask("diff", str(file), *place, "--json")) == {"changes": {}, "breaks": []}
    assert json.loads(ask("drift", *place, "--json")) == []
    file.write_text("events: {Kiosk Touched: {schema: {type: 7}}}")
    assert run(MainOpener(), ["plan", "check", str(file)]) == 2


@pytest.mark.parametrize(
    ("plan", "about"),
    [
        ({"events": {NAME: {"schema": {"type": "thing"}}}}, "no JSON Schema"),
        ({"events": {NAME: {"schema": {"type": "array"}}}}, "an object"),
        ({"events": {NAME: {"schema": {"properties": {"a": {"$ref": "http://x/"}}}}}}, "refer"),
        ({"events": {NAME: {"contract": {"types": "drop"}, "schema": {}}}}, "none of"),
        ({"new_events": "discard_value"}, "none of"),
        ({"event": {}}, "unknown key"),
    ],
)
def test_a_wrong_plan_says_what_is_wrong(plan: dict[str, Any], about: str) -> None:
    with pytest.raises(InvalidConfig, match=about):
        read_plan(plan)


FORMATTED = {
    "day": "2026-02-28",
    "at": "2026-02-28T10:00:00Z",
    "mail": "ada@example.com",
    "page": "https://example.com/a",
}


def test_texts_of_one_format_get_it_in_the_plan(company: Company, manager: Browser) -> None:
    kiosk(company, 0, 25, **FORMATTED, either="2026-02-28", loose="a b")
    kiosk(company, 30, 2, **FORMATTED, either="soon", rare="2026-02-28")
    company.tallier.drain()
    manager.post("/api/plan/seen", {"events": [NAME]})
    schema = company.planner.plan().events[NAME].schema
    formats = {path: one.get("format") for path, one in schema["properties"].items()}
    told = {"day": "date", "at": "date-time", "mail": "email", "page": "uri"}
    assert formats == {**told, "either": None, "loose": None, "rare": None}
    assert {one["type"] for one in schema["properties"].values()} == {"string"}
    assert not [one for one in manager.get("/api/plan").json()["drift"] if one["name"] == NAME]
    kept = {word.word for word in company.tallies.words() if word.path in FORMATTED}
    assert kept == {""}


def test_a_text_that_lost_its_format_is_drift(company: Company, manager: Browser) -> None:
    kiosk(company, 0, 25, **FORMATTED)
    company.tallier.drain()
    manager.post("/api/plan/seen", {"events": [NAME]})
    kiosk(
        company, 100, 4, **{**FORMATTED, "day": "28/02/2026", "mail": None, "at": "2026-02-28", "page": "mailto:a@b.c"}
    )
    company.tallier.drain()
    found = {
        (one["kind"], one["path"], one["detail"]): one["events"]
        for one in manager.get("/api/plan").json()["drift"]
        if one["name"] == NAME
    }
    assert found == {("type", "day", "string"): 4, ("type", "at", "date"): 4, ("type", "mail", "null"): 4}


def test_a_format_is_a_breaking_change_where_it_refuses(company: Company, manager: Browser) -> None:
    kiosk(company, 0, 30, screen="2026-02-28", note="2026-02-28")
    kiosk(company, 30, 7, screen="soon", note="2026-02-28")
    company.tallier.drain()
    plain = {"screen": {"type": "string"}, "note": {"type": "string"}}
    dated = {path: {"type": "string", "format": "date"} for path in plain}
    first, then = plan_of(types="discard_row"), plan_of(types="discard_row")
    first["events"][NAME]["schema"], then["events"][NAME]["schema"] = {"properties": plain}, {"properties": dated}
    put(manager, first, accept_breaking=True)
    told = manager.post("/api/plan/breaking", {"plan": then}).json()["breaks"]
    assert [(one["kind"], one["path"], one["events"]) for one in told] == [("type", "screen", 7)]


def test_a_format_that_is_not_told_apart_is_no_drift(company: Company, manager: Browser) -> None:
    """A company writes formats of its own into its plan."""
    schema = {"properties": {"id": {"type": "string", "format": "uuid"}, "at": {"type": "string", "format": "time"}}}
    put(manager, {"events": {NAME: {"schema": schema}}})
    kiosk(company, 0, 5, id="2026-02-28", at="10:00")
    company.tallier.drain()
    assert not [one for one in manager.get("/api/plan").json()["drift"] if one["name"] == NAME]


_TEXTS = st.one_of(
    st.dates().map(str),
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.emails(),
    st.builds("https://{}/{}".format, st.sampled_from(["a.it", "例え.jp", "a b"]), st.text(max_size=3)),
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.text("0123456789-T:Z@/.", max_size=24),
)


@given(st.lists(_TEXTS, min_size=1, max_size=3))
def test_a_generated_format_lets_every_text_pass_that_made_it(texts: list[str]) -> None:
    seen = [{"a": text} for text in texts] * 20
    counts = counted((NAME, 1, properties) for properties in seen)
    shapes = [ShapeCount(*key, number) for key, number in counts.shapes.items()]
    made = generate(NAME, seen_of(shapes, [])[NAME])
    strict = Plan({NAME: type(made)(NAME, 1, made.schema, "freeze", "freeze")})
    assert [strict.check(NAME, properties).reason for properties in seen] == [None] * len(seen)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), _JSON, max_size=3), min_size=1, max_size=8))
def test_a_generated_plan_lets_everything_pass_that_made_it(seen: list[dict[str, Any]]) -> None:
    counts = counted((NAME, 1, properties) for properties in seen)
    shapes = [ShapeCount(*key, number) for key, number in counts.shapes.items()]
    words = [
        WordCount(name, path, word, *taken)
        for (name, path), known in counts.words.items()
        for word, taken in known.items()
    ]
    made = generate(NAME, seen_of(shapes, words)[NAME])
    for word in WORDS:
        strict = Plan({NAME: type(made)(NAME, 1, made.schema, word, word)})
        for properties in seen:
            if len(shape_of(properties)) < 100:
                assert strict.check(NAME, properties).reason is None
                assert strict.check(NAME, properties).kept is None
