"""What requests say of consent is read into their events, and nothing else is."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percorso.data.consent_signals import with_signals
from percorso.data.events import read_event
from percorso.data.tc_string import read_tc_string
from percorso.model.condition import compile_condition
from percorso.model.subject import EventSubject
from percorso.model.verdict import LIVE_LANE
from tests.folding import Folding, retail
from tests.tracking import BASIC, KEY, bodies, post

TRACK = {"type": "track", "event": "E", "userId": "u", "messageId": "m"}
GPC = {**BASIC, "Sec-GPC": "1"}
FIRST_THREE = (
    "COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA.IFoEUQQgAIQwgIwQABAEAAAAOIAACAIAAAAQAIAgEAACEAAAAAgAQBAAAAAAAGBAAgAA"
    "AAAAAFAAECAAAgAAQARAEQAAAAAJAAIAAgAAAYQEAAAQmAgBC3ZAYzUw"
)


@pytest.fixture
def folding(tmp_path: Path) -> Iterator[Folding]:
    folding = Folding(tmp_path, retail())
    folding.collector.start()
    yield folding
    folding.collector.stop()
    folding.close()


def consent(folding: Folding) -> Any:
    return [body.get("context", {}).get("consent") for body in bodies(folding)]


def holds(folding: Folding, field: str, wanted: Any) -> bool:
    (entry,) = folding.log.read(LIVE_LANE, 0, 10)
    return compile_condition({"field": field, "is": wanted})(EventSubject(read_event(entry)))


@pytest.mark.parametrize(
    ("path", "body"), [("/v1/track", TRACK), ("/v1/batch", {"batch": [TRACK, {**TRACK, "messageId": "n"}]})]
)
def test_global_privacy_control_is_said_of_each_event(folding: Folding, path: str, body: Any) -> None:
    assert post(folding, path, body, GPC).content == b'{"success":true}'
    assert consent(folding) == [{"gpc": True}] * len(body.get("batch", [body]))


def test_a_header_outweighs_what_a_script_says(folding: Folding) -> None:
    post(folding, "/v1/track", {**TRACK, "context": {"consent": {"gpc": False, "x": 1}}}, GPC)
    assert consent(folding) == [{"gpc": True, "x": 1}]
    assert holds(folding, "context.consent.gpc", True)


@pytest.mark.parametrize("header", [{}, {"Sec-GPC": "0"}, {"Sec-GPC": "true"}])
def test_nothing_said_is_nothing_written(folding: Folding, header: dict[str, str]) -> None:
    post(folding, "/v1/track", {**TRACK, "context": {"ip": "x"}}, {**BASIC, **header})
    assert consent(folding) == [None]


def test_categories_stay_as_they_were_said(folding: Folding) -> None:
    said = {"categoryPreferences": {"Advertising": False, "Analytics": True}}
    post(folding, "/v1/track", {**TRACK, "context": {"consent": said}})
    assert consent(folding) == [said]
    assert holds(folding, "context.consent.categoryPreferences.Advertising", False)


def test_categories_of_an_envelope_count_for_its_items(folding: Folding) -> None:
    said = {"categoryPreferences": {"Analytics": True}}
    post(folding, "/v1/batch", {"batch": [TRACK], "context": {"consent": said}}, GPC)
    assert consent(folding) == [{**said, "gpc": True}]


def test_rudderstacks_lists_become_categories_and_no_is_no(folding: Folding) -> None:
    lists = {"allowedConsentIds": ["A", "B", 7], "deniedConsentIds": ["B", "C"], "provider": "custom"}
    post(folding, "/v1/track", {**TRACK, "context": {"consentManagement": lists}})
    assert consent(folding) == [{"categoryPreferences": {"A": True, "B": False, "C": False}}]


def test_the_choices_of_a_tc_string_are_read(folding: Folding) -> None:
    post(folding, "/v1/track", {**TRACK, "context": {"consent": {"tcString": FIRST_THREE}}})
    (told,) = consent(folding)
    assert told["tcString"] == FIRST_THREE
    tcf = told["tcf"]
    assert (tcf["cmpId"], tcf["policyVersion"], tcf["createdAt"]) == (27, 2, "2020-02-20T23:57:39.300Z")
    assert tcf["purposes"] == {str(number): number <= 3 for number in range(1, 12)}
    assert not any(tcf["legitimateInterests"].values())
    assert holds(folding, "context.consent.tcf.purposes.1", True)
    assert holds(folding, "context.consent.tcf.purposes.4", False)


def test_a_pixel_may_carry_a_tc_string_by_its_usual_name(folding: Folding) -> None:
    query = f"writeKey={KEY}&userId=u&event=E&gdpr_consent={FIRST_THREE}"
    post(folding, f"/pixel/v1/track?{query}", b"", {"Sec-GPC": "1"}, method="GET")
    (told,) = consent(folding)
    assert (told["gpc"], told["tcf"]["purposes"]["2"]) == (True, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "COvF",
        "C" * 9_000,
        "BOvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA",
        "COvFyGB OvFyGB",
        "è" * 60,
        None,
        7,
    ],
)
def test_what_is_no_tc_string_gives_no_choices_and_is_told(folding: Folding, text: Any) -> None:
    mine = {"tcString": text, "tcf": {"purposes": {"1": True}}}
    told = post(folding, "/v1/track", {**TRACK, "context": {"consent": mine}}).json()
    assert told["verdicts"][0]["verdict"] == "accepted"
    assert "tcString" in told["verdicts"][0]["detail"]
    assert consent(folding) == [{"tcString": text, "tcf": None}], "an unreadable string proves nothing"


@pytest.mark.parametrize(
    ("text", "purposes", "interests", "features"),
    [
        (FIRST_THREE, [1, 2, 3], [], []),
        (
            "CGL23UdMFJzvuA9ACCENAXCEAC0AAGrAAA5YA5ht7-_d_7_vd-f-nrf4_4A4hM4JCKoK4YhmAqABgAEgAA",
            [3, 5, 6, 8],
            [2, 3, 5, 7, 9, 10],
            [2],
        ),
        (
            "COw4XqLOw4XqLAAAAAENAXCAAP-gAAAfwIAAACngAI8AAA.cAEAPAAAC7gAHw4AAA",
            [*range(1, 10), 11],
            [*range(12, 19)],
            [],
        ),
    ],
)
def test_the_vectors_of_public_decoders(
    text: str, purposes: list[int], interests: list[int], features: list[int]
) -> None:
    said = read_tc_string(text)
    for key, numbers in (("purposes", purposes), ("legitimateInterests", interests), ("specialFeatures", features)):
        assert [int(number) for number, yes in said[key].items() if yes] == numbers


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
consents = st.dictionaries(st.sampled_from(["tcString", "gpc", "categoryPreferences", "x"]), json_values)


def object_or_empty(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


@given(
    st.none() | st.dictionaries(st.sampled_from(["consent", "consentManagement", "ip"]), consents | json_values),
    st.booleans(),
)
def test_no_signal_is_invented(context: Any, gpc: bool) -> None:
    told, note = with_signals(context, gpc)
    known = object_or_empty(context)
    given = object_or_empty(known.get("consent"))
    found = object_or_empty(object_or_empty(told).get("consent"))
    assert found.get("gpc") == (True if gpc else given.get("gpc"))
    assert (found.get("tcf") is None) == ("tcString" not in given or note is not None)
    for key, value in given.items():
        if key != "gpc":
            assert found[key] == value
    assert {key: value for key, value in (told or {}).items() if key != "consent"} == {
        key: value for key, value in known.items() if key != "consent"
    }


@given(st.text(max_size=400) | st.binary(max_size=300).map(lambda raw: raw.hex()))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert set(read_tc_string(text)) >= {"purposes", "updatedAt"}
