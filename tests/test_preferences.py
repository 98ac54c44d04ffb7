"""A person's own page: who may open it, what it records, and that what it records is obeyed."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI

from percorso.execution.answer import Answer, Signer, preferences_path
from percorso.execution.gate import Asking, GateRules, gate
from percorso.execution.preferences import read_form
from percorso.http.app import create_app
from percorso.http.preferences import preference_router
from percorso.main.company import Company
from percorso.model.decision import Refusal
from percorso.model.message import Message
from percorso.model.person import Profile, merge_all
from percorso.model.time import DAY
from tests.http_client import services_for, take, track


@pytest.fixture
def ada(company: Company) -> str:
    """The link to the page of somebody with a customer number, an address and a device."""
    traits = {"email": "ada@example.com", "firstName": "Ada"}
    take(
        company,
        {"type": "identify", "messageId": "i1", "userId": "u1", "anonymousId": "d1", "traits": traits},
        track("Order Completed", "o1", properties={"order_id": "A-1", "revenue": 10}),
    )
    return link(company)


def link(company: Company, q: str = "user_id:u1") -> str:
    (person,) = company.people.find(q, 2)
    node = next(one for one in company.people.nodes(person.person_id) if one.value == q.partition(":")[2])
    return preferences_path(node.node_id, "it", Signer(company.facts.secret), company.clock.now())


def app_of(company: Company) -> FastAPI:
    company.preferences._patience_s = 0.0  # nothing is folded while a test waits
    return create_app(
        services_for(company), [preference_router(company.preferences, company.facts.name, company.civil)]
    )


def call(company: Company, method: str, path: str, body: str | None = None, **headers: str) -> httpx.Response:
    """One request of any browser, without cookies or headers of ours; what it records is folded."""

    async def one() -> httpx.Response:
        company.collector.start()
        transport = httpx.ASGITransport(app_of(company))
        async with httpx.AsyncClient(transport=transport, base_url="http://percorso.test") as client:
            given = {"content-type": "application/x-www-form-urlencoded", **headers}
            return await client.request(method, path, content=body, headers=given)

    answer = asyncio.run(one())
    company.processor.drain()
    return answer


def post(company: Company, path: str, *fields: tuple[str, str], **others: str) -> httpx.Response:
    return call(company, "POST", path, urlencode([*fields, *others.items()]))


def profile(company: Company, q: str = "user_id:u1") -> Profile:
    (person,) = company.people.find(q, 2)
    return merge_all(node.profile for node in company.people.nodes(person.person_id))


def allows(company: Company, purpose: str, channel: str) -> bool:
    return company.preferences.allowed.allows(profile(company).consents, purpose, channel, company.clock.now())


def choices(company: Company) -> list[Mapping[str, Any]]:
    company.notary.drain()
    return [row.said() for row in sorted(company.consents.all())]


def ticked(page: str) -> dict[str, bool]:
    found = re.findall(r'type="checkbox" name="allow" value="([^"]+)"( checked)?', page)
    return {key: bool(checked) for key, checked in found}


def form(page: str, **changed: bool) -> list[tuple[str, str]]:
    """The form as it stands on a page, some ticks changed."""
    ticks = {**ticked(page), **{key.replace("__", "/"): value for key, value in changed.items()}}
    return [*(("asked", key) for key in ticks), *(("allow", key) for key, yes in ticks.items() if yes)]


# the page


@pytest.mark.parametrize(("accept", "heading"), [("it-IT,it;q=0.9", "Le mie preferenze"), ("en-GB", "My preferences")])
def test_the_page_speaks_the_language_of_the_browser(company: Company, ada: str, accept: str, heading: str) -> None:
    answer = call(company, "GET", ada, **{"accept-language": accept})
    assert (answer.status_code, f"<h1>{heading}</h1>" in answer.text, "Ada" in answer.text) == (200, True, True)


def test_a_switch_goes_before_the_browser_and_the_message_after_it(company: Company, ada: str) -> None:
    assert '<html lang="en">' in call(company, "GET", f"{ada}?lang=en", **{"accept-language": "it"}).text
    assert '<html lang="en">' in call(company, "GET", ada, **{"accept-language": "it;q=0.3, en;q=0.8"}).text
    assert '<html lang="it">' in call(company, "GET", ada, **{"accept-language": "fr"}).text


def test_the_page_runs_nothing_and_is_kept_nowhere(company: Company, ada: str) -> None:
    answer = call(company, "GET", ada)
    assert "<script" not in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert (answer.headers["referrer-policy"], answer.headers["x-robots-tag"]) == ("no-referrer", "noindex")


def test_looking_changes_nothing(company: Company, ada: str) -> None:
    before = profile(company)
    for path in (ada, f"{ada}/data", f"{ada}/erase"):
        assert call(company, "GET", path).status_code == 200
    assert profile(company) == before


@pytest.mark.parametrize("path", ["/p/nonsense", "/p/nonsense/data", "/p/nonsense/erase"])
def test_only_a_signed_link_opens_it(company: Company, ada: str, path: str) -> None:
    assert call(company, "GET", path).status_code == 403
    assert call(company, "GET", ada[:-1] + ("A" if ada[-1] != "A" else "B")).status_code == 403
    foreign = preferences_path("n", "it", Signer(b"another"), company.clock.now())
    assert call(company, "GET", foreign).status_code == 403


def test_a_link_that_answers_a_message_opens_no_page_and_the_reverse(company: Company, ada: str) -> None:
    signer, later = Signer(company.facts.secret), company.clock.now() + DAY
    why = signer.sign(Answer(message_id="m", play="p", kind="why", value="", language="it"), expires_at=later)
    assert call(company, "GET", f"/p/{why}").status_code == 403
    gone = preferences_path("nobody", "it", signer, company.clock.now())
    assert call(company, "GET", gone).status_code == 404


# what it records


def test_ticks_are_what_holds_and_only_what_changes_is_recorded(company: Company, ada: str) -> None:
    page = call(company, "GET", ada).text
    assert ticked(page)["marketing/email"] is False
    assert ticked(page)["feedback/email"] is True
    answer = post(company, f"{ada}?lang=en", *form(page, marketing__email=True, feedback__email=False))
    assert answer.status_code == 200
    assert (allows(company, "marketing", "email"), allows(company, "marketing", "sms")) == (True, False)
    assert (allows(company, "feedback", "email"), allows(company, "feedback", "sms")) == (False, True)
    told = choices(company)
    assert sorted((one["purpose"], one["channel"], one["state"]) for one in told) == [
        ("feedback", "email", "denied"),
        ("marketing", "email", "granted"),
    ]
    granted = next(one for one in told if one["state"] == "granted")
    assert granted["source"] == "percorso"
    assert (granted["mechanism"], granted["basis"], granted["language"]) == ("preference_centre", "consent", "en")
    assert (granted["text_version"], len(granted["text_hash"])) == ("preference_centre/1", 64)
    again = call(company, "GET", ada).text
    assert ticked(again)["marketing/email"] is True
    post(company, ada, *form(again))
    assert len(choices(company)) == 2
    post(company, ada, *form(again, marketing__email=False))
    assert choices(company)[-1]["state"] == "withdrawn"


def test_a_yes_on_the_page_counts_whichever_identifier_said_no(company: Company, ada: str) -> None:
    said = {"purpose": "marketing", "channel": "email", "status": "withdrawn"}
    take(
        company,
        track("Consent Updated", "c1", user=None, anonymousId="d1", properties=said),
        track("Consent Updated", "c2", user=None, context={"traits": {"email": "ada@example.com"}}, properties=said),
        track("Consent Updated", "c3", properties={**said, "purpose": "*"}),
    )
    assert not allows(company, "marketing", "email")
    post(company, ada, *form(call(company, "GET", ada).text, marketing__email=True))
    assert allows(company, "marketing", "email")


def test_one_step_stops_everything(company: Company, ada: str) -> None:
    post(company, ada, *form(call(company, "GET", ada).text, marketing__email=True))
    answer = post(company, ada, do="stop")
    assert answer.status_code == 200
    assert not any(ticked(call(company, "GET", ada).text).values())
    assert not any(allows(company, purpose, "email") for purpose in ("marketing", "feedback", "profiling"))


def test_how_often_when_and_in_which_language_is_kept(company: Company, ada: str) -> None:
    wish = {"often": "week 2", "from": "18:00", "until": "21:30", "pause_until": "2099-01-01", "language": "en"}
    post(company, ada, **wish)
    traits = {name: said.value for name, said in profile(company).facts.traits.items()}
    assert traits["contact_per_week"] == 2
    assert (traits["contact_from"], traits["contact_until"]) == ("18:00", "21:30")
    assert (traits["contact_pause_until"], traits["language"]) == ("2099-01-01", "en")
    page = call(company, "GET", ada).text
    assert '<option value="week 2" selected>' in page
    assert '<option value="18:00" selected>18:00</option>' in page
    assert '<option value="2099-01-01" selected>Fino al 1 gennaio 2099</option>' in page
    post(company, ada, **{**wish, "often": "", "from": "", "until": "", "pause_until": ""})
    assert profile(company).facts.traits["contact_per_week"].value is None
    assert '<option value="" selected>' in call(company, "GET", ada).text


@pytest.mark.parametrize(
    "fields",
    [
        {"often": "year 1"},
        {"often": "week 1000"},
        {"from": "25:00", "until": "99"},
        {"pause_until": "tomorrow"},
        {"language": "xx"},
    ],
)
def test_what_cannot_be_read_changes_nothing(company: Company, ada: str, fields: dict[str, str]) -> None:
    assert read_form({name: [value] for name, value in fields.items()}).traits == {}
    assert post(company, ada, **fields).status_code == 200


def test_a_purpose_that_is_not_the_companys_cannot_be_chosen(company: Company, ada: str) -> None:
    post(company, ada, ("asked", "evil/email"), ("allow", "evil/email"))
    assert choices(company) == []
    assert call(company, "POST", ada, "\xff\xfe not a form").status_code == 200


def test_what_is_wished_is_obeyed(company: Company, ada: str) -> None:
    post(company, ada, *form(call(company, "GET", ada).text, marketing__email=True), pause_until="2099-01-01")
    now = company.clock.now()
    message = Message(
        message_id="m",
        business_key="k",
        decision_id="d",
        node_id="n",
        channel="email",
        play="p",
        play_version=1,
        intent="sell",
        purpose="marketing",
        facts={},
        created_at=now,
        due_at=now,
        expires_at=now + DAY,
    )
    rules = GateRules(zone="Europe/Rome", permissions=company.preferences.allowed)
    asking = Asking(
        message=message, profile=profile(company), address="a@example.com", suppressed=False, sent_day=0, sent_week=0
    )
    verdict = gate(asking, rules, now)
    assert getattr(verdict, "reason", None) is Refusal.PAUSED


# one's own data


def test_the_download_tells_what_is_known(company: Company, ada: str) -> None:
    post(company, ada, *form(call(company, "GET", ada).text, marketing__email=True))
    company.notary.drain()
    answer = call(company, "GET", f"{ada}/data")
    told = answer.json()
    assert "attachment" in answer.headers["content-disposition"]
    assert {(one["kind"], one["value"]) for one in told["identifiers"]} >= {
        ("user_id", "u1"),
        ("email", "ada@example.com"),
    }
    assert (told["orders"], told["traits"]["firstName"]["value"]) == (1, "Ada")
    assert told["consents"]["marketing"]["email"] == {"allowed": True, "state": "granted"}
    assert [one["state"] for one in told["choices"]] == ["granted"]


@pytest.mark.parametrize(
    ("language", "birthday", "pause"),
    [("it", "13 giugno 1989", "Fino al 1 gennaio 2099"), ("en", "13 June 1989", "Until 1 January 2099")],
)
def test_days_and_times_are_in_the_pages_language_whatever_the_browsers(
    company: Company, ada: str, language: str, birthday: str, pause: str
) -> None:
    traits = {"birthday": "1989-06-13", "first_name": "Ada", "slogan": "2026-99-99"}
    take(company, {"type": "identify", "userId": "u1", "messageId": "b1", "traits": traits})
    post(company, ada, **{"from": "18:15", "until": "21:30", "pause_until": "2099-01-01"})
    page = call(company, "GET", f"{ada}?lang={language}").text
    assert f"<dd>{birthday}</dd>" in page
    assert "<dd>2026-99-99</dd>" in page
    assert f">{pause}</option>" in page
    assert '<option value="18:15" selected>18:15</option>' in page
    assert 'type="date"' not in page
    assert 'type="time"' not in page


def test_what_people_wrote_is_text_on_their_page(company: Company) -> None:
    take(company, track("Form Submitted", "f1", context={"traits": {"firstName": "<b>Eve</b>", "x": "<script>"}}))
    page = call(company, "GET", link(company)).text
    assert "<b>Eve" not in page
    assert "<script" not in page


def test_a_wish_to_be_forgotten_is_asked_for_twice_and_recorded_once(company: Company, ada: str) -> None:
    sure = call(company, "GET", f"{ada}/erase?lang=en").text
    assert "Really erase everything?" in sure
    for _ in range(2):
        assert "Request recorded" in post(company, f"{ada}/erase", lang="en").text
    assert profile(company).facts.counters["Erasure Requested"] == 1
