"""Each signal marks the moments that show it, and no others; all of them read the same on both engines."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pytest
from ibis.config import Config as IbisConfig

from percorso.insight.friction.outcomes import with_outcomes
from percorso.insight.friction.signal import MARKS
from percorso.insight.friction.signals import SIGNALS
from percorso.insight.friction.strata import hit_strata, matched, other_strata, spread, wholes, with_subjects
from percorso.insight.friction.visits import placed, visits
from percorso.insight.windows import Window
from percorso.model.tables import schema_of
from percorso.model.time import SECOND, parse_iso, to_iso
from tests.folding import retail
from tests.lakes import Lake, lake_in, track

START = parse_iso("2026-03-02T10:00:00Z")


class SparkOptions(IbisConfig):  # type: ignore[misc]
    """What the Spark compiler asks of a loaded backend; Spark itself is not needed to compile."""

    treat_nan_as_null: bool = False


Moment = tuple[float, str, dict[str, Any]]
"""Seconds after the start, event, properties."""

WEB = {"touchpoint": "web.product"}
STORIES: dict[str, tuple[list[Moment], list[int], dict[int, str | None]]] = {
    "search_without_result": (
        [
            (0, "Products Searched", {"results": 0}),
            (9, "Products Searched", {"results": 3}),
            (20, "Products Searched", {}),
        ],
        [0],
        {0: None},
    ),
    "rage_click": (
        [(at, "Element Clicked", {"element": "#buy"}) for at in (0, 0.4, 0.9, 9)]
        + [(9.2, "Element Clicked", {"element": "#a"})],
        [2],
        {2: "#buy"},
    ),
    "dead_click": (
        [
            (0, "Element Clicked", {"element": "#buy"}),
            (30, "Element Clicked", {"element": "#buy"}),
            (31, "Page Viewed", {}),
            (9000, "Element Clicked", {"element": "#last"}),
        ],
        [0],
        {0: "#buy"},
    ),
    "loop": (
        [
            (at, name, {})
            for at, name in ((0, "Cart Viewed"), (9, "Checkout Started"), (20, "Cart Viewed"), (29, "Cart Viewed"))
        ]
        + [(9000, "Checkout Started", {})],
        [2],
        {2: "Cart Viewed → Checkout Started → Cart Viewed"},
    ),
    "quick_back": (
        [
            (at, "Page Viewed", {"path": path})
            for at, path in ((0, "/a"), (20, "/b"), (22, "/a"), (50, "/c"), (90, "/a"))
        ],
        [1],
        {1: "/b"},
    ),
    "error": (
        [(0, "Checkout Started", {}), (9, "Checkout Failed", {"error": "timeout"}), (20, "Payment Failed", {})],
        [1, 2],
        {1: "timeout", 2: "Payment Failed"},
    ),
    "retry": (
        [(at, "Checkout Failed", {"error": "timeout"}) for at in (0, 60, 200_000)],
        [1],
        {1: "timeout"},
    ),
    "checkout_abandoned": (
        [(0, "Checkout Started", {}), (60, "Order Completed", {}), (9000, "Checkout Started", {})],
        [2],
        {2: None},
    ),
    "form_abandoned": (
        [
            (0, "Form Started", {"form": "quote"}),
            (60, "Form Submitted", {"form": "quote"}),
            (70, "Form Started", {"form": "call me"}),
        ],
        [2],
        {2: "call me"},
    ),
    "late_delivery": (
        [
            (0, "Parcel Delivered", {"estimated_at": to_iso(START - 60 * SECOND), "courier": "slow"}),
            (9, "Parcel Delivered", {"estimated_at": to_iso(START + 60 * SECOND), "courier": "slow"}),
            (20, "Parcel Delivered", {"courier": "slow"}),
        ],
        [0],
        {0: "slow"},
    ),
    "channel_jump": (
        [
            (0, "Checkout Failed", {"error": "timeout"}),
            (60, "Call Offered", {}),
            (200_000, "Checkout Failed", {"error": "timeout"}),
        ],
        [0],
        {0: "timeout"},
    ),
    "long_wait": (
        [(at * 60, "Call Answered", {"wait_s": 10.0 + at, "queue": "care"}) for at in range(10)],
        [9],
        {9: "care"},
    ),
    "call_abandoned": (
        [(0, "Call Abandoned", {"queue": "care"}), (9, "Call Answered", {"queue": "care"})],
        [0],
        {0: "care"},
    ),
    "repeat_contact": (
        [
            (0, "Chat Started", {"subject": "bill"}),
            (60, "Call Offered", {"subject": "bill"}),
            (70, "Call Offered", {"subject": "parcel"}),
            (800_000, "Call Offered", {"subject": "bill"}),
        ],
        [1],
        {1: "bill"},
    ),
    "unhappy": (
        [
            (0, "Survey Answered", {"kind": "csat", "score": 3, "scale": 5}),
            (9, "Survey Answered", {"kind": "nps", "score": 7}),
            (20, "Product Reviewed", {"rating": 1}),
        ],
        [0, 2],
        {0: "csat", 2: None},
    ),
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with lake_in(tmp_path_factory.mktemp("signals")) as lake:
        for who, (moments, *_) in STORIES.items():
            items = [
                {
                    **track(name, 0, to_iso(START + round(at * SECOND)), who, **properties),
                    "messageId": f"{who}-{n}",
                    "context": {"touchpoint": "call.support" if name.startswith("Call") else "web.product"},
                }
                for n, (at, name, properties) in enumerate(moments)
            ]
            lake.import_(items)
        lake.fold()
        yield lake


def test_every_signal_has_a_story() -> None:
    assert STORIES.keys() == SIGNALS.keys()


@pytest.mark.parametrize("signal", list(SIGNALS))
def test_a_signal_marks_what_shows_it(lake: Lake, signal: str) -> None:
    _, hit, subjects = STORIES[signal]
    with lake.analyst.reading() as reader:
        events = reader.events.filter(reader.events.user_id == signal)
        marks = SIGNALS[signal].find(events)
        named = marks.inner_join(reader.events.select("seq", "message_id"), "seq")
        rows = reader.session.execute(named.select("message_id", "hit", "subject"))
    assert len({row["message_id"] for row in rows}) == len(rows), "each moment is marked once"
    found = {int(row["message_id"].rsplit("-", 1)[1]): row["subject"] for row in rows if row["hit"]}
    assert sorted(found) == hit
    assert found == subjects
    assert all(row["subject"] is None for row in rows if not row["hit"])


def test_a_late_parcel_is_trouble_from_the_promise_on(lake: Lake) -> None:
    with lake.analyst.reading() as reader:
        marks = SIGNALS["late_delivery"].find(reader.events.filter(reader.events.user_id == "late_delivery"))
        rows = reader.session.execute(marks.order_by("seq"))
    assert [row["at"] for row in rows] == [START // SECOND - 60, START // SECOND + 9]


@pytest.fixture
def spark_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())


@pytest.mark.usefixtures("spark_options")
@pytest.mark.parametrize("dialect", ["duckdb", "pyspark"])
@pytest.mark.parametrize("signal", list(SIGNALS))
def test_a_signal_compiles_for_both_engines(signal: str, dialect: str) -> None:
    events = ibis.table(schema_of("events"), name="events")
    expression = SIGNALS[signal].find(events)
    assert expression.schema().names == tuple(MARKS)
    assert ibis.to_sql(expression, dialect=dialect)


@pytest.mark.usefixtures("spark_options")
@pytest.mark.parametrize("dialect", ["duckdb", "pyspark"])
def test_all_the_sums_compile_for_both_engines(dialect: str) -> None:
    for expression in _chain(ibis.table(schema_of("events"), name="events")):
        assert ibis.to_sql(expression, dialect=dialect)


def _chain(events: Any) -> list[Any]:
    """Every expression from the events to the sums."""
    found = [signal.find(events).mutate(signal=ibis.literal(signal.id)) for signal in SIGNALS.values()]
    window = Window(start=date(2026, 3, 1), end=date(2026, 4, 1))
    named = with_subjects(visits(events, placed(events), ibis.union(*found), window))
    judged = with_outcomes(named, events, retail().journeys[0], START // SECOND)
    hits, others = hit_strata(judged), other_strata(judged)
    both = matched(hits, others)
    whole = wholes(both)
    return [judged, whole, spread(judged, both, whole)]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_both_engines_mark_the_same(lake: Lake, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from tests.spark import spark_in

    with lake.analyst.reading() as reader:
        rows, schema = reader.session.execute(reader.events), reader.events.schema().to_pyarrow()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), tmp_path / "events.parquet")
    duck = ibis.duckdb.connect()
    duck.read_parquet(tmp_path / "events.parquet", table_name="events")
    with spark_in(tmp_path) as spark:
        spark._session.read.parquet(str(tmp_path / "events.parquet")).createOrReplaceTempView("events")
        for signal in SIGNALS.values():
            one, other = (
                sorted(map(str, connection.to_pyarrow(signal.find(connection.table("events"))).to_pylist()))
                for connection in (duck, spark)
            )
            assert one == other, signal.id
        judged = [connection.to_pyarrow(_chain(connection.table("events"))[0]) for connection in (duck, spark)]
        assert sorted(map(str, judged[0].to_pylist())) == sorted(map(str, judged[1].to_pylist()))
    duck.disconnect()
