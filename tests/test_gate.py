"""The gate: its order, consent, the cap, and quiet hours on every clock there is."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percorso.execution.address import address, is_email
from percorso.execution.gate import Asking, Defer, GateRules, Pass, Refuse, gate, quiet_until
from percorso.model.consent import Choice
from percorso.model.decision import Refusal
from percorso.model.event import Order
from percorso.model.message import Message
from percorso.model.person import NOBODY, Facts, Node, Profile, Stamped
from percorso.model.play import Intent
from percorso.model.time import DAY, HOUR, MINUTE, from_datetime, to_datetime

ROME = ZoneInfo("Europe/Rome")
RULES = GateRules(zone="Europe/Rome", cap_day=2, cap_week=4)


def at(*when: int, zone: ZoneInfo = ROME, fold: int = 0) -> int:
    return from_datetime(datetime(*when, tzinfo=zone, fold=fold))  # type: ignore[misc,arg-type]


NOON = at(2026, 3, 2, 12)
NIGHT = at(2026, 3, 2, 23)


def person(*, consents: dict[str, Any] | None = None, **traits: Any) -> Profile:
    said = {name: Stamped(1, 0, "m", value) for name, value in traits.items()}
    chosen = {key: (Choice(1, 0, "m", state, "user_id:ada", "web"),) for key, state in (consents or {}).items()}
    return Profile(facts=Facts(traits=said), consents=chosen)


def message(purpose: str | None = None) -> Message:
    return Message(
        message_id="m",
        business_key="k",
        decision_id="d",
        node_id="n",
        channel="email",
        play="p",
        play_version=1,
        intent="serve" if purpose is None else "ask",
        purpose=purpose,
        facts={},
        created_at=NOON - DAY,
        due_at=NOON - DAY,
        expires_at=NOON + DAY,
    )


ASKING = Asking(
    message=message("feedback"), profile=NOBODY, address="a@example.com", suppressed=False, sent_day=0, sent_week=0
)


def test_what_is_allowed_passes() -> None:
    assert gate(ASKING, RULES, NOON) == Pass()


def test_the_first_reason_in_order_is_told() -> None:
    """Everything is wrong at once; mending one thing after the other shows the order of the checks."""
    worst = replace(
        ASKING,
        message=replace(message("marketing"), expires_at=NIGHT),
        address=None,
        suppressed=True,
        sent_day=9,
        sent_week=9,
    )
    told: list[object] = [gate(worst, RULES, NIGHT)]
    for mended in (
        {"address": "a@example.com"},
        {"profile": person(consents={"marketing/email": "granted"})},
        {"suppressed": False},
        {"message": replace(message("marketing"), expires_at=NIGHT + DAY)},
        {"sent_day": 0, "sent_week": 0},
    ):
        worst = replace(worst, **mended)
        told.append(gate(worst, RULES, NIGHT))
    assert told == [
        Refuse(Refusal.NO_ADDRESS),
        Refuse(Refusal.NO_CONSENT),
        Refuse(Refusal.SUPPRESSED),
        Refuse(Refusal.EXPIRED),
        Refuse(Refusal.CAP),
        Defer(at(2026, 3, 3, 8)),
    ]


@pytest.mark.parametrize(
    ("purpose", "said", "passes"),
    [
        (None, {}, True),
        (None, {"feedback/email": "withdrawn"}, True),
        ("feedback", {}, True),
        ("feedback", {"feedback/email": "withdrawn"}, False),
        ("feedback", {"feedback/email": "denied"}, False),
        ("feedback", {"feedback/sms": "withdrawn"}, True),
        ("marketing", {}, False),
        ("marketing", {"marketing/email": "granted"}, True),
        ("marketing", {"marketing/sms": "granted"}, False),
        ("a purpose nobody listed", {}, False),
    ],
)
def test_consent_is_by_purpose_and_channel(purpose: str | None, said: dict[str, Any], passes: bool) -> None:
    asking = replace(ASKING, message=message(purpose), profile=person(consents=said))
    assert gate(asking, RULES, NOON) == (Pass() if passes else Refuse(Refusal.NO_CONSENT))


@pytest.mark.parametrize(("day", "week", "passes"), [(1, 3, True), (2, 2, False), (0, 4, False)])
def test_the_cap_counts_a_day_and_a_week(day: int, week: int, passes: bool) -> None:
    asking = replace(ASKING, sent_day=day, sent_week=week)
    assert gate(asking, RULES, NOON) == (Pass() if passes else Refuse(Refusal.CAP))
    service = replace(asking, message=message(None))
    assert gate(service, RULES, NOON) == Pass()


def test_a_message_expires_at_its_time() -> None:
    asking = replace(ASKING, message=replace(message(), expires_at=NOON))
    assert gate(asking, RULES, NOON) == Refuse(Refusal.EXPIRED)
    assert gate(asking, RULES, NOON - 1) == Pass()


def test_night_is_the_persons_night() -> None:
    """At noon in Rome it is four in the morning in Los Angeles (daylight time there begins on 8 March)."""
    away = replace(ASKING, profile=person(timezone="America/Los_Angeles"))
    assert gate(away, RULES, at(2026, 3, 2, 12)) == Defer(at(2026, 3, 2, 8, zone=ZoneInfo("America/Los_Angeles")))


@pytest.mark.parametrize("zone", ["Nowhere/At all", "../etc/passwd", "", "Europe", 7, "a\x00b"])
def test_a_zone_that_is_none_is_the_companys(zone: object) -> None:
    assert gate(replace(ASKING, profile=person(timezone=zone)), RULES, NIGHT) == Defer(at(2026, 3, 3, 8))


def test_service_messages_wait_for_the_morning_too() -> None:
    assert gate(replace(ASKING, message=message(None)), RULES, NIGHT) == Defer(at(2026, 3, 3, 8))


# quiet hours

QUIET = (time(21), time(8))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(2026, 3, 2, 20, 59, 59), None),
        (at(2026, 3, 2, 21), at(2026, 3, 3, 8)),
        (at(2026, 3, 2, 23, 59, 59), at(2026, 3, 3, 8)),
        (at(2026, 3, 3, 0), at(2026, 3, 3, 8)),
        (at(2026, 3, 3, 7, 59, 59), at(2026, 3, 3, 8)),
        (at(2026, 3, 3, 8), None),
        (at(2026, 12, 31, 22), at(2027, 1, 1, 8)),
        # The clocks change in these nights: the morning is at 8 all the same, 10 and 12 hours after 21.
        (at(2026, 3, 28, 21), at(2026, 3, 28, 21) + 10 * HOUR),
        (at(2026, 10, 24, 21), at(2026, 10, 24, 21) + 12 * HOUR),
    ],
)
def test_quiet_hours_span_midnight_and_changes_of_the_clock(now: int, until: int | None) -> None:
    assert quiet_until(now, ROME, *QUIET) == until


def test_equal_ends_mean_no_quiet_hours() -> None:
    assert all(quiet_until(at(2026, 3, 2, hour), ROME, time(8), time(8)) is None for hour in range(24))


def test_an_end_that_the_clock_skips_comes_after_the_gap() -> None:
    until = quiet_until(at(2026, 3, 29, 1, 45), ROME, time(1), time(2, 30))
    assert until is not None
    assert to_datetime(until).astimezone(ROME) == datetime(2026, 3, 29, 3, 30, tzinfo=ROME)


def test_an_end_that_the_clock_shows_twice_never_lies_in_the_past() -> None:
    second_time = at(2026, 10, 25, 2, 10, fold=1)
    assert quiet_until(second_time, ROME, time(1), time(2, 30)) == at(2026, 10, 25, 2, 30, fold=1)


times = st.times(timezones=st.none()).map(lambda t: t.replace(second=0, microsecond=0))


@given(
    zone=st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})),
    now=st.datetimes(datetime(2015, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)),
    start=times,
    end=times,
)
def test_quiet_hours_on_any_clock(zone: str, now: datetime, start: time, end: time) -> None:
    """The end is later than now, within a day and a bit, and when it comes the quiet hours are over or the clock jumped."""
    here = ZoneInfo(zone)
    until = quiet_until(from_datetime(now), here, start, end)
    local = now.astimezone(here).time()
    inside = start <= local < end if start <= end else local >= start or local < end
    assert (until is not None) == inside
    if until is not None:
        assert from_datetime(now) < until <= from_datetime(now) + DAY + 3 * HOUR
        shown = to_datetime(until).astimezone(here)
        skipped = shown.time() != end
        assert not skipped or _jumps(shown, here)


def _jumps(shown: datetime, zone: ZoneInfo) -> bool:
    before = (shown - timedelta(hours=26)).astimezone(UTC).astimezone(zone)
    offsets = {(before + timedelta(hours=h)).astimezone(UTC).astimezone(zone).utcoffset() for h in range(30)}
    return len(offsets) > 1


# addresses


def node(kind: str, value: str, seen: int) -> Node:
    profile = Profile(facts=Facts(events=1, first=Order(seen, 0, "m"), last=Order(seen, 0, "m")))
    return Node(value, kind, value, "p", None, {}, profile)


def test_the_address_is_an_identifier_of_the_person() -> None:
    nodes = [node("email", "old@example.com", 1), node("email", "new@example.com", 2), node("phone", "+39055", 9)]
    assert address("email", person(email="Old@Example.com"), nodes) == "Old@Example.com"
    assert address("email", person(email="elsewhere@example.com"), nodes) == "new@example.com"
    assert address("email", NOBODY, nodes) == "new@example.com"
    assert address("email", person(email="not an address"), nodes) == "new@example.com"
    assert address("email", person(email=None), []) is None
    assert address("sms", person(email="old@example.com"), nodes) is None


def test_what_a_person_told_counts_alone_while_they_have_no_email_identifier() -> None:
    phone = node("phone", "+39055", 9)
    assert address("email", person(email=" told@example.com "), [phone]) == "told@example.com"
    assert address("email", person(email="told@example.com"), [phone, node("email", "a b", 1)]) is None


@pytest.mark.parametrize(
    "text",
    ["a@b\r\nBcc: c@d", "a@b, c@d", "a b@c", "<a@b>", "@b", "a@", "a", "", "-oX@b", "a@b;c@d", "x" * 250 + "@b.it"],
)
def test_no_address_carries_a_second_one_or_a_header(text: str) -> None:
    assert not is_email(text)


def test_minutes_are_minutes() -> None:
    assert quiet_until(at(2026, 3, 3, 7, 59), ROME, *QUIET) == at(2026, 3, 3, 7, 59) + MINUTE


# what the person wishes


@pytest.mark.parametrize(
    ("wished", "had", "passes"),
    [
        ({"contact_per_week": 1}, {"sent_week": 0}, True),
        ({"contact_per_week": 1}, {"sent_week": 1}, False),
        ({"contact_per_week": 90}, {"sent_week": 4}, False),  # more than the company allows itself
        ({"contact_per_month": 2}, {"sent_month": 1}, True),
        ({"contact_per_month": 2}, {"sent_month": 2}, False),
        ({"contact_per_week": "many", "contact_per_month": True}, {"sent_month": 9}, True),
    ],
)
def test_a_person_may_want_fewer_messages(wished: dict[str, Any], had: dict[str, int], passes: bool) -> None:
    asking = replace(ASKING, profile=person(**wished), **had)
    assert gate(asking, RULES, NOON) == (Pass() if passes else Refuse(Refusal.CAP))
    assert gate(replace(asking, message=message(None)), RULES, NOON) == Pass(), "service has no cap"


def test_a_pause_lasts_until_its_day_on_the_persons_calendar() -> None:
    asking = replace(ASKING, profile=person(contact_pause_until="2026-03-03"))
    assert gate(asking, RULES, NOON) == Refuse(Refusal.PAUSED)
    assert gate(replace(asking, message=message(None)), RULES, NOON) == Pass()
    morning = at(2026, 3, 3, 9)
    later = replace(asking, message=replace(message("feedback"), expires_at=morning + DAY))
    assert gate(later, RULES, morning) == Pass()
    assert gate(replace(ASKING, profile=person(contact_pause_until="one day")), RULES, NOON) == Pass()


def test_the_hours_of_a_person_go_before_the_quiet_ones() -> None:
    evening = person(contact_from="18:00", contact_until="22:30")
    assert gate(replace(ASKING, profile=evening), RULES, NOON) == Defer(at(2026, 3, 2, 18))
    assert gate(replace(ASKING, profile=evening), RULES, at(2026, 3, 2, 22)) == Pass()
    worker = person(contact_from="22:00", contact_until="06:00")
    assert gate(replace(ASKING, profile=worker), RULES, NIGHT) == Pass()
    assert gate(replace(ASKING, profile=worker), RULES, NOON) == Defer(at(2026, 3, 2, 22))
    assert gate(replace(ASKING, profile=person(contact_from="18:00")), RULES, NIGHT) == Defer(at(2026, 3, 3, 8))


@pytest.mark.parametrize(("intent", "passes"), [("serve", True), ("ask", True), ("sell", False), ("entertain", False)])
def test_who_is_not_to_be_singled_out_is_neither_sold_to_nor_entertained(intent: Intent, passes: bool) -> None:
    asking = replace(
        ASKING,
        message=replace(message("feedback"), intent=intent),
        profile=person(consents={"profiling/*": "denied"}),
    )
    assert gate(asking, RULES, NOON) == (Pass() if passes else Refuse(Refusal.NO_PROFILING))
