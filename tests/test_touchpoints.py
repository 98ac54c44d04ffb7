"""The inventory of touchpoints against plain Python over the same events, and what is said to matter against what was planted."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from percorso.insight.touchpoints.inventory import NOWHERE, Inventory
from percorso.insight.touchpoints.truth import _Group, compared
from percorso.model.pack import read_pack
from percorso.pipeline.touchpoints import TouchpointQuestions
from tests.lakes import Lake, lake_in, track
from tests.test_kpi import random_events

START, END = date(2026, 4, 1), date(2026, 6, 1)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    odd = [
        track('Gate "A" Opened', 2000 + number, "2026-05-05T10:00:00Z", f"u{number}", gate="\\north")
        for number in range(7)
    ]
    named = {
        **track("Tasting Attended", 3000, "2026-05-05T10:00:00Z", "u1"),
        "context": {"touchpoint": "event.tasting"},
    }
    with lake_in(tmp_path_factory.mktemp("touchpoints")) as lake:
        lake.import_([*random_events(4, 500, 30), *odd, named])
        lake.fold()
        lake.seal(limit=300)
        yield lake


@pytest.fixture(scope="module")
def found(lake: Lake) -> Inventory:
    return TouchpointQuestions(lake.analyst).inventory(START, END)


def told(lake: Lake, start: date, end: date) -> dict[str | None, list[dict[str, Any]]]:
    days = f"local_date >= '{start}' AND local_date < '{end}'"
    rows: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for row in lake.sql(f"SELECT touchpoint, person_id FROM events WHERE {days}"):
        rows[row["touchpoint"]].append(row)
    return rows


def test_every_touchpoint_has_its_events_and_people(lake: Lake, found: Inventory) -> None:
    now, past = told(lake, START, END), told(lake, START - (END - START), START)
    everybody = {row["person_id"] for rows in now.values() for row in rows if row["person_id"]}
    assert found.people == len(everybody)
    assert {row.touchpoint for row in found.touchpoints} >= {one.id for one in lake.config.touchpoints}
    for row in found.touchpoints:
        met = {one["person_id"] for one in now[row.touchpoint]} - {None}
        assert (row.events, row.people, row.events_before) == (
            len(now[row.touchpoint]),
            len(met),
            len(past[row.touchpoint]),
        )
        assert (row.share.count, row.share.n) == (len(met), len(everybody))
    assert found.silent == sum(not now[one.id] for one in lake.config.touchpoints)


def test_scores_of_a_touchpoint_are_its_kpi(lake: Lake, found: Inventory) -> None:
    by_touchpoint = {row.by["touchpoint"]: row for row in lake.analyst.kpi("csat", ["touchpoint"], START, END).rows[1:]}
    scored = [row for row in found.touchpoints if row.csat]
    assert scored
    assert all(row.csat == by_touchpoint[row.touchpoint] for row in scored)


def test_they_come_in_the_order_of_the_purchase(found: Inventory) -> None:
    phases = [row.phase for row in found.touchpoints]
    assert phases == sorted(phases, key=["before", "during", "after", None].index)


def test_what_happens_nowhere_is_proposed_as_a_pack_reads_it(found: Inventory) -> None:
    proposed = {one.name: one for one in found.proposed}
    gate = proposed['Gate "A" Opened']
    assert (gate.events, gate.people, gate.touchpoint) == (7, 7, "web.gate_a_opened")
    lines = "".join(f"  {line}\n" for line in gate.pack.splitlines())
    written = yaml.safe_load(f"pack: mine\nversion: 1\nabout: {{it: x, en: x}}\ntouchpoints:\n{lines}")
    (touchpoint,) = read_pack(written).touchpoints
    assert touchpoint.match == {"field": "name", "is": 'Gate "A" Opened'}


def test_the_people_behind_a_number_are_as_many_as_it_says(lake: Lake, found: Inventory) -> None:
    questions = TouchpointQuestions(lake.analyst)
    for row in found.touchpoints:
        people = questions.people(row.touchpoint, START, END, 10_000)
        assert len(people.people) == people.count == row.people
    nowhere = {row["person_id"] for row in told(lake, START, END)[None]} - {None}
    assert {one.person_id for one in questions.people(NOWHERE, START, END, 10_000).people} == nowhere


# ---- moments of truth


def a_year(seed: int) -> list[dict[str, Any]]:
    """People who look at the shop; half meet the course, and score, stay and spend more; a third meet the leaflet, in vain."""
    rng, events, number = random.Random(seed), [], 0

    def add(name: str, day: date, who: str, **properties: Any) -> None:
        nonlocal number
        number += 1
        events.append(track(name, number, f"{day}T{rng.randrange(24):02}:00:00Z", who, **properties))

    first = date(2026, 3, 1)
    for person in range(600):
        who = f"p{person}"
        course = rng.random() < 0.5
        for _ in range(rng.randrange(1, 4)):
            add("Product Viewed", first + timedelta(days=rng.randrange(50)), who)
        if course:
            add("Webinar Attended", first + timedelta(days=rng.randrange(50)), who)
        if rng.random() < 0.33:
            add("Brochure Downloaded", first + timedelta(days=rng.randrange(50)), who)
        if rng.random() < (0.8 if course else 0.6):
            day = first + timedelta(days=57 + rng.randrange(26))
            add("Product Viewed", day, who)
            if rng.random() < 0.5:
                add("Order Completed", day, who, order_id=who, revenue=rng.gauss(60, 10), currency="EUR")
            score = min(5, max(1, round(rng.gauss(4.3 if course else 3.2, 0.8))))
            add("Survey Answered", day, who, kind="csat", score=score, scale=5)
    add("Product Viewed", first + timedelta(days=90), "last")
    return events


def test_what_was_planted_is_a_moment_of_truth_and_nothing_else_is(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        lake.import_(a_year(3))
        lake.fold()
        found = TouchpointQuestions(lake.analyst).inventory(date(2026, 4, 28), date(2026, 5, 25))
    assert found.truth is not None
    meeting, after = found.truth.meeting, found.truth.after
    assert (meeting.end, after.start, after.days) == (after.start, meeting.end, 28)
    effects = {
        (row.touchpoint, effect.outcome): effect
        for row in found.touchpoints
        for effect in row.effects
        if effect.is_truth
    }
    course = next(name for name, _ in effects if "webinar" in name or "course" in name or "event" in name)
    score, stay = effects[course, "score"], effects[course, "stay"]
    assert score.ci_low <= 2 * 1.1 / 4 <= score.ci_high, "1.1 points of five, on -1 to 1"
    assert stay.ci_low <= 0.2 <= stay.ci_high
    assert {name for name, _ in effects} == {course}


def test_before_there_are_enough_days_nothing_is_said(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        lake.import_(random_events(4, 40, 5)[:20])
        lake.fold()
        found = TouchpointQuestions(lake.analyst).inventory(date(2020, 1, 1), date(2020, 1, 2))
    assert (found.truth, found.people) == (None, 0)


def test_strata_are_compared_within_themselves() -> None:
    """Simpson's paradox: within each stratum there is no difference, though those who met it do better over all."""

    def group(ones: int, n: int) -> _Group:
        return _Group(n, float(ones), float(ones))

    strata = [(group(45, 60), group(60, 80)), (group(2, 16), group(10, 80))]
    found = compared(strata)
    assert found is not None
    assert found.value == pytest.approx(0)
    assert (found.met, found.not_met) == (76, 84)
    crude = 47 / 76 - 23 / 84
    assert crude > 4 * found.deviation
    assert compared(strata[:1]) is None, "too few who did not"
