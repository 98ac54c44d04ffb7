"""For each property who looks at it: found from the configuration and the definitions, and each part's word for it checked."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percorso.adapters import projection
from percorso.adapters.packs import load_packs, shipped_packs
from percorso.cli.app import run
from percorso.data.consent import Voices, fold_consents
from percorso.data.personal import PersonalKind, personal, risks
from percorso.data.profile import READS as PROFILE_READS
from percorso.data.profile import fold_facts
from percorso.data.shapes import TEXT_FORMATS
from percorso.execution.answer import ABOUT, Answer, answer_item
from percorso.execution.reads import template_properties
from percorso.execution.receipt import receipt
from percorso.insight import map_tables
from percorso.insight.dimensions import DIMENSIONS
from percorso.insight.trouble import TROUBLES
from percorso.main.company import Company, open_company
from percorso.main.opener import MainOpener
from percorso.model.condition import Condition, given_name
from percorso.model.dispatch import Dispatch
from percorso.model.identity import IdentityRules
from percorso.model.message import MessageState
from percorso.model.person import Facts
from percorso.model.play import MessageTemplate
from percorso.model.subject import EventSubject
from percorso.model.tables import EVENTS, PROPERTIES_IN
from percorso.model.time import to_iso
from percorso.model.use import EVERYTHING, Reading, Use, UseKind
from percorso.pipeline.uses import Readers, readings
from percorso.settings import Settings
from tests.doc_runner import ROOT
from tests.events import event
from tests.http_client import Browser, app_for, signed_in, take, track
from tests.test_answer import ANSWER, MESSAGE, WHO
from tests.test_conditions import conditions, subjects

ORDER = {
    "order_id": "o1",
    "revenue": 20,
    "currency": "EUR",
    "gift_note": "for Ada",
    "buyer": {"e_mail": "ada@example.com", "level": 3},
    "payment": "card",
}


def send(company: Company, *items: dict[str, Any]) -> None:
    at = to_iso(company.clock.now())
    take(company, *[{**item, "timestamp": at} for item in items], source="shop")
    company.tallier.drain()


@pytest.fixture
def viewer(company: Company) -> Browser:
    return signed_in(company, app_for(company), "viewer")


def uses(viewer: Browser, **asked: Any) -> dict[tuple[str, str], dict[str, Any]]:
    found = viewer.get("/api/plan/uses", params=asked).json()["properties"]
    return {(one["event"], one["path"]): one for one in found}


def users(record: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {(use["kind"], use["id"]) for use in record["uses"]}


def test_each_property_says_who_looks_at_it(company: Company, viewer: Browser) -> None:
    call = {"wait_s": 20, "queue": "sales", "mood_of_agent": 2}
    send(company, track("Order Completed", "m1", properties=ORDER), track("Call Answered", "m2", properties=call))
    found = uses(viewer)
    assert ("profile", "profile") in users(found["Order Completed", "revenue"])
    assert {("kpi", "asa"), ("friction", "long_wait")} <= users(found["Call Answered", "wait_s"])
    assert ("dimension", "queue") in users(found["Call Answered", "queue"])
    assert users(found["Call Answered", "mood_of_agent"]) == users(found["Order Completed", "gift_note"]) == set()
    asa = next(use for use in found["Call Answered", "wait_s"]["uses"] if use["kind"] == "kpi")
    assert asa["name"]["en"] == "Average speed of answer"


def test_what_nobody_uses_is_told_with_its_risk_first(company: Company, viewer: Browser) -> None:
    send(company, *[track("Order Completed", f"m{n}", properties=ORDER) for n in range(3)])
    send(company, track("Order Completed", "m9", properties={"order_id": "o9", "gift_note": "x"}))
    told = viewer.get("/api/plan/uses", params={"unused": True}).json()
    seen = [(one["path"], one["personal"], one["events"], one["types"]) for one in told["properties"]]
    assert seen == [
        ("buyer", "email", 3, ["object"]),
        ("gift_note", None, 4, ["string"]),
        ("payment", None, 3, ["string"]),
    ]
    assert (told["total"], told["properties"][0]["rate"]) == (3, 0.75)
    assert {one["described"] for one in told["properties"] if one["path"] == "payment"} == {"pack"}
    buyer = uses(viewer, event="Order Completed")["Order Completed", "buyer.e_mail"]
    assert (buyer["personal"], buyer["types"]) == ("email", ["email"])
    assert viewer.get("/api/plan/uses", params={"limit": 1, "unused": True}).json()["total"] == 3


def test_a_property_is_used_in_the_events_whose_condition_names_them(company: Company, viewer: Browser) -> None:
    """`estimated_at` makes a delivery late; of another event nobody looks at it."""
    said = {"estimated_at": "2026-01-01T00:00:00Z"}
    send(company, track("Order Delivered", "m1", properties=said), track("Kiosk Touched", "m2", properties=said))
    found = uses(viewer)
    assert ("friction", "late_delivery") in users(found["Order Delivered", "estimated_at"])
    assert users(found["Kiosk Touched", "estimated_at"]) == set()


def test_a_plan_describes_and_does_not_use(company: Company, viewer: Browser) -> None:
    send(company, track("Kiosk Touched", "m1", properties={"screen": "home"}))
    assert uses(viewer)["Kiosk Touched", "screen"]["described"] is None
    company.planner.apply(company.planner.generated(["Kiosk Touched"]))
    assert uses(viewer, unused=True)["Kiosk Touched", "screen"]["described"] == "plan"


def test_imported_history_is_looked_at_where_it_ends(company: Company, viewer: Browser) -> None:
    old = {**track("Kiosk Touched", "m1", properties={"screen": "home"}), "timestamp": "2019-05-04T10:00:00Z"}
    take(company, old, historical=True)
    company.tallier.drain()
    told = viewer.get("/api/plan/uses").json()
    assert (told["until"], told["properties"][0]["first_seen"]) == ("2019-05-05", "2019-05-04")


def test_without_events_there_is_nothing_to_tell(viewer: Browser) -> None:
    told = viewer.get("/api/plan/uses").json()
    assert (told["total"], told["properties"]) == (0, [])


def test_who_may_see_it(company: Company) -> None:
    assert Browser(app_for(company)).get("/api/plan/uses").status_code == 401


def test_the_command_line_tells_the_same(
    company_dir: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_company(company_dir, settings) as company:
        send(company, track("Order Completed", "m1", properties=ORDER))

    def ask(*words: str) -> str:
        capsys.readouterr()
        assert run(MainOpener(), ["plan", "uses", "--dir", str(company_dir), *words]) == 0
        return capsys.readouterr().out

    unused = json.loads(ask("--unused", "--json"))
    assert [one["property"] for one in unused] == ["buyer", "gift_note", "payment"]
    assert unused[0] | {"first_seen": ""} == {
        **{"event": "Order Completed", "property": "buyer", "types": ["object"], "events": 1, "rate": 1.0},
        **{"first_seen": "", "personal": "email", "described": None, "uses": []},
    }
    table = ask("--event", "Order Completed")
    assert re.search(r"revenue +integer .*profile", table)


def template(**body: str) -> MessageTemplate:
    return MessageTemplate(channel="email", subject={"en": "{{ event.properties.subject_of }}"}, body=body)


def test_the_variables_of_a_template_are_found_in_every_language() -> None:
    body = """{% assign order = event.properties.order %}{{ order.id }} {{ event['properties'].q | default: person.name }}
        {% for line in event.properties.lines %}{{ line.name }}{% endfor %}{{ event.properties.rows[0].price }}
        {% if event.properties.late %}{{ event.properties.by[person.name] }}{% endif %}{{ links.why }}{{ event.name }}"""
    found = template_properties(template(en=body, it="{{ event.properties.nota }}"))
    assert found == {"subject_of", "order", "q", "lines", "rows.*.price", "late", "by", "nota"}


@pytest.mark.parametrize(
    "body", ["{{ event }}", "{{ event.properties }}", "{% assign e = event %}{{ e.properties.a }}"]
)
def test_a_template_that_takes_the_whole_event_reads_all_of_it(body: str) -> None:
    assert EVERYTHING in template_properties(template(en=body))


def test_a_template_that_is_no_liquid_may_read_anything() -> None:
    assert template_properties(template(en="{% if %}")) == {EVERYTHING}


class Watched(dict[str, Any]):
    """Properties that remember what they were asked for."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        super().__init__(given)
        self.asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)


@given(conditions, subjects)
def test_a_reading_tells_every_property_that_its_condition_asks_for(
    condition: Condition, subject: EventSubject
) -> None:
    """Against the thing itself: what is asked of an event when the condition is put to it, as processing does."""
    watched = Watched(subject.event.properties)
    subject = EventSubject(
        subject.event._replace(properties=watched), subject.touchpoint, subject.channel, subject.phase
    )
    Dispatch([(condition, 1)]).first(subject.event.name, subject)
    told = {
        path.split(".")[0] for path, _ in Reading(use=Use(kind="play", id="p"), when=condition).of(subject.event.name)
    }
    assert watched.asked <= told


@given(conditions, st.sampled_from(["Order Completed", "Kiosk Touched"]))
def test_finding_readers_by_name_misses_none(condition: Condition, name: str) -> None:
    reading = Reading(use=Use(kind="play", id="p"), when=condition, paths=("a",))
    assert bool(Readers([reading]).of(name)) == bool(list(reading.of(name)))
    if given_name(condition, name) is not False:
        assert ("a", True) in {(path, inside) for _, path, inside in Readers([reading]).of(name)}


@pytest.mark.parametrize("name", ["Order Completed", "Order Refunded", "Consent Updated"])
def test_the_profile_reads_what_it_says(name: str) -> None:
    watched = Watched({})
    told = event(name, properties=watched)
    fold_facts(Facts(), [(told, None)], "EUR")
    fold_consents({}, [(told, None)], Voices(IdentityRules()))
    assert watched.asked == set(PROFILE_READS[name])


def test_the_columns_read_off_properties_are_those_of_the_projection() -> None:
    read = {path.removeprefix("properties.") for path in projection._PATHS if path.startswith("properties.")}
    assert {name for names in PROPERTIES_IN.values() for name in names} == read | {EVERYTHING}
    assert all(
        not name or f"properties.{name}" in EVENTS[column].about
        for column, names in PROPERTIES_IN.items()
        for name in names
    )


def test_what_percorso_writes_itself_is_never_called_unused(company: Company, viewer: Browser) -> None:
    """Receipts and answers, of a play that offers choices, sent in as they are made."""
    play = next(play for play in company.config.plays if play.choices)
    message = replace(MESSAGE, play=play.id, purpose="marketing", facts={"properties": dict.fromkeys(ABOUT, "1")})
    given = [{"kind": "csat", "value": "4"}, {"kind": "nps", "value": "9"}, {"kind": "stop", "value": ""}]
    given += [{"kind": "choice", "value": choice.id} for choice in play.choices]
    answers: list[Answer] = [replace(ANSWER, play=play.id, **cast(Any, answer)) for answer in given]
    items = [answer_item(answer, message, play, WHO) for answer in answers]
    states = (MessageState.ACCEPTED, MessageState.REJECTED, MessageState.UNKNOWN)
    items += [receipt(message, state, WHO, company.clock.now(), "why")[1] for state in states]
    send(company, *[{**item, "messageId": f"own{number}"} for number, item in enumerate(items)])
    assert {name for name, _ in uses(viewer)} >= {
        "Survey Answered",
        "Consent Updated",
        "Message Sent",
        "Message Failed",
    }
    assert uses(viewer, unused=True) == {}


def test_the_map_reads_what_it_says(company: Company) -> None:
    """Every property that the map's tables name in their code is among those they tell."""
    source = Path(map_tables.__file__).read_text()
    named = {
        name
        for column, names in PROPERTIES_IN.items()
        if re.search(rf"(rows|said|row)\.{column}\b", source)
        for name in names
    }
    told = {path for paths in map_tables.READS.values() for path in paths}
    assert named <= told
    assert len(re.findall(r"property_(?:text|number)\((?!work)", source)) == 0


def test_every_shipped_pack_can_be_read(company: Company) -> None:
    for pack in shipped_packs():
        found = readings(load_packs([pack]))
        whole = [reading.use for reading in found if EVERYTHING in reading.paths]
        assert whole == [], "a template that takes the whole event hides what nobody uses"


def test_everything_told_has_its_words() -> None:
    """In the docs and, both languages side by side, in the UI."""
    docs = (ROOT / "docs/plan.md").read_text()
    assert [kind for kind in get_args(UseKind) if f"`{kind}`" not in docs] == []
    words = "".join(path.read_text() for path in (ROOT / "web/src/i18n/words").glob("*.ts"))
    keys = [f"uses.kind.{kind}" for kind in get_args(UseKind)]
    keys += [f"uses.personal.{kind}" for kind in get_args(PersonalKind)]
    keys += [f"plan.json.{name}" for name in TEXT_FORMATS]
    keys += [f"kpi.by.{name}" for name in DIMENSIONS] + [f"friction.{name}" for name in TROUBLES]
    assert [key for key in keys if f'"{key}"' not in words] == []


@pytest.mark.parametrize(
    ("path", "kinds", "what"),
    [
        ("email", ["string"], "email"),
        ("customerEmail", ["string"], "email"),
        ("contact.mail", ["string"], "email"),
        ("answer", ["email", "string"], "email"),
        ("email_opened", ["boolean"], None),
        ("email_campaign", ["string"], None),
        ("telefono", ["integer"], "phone"),
        ("mobile_number", ["string"], "phone"),
        ("mobile", ["boolean"], None),
        ("hotel", ["string"], None),
        ("first_name", ["string"], "name"),
        ("cognome", ["string"], "name"),
        ("name", ["string"], None),
        ("product_name", ["string"], None),
        ("products.*.name", ["string"], None),
        ("prodotti.*.nome", ["string"], None),
        ("cliente.nome", ["string"], "name"),
        ("customer.name", ["string"], "name"),
        ("username", ["string"], "name"),
        ("address", ["object"], "address"),
        ("shipping.street", ["string"], "address"),
        ("CAP", ["string"], "address"),
        ("recap", ["string"], None),
        ("birthDate", ["date"], "birth"),
        ("data_di_nascita", ["string"], "birth"),
        ("codiceFiscale", ["string"], "tax"),
        ("CF", ["string"], "tax"),
        ("tax", ["number"], None),
        ("iban", ["string"], "payment"),
        ("span", ["string"], None),
        ("card_number", ["string"], "payment"),
        ("ipAddress", ["string"], "ip"),
        ("zip", ["string"], "address"),
        ("lat", ["number"], "place"),
        ("platform", ["string"], None),
        ("order_id", ["string"], None),
        ("*", ["string"], None),
    ],
)
def test_what_looks_like_a_persons_data(path: str, kinds: list[str], what: str | None) -> None:
    assert personal("Kiosk Touched", path, kinds) == what


@pytest.mark.parametrize(
    ("event", "others", "whose"),
    [
        ("Product Viewed", {"price": ["number"]}, None),
        ("Page Viewed", {}, None),
        ("Delivery Failed", {}, None),
        ("Contact Form Sent", {}, "name"),
        ("Lead Created", {}, "name"),
        ("Table Booked", {"telefono": ["string"]}, "name"),
        ("Table Booked", {"seat": ["object"], "seat.mail": ["string"]}, None),
    ],
)
def test_a_bare_name_is_a_persons_beside_a_persons_data(
    event: str, others: dict[str, list[str]], whose: str | None
) -> None:
    assert risks(event, {"name": ["string"], **others}).get("name") == whose


@given(st.text(max_size=30), st.lists(st.sampled_from(["string", "null", "email"]), max_size=2))
def test_any_path_can_be_looked_at(path: str, kinds: list[str]) -> None:
    assert personal("A", path, kinds) in {
        None,
        "email",
        "phone",
        "name",
        "address",
        "birth",
        "tax",
        "payment",
        "place",
        "ip",
    }
