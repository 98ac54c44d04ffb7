"""The two readings of a segment agree, over generated logs: who is in by the follower, who is in by the expression.

The follower meets the events in pieces, and people who become one meanwhile; days pass; what was built from the lake and
what was followed must not differ.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from percorso.insight.segments.everybody import About, people_in
from percorso.model.segment_condition import read_condition
from percorso.model.time import DAY
from tests.drawn import drawn
from tests.segments import Segmented, segmented

DAYS = 12
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""A failure is told as it was drawn: to make it small would take longer than to read it."""
LAST = date(2026, 11, 22)
NAMES = ("Order Completed", "Product Viewed", "Survey Answered", "Complaint Filed")

users = st.sampled_from(["ann", "bob", "eve", None])
devices = st.sampled_from(["d1", "d2", "d3", None])
amounts = st.one_of(
    st.integers(-3, 40),
    st.floats(-5, 50, allow_nan=False).map(lambda n: round(n, 6)),
    st.sampled_from(["7", True, None, 0.00005]),
)


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    """One call, by a user, a device or both, on one of some days; the number is put in by the test."""
    user, device = draw(users), draw(devices)
    if user is None and device is None:
        device = "d1"
    day = LAST - timedelta(days=draw(st.integers(0, DAYS)))
    at = f"{day}T{draw(st.integers(0, 11)):02d}:{draw(st.sampled_from(['00', '30']))}:00Z"
    item: dict[str, Any] = {"timestamp": at}
    item |= {"userId": user} if user else {}
    item |= {"anonymousId": device} if device else {}
    kind = draw(st.sampled_from(["track", "track", "track", "identify", "consent"]))
    if kind == "identify":
        return item | {"type": "identify", "traits": draw(traits)}
    if kind == "consent":
        said = draw(consents)
        return item | {"type": "track", "event": "Consent Updated", "properties": said}
    properties = {
        "revenue": draw(amounts),
        "score": draw(st.integers(0, 10)),
        "kind": "nps",
        "place": {"n": draw(amounts)},
    }
    return item | {"type": "track", "event": draw(st.sampled_from(NAMES)), "properties": properties}


traits = st.dictionaries(
    st.sampled_from(["city", "age", "vip"]), st.sampled_from(["Roma", 7, 3.5, True, None, {"x": 1}]), max_size=2
)
consents = st.fixed_dictionaries(
    {
        "purpose": st.sampled_from(["marketing", "marketing", "all"]),
        "channel": st.sampled_from(["email", "sms", "all"]),
        "status": st.sampled_from(["granted", "granted", "denied", "withdrawn"]),
    },
    optional={"expires_at": st.sampled_from(["2026-11-22T20:00:00Z", "2026-11-25T09:00:00Z"])},
)
wholes = st.builds(
    lambda op, n: {op: n}, st.sampled_from(["is", "is_not", "at_least", "at_most", "above", "below"]), st.integers(0, 4)
)
numbers = st.builds(
    lambda op, n: {op: n},
    st.sampled_from(["at_least", "at_most", "above", "below", "is_not"]),
    st.floats(-9.5, 60.5, allow_nan=False),
)
events = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(
        [
            {"field": "properties.revenue", "above": 3},
            {"all": [{"field": "name", "is": "Survey Answered"}, {"field": "properties.score", "at_least": 5}]},
        ]
    ),
)
windows: st.SearchStrategy[dict[str, int]] = st.one_of(st.just({}), st.integers(1, 8).map(lambda n: {"last_days": n}))
paths = st.sampled_from(["revenue", "place.n", "score"])
leaves = st.one_of(
    st.builds(lambda e, w, t: {"event": e, **w, "count": t}, events, windows, wholes),
    st.builds(lambda e, w, of, t: {"event": e, **w, "sum": {"of": of, **t}}, events, windows, paths, numbers),
    st.builds(lambda e, of, t: {"event": e, "last": {"of": of, **t}}, events, paths, numbers),
    st.builds(lambda e, k, t: {"event": e, k: t}, events, st.sampled_from(["days_since_last", "days_since_first"]), wholes),
    st.builds(lambda a, b, n, w: {"event": a, "then": b, "within_days": n, **w}, events, events, st.integers(0, 5), windows),
    st.builds(lambda f, t: {"field": f"person.{f}", **t}, st.sampled_from(["orders", "spend.EUR", "stage_days.shopping"]), wholes),
    st.sampled_from(
        [
            {"field": "person.stage.shopping", "in": ["buy", "use"]},
            {"field": "person.traits.city", "is": "Roma"},
            {"field": "person.traits.age", "above": 3},
            {"field": "person.traits.vip", "is_not": True},
            {"field": "person.traits.city.x", "exists": True},
            {"field": "person.consent.marketing/email", "is": "granted"},
            {"field": "person.consent.marketing/email", "in": ["denied", "withdrawn", "expired"]},
            {"field": "person.consent.marketing/sms", "exists": False},
            {"segment": "s0"},
        ]
    ),
)  # fmt: skip
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=2).map(lambda c: {"all": c}),
        st.lists(inner, min_size=1, max_size=2).map(lambda c: {"any": c}),
        inner.map(lambda c: {"not": c}),
    ),
    max_leaves=4,
)
firsts = trees.filter(lambda tree: "segment" not in str(tree))


def by_expression(lake: Segmented, conditions: Mapping[str, Any]) -> dict[str, set[str]]:
    """Who is in by the second reading, today."""
    found = {}
    with lake.analyst.reading() as reader:
        today = lake.civil.civil_date(lake.clock.now())
        about = About(reader.session.table, reader.events, today, lake.civil, lake.config.feelings)
        for name, condition in conditions.items():
            rows = reader.session.execute(people_in(read_condition(condition), about))
            found[name] = {row["person_id"] for row in rows}
    return found


logs = st.lists(items(), min_size=1, max_size=14)


@given(logs, firsts, st.lists(trees, min_size=2, max_size=4), st.integers(0, 14))
@settings(max_examples=drawn(24), deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
def test_the_readings_agree_as_events_come_and_days_pass(
    log: list[dict[str, Any]], first: dict[str, Any], conditions: list[dict[str, Any]], cut: int
) -> None:
    follow_all(log, {f"s{number}": condition for number, condition in enumerate([first, *conditions])}, cut)


FEELING = {
    "s0": {"field": "person.mood", "below": -0.1234},
    "s1": {"field": "person.mood", "above": 0.0432},
    "s2": {"field": "person.effort", "above": 0.4321},
}


@given(logs, st.integers(0, 14))
@settings(max_examples=drawn(6), deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
def test_the_readings_agree_of_moods(log: list[dict[str, Any]], cut: int) -> None:
    follow_all(log, FEELING, cut)


def follow_all(log: list[dict[str, Any]], named: Mapping[str, Any], cut: int) -> None:
    """A part of the log is history, a part was there before it was asked, the rest comes one by one."""
    calls = [item | {"messageId": f"m{number}"} for number, item in enumerate(log)]
    with TemporaryDirectory() as folder, segmented(Path(folder)) as lake:
        lake.import_(calls[: cut // 2], source="old")
        lake.fold()
        lake.seal(limit=3)
        lake.publish("s0", named["s0"])
        lake.follow()
        lake.collect(calls[cut // 2 : cut])
        lake.fold()
        for name, condition in named.items():
            lake.publish(name, condition)
        lake.follow()
        for number, call in enumerate(calls[cut:]):
            lake.collect([call], tie=number)
            lake.follow()
        agree(lake, named)
        for days in (1, 4):
            lake.clock.time += days * DAY
            lake.follow()
            agree(lake, named)


def agree(lake: Segmented, named: Mapping[str, Any]) -> None:
    found = by_expression(lake, named)
    for name, condition in named.items():
        assert lake.inside(name) == found[name], (lake.clock.now(), name, condition)
