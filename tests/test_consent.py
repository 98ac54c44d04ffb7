"""Consent: what choices come to, whoever of a person's identifiers made them and in whatever order they came."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percorso.adapters.sql.people import SqlPeople
from percorso.data.consent import Voice, Voices, choices, fold_consents
from percorso.model.config import Config
from percorso.model.consent import (
    ALL,
    Choice,
    Consents,
    Permissions,
    Purpose,
    choice_of,
    merge_consents,
    permissions,
)
from percorso.model.event import Event
from percorso.model.identity import IdentityRules, KindClass
from percorso.model.person import Profile, merge_all
from tests.drawn import drawn
from tests.events import event
from tests.folding import NOW as TODAY
from tests.folding import Folding

NOW = 1_000
BOTH = {"it": "-", "en": "-"}
ADVERTS = Purpose(
    id="advertising", name=BOTH, about=BOTH, basis="consent", needs_consent=True, signals=("gpc", "category:adverts")
)
MARKETING = Purpose(
    id="marketing", name=BOTH, about=BOTH, basis="consent", needs_consent=True, channels=("email", "sms")
)
PROFILING = Purpose(id="profiling", name=BOTH, about=BOTH, basis="legitimate_interests", needs_consent=False)
ALLOWED = permissions([ADVERTS, MARKETING, PROFILING], {})


def said(at: int, status: str = "granted", purpose: str = "marketing", channel: str = "email", **fields: Any) -> Event:
    """A choice, by a customer unless another identifier is given."""
    known = ("user_id", "anonymous_id", "traits", "context", "source", "historical")
    told = {name: value for name, value in fields.items() if name not in known}
    who = {name: value for name, value in fields.items() if name in known}
    properties = {"purpose": purpose, "channel": channel, "status": status, **told}
    return event(
        "Consent Updated", message_id=f"m{at}{who.get('user_id')}", occurred_at=at, properties=properties, **who
    )


VOICES_AS_USUAL = Voices(IdentityRules())


def fold(events: Sequence[Event], voices: Voices = VOICES_AS_USUAL) -> Consents:
    return fold_consents({}, [(one, None) for one in events], voices)


def folded(*events: Event, voices: Voices = VOICES_AS_USUAL) -> Consents:
    """A person of these events, each folded under the identifier that it names."""
    nodes: dict[Voice | None, list[Event]] = {}
    for one in events:
        nodes.setdefault(voices.of(one), []).append(one)
    parts = [fold(its, voices) for its in nodes.values()]
    return merge_all(Profile(consents=part) for part in parts).consents


def state(consents: Consents, purpose: str = "marketing", channel: str = "email", now: int = NOW) -> str | None:
    found = ALLOWED.choice(consents, purpose, channel, now)
    return None if found is None else found.state_at(now)


DEVICE = {"user_id": None, "anonymous_id": "device-1"}
ADDRESS = {"user_id": None, "traits": {"email": "ada@example.com"}}


# one identifier


def test_the_latest_choice_of_an_identifier_counts() -> None:
    yes_no_yes = [said(1), said(2, "withdrawn"), said(3)]
    assert [state(folded(*yes_no_yes[:count])) for count in (1, 2, 3)] == ["granted", "withdrawn", "granted"]
    assert state(folded(*reversed(yes_no_yes))) == "granted"


def test_a_choice_keeps_its_proof() -> None:
    told = {
        **{"basis": "consent", "text": "May we write?", "text_version": "privacy/3", "language": "it"},
        **{"mechanism": "form", "expires_at": "2027-01-01T00:00:00Z"},
    }
    (choice,) = folded(said(5, source="web", **told))["marketing/email"]
    assert choice._asdict() == {
        "occurred_at": 5,
        "tie": 0,
        "message_id": "m5None",
        "state": "granted",
        "voice": "user_id:u1",
        "source": "web",
        "basis": "consent",
        "text_version": "privacy/3",
        "text_hash": sha256(b"May we write?").hexdigest(),
        "language": "it",
        "mechanism": "form",
        "expires_at": 1_798_761_600_000_000,
        "by_key": None,
    }


def test_a_grant_ends_when_it_expires() -> None:
    consents = folded(said(1, expires_at="1970-01-01T00:00:01Z"))
    assert [state(consents, now=now) for now in (999_999, 1_000_000)] == ["granted", "expired"]
    assert not ALLOWED.allows(consents, "marketing", "email", 1_000_000)
    assert ALLOWED.allows(folded(said(1, expires_at="soon")), "marketing", "email", NOW) is False, "no end that holds"


@pytest.mark.parametrize(
    ("purpose", "channel", "allowed"),
    [
        ("marketing", "email", False),
        ("marketing", ALL, False),
        (ALL, ALL, False),
        ("all", "any", False),
        (ALL, "email", False),
        (ALL, "sms", True),
        ("marketing", "sms", True),
        ("profiling", ALL, True),
    ],
)
def test_taking_back_reaches_as_far_as_it_says(purpose: str, channel: str, allowed: bool) -> None:
    consents = folded(said(1), said(2, "withdrawn", purpose, channel))
    assert ALLOWED.allows(consents, "marketing", "email", NOW) is allowed


def test_a_consent_names_its_purpose() -> None:
    assert not ALLOWED.allows(folded(said(1, "granted", ALL, ALL)), "marketing", "email", NOW)
    assert ALLOWED.allows(folded(said(1, "granted", "marketing", ALL)), "marketing", "email", NOW)
    assert ALLOWED.allows(folded(said(1, "withdrawn", ALL, ALL), said(2)), "marketing", "email", NOW)


@pytest.mark.parametrize(
    "properties",
    [
        {"purpose": "marketing", "channel": "email"},
        {"purpose": "marketing", "channel": "email", "status": "perhaps"},
        {"purpose": 7, "channel": "email", "status": "granted"},
        {"purpose": "marketing", "channel": "e/mail", "status": "granted"},
        {"purpose": "m" * 100, "channel": "email", "status": "granted"},
    ],
)
def test_what_is_no_choice_is_none(properties: dict[str, Any]) -> None:
    assert fold([event("Consent Updated", properties=properties)]) == {}


def test_words_are_read_whatever_their_letters() -> None:
    assert state(folded(said(1, " Granted ", "Marketing", "EMAIL"))) == "granted"


def test_nobodys_choice_is_nobodys() -> None:
    assert list(choices(said(1, user_id=None), VOICES_AS_USUAL)) == []


# several identifiers


def test_of_several_identifiers_the_most_restrictive_counts() -> None:
    assert state(folded(said(1, **ADDRESS), said(2, "denied", **DEVICE))) == "denied"
    assert state(folded(said(2, **ADDRESS), said(1, "denied", **DEVICE))) == "denied", "an address is no person key"


def test_a_later_yes_of_the_person_key_counts() -> None:
    assert state(folded(said(1, "denied", **DEVICE), said(2))) == "granted"
    assert state(folded(said(2, "denied", **DEVICE), said(1))) == "denied"


def test_what_a_person_key_forbids_only_it_allows_again() -> None:
    assert state(folded(said(1, "withdrawn", user_id="u1"), said(2, user_id="u2"))) == "withdrawn"
    assert state(folded(said(1, "withdrawn"), said(2, **ADDRESS))) == "withdrawn"
    assert state(folded(said(1, "withdrawn", user_id="u1"), said(2, user_id="u2"), said(3, user_id="u1"))) == "granted"


def test_an_expired_yes_forbids_like_a_no() -> None:
    """Else a merge would let an old yes of somebody's other address back in."""
    expired = said(2, expires_at="1970-01-01T00:00:00.0005Z", **ADDRESS)
    assert state(folded(said(1, **DEVICE), expired)) == "expired"
    assert state(folded(said(1, **DEVICE), expired, said(3))) == "granted"


# signals


def signal(at: int, **consent: Any) -> Event:
    return event("Page Viewed", message_id=f"s{at}", occurred_at=at, context={"consent": consent})


def test_signals_land_in_the_same_place() -> None:
    consents = folded(signal(1, categoryPreferences={"Adverts": True}, tcf={"purposes": {"4": False}}, gpc=True))
    assert sorted(consents) == ["category:adverts/*", "gpc/*", "tcf:4/*"]
    assert [consents[key][0].mechanism for key in sorted(consents)] == ["banner", "gpc", "banner"]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([signal(1, categoryPreferences={"Adverts": True})], "granted"),
        ([signal(1, categoryPreferences={"Adverts": False})], "denied"),
        ([signal(1, categoryPreferences={"Adverts": True}), signal(2, gpc=True)], "denied"),
        ([said(1, purpose="advertising", channel="*"), signal(2, gpc=True)], "denied"),
        ([signal(1, gpc=True), said(2, purpose="advertising", channel="*")], "granted"),
        ([said(1, "withdrawn", "advertising", "*"), signal(2, categoryPreferences={"Adverts": True})], "withdrawn"),
        ([signal(1, categoryPreferences={"Others": False})], None),
    ],
)
def test_a_signal_forbids_from_then_on_and_allows_only_where_nothing_was_said(
    events: Sequence[Event], expected: str | None
) -> None:
    assert state(folded(*events), "advertising", "ads") == expected


# defaults


def test_what_needs_consent_is_denied_until_it_is_given() -> None:
    assert [ALLOWED.allows({}, purpose, ALL, NOW) for purpose in ("marketing", "advertising", "profiling", "else")] == [
        *(False, False, True, False)
    ]
    assert permissions([MARKETING], {"marketing": True}).allows({}, "marketing", "email", NOW)


def test_profiling_is_asked_of_nobody_where_it_is_not_declared() -> None:
    assert permissions([], {}).profiles({}, NOW)
    no = folded(said(1, "denied", "profiling", ALL))
    assert not permissions([], {}).profiles(no, NOW)
    assert not ALLOWED.profiles(no, NOW)


# histories

VOICES = (
    {"user_id": "u1"},
    {"user_id": "u2"},
    {"user_id": None, "traits": {"email": "a@example.com"}},
    {"user_id": None, "traits": {"phone": "+393331234567"}},
    {"user_id": None, "anonymous_id": "d1"},
    {"user_id": None, "anonymous_id": "d2"},
)
PURPOSES = ("marketing", "advertising", "profiling", ALL)
CHANNELS = ("email", "sms", "ads", ALL)
TIMES = st.integers(0, 2 * NOW)


@st.composite
def a_choice(draw: st.DrawFn) -> Event:
    """A choice or a signal of one of a few identifiers, at one of few times."""
    at, who = draw(TIMES), draw(st.sampled_from(VOICES))
    context = draw(
        st.sampled_from(
            [{}, {"consent": {"gpc": True}}]
            + [{"consent": {"categoryPreferences": {"adverts": yes}}} for yes in (True, False)]
        )
    )
    ends = draw(st.none() | st.integers(0, 2 * NOW))
    until = {} if ends is None else {"expires_at": f"1970-01-01T00:00:00.{ends:06d}Z"}
    return said(
        at,
        draw(st.sampled_from(["granted", "denied", "withdrawn"])),
        draw(st.sampled_from(PURPOSES)),
        draw(st.sampled_from(CHANNELS)),
        context=context,
        **until,
        **who,
    )._replace(message_id=f"m{draw(st.integers(0, 3))}", tie=draw(st.integers(0, 1)))


histories = st.lists(a_choice(), max_size=14)
asked = st.tuples(st.sampled_from(PURPOSES[:3]), st.sampled_from(CHANNELS), TIMES)


def alone(events: Sequence[Event]) -> Iterator[tuple[str, Consents]]:
    """What each identifier said, as if it were a person of its own."""
    for voice in sorted({named_by(one) for one in events}):
        yield voice, fold([one for one in events if named_by(one) == voice])


def named_by(event: Event) -> str:
    """Whom one of `VOICES` names; each names one."""
    said = {"user_id": event.user_id, "anonymous_id": event.anonymous_id, **event.traits}
    return next(f"{kind}:{value}" for kind, value in said.items() if value is not None)


@settings(max_examples=drawn(1_000, 10))
@given(histories, asked)
def test_no_merge_allows_what_no_single_identifier_allowed(events: list[Event], question: tuple[str, str, int]) -> None:
    purpose, channel, now = question
    signals = ALLOWED.purposes[purpose].signals
    whole = choice_of(folded(*events), purpose, channel, now, signals)
    singly = {
        voice: found.state_at(now)
        for voice, its in alone(events)
        if (found := choice_of(its, purpose, channel, now, signals)) is not None
    }
    if whole is None:
        assert singly == {}
        return
    assert singly[whole.voice] == whole.state_at(now), "it is what that identifier says by itself"
    if whole.state_at(now) == "granted":
        refused = [voice for voice, told in singly.items() if told != "granted"]
        assert not any(voice.startswith("user_id:") for voice in refused)
        assert not refused or whole.voice.startswith("user_id:")


@settings(max_examples=drawn(500, 10))
@given(histories, st.randoms(use_true_random=False), st.lists(st.integers(0, 14), max_size=3))
def test_any_order_any_batches_and_any_repeats_give_the_same(events: list[Event], random: Any, cuts: list[int]) -> None:
    once = fold(events)
    shuffled = [*events, *events[:3]]
    random.shuffle(shuffled)
    edges = [0, *sorted(min(cut, len(shuffled)) for cut in cuts), len(shuffled)]
    parts = [fold(shuffled[a:b]) for a, b in pairwise(edges)]
    again: Consents = {}
    for part in parts:
        again = merge_consents(part, again)
    assert again == once
    assert merge_consents(again, again) == once


@settings(max_examples=drawn(500, 10))
@given(histories, histories, histories)
def test_merging_is_associative_and_commutative(a: list[Event], b: list[Event], c: list[Event]) -> None:
    x, y, z = (fold(part) for part in (a, b, c))
    assert merge_consents(x, y) == merge_consents(y, x)
    assert merge_consents(merge_consents(x, y), z) == merge_consents(x, merge_consents(y, z))


@settings(max_examples=drawn(300, 10))
@given(histories, asked)
def test_one_more_no_never_allows_more(events: list[Event], question: tuple[str, str, int]) -> None:
    """Whoever takes back at last, what they take back is not allowed."""
    purpose, channel, now = question
    for who in VOICES:
        last = said(3 * NOW, "withdrawn", purpose, channel, **who)
        assert not Permissions(ALLOWED.purposes, {}).allows(folded(*events, last), purpose, channel, now)


def test_a_choice_is_a_plain_tuple() -> None:
    assert Choice(1, 0, "m", "granted", "user_id:u", "web") == (1, 0, "m", "granted", "user_id:u", "web", *[None] * 7)


# by the rules of the company

OWN_KIND = "tessera"
NAMED = (("loyalty_id", "FAMILY-77"), ("crm_id", "c-1"), ("email", "ada@example.com"), ("email", "kiosk@example.com"),
         ("phone", "030 901820"), ("card", "c-ada-01"), (OWN_KIND, "T-1"), (OWN_KIND, "T-2"))  # fmt: skip
STRONGEST_FIRST = (
    "user_id",
    "crm_id",
    "loyalty_id",
    "key",
    "email",
    "phone",
    "card",
    "contact",
    "own card",
    "anonymous_id",
)
"""Kinds, and classes of a company's own kind."""
CLASSES: tuple[KindClass, ...] = ("key", "contact", "card", "asset")


@st.composite
def some_rules(draw: st.DrawFn) -> IdentityRules:
    kinds = st.sampled_from(["loyalty_id", "crm_id", "card", OWN_KIND])
    return IdentityRules(
        classes=draw(st.dictionaries(kinds, st.sampled_from(CLASSES), max_size=4)),
        blocked=frozenset(draw(st.sets(st.sampled_from(["kiosk@example.com", "c-1"])))),
        domains=frozenset(draw(st.sets(st.just("example.com")))),
        region=draw(st.sampled_from(["IT", "DE"])),
    )


@st.composite
def a_history(draw: st.DrawFn) -> list[tuple[list[tuple[str, str]], str, str]]:
    """(whom it names, status, channel) of choices, one after the other."""
    one = st.tuples(
        st.lists(st.sampled_from(NAMED), min_size=1, max_size=3, unique_by=lambda one: one[0]),
        st.sampled_from(["granted", "denied", "withdrawn"]),
        st.sampled_from(["email", "sms", ALL]),
    )
    return draw(st.lists(one, max_size=10))


def speaker(named: Sequence[tuple[str, str]], rules: IdentityRules) -> tuple[str, str] | None:
    """Who of these speaks, told from the rules alone."""

    def has_a_say(kind: str, value: str) -> bool:
        own_address = kind == "email" and value.rpartition("@")[2] in rules.domains
        return rules.classes.get(kind) != "asset" and value not in rules.blocked and not own_address

    def place(one: tuple[str, str]) -> int:
        said = rules.classes.get(OWN_KIND, "contact")
        return STRONGEST_FIRST.index(one[0] if one[0] != OWN_KIND else "own card" if said == "card" else said)

    return min((one for one in named if has_a_say(*one)), key=place, default=None)


def is_key(kind: str, rules: IdentityRules) -> bool:
    return rules.classes.get(kind, "key" if kind in ("crm_id", "loyalty_id") else "other") == "key"


def allowed_by_hand(history: Sequence[Any], rules: IdentityRules, channel: str) -> bool:
    """Each identifier's last word; one no is enough, unless a key said yes after every no, and none of the noes is a key's."""
    last: dict[tuple[str, str], tuple[int, str]] = {}
    for at, (named, status, told) in enumerate(history):
        who = speaker(named, rules)
        if who is not None and told in (channel, ALL):
            last[who] = (at, status)
    yes = {who: at for who, (at, status) in last.items() if status == "granted"}
    no = {who: at for who, (at, status) in last.items() if status != "granted"}
    if not no:
        return bool(yes)
    late = [who for who, at in yes.items() if is_key(who[0], rules) and at > max(no.values())]
    return bool(late) and not any(is_key(kind, rules) for kind, _ in no)


@settings(max_examples=drawn(3_000, 10))
@given(a_history(), some_rules(), st.sampled_from(["email", "sms"]))
def test_by_any_rules_no_permission_that_no_single_identifier_gave(
    history: list[Any], rules: IdentityRules, channel: str
) -> None:
    events = [
        said(at, status, channel=told, user_id=None, context={"externalIds": [{"type": k, "id": v} for k, v in named]})
        for at, (named, status, told) in enumerate(history)
    ]
    consents = folded(*events, voices=Voices(rules))
    assert ALLOWED.allows(consents, "marketing", channel, NOW) is allowed_by_hand(history, rules, channel)


# through the whole fold, with real people

USERS, DEVICES, ADDRESSES = ("u1", "u2"), ("d1", "d2"), ("a@example.com", "b@example.com")
_who = st.fixed_dictionaries(
    {},
    optional={
        "userId": st.sampled_from(USERS),
        "anonymousId": st.sampled_from(DEVICES),
        "context": st.sampled_from(
            [{"traits": {"email": one}} for one in ADDRESSES]
            + [{"externalIds": [{"type": "loyalty_id", "id": "FAMILY-77"}, {"type": "email", "id": ADDRESSES[0]}]}]
        ),
    },
).filter(bool)


@st.composite
def a_call(draw: st.DrawFn) -> dict[str, Any]:
    """Somebody is seen under one or several identifiers, and perhaps chooses."""
    at = draw(st.integers(0, 40))
    item: dict[str, Any] = {"type": "track", "event": "Seen", "timestamp": f"2026-11-20T10:{at:02d}:00Z", **draw(_who)}
    if draw(st.booleans()):
        item["event"] = "Consent Updated"
        item["properties"] = {
            "purpose": draw(st.sampled_from(["marketing", "*"])),
            "channel": draw(st.sampled_from(["email", "*"])),
            "status": draw(st.sampled_from(["granted", "denied", "withdrawn"])),
        }
    return item


def named_in(item: dict[str, Any]) -> list[tuple[str, str]]:
    context = item.get("context", {})
    told = [("user_id", item.get("userId")), ("anonymous_id", item.get("anonymousId"))]
    told += [("email", context.get("traits", {}).get("email"))]
    told += [(one["type"], one["id"]) for one in context.get("externalIds", ())]
    return [(kind, value) for kind, value in told if value is not None]


def granted_by_hand(items: Sequence[dict[str, Any]], rules: IdentityRules) -> set[tuple[str, str]]:
    """The identifiers whose last word of marketing by email is yes."""
    last: dict[tuple[str, str], str] = {}
    for item in sorted(items, key=lambda item: str(item["timestamp"])):  # at one time in the order they came
        told = item.get("properties")
        who = speaker(named_in(item), rules)
        if told and who is not None and (told["purpose"] == "marketing" or told["status"] != "granted"):
            last[who] = told["status"]
    return {who for who, status in last.items() if status == "granted"}


@settings(max_examples=drawn(60))
@given(
    st.lists(a_call(), min_size=1, max_size=10),
    st.sampled_from(
        [IdentityRules(), IdentityRules(classes={"loyalty_id": "asset"}), IdentityRules(blocked=frozenset({"u1"}))]
    ),
)
def test_people_who_become_one_allow_nothing_that_none_of_their_identifiers_allowed(
    items: list[dict[str, Any]], rules: IdentityRules
) -> None:
    numbered = [{**item, "messageId": f"m{number}"} for number, item in enumerate(items)]
    with TemporaryDirectory() as folder:
        folding = Folding(Path(folder), Config(version="1"))
        folding.processor.rules = rules
        folding.collect(numbered)
        folding.processor.drain()
        granted = granted_by_hand(items, rules)
        people = SqlPeople(folding.state_database)
        for row in people.find("", 50):
            nodes = people.nodes(row.person_id)
            whole = ALLOWED.allows(merge_all(node.profile for node in nodes).consents, "marketing", "email", TODAY)
            assert not whole or granted & {(node.kind, node.value) for node in nodes}
        folding.close()
