"""The map against plain Python over the same events; its numbers and the people behind them are one."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest

from percorso.adapters.packs import load_packs
from percorso.insight.journey_map import keep_moments
from percorso.insight.windows import Window
from percorso.model.condition import event_names
from percorso.model.errors import NotFound
from percorso.model.time import parse_iso, to_iso
from tests.lakes import Lake, lake_in, track
from tests.test_kpi import random_events, told

START, END = date(2026, 4, 1), date(2026, 6, 1)


def more_events() -> list[dict[str, Any]]:
    """Deliveries late and in time, failures, calls with handling, comments."""
    late = {"delivered_at": "2026-05-03T10:00:00Z", "estimated_at": "2026-05-02T10:00:00Z"}
    early = {"delivered_at": "2026-05-01T10:00:00Z", "estimated_at": "2026-05-02T10:00:00Z"}
    return [
        track("Order Delivered", 1001, "2026-05-03T10:00:00Z", "u1", order_id="a", **late),
        track("Order Delivered", 1002, "2026-05-01T10:00:00Z", "u2", order_id="b", **early),
        track(
            "Survey Answered",
            1003,
            "2026-05-03T11:00:00Z",
            "u1",
            kind="csat",
            score=1,
            comment="Mai più",
            language="it",
        ),
        track(
            "Survey Answered",
            1004,
            "2026-05-01T11:00:00Z",
            "u2",
            kind="csat",
            score=5,
            comment="Perfect",
            language="en",
        ),
        track("Complaint Filed", 1005, "2026-05-03T12:00:00Z", "u1", text="x" * 1000, language="it"),
        track("Call Ended", 1006, "2026-05-03T12:30:00Z", "u1", talk_s=100, hold_s=20, wrap_s=30),
        track("Call Abandoned", 1007, "2026-05-03T12:40:00Z", "u1", wait_s=400),
        track("Products Searched", 1008, "2026-05-03T12:50:00Z", "u2", query="decaffeinato bio", results=0),
    ]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with lake_in(tmp_path_factory.mktemp("map")) as lake:
        lake.import_([*random_events(9, 500, 30), *more_events()])
        lake.fold()
        lake.seal(limit=300)
        yield lake


def test_the_map_says_what_plain_python_says(lake: Lake) -> None:
    journey = lake.config.journeys[0]
    found = lake.analyst.journey_map(journey.id, START, END)
    place = {stage.id: at for at, stage in enumerate(journey.stages)}
    inside = [row for row in told(lake) if row["person_id"] and START <= row["day"] < END]
    assert found.people == len({row["person_id"] for row in inside})
    placed = [row for row in inside if row["position"] is not None]
    until = min(lake.civil.midnight(END), max(row["micros"] for row in told(lake)))
    assert found.unplaced == found.people - len({row["person_id"] for row in placed})
    for column in found.stages:
        here = [row for row in placed if row["position"] == column.stage]
        people = {row["person_id"] for row in here}
        assert column.front.people == len(people)
        assert column.front.share == pytest.approx(len(people) / found.people)
        assert sum(cell.events for cell in column.front.touchpoints) == len(here)
        by_touchpoint = defaultdict(set)
        for row in here:
            by_touchpoint[row["touchpoint"]].add(row["person_id"])
        assert {cell.touchpoint: cell.people for cell in column.front.touchpoints} == {
            name: len(met) for name, met in by_touchpoint.items()
        }
        waits, staying = [], []
        onward = 0
        for person in people:
            mine = [row for row in placed if row["person_id"] == person]
            stays = [row for row in mine if row["position"] == column.stage]
            opened = [row["micros"] for row in stays if row["stage"] == column.stage]
            later = [
                row["micros"]
                for row in mine
                if row["stage"] is not None
                and place[row["stage"]] > place[column.stage]
                and row["micros"] >= stays[0]["micros"]
            ]
            onward += bool(later)
            if not later:
                staying.append((until - min(opened or [stays[0]["micros"]])) / 1e6)
            if later and opened and min(later) >= min(opened):
                waits.append((min(later) - min(opened)) / 1e6)
        assert (column.front.conversion.count, column.front.conversion.n) == (onward, len(people))
        slow = float(np.quantile(waits, 0.9)) if waits else float("inf")
        assert column.front.waiting == sum(stay <= slow for stay in staying)
        assert column.front.waiting + column.front.lost + onward == len(people)
        assert column.front.median_next_s == (pytest.approx(median(waits), abs=1e-3) if waits else None)


def test_the_people_behind_a_stage_are_as_many_as_it_says(lake: Lake) -> None:
    journey = lake.config.journeys[0]
    columns = lake.analyst.journey_map(journey.id, START, END).stages
    for column in columns:
        behind = lake.analyst.stage_people(journey.id, column.stage, START, END, 1000)
        assert behind.count == len(behind.people) == column.front.people
        assert [p.last_seen_at for p in behind.people] == sorted((p.last_seen_at for p in behind.people), reverse=True)
    crowded = max(columns, key=lambda column: column.front.people)
    some = lake.analyst.stage_people(journey.id, crowded.stage, START, END, 2)
    assert (some.count, len(some.people)) == (crowded.front.people, 2)


def test_live_people_are_the_positions_of_now(lake: Lake) -> None:
    journey = lake.config.journeys[0]
    found = lake.analyst.journey_map(journey.id, START, END)
    rows = lake.sql(f"SELECT stage, count(*) AS n FROM positions WHERE journey = '{journey.id}' GROUP BY stage")
    assert {c.stage: c.front.live for c in found.stages if c.front.live} == {row["stage"]: row["n"] for row in rows}
    assert found.live == sum(row["n"] for row in rows)


def test_live_positions_are_the_last_stages_of_the_event_table(lake: Lake) -> None:
    journey = lake.config.journeys[0]
    last = {row["person_id"]: row["position"] for row in told(lake) if row["person_id"]}
    rows = lake.sql(f"SELECT person_id, stage FROM positions WHERE journey = '{journey.id}'")
    assert {row["person_id"]: row["stage"] for row in rows} == {p: s for p, s in last.items() if s is not None}


def test_back_office_quotes_and_frictions(lake: Lake) -> None:
    found = lake.analyst.journey_map(lake.config.journeys[0].id, START, END)
    late = [column.back.late for column in found.stages]
    assert (sum(share.count for share in late), sum(share.n for share in late)) == (1, 2)
    assert sum(column.back.handled for column in found.stages) == 1
    assert [column.back.handling_s for column in found.stages if column.back.handled] == [150.0]
    assert sum(column.back.abandoned.count for column in found.stages) == 1
    marks = {mark.kind: mark.events for column in found.stages for mark in column.experience.frictions}
    assert {"late_delivery", "complaint", "call_abandoned", "search_without_result"} <= set(marks)
    assert marks["late_delivery"] == marks["search_without_result"] == 1
    quotes = {quote.message_id: quote for column in found.stages for quote in column.experience.quotes}
    assert (quotes["m1003"].text, quotes["m1003"].mood, quotes["m1003"].language) == ("Mai più", -1.0, "it")
    assert quotes["m1004"].mood == 1.0
    assert len(quotes["m1005"].text) == 400


def test_kpis_of_the_stages_add_up_to_the_kpi_by_stage(lake: Lake) -> None:
    found = lake.analyst.journey_map(lake.config.journeys[0].id, START, END)
    for kpi, of in (("csat", "experience"), ("nps", "experience"), ("asa", "back")):
        rows = {row.by["stage"]: row for row in lake.analyst.kpi(kpi, ["stage"], START, END).rows[1:]}
        people_only = {stage: row for stage, row in rows.items() if stage is not None}
        for column in found.stages:
            shown = getattr(getattr(column, of), kpi)
            assert shown.n <= (people_only[column.stage].n if column.stage in people_only else 0)


def test_mood_is_the_mean_of_scores_on_one_scale(lake: Lake) -> None:
    scale = {"nps": (0, 10), "csat": (1, 5)}
    moods = defaultdict(list)
    for row in told(lake):
        if row["name"] == "Survey Answered" and row["person_id"] and START <= row["day"] < END and row["position"]:
            low, high = scale[row["survey_kind"]]
            mood = 2 * (row["score"] - low) / ((row["scale"] or high) - low) - 1
            if -1 <= mood <= 1:
                moods[row["position"]].append(mood)
    found = lake.analyst.journey_map(lake.config.journeys[0].id, START, END)
    for column in found.stages:
        mine = moods.get(column.stage, [])
        assert column.experience.mood.n == len(mine)
        assert column.experience.mood.value == (pytest.approx(sum(mine) / len(mine)) if mine else None)


def test_two_windows_are_compared_measure_by_measure(lake: Lake) -> None:
    journey = lake.config.journeys[0].id
    middle = date(2026, 5, 1)
    found = lake.analyst.compared_maps(journey, middle, date(2026, 5, 31), None, None)
    assert (found.other.window.start, found.other.window.end) == (START, middle)
    assert found.map == lake.analyst.journey_map(journey, middle, date(2026, 5, 31))
    assert found.other == lake.analyst.journey_map(journey, START, middle)
    shares = {one.stage: one.difference.value for one in found.changes if one.measure == "share"}
    for now, then in zip(found.map.stages, found.other.stages, strict=True):
        assert shares[now.stage] == pytest.approx(now.front.share - then.front.share)
    for one in found.changes:
        assert one.difference.ci_low <= one.difference.value <= one.difference.ci_high
        assert one.difference.is_clear == (one.difference.ci_low > 0 or one.difference.ci_high < 0)
    same = lake.analyst.compared_maps(journey, START, END, START, END)
    assert not any(one.difference.is_clear for one in same.changes)


def test_an_empty_window_is_an_empty_map(lake: Lake) -> None:
    found = lake.analyst.journey_map(lake.config.journeys[0].id, date(2020, 1, 1), date(2020, 2, 1))
    assert (found.people, found.unplaced) == (0, 0)
    assert all(column.front.people == 0 and column.front.conversion.value is None for column in found.stages)


def test_by_default_the_last_28_days_that_have_data(lake: Lake) -> None:
    lake.clock.time = parse_iso("2027-03-01T12:00:00Z")
    found = lake.analyst.journey_map(lake.config.journeys[0].id, None, None)
    assert found.window.days == 28
    assert found.people > 0


def test_unknown_journeys_and_stages_are_told(lake: Lake) -> None:
    with pytest.raises(NotFound, match="there are"):
        lake.analyst.journey_map("nowhere", None, None)
    with pytest.raises(NotFound, match="no stage"):
        lake.analyst.stage_people(lake.config.journeys[0].id, "nowhere", None, None, 10)


def test_every_journey_is_where_its_live_positions_are(tmp_path: Path) -> None:
    """Stages of the other journeys are read off the event table again; the folds must have read the same."""
    config = load_packs(["retail", "subscription", "service", "b2b"])
    names = sorted(set().union(*(event_names(stage.entry) or () for j in config.journeys for stage in j.stages)))
    rng = random.Random(4)
    items = []
    for n in range(600):
        at = to_iso(parse_iso("2026-03-01T00:00:00Z") + rng.randrange(10_000) * 600_000_000)
        name = rng.choice(names)
        item = track(name, n, at, f"u{rng.randrange(40)}", order_id=f"o{n}", plan="base", guide="comparison", results=0)
        item["properties"] |= {"subject": rng.choice(["machine", "order"]), "resolved": rng.random() < 0.5, "score": 3}
        items.append(item | {"context": {"touchpoint": rng.choice(config.touchpoints).id}})
    with lake_in(tmp_path, config) as lake:
        lake.import_(items)
        lake.fold()
        for journey in config.journeys:
            with lake.analyst.reading() as reader:
                here = keep_moments(reader, config, journey, Window(start=date(2026, 1, 1), end=date(2027, 1, 1)))
                order = ["occurred_at", "tie", "message_id"]
                rows = reader.session.execute(here.order_by(order).select("person_id", "position"))
                positions = reader.session.table("positions")
                live = reader.session.execute(positions.filter(positions.journey == journey.id))
            last = {row["person_id"]: row["position"] for row in rows if row["position"] is not None}
            assert {row["person_id"]: row["stage"] for row in live} == last
            assert last
