"""The funnel against brute force over generated events: every attempt from every entry, in plain Python."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percorso.insight import funnel_tables as tables
from percorso.insight.dimensions import DIMENSIONS
from percorso.insight.funnel import Funnel
from percorso.insight.funnel_choice import FunnelChoice, read_step
from percorso.insight.interval import wilson
from percorso.insight.paths.in_order import WHOLE
from percorso.insight.windows import Window
from percorso.model.errors import InvalidInput
from percorso.model.tables import schema_of
from percorso.pipeline.pathing import Pathing
from tests.drawn import drawn
from tests.lakes import Lake, lake_in, track
from tests.test_kpi import SparkOptions

HOUR = 3_600
START, END = date(2026, 3, 2), date(2026, 3, 7)
ZERO = datetime(2026, 3, 2)


def seconds(day: date) -> int:
    """Seconds from `ZERO` to midnight in Rome, in winter an hour before UTC's."""
    return (day - ZERO.date()).days * 24 * HOUR - HOUR


def choice_of(steps: Sequence[str], **more: Any) -> FunnelChoice:
    return FunnelChoice(steps=tuple(read_step(step) for step in steps), **more)


Line = list[tuple[int, str]]


def by_hand(line: Line, steps: Sequence[str], *, within: int, entry: str, without: str | None, strict: bool) -> Any:
    """(depth, {step: seconds of the quickest way}, latest end of an attempt that can go on) of one person, or None.

    `line` is in order: (seconds since ZERO, name).
    """
    starts = [at for at, (t, name) in enumerate(line) if name == steps[0] and seconds(START) <= t < seconds(END)]
    if not starts:
        return None
    took: dict[int, int] = {}
    alive: list[int] = []
    for start in starts if entry == "any" else starts[:1]:
        begun, at, done = line[start][0], start, 1
        rest = line[start + 1 :]
        if without is not None:
            cut = next((n for n, (_, name) in enumerate(rest) if name == without), None)
            closed = cut is not None
            rest = rest if cut is None else rest[:cut]
        else:
            closed = False
        for n, (t, name) in enumerate(rest):
            if done == len(steps) or t > begun + within:
                break
            if name == steps[done]:
                done += 1
                took[done] = min(took.get(done, t - begun), t - begun)
            elif strict:
                break
            at = start + 1 + n
        if strict:
            ends = at == len(line) - 1
            if done < len(steps) and ends:
                alive.append(begun + within)
        elif not closed:
            alive.append(begun + within)
    return max(took, default=1), took, max(alive, default=None)


LINES = st.lists(
    st.lists(st.tuples(st.integers(0, 24 * 7), st.sampled_from("AABBCCDX")), max_size=14), min_size=1, max_size=25
)
"""What each person did: (hours since `ZERO`, name); many people at once, since a lake costs more than a line."""


def items_of(made: Sequence[Sequence[tuple[int, str]]]) -> list[dict[str, Any]]:
    return [
        track(name, 100 * who + n, f"{(ZERO + timedelta(hours=hour)).isoformat()}Z", f"u{who}")
        for who, line in enumerate(made)
        for n, (hour, name) in enumerate(line)
    ]


def lines_of(lake: Lake) -> dict[str, Line]:
    rows = lake.sql(
        "SELECT person_id, name, epoch_us(occurred_at) AS at FROM events ORDER BY occurred_at, tie, message_id"
    )
    lines: dict[str, Line] = {}
    zero = int((ZERO - datetime(1970, 1, 1)).total_seconds())
    for row in rows:
        lines.setdefault(row["person_id"], []).append((row["at"] // 1_000_000 - zero, row["name"]))
    return lines


@settings(max_examples=drawn(40), deadline=None)
@given(
    made=LINES,
    steps=st.sampled_from([("A", "B"), ("A", "B", "C"), ("A", "B", "A", "C"), ("A", "A", "B"), ("D", "C", "B", "A")]),
    hours=st.sampled_from([3, 24, 24 * 30]),
    entry=st.sampled_from(["any", "first"]),
    without=st.sampled_from([None, "X"]),
    strict=st.booleans(),
)
def test_a_funnel_is_what_brute_force_says(
    made: Any, steps: tuple[str, ...], hours: int, entry: Any, without: str | None, strict: bool
) -> None:
    within = hours * HOUR
    with TemporaryDirectory() as directory, lake_in(Path(directory)) as lake:
        lake.import_(items_of(made))
        lake.fold()
        choice = choice_of(
            steps, within_s=within, entry=entry, strict=strict, without=(read_step(without),) if without else ()
        )
        pathing = Pathing(lake.analyst)
        found = pathing.funnel(choice, START, END)
        lines = lines_of(lake)
        known = max((t for line in lines.values() for t, _ in line), default=0)
        people = [
            told
            for line in lines.values()
            if (told := by_hand(line, steps, within=within, entry=entry, without=without, strict=strict))
        ]
        for number, row in enumerate(found.groups[0].steps, 1):
            stopped = [told for told in people if told[0] == number - 1]
            waits = [told for told in stopped if told[2] is not None and told[2] > known]
            assert row.reached == sum(told[0] >= number for told in people)
            assert (row.open, row.lost) == (len(waits), len(stopped) - len(waits))
            took = sorted(told[1][number] for told in people if number in told[1])
            if took:
                middle = len(took) // 2
                assert row.median_s == (took[middle] if len(took) % 2 else (took[middle - 1] + took[middle]) / 2)
            else:
                assert row.median_s is None


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """Four people on two touchpoints: one buys, one is lost, one may still buy, one bought too late."""
    with lake_in(tmp_path_factory.mktemp("groups")) as lake:
        lines = {
            "ada": [("View", "02T10", "web.shop"), ("Cart", "02T11", "web.shop"), ("Buy", "02T12", "web.checkout")],
            "bob": [("View", "02T10", "store.till"), ("Cart", "03T10", "web.shop")],
            "eve": [("View", "20T10", "web.shop")],
            "joe": [("View", "02T10", None), ("Cart", "15T10", "web.shop"), ("Buy", "16T10", "web.checkout")],
            "sue": [("Ping", "22T10", None)],
        }
        items = []
        for who, line in lines.items():
            for name, at, touchpoint in line:
                item = track(name, len(items), f"2026-03-{at}:00:00Z", who, colour="red" if who == "ada" else "blue")
                items.append(item | ({"context": {"touchpoint": touchpoint}} if touchpoint else {}))
        lake.import_(items)
        lake.fold()
        lake.seal()
        yield lake


def figures(found: Funnel, group: int = 0) -> list[tuple[int, int, int]]:
    return [(row.reached, row.open, row.lost) for row in found.groups[group].steps]


def test_who_can_still_go_on_is_neither_lost_nor_in_the_share(lake: Lake) -> None:
    choice = choice_of(["View", "Cart", "Buy"])
    found = Pathing(lake.analyst).funnel(choice, date(2026, 3, 1), date(2026, 3, 22))
    assert figures(found) == [(4, 0, 0), (2, 1, 1), (1, 0, 1)]
    assert not found.complete
    for number, row in enumerate(found.groups[0].steps, 1):
        for state, count in (("reached", row.reached), ("open", row.open), ("lost", row.lost)):
            behind = Pathing(lake.analyst).funnel_people(choice, date(2026, 3, 1), date(2026, 3, 22), number, state, 50)  # type: ignore[arg-type]
            assert behind.count == len(behind.people) == count
    cart = found.groups[0].steps[1]
    assert (cart.of_previous.count, cart.of_previous.n) == (2, 3)
    assert (cart.of_first.ci_low, cart.of_first.ci_high) == wilson(2, 3)[1:3]
    assert (cart.median_s, cart.p90_s) == (12.5 * HOUR, pytest.approx(1 * HOUR + 0.9 * 23 * HOUR))


@pytest.mark.parametrize("by", list(DIMENSIONS))
def test_groups_sum_to_the_whole(lake: Lake, by: str) -> None:
    found = Pathing(lake.analyst).funnel(choice_of(["View", "Cart", "Buy"], by=by), date(2026, 3, 1), date(2026, 3, 22))
    whole = figures(found)
    assert len(found.groups) > 1
    for number, figure in enumerate(whole):
        parts = [figures(found, group)[number] for group in range(1, len(found.groups))]
        assert tuple(map(sum, zip(*parts, strict=True))) == figure
    if by == "touchpoint":
        assert {group.by: group.steps[0].reached for group in found.groups[1:]} == {
            "web.shop": 2,
            "store.till": 1,
            None: 1,
        }


@pytest.mark.parametrize(
    ("steps", "reached"),
    [
        (["touchpoint:web.shop", "touchpoint:web.checkout"], [4, 2]),
        (["View@colour=red", "Buy"], [1, 1]),
        (["channel:store", "Cart"], [1, 1]),
    ],
)
def test_a_step_is_a_name_a_place_or_has_a_property(lake: Lake, steps: list[str], reached: list[int]) -> None:
    found = Pathing(lake.analyst).funnel(choice_of(steps), date(2026, 3, 1), date(2026, 3, 22))
    assert [row.reached for row in found.groups[0].steps] == reached


def test_wrong_questions_say_what_to_do(lake: Lake) -> None:
    with pytest.raises(InvalidInput, match="2 to 12 steps, not 13"):
        choice_of(["A"] * 13)
    with pytest.raises(InvalidInput, match="2 to 12"):
        choice_of(["A"])
    with pytest.raises(InvalidInput, match="no dimension"):
        choice_of(["A", "B"], by="colour")
    with pytest.raises(InvalidInput, match="PROPERTY=VALUE"):
        read_step("A@b")
    with pytest.raises(InvalidInput, match="names an event"):
        read_step("stage:")
    with pytest.raises(InvalidInput, match="steps 1 to 2"):
        Pathing(lake.analyst).funnel_people(choice_of(["A", "B"]), None, None, 3, "lost", 5)


@pytest.mark.parametrize(
    "text", ["Order Completed", "touchpoint:web.shop", "stage:buy@currency=EUR", "Note: read@a=b=c"]
)
def test_a_step_reads_back(text: str) -> None:
    assert read_step(text).text == text


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("by", [None, "week", "stage", "device"])
def test_tables_compile_for_duckdb_and_spark(strict: bool, by: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())
    events = ibis.table(schema_of("events"), name="events")
    choice = choice_of([f"S{n}@a=b" for n in range(12)], strict=strict, by=by, without=(read_step("X"),))
    entries = tables.entries(events, choice, Window(start=START, end=END), WHOLE)
    known = ibis.literal(datetime(2026, 3, 7), "timestamp(6)")
    kept = ibis.table(entries.schema(), name="funnel_entries")
    for dialect in ("duckdb", "pyspark"):
        assert str(ibis.to_sql(entries, dialect=dialect))
        people = tables.people(tables.attempts(kept, choice), choice, known)
        assert str(ibis.to_sql(tables.counts(people, choice, by=True), dialect=dialect))
