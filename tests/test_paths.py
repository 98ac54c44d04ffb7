"""Paths against plain Python over the same events; every column sums, and every count opens exactly its people."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import ibis
import pytest

from percorso.insight.funnel_choice import FunnelChoice, read_step
from percorso.insight.paths import around as arounds
from percorso.insight.paths import hops as hop_tables
from percorso.insight.paths import transitions as transition_tables
from percorso.insight.paths.around import AroundChoice
from percorso.insight.paths.choice import JOIN, STEPS, PathChoice
from percorso.insight.paths.conformance import deviations_of
from percorso.insight.paths.in_order import WHOLE
from percorso.insight.paths.steps import COLUMNS, chosen_events, names_of, steps
from percorso.insight.paths.variants import counts, ways_of
from percorso.insight.windows import Window
from percorso.model.errors import InvalidInput
from percorso.model.tables import schema_of
from percorso.pipeline.pathing import Pathing
from tests.lakes import Lake, lake_in, track
from tests.test_kpi import SparkOptions, random_events, told

START, END = date(2026, 3, 10), date(2026, 6, 20)
CHOICES = [
    PathChoice(),
    PathChoice(step="touchpoint"),
    PathChoice(step="touchpoint_name", once=True),
    PathChoice(step="stage", once=True),
    PathChoice(step="channel", per="session"),
    PathChoice(per="session", without_names=("Call Answered",)),
    PathChoice(names=("Survey Answered", "Product Viewed"), without_touchpoints=("store.till",)),
]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with lake_in(tmp_path_factory.mktemp("paths")) as lake:
        items = random_events(4, 700, 25)
        lake.import_(items[:500])
        lake.fold()
        lake.seal(limit=300)
        lake.import_(items[500:], source="web")
        lake.fold()
        yield lake


@pytest.fixture(scope="module")
def pathing(lake: Lake) -> Pathing:
    return Pathing(lake.analyst)


def step_of(row: dict[str, Any], step: str) -> str | None:
    if step == "touchpoint_name":
        return row["name"] if row["touchpoint"] is None else row["touchpoint"] + JOIN + row["name"]
    value: str | None = row[step]
    return value


def chosen(rows: list[dict[str, Any]], choice: PathChoice) -> list[dict[str, Any]]:
    return [
        row
        for row in rows
        if row["person_id"] is not None
        and START <= row["day"] < END
        and (not choice.names or row["name"] in choice.names)
        and row["name"] not in choice.without_names
        and (not choice.touchpoints or row["touchpoint"] in choice.touchpoints)
        and row["touchpoint"] not in choice.without_touchpoints
    ]


def by_hand(lake: Lake, choice: PathChoice) -> list[tuple[str, list[tuple[str, int]]]]:
    """(person, [(step, micros)]) of each path, written as plainly as can be."""
    lines: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in chosen(told(lake), choice):
        step = step_of(row, choice.step)
        if step is not None:
            lines[row["person_id"]].append((step, row["micros"]))
    paths = []
    for person, line in lines.items():
        cut = [line]
        if choice.per == "session":
            cut = [[line[0]]]
            for one, other in pairwise(line):
                if other[1] - one[1] > 30 * 60_000_000:
                    cut.append([])
                cut[-1].append(other)
        for path in cut:
            once = [path[0], *(b for a, b in pairwise(path) if a[0] != b[0])] if choice.once else path
            paths.append((person, once))
    return paths


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_transitions_are_what_plain_python_says(lake: Lake, pathing: Pathing, choice: PathChoice) -> None:
    paths = by_hand(lake, choice)
    waits: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for person, path in paths:
        for (one, at), (other, later) in pairwise(path):
            waits[one, other].append((person, later // 1_000_000 - at // 1_000_000))
    found = pathing.transitions(choice, START, END)
    assert (found.paths, found.people) == (len(paths), len({person for person, _ in paths}))
    got = {(one.start, one.end): (one.count, one.people, one.median_s) for one in found.transitions}
    assert got == {
        pair: (len(all_), len({person for person, _ in all_}), pytest.approx(median(wait for _, wait in all_)))
        for pair, all_ in waits.items()
    }
    for step in found.steps:
        assert step.count == step.last + sum(one.count for one in found.transitions if one.start == step.step)
        assert step.count == step.first + sum(one.count for one in found.transitions if one.end == step.step)
    assert sum(step.first for step in found.steps) == len(paths)
    assert sum(step.count for step in found.steps) == sum(len(path) for _, path in paths)
    returns = Counter(
        step for _, path in paths for step, n in Counter(s for s, _ in path).items() for _ in range(n - 1)
    )
    assert {loop.step: loop.returns for loop in found.loops} == dict(returns)


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_variants_are_what_plain_python_says(lake: Lake, pathing: Pathing, choice: PathChoice) -> None:
    paths = by_hand(lake, choice)
    ways = Counter(tuple(step for step, _ in path) for _, path in paths)
    found = pathing.variants(choice, START, END, 10_000)
    assert {one.path: one.count for one in found.variants} == ways
    assert (found.total, found.others) == (len(ways), 0)
    few = pathing.variants(choice, START, END, 2)
    assert few.variants == found.variants[:2]
    assert few.others == len(paths) - sum(one.count for one in few.variants)


@pytest.mark.parametrize("choice", CHOICES[:5], ids=str)
@pytest.mark.parametrize("direction", ["before", "after"])
@pytest.mark.parametrize("every", [False, True])
def test_columns_beside_a_pivot_are_what_plain_python_says(
    lake: Lake, pathing: Pathing, choice: PathChoice, direction: Any, every: bool
) -> None:
    paths = by_hand(lake, choice)
    pivot = Counter(step for _, path in paths for step, _ in path).most_common(1)[0][0]
    columns: list[Counter[str | None]] = [Counter() for _ in range(4)]
    total = 0
    for _, path in paths:
        line = [step for step, _ in path]
        places = [at for at, step in enumerate(line) if step == pivot]
        for place in places if every else places[:1]:
            total += 1
            for column in range(4):
                at = place + (column if direction == "after" else -column)
                columns[column][line[at] if 0 <= at < len(line) else None] += 1
    asked = AroundChoice(pivot=pivot, direction=direction, columns=3, top=2, every=every)
    found = pathing.around(choice, START, END, asked)
    assert found.total == total
    for column, met in enumerate(columns):
        cells = [cell for cell in found.cells if cell.column == column]
        assert sum(cell.count for cell in cells) == total
        top = sorted((step for step in met if step is not None), key=lambda step: (-met[step], step))[:2]
        assert {cell.step: cell.count for cell in cells if cell.kind == "step"} == {step: met[step] for step in top}
        assert sum(cell.count for cell in cells if cell.kind == "edge") == met[None]
        if column < 3:
            links = [link for link in found.links if link.column == column]
            assert sum(link.count for link in links) == total
            for cell in cells:
                gone = sum(link.count for link in links if (link.kind, link.step) == (cell.kind, cell.step))
                assert gone == cell.count
            for cell in (cell for cell in found.cells if cell.column == column + 1):
                come = sum(link.count for link in links if (link.to_kind, link.to_step) == (cell.kind, cell.step))
                assert come == cell.count


@pytest.mark.parametrize("same_order", [False, True])
def test_hops_are_what_plain_python_says(lake: Lake, pathing: Pathing, same_order: bool) -> None:
    lines: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in chosen(told(lake), PathChoice()):
        if row["channel"] is not None and (not same_order or row["order_id"] is not None):
            lines[row["person_id"], row["order_id"] if same_order else None].append(row)
    hops = Counter(
        (one["channel"], other["channel"])
        for line in lines.values()
        for one, other in pairwise(line)
        if one["channel"] != other["channel"] and one["day"] == other["day"]
    )
    found = pathing.hops(PathChoice(), START, END, same_order=same_order)
    assert {(hop.start, hop.end): hop.count for hop in found.hops} == hops


def test_every_count_opens_exactly_its_people(pathing: Pathing) -> None:
    choice = PathChoice(step="touchpoint")
    found = pathing.transitions(choice, START, END)
    for one in found.transitions:
        behind = pathing.transition_people(choice, START, END, one.start, one.end, 100)
        assert (behind.count, len({person.person_id for person in behind.people})) == (one.people, one.people)
    for step in found.steps:
        assert pathing.transition_people(choice, START, END, step.step, None, 100).count == step.people
    for variant in pathing.variants(PathChoice(per="session"), START, END, 5).variants:
        people = pathing.variant_people(PathChoice(per="session"), START, END, list(variant.path), 100)
        assert people.count == len(people.people) == variant.people
    asked = AroundChoice(pivot=found.steps[0].step, columns=2, top=1, every=True)
    for cell in pathing.around(choice, START, END, asked).cells:
        at = (cell.column, cell.kind, cell.step)
        people = pathing.around_people(choice, START, END, asked, at, 100)
        assert people.count == len(people.people) == cell.people
    for hop in pathing.hops(choice, START, END, same_order=False).hops:
        people = pathing.hop_people(choice, START, END, (hop.start, hop.end), 100, same_order=False)
        assert people.count == len(people.people) == hop.people


def test_conformance_counts_everybody_once(lake: Lake, pathing: Pathing) -> None:
    journey = lake.config.journeys[0]
    declared = [stage.id for stage in journey.stages]
    paths = by_hand(lake, PathChoice(step="stage", once=True))
    right = [path for _, path in paths if not deviations_of([declared.index(step) for step, _ in path])]
    found = pathing.conformance(journey.id, START, END)
    assert (found.on_path.count, found.on_path.n) == (len(right), len(paths))
    back = Counter(
        (a, b)
        for _, path in paths
        for a, b in {(a[0], b[0]) for a, b in pairwise(path) if declared.index(b[0]) < declared.index(a[0])}
    )
    assert {(one.start, one.end): one.people for one in found.deviations if one.kind == "went_back"} == back
    assert {one.kind for one in found.deviations} == {"went_back", "skipped", "left_out"}
    asked = [("on_path", None, None, found.on_path.count)]
    asked += [(one.kind, one.start, one.end, one.people) for one in found.deviations]
    for kind, start, end, count in asked:
        people = pathing.conformance_people(journey.id, START, END, (kind, start, end), 100)
        assert people.count == len(people.people) == count
    for wrong in (("wandered", None, declared[0]), ("skipped", None, None), ("skipped", "never", declared[0])):
        with pytest.raises(InvalidInput, match="deviation"):
            pathing.conformance_people(journey.id, START, END, wrong, 100)


def test_the_names_there_are(lake: Lake, pathing: Pathing) -> None:
    rows = [row for row in told(lake) if row["person_id"] is not None]
    assert dict(pathing.names("name")) == Counter(row["name"] for row in rows)


def test_nothing_there_is_no_error(pathing: Pathing) -> None:
    long_ago = (date(2020, 1, 1), date(2020, 2, 1))
    assert pathing.transitions(PathChoice(), *long_ago).transitions == ()
    assert pathing.variants(PathChoice(), *long_ago, 5).total == 0
    assert pathing.around(PathChoice(), *long_ago, AroundChoice(pivot="x")).total == 0


def test_wrong_questions_say_what_to_do(pathing: Pathing) -> None:
    with pytest.raises(InvalidInput, match="touchpoint_name"):
        PathChoice(step="colour")
    with pytest.raises(InvalidInput, match="1 to 10"):
        AroundChoice(pivot="x", columns=11)
    with pytest.raises(InvalidInput, match="before it begins"):
        pathing.transitions(PathChoice(), END, START)


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_tables_compile_for_duckdb_and_spark(choice: PathChoice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())
    events = ibis.table(schema_of("events"), name="events")
    window = Window(start=START, end=END)
    chosen = chosen_events(events, choice, window)
    names = names_of(chosen, choice)
    found = steps(chosen, names, choice, WHOLE)
    assert {name: str(kind) for name, kind in found.schema().items()} == COLUMNS
    asked = AroundChoice(pivot="Order Completed", direction="before")
    met = arounds.met_around(found, 3, asked)
    folded = arounds.fold(met, {1: [0], 2: [1]})
    moves = hop_tables.moves(chosen, True, WHOLE)
    for expression in (
        *(table(found) for table in (transition_tables.pairs, transition_tables.step_counts, transition_tables.loops)),
        counts(ways_of(found)),
        arounds.cell_counts(folded),
        arounds.link_counts(folded, asked),
        hop_tables.hop_counts(moves),
    ):
        for dialect in ("duckdb", "pyspark"):
            assert str(ibis.to_sql(expression, dialect=dialect)).startswith(("SELECT", "WITH"))


def test_there_is_a_test_for_each_step() -> None:
    assert {choice.step for choice in CHOICES} == set(STEPS)


@pytest.mark.parametrize("live", [["z", "a", "m"], ["a", "m", "z"]])
def test_of_one_time_and_tie_the_message_id_decides(tmp_path: Path, live: list[str]) -> None:
    with lake_in(tmp_path) as lake:
        for number, message_id in enumerate(live):
            at = "2026-05-01T10:00:00Z"
            lake.collect([track(message_id, number, at, "ada") | {"messageId": message_id}])
            lake.collect([track(message_id, 100 + number, f"2026-05-01T1{number}:30:00Z", "bob")])
        lake.fold()
        pathing = Pathing(lake.analyst)
        found = {one.path: one.people for one in pathing.variants(PathChoice(), None, None, 9).variants}
        assert found == Counter([("a", "m", "z"), tuple(live)])
        funnel = FunnelChoice(steps=(read_step("a"), read_step("z")))
        assert [row.reached for row in pathing.funnel(funnel, None, None).groups[0].steps] == [2, 1 + (live[0] == "a")]


def test_a_day_has_its_own_paths(lake: Lake, pathing: Pathing) -> None:
    """Windows of days next to each other hold every step once."""
    whole = sum(step.count for step in pathing.transitions(PathChoice(), START, END).steps)
    middle = START + timedelta(days=40)
    parts = [pathing.transitions(PathChoice(), *days).steps for days in ((START, middle), (middle, END))]
    assert sum(step.count for part in parts for step in part) == whole
