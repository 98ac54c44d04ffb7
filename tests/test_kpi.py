"""KPIs against plain Python over the same events, against published figures, and against SQL over real data."""

import os
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import ibis
import numpy as np
import pytest
from ibis.config import Config as IbisConfig

from percorso.insight import interval, positions_then
from percorso.insight.attention import spikes, trouble_counts
from percorso.insight.dimensions import DIMENSIONS
from percorso.insight.kpi import VARIANTS
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.grouping import by_day, grouped, people_of
from percorso.insight.kpi.result import KpiRow
from percorso.insight.positions_then import with_position
from percorso.insight.windows import Window, week_name
from percorso.model.errors import InvalidInput, NotFound
from percorso.model.tables import schema_of
from percorso.model.time import CivilClock, parse_iso, to_iso
from tests.drawn import drawn
from tests.lakes import Lake, lake_in, track

DATA = Path(os.environ.get("PERCORSO_DATA", Path(__file__).parents[2] / "shared" / "data"))
ROME = CivilClock("Europe/Rome")


def random_events(seed: int, count: int = 400, people: int = 25) -> list[dict[str, Any]]:
    """A spring of events of every kind that the KPIs read, ties and nulls among them."""
    rng = random.Random(seed)
    start = parse_iso("2026-03-01T00:00:00Z")
    items = []
    for n in range(count):
        who = None if rng.random() < 0.05 else f"u{rng.randrange(people)}"
        at = to_iso(start + rng.randrange(120 * 24 * 4) * 900_000_000)
        kind = rng.choice(["nps", "csat", "csat7", "call", "order", "view", "order"])
        if kind == "nps":
            item = track("Survey Answered", n, at, who, kind="nps", score=rng.randint(-1, 11), scale=10)
        elif kind == "csat":
            item = track("Survey Answered", n, at, who, kind="csat", score=rng.randint(1, 5))
        elif kind == "csat7":
            item = track("Survey Answered", n, at, who, kind="csat", score=rng.randint(1, 7), scale=7)
        elif kind == "call":
            item = track("Call Answered", n, at, who, wait_s=rng.randrange(300), queue=rng.choice(["sales", "care"]))
        elif kind == "order":
            item = track("Order Completed", n, at, who, order_id=f"o{n}", revenue=10.0, currency="EUR")
        else:
            item = track("Product Viewed", n, at, who)
        if rng.random() < 0.7:
            item["context"] = {"touchpoint": rng.choice(["web.product", "store.till", "call.support"])}
        items.append(item)
    return items


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with lake_in(tmp_path_factory.mktemp("kpi")) as lake:
        items = random_events(1)
        lake.import_(items[:250], source="till")
        lake.fold()
        lake.seal()
        lake.import_(items[250:], source="web")
        lake.fold()
        yield lake


def told(lake: Lake) -> list[dict[str, Any]]:
    """All events in order, with the stage each person was in."""
    query = "SELECT *, epoch_us(occurred_at) AS micros FROM events ORDER BY micros, tie, message_id"
    rows = lake.sql(query)
    stages: dict[str, str] = {}
    for row in rows:
        if row["person_id"] is not None and row["stage"] is not None:
            stages[row["person_id"]] = row["stage"]
        row["position"] = stages.get(row["person_id"], row["stage"] if row["person_id"] is None else None)
        row["day"] = date.fromisoformat(row["local_date"])
    return rows


def answers(rows: Iterable[dict[str, Any]], kind: str, scale: float) -> list[dict[str, Any]]:
    low = 0 if kind == "nps" else 1
    return [
        row
        for row in rows
        if row["name"] == "Survey Answered"
        and row["survey_kind"] == kind
        and row["scale"] in (None, scale)
        and low <= row["score"] <= scale
    ]


def by_hand(kpi: str, rows: list[dict[str, Any]], known: date) -> list[tuple[dict[str, Any], float]]:
    """(event of the unit, its number) of a KPI, written as plainly as can be."""
    if kpi == "nps":
        return [(r, 100.0 * ((r["score"] >= 9) - (r["score"] <= 6))) for r in answers(rows, "nps", 10)]
    if kpi == "csat":
        return [(r, float(r["score"] >= 4)) for r in answers(rows, "csat", 5)]
    if kpi == "asa":
        return [(r, r["wait_s"]) for r in rows if r["name"] == "Call Answered"]
    orders = defaultdict(list)
    for row in rows:
        if row["name"] == "Order Completed" and row["person_id"]:
            orders[row["person_id"]].append(row)
    units = []
    for mine in orders.values():
        first = mine[0]["day"]
        if first + timedelta(days=90) < known:
            again = any(0 < (other["day"] - first).days <= 90 for other in mine)
            units.append((mine[0], float(again)))
    return units


OF = {"stage": "position", "touchpoint": "touchpoint", "channel": "channel", "source": "source"}


@pytest.mark.parametrize("kpi", ["nps", "csat", "repeat_purchase", "asa"])
@pytest.mark.parametrize(
    "by", [(), ("touchpoint",), ("channel",), ("stage",), ("week",), ("stage", "week"), ("source", "channel")], ids=str
)
def test_a_kpi_says_what_plain_python_says(lake: Lake, kpi: str, by: tuple[str, ...]) -> None:
    window = Window(start=date(2026, 3, 10), end=date(2026, 6, 20))
    rows = told(lake)
    known = ROME.civil_date(max(row["micros"] for row in rows))
    groups: dict[tuple[Any, ...], list[float]] = defaultdict(list)
    for row, number in by_hand(kpi, rows, known):
        if window.start <= row["day"] < window.end:
            groups[tuple(week_name(row["day"]) if d == "week" else row[OF[d]] for d in by)].append(number)
    answer = lake.analyst.kpi(kpi, by, window.start, window.end)
    got = {tuple(row.by[d] for d in by): row for row in (answer.rows[1:] if by else answer.rows)}
    assert got.keys() == groups.keys()
    for key, numbers in groups.items():
        assert got[key].n == len(numbers)
        assert got[key].value == pytest.approx(np.mean(numbers))
        low, high = got[key].ci_low, got[key].ci_high
        assert low is not None
        assert high is not None
        assert low - 1e-9 <= np.mean(numbers) <= high + 1e-9
    if by:
        assert sum(row.n for row in got.values()) == answer.rows[0].n


@pytest.mark.parametrize("few", [0, 1, 3, 10_000])
def test_where_people_were_is_the_same_however_it_is_found(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(positions_then, "FEW", few)
    with lake.analyst.reading() as reader:
        events = reader.events
        found = with_position(events.select("seq", "person_id", "occurred_at", "tie", "message_id", "stage"), events)
        got = {row["seq"]: row["position"] for row in reader.session.execute(found)}
    assert got == {row["seq"]: row["position"] for row in told(lake)}


@pytest.mark.parametrize("kpi", ["nps", "csat", "repeat_purchase", "asa"])
def test_a_json_row_has_the_agreed_keys(lake: Lake, kpi: str) -> None:
    row = lake.analyst.kpi(kpi, ["week"], date(2026, 3, 10), date(2026, 4, 1)).rows[1].as_json()
    keys = ["kpi", "definition", "value", "ci_low", "ci_high", "n", "complete", "window", "by"]
    keys += ["people", "beside", "currency"]
    assert list(row) == keys
    assert row["definition"] == f"{kpi}@1"
    assert row["window"]["from"] >= "2026-03-10"
    assert row["window"]["to"] <= "2026-04-01"


def test_nothing_asked_gives_null_and_zero(lake: Lake) -> None:
    row = lake.analyst.kpi("csat", [], date(2020, 1, 1), date(2020, 2, 1)).rows[0]
    assert (row.value, row.ci_low, row.ci_high, row.n) == (None, None, None, 0)


def test_wrong_questions_say_what_to_do(lake: Lake) -> None:
    with pytest.raises(NotFound, match="nps, csat"):
        lake.analyst.kpi("npz", [], None, None)
    with pytest.raises(InvalidInput, match="touchpoint"):
        lake.analyst.kpi("nps", ["colour"], None, None)
    with pytest.raises(InvalidInput, match="before it begins"):
        lake.analyst.kpi("nps", [], date(2026, 3, 2), date(2026, 3, 1))


def test_the_same_data_give_the_same_interval(lake: Lake) -> None:
    rows = [lake.analyst.kpi("asa", [], None, None).rows[0] for _ in range(3)]
    assert len({(row.ci_low, row.ci_high) for row in rows}) == 1


def test_the_board_adds_days_up_to_what_the_kpi_says(lake: Lake) -> None:
    lake.clock.time = parse_iso("2026-06-20T12:00:00Z")
    board = lake.analyst.board()
    for tile in board.tiles[: drawn(len(board.tiles))]:
        for shown in (tile.now, tile.before, *tile.weeks[: drawn(13)]):
            asked = lake.analyst.kpi(tile.kpi, [], shown.window.start, shown.window.end).rows[0]
            assert (shown.n, shown.value, shown.complete) == (asked.n, pytest.approx(asked.value), asked.complete)
        assert len(tile.weeks) == 13


# completeness


def test_a_window_is_complete_when_its_live_source_has_passed_its_end(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        lake.collect([track("Survey Answered", 1, "2026-11-20T10:00:00Z", kind="csat", score=5)])
        lake.fold()  # received on the 22nd
        assert complete(lake, date(2026, 11, 20), date(2026, 11, 22))
        assert not complete(lake, date(2026, 11, 20), date(2026, 11, 23))


def test_imported_history_is_known_as_far_as_it_goes(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        lake.import_([track("Survey Answered", n, f"2018-0{n}-15T10:00:00Z", kind="csat", score=5) for n in (3, 5)])
        lake.fold()
        assert complete(lake, date(2018, 3, 1), date(2018, 5, 1))
        assert not complete(lake, date(2018, 3, 1), date(2018, 6, 1))
        weeks = lake.analyst.kpi("csat", ["week"], date(2018, 3, 1), date(2018, 6, 1)).rows[1:]
        assert [row.complete for row in weeks] == [True, False]


def test_a_young_cohort_does_not_count_and_is_not_complete(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        days = ["2026-01-10", "2026-01-10", "2026-02-01", "2026-06-01"]
        who = ["ada", "ada", "bob", "eve"]
        lake.import_(
            track("Order Completed", n, f"{day}T1{n}:00:00Z", one, order_id=str(n))
            for n, (day, one) in enumerate(zip(days, who, strict=True))
        )
        lake.fold()
        row = lake.analyst.kpi("repeat_purchase", [], date(2026, 1, 1), date(2026, 2, 2)).rows[0]
        assert (row.n, row.value, row.complete) == (2, 0.0, True)  # two orders of one day are one occasion
        row = lake.analyst.kpi("repeat_purchase", [], date(2026, 1, 1), date(2026, 7, 1)).rows[0]
        assert (row.n, row.complete) == (2, False)


def complete(lake: Lake, start: date, end: date) -> bool:
    return lake.analyst.kpi("csat", [], start, end).rows[0].complete


# intervals


def test_wilson_and_nps_equal_the_published_formulas() -> None:
    found = interval.wilson(15, 148)
    assert [found.low, found.high] == pytest.approx([0.0624, 0.1605], abs=1e-4)  # Newcombe 1998, table I
    p, d, m = 50.75 / 103, 20.75 / 103, 103
    half = 1.959964 * ((p + d - (p - d) ** 2) / m) ** 0.5
    nps = interval.nps(50, 20, 100)
    assert [nps.low, nps.high] == pytest.approx([100 * (p - d - half), 100 * (p - d + half)])


def test_the_difference_of_two_shares_equals_newcombes_tenth_method() -> None:
    found = interval.apart(interval.wilson(56, 70), interval.wilson(48, 80))
    assert found is not None
    assert list(found) == pytest.approx([0.2, 0.0524, 0.3339], abs=1e-4)  # Newcombe 1998, example a


@pytest.mark.parametrize("n", [10, 20, 50, 100, 200, 400])
@pytest.mark.parametrize(("promoters", "detractors"), [(0.5, 0.2), (0.2, 0.4), (0.4, 0.3), (0.6, 0.15)])
def test_the_nps_interval_covers_as_it_says(promoters: float, detractors: float, n: int) -> None:
    rng = np.random.default_rng(3)
    hits, draws = 0, 20_000
    shapes, times = np.unique(
        rng.multinomial(n, [promoters, detractors, 1 - promoters - detractors], size=draws), axis=0, return_counts=True
    )
    for row, count in zip(shapes, times, strict=True):
        found = interval.nps(int(row[0]), int(row[1]), n)
        assert found.low is not None
        assert found.high is not None
        hits += int(count) * (found.low <= 100 * (promoters - detractors) <= found.high)
    assert 0.94 <= round(hits / draws, 2) <= 0.96


def test_the_bootstrap_agrees_with_theory_and_does_not_care_for_order() -> None:
    values = np.random.default_rng(5).exponential(60, 800)
    found = interval.bootstrap_mean(values.tolist(), [1] * 800)
    half = 1.96 * values.std(ddof=1) / 800**0.5
    assert found.value == pytest.approx(values.mean())
    assert [found.low, found.high] == pytest.approx([values.mean() - half, values.mean() + half], rel=0.05)
    assert interval.bootstrap_mean(values[::-1].tolist(), [1] * 800) == pytest.approx(found)


def test_two_counts_are_compared_exactly() -> None:
    assert interval.chance_of_count(0, 10, 0.5) == pytest.approx(1.0)
    assert interval.chance_of_count(10, 0, 0.5) == pytest.approx(2**-10)
    exact = sum(float(interval.comb(200, k)) * 0.1**k * 0.9 ** (200 - k) for k in range(30, 201))
    assert interval.chance_of_count(30, 170, 0.1) == pytest.approx(exact)


# both engines


class SparkOptions(IbisConfig):  # type: ignore[misc]
    """What the Spark compiler asks of a loaded backend; Spark itself is not needed to compile."""

    treat_nan_as_null: bool = False


@pytest.mark.parametrize(
    "variants",
    [
        *(found[:1] for found in VARIANTS.values()),
        *(pytest.param(found[1:], marks=pytest.mark.slow) for found in VARIANTS.values()),
    ],
    ids=lambda found: ",".join(one.label for one in found),
)
def test_definitions_compile_for_duckdb_and_spark_and_return_what_they_say(
    variants: Sequence[Definition], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())
    events = ibis.table(schema_of("events"), name="events")
    window = Window(start=date(2026, 1, 1), end=date(2026, 2, 1))
    for definition in variants:
        assert set(definition.reads) <= set(schema_of("events"))
        for by, windows in (((), window), ((), [window, window]), (tuple(DIMENSIONS), window)):
            expression = grouped(definition, events, windows, by, 20_000)
            types = {name: str(kind) for name, kind in expression.schema().items()}
            assert {name: types[name] for name in definition.returns} == dict(definition.returns)
            for dialect in ("duckdb", "pyspark"):
                assert str(ibis.to_sql(expression, dialect=dialect)).startswith(("SELECT", "WITH"))
        assert str(ibis.to_sql(people_of(definition, events, window, (), 20_000), dialect="pyspark"))
        if definition.adds:
            assert str(ibis.to_sql(by_day(definition, events, window, 20_000), dialect="pyspark"))


def test_troubles_compile_for_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())
    events = ibis.table(schema_of("events"), name="events")
    assert str(ibis.to_sql(trouble_counts(events, date(2026, 2, 1)), dialect="pyspark"))


# what needs attention


def test_a_planted_fault_is_found_and_calm_is_not(tmp_path: Path) -> None:
    rng = random.Random(2)
    with lake_in(tmp_path) as lake:
        items = []
        for day in range(63):
            at = date(2026, 9, 20) + timedelta(days=day)
            for n in range(30):
                number = day * 100 + n
                items.append(track("Checkout Started", number, f"{at}T10:{n:02d}:00Z", f"u{n}"))
                if rng.random() < (0.25 if day >= 56 else 0.05):
                    items.append(track("Checkout Failed", 10_000 + number, f"{at}T11:{n:02d}:00Z", f"u{n}"))
            items.append(track("Complaint Filed", 20_000 + day, f"{at}T12:00:00Z", "u1"))
        lake.import_(items)
        lake.fold()
        with lake.analyst.reading() as reader:
            found = spikes(reader, date(2026, 11, 22))
    assert [(one.subject, one.severity) for one in found] == [("checkout_failed", "high")]
    assert found[0].params["ratio"] > 2


def test_a_score_that_fell_is_told(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        items = []
        for n in range(400):
            day = date(2026, 9, 27) + timedelta(days=n % 56)
            score = (2 if n % 3 else 5) if day >= date(2026, 10, 25) else 5 - (n % 10 == 0) * 3
            items.append(track("Survey Answered", n, f"{day}T10:00:00Z", f"u{n}", kind="csat", score=score))
        lake.import_(items)
        lake.fold()
        found = lake.analyst.attention()
    assert [(one.kind, one.subject, one.severity) for one in found] == [("kpi_worse", "csat", "high")]


# real data


@pytest.mark.skipif(not (DATA / "olist_sample").is_dir(), reason="the Olist sample is not here (set PERCORSO_DATA)")
def test_csat_over_real_reviews_equals_sql_over_the_file(tmp_path: Path) -> None:
    file = next((DATA / "olist_sample").glob("*review*.csv*"))
    columns = "review_answer_timestamp::VARCHAR AS answered, order_id, review_score"
    reviews = duckdb.connect().execute(f"SELECT {columns} FROM read_csv('{file}')").fetchall()
    with lake_in(tmp_path) as lake:
        lake.import_(
            track(
                "Survey Answered",
                n,
                at.replace(" ", "T") + "-03:00",
                order_id,
                kind="csat",
                score=score,
                scale=5,
            )
            for n, (at, order_id, score) in enumerate(reviews)
        )
        lake.fold()
        lake.seal(limit=100_000)
        row = lake.analyst.kpi("csat", [], None, None).rows[0]
    share, n = duckdb.connect().execute(
        f"SELECT avg((review_score >= 4)::INT), count(*) FROM read_csv('{file}')"
    ).fetchone()  # fmt: skip
    assert (row.value, row.n) == (pytest.approx(share), n)


def test_a_difference_has_its_own_interval(lake: Lake) -> None:
    lake.clock.time = parse_iso("2026-06-20T12:00:00Z")
    for tile in lake.analyst.board().tiles:
        if tile.difference is not None:
            assert tile.difference.value == pytest.approx(_value(tile.now) - _value(tile.before))
            assert tile.difference.ci_low <= tile.difference.value <= tile.difference.ci_high


def _value(row: KpiRow) -> float:
    assert row.value is not None
    return row.value
