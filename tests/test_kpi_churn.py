"""Churn against the published example that shows why the naive rate moves when nothing does (Recurly 2014)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from percorso.insight.kpi.about import find
from percorso.insight.kpi.ask import ask
from percorso.insight.kpi.result import KpiRow
from percorso.insight.kpi.spread import Clusters as C
from percorso.insight.kpi.spread import clustered_share, garwood, lost_by, quantile_between
from tests.lakes import Lake, lake_in, track

MONTHS = ((date(2025, 7, 1), date(2025, 8, 1)), (date(2025, 8, 1), date(2025, 9, 1)))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """1,000 subscribers, of whom one in twenty leaves each month, and 500 new ones a month, of whom 12 leave at once."""
    with lake_in(tmp_path_factory.mktemp("churn")) as lake:
        lake.import_(list(_story()))
        lake.fold()
        yield lake


def _story() -> Iterator[dict[str, Any]]:
    number = 0

    def say(name: str, at: str, who: str, **more: Any) -> dict[str, Any]:
        nonlocal number
        number += 1
        return track(name, number, f"{at}T10:00:00Z", who, plan="x", price=9, currency="EUR", **more)

    old = [f"old{n}" for n in range(1000)]
    for who in old:
        yield say("Subscription Started", "2025-01-10", who)
    gone = 0
    for month, leaving in (("07", 50), ("08", 72)):  # 72 of the 1,438 that July leaves are one in twenty
        for who in old[gone : gone + leaving]:
            yield say("Subscription Cancelled", f"2025-{month}-15", who, reason="price" if gone else "payment_failed")
        gone += leaving
        new = [f"new{month}-{n}" for n in range(500)]
        for who in new:
            yield say("Subscription Started", f"2025-{month}-05", who)
        for who in new[:12]:
            yield say("Subscription Cancelled", f"2025-{month}-20", who)
    yield say("Product Viewed", "2026-01-10", "old999")


def row(lake: Lake, name: str, month: tuple[date, date]) -> KpiRow:
    with lake.analyst.reading() as reader:
        return ask(reader, find(name)[0], (), *month)[0]


def percent(value: float | None) -> float:
    assert value is not None
    return round(100 * value, 1)


def test_the_same_behaviour_gives_the_same_churn_in_both_months(lake: Lake) -> None:
    july, august = (row(lake, "churn", month) for month in MONTHS)
    assert (july.n, august.n) == (1000, 1438)
    assert percent(july.value) == percent(august.value) == 5.0
    early = [row(lake, "early_churn", month) for month in MONTHS]
    assert [(percent(one.value), one.n, one.complete) for one in early] == [(2.4, 500, True)] * 2


def test_the_naive_rate_would_have_told_of_a_fall(lake: Lake) -> None:
    lost = [
        round((row(lake, "churn_stripe", month).value or 0) * row(lake, "churn_stripe", month).n) for month in MONTHS
    ]
    assert lost == [62, 84]
    naive = [percent(count / row(lake, "churn", month).n) for count, month in zip(lost, MONTHS, strict=True)]
    assert naive == [6.2, 5.8]


def test_losses_are_told_apart(lake: Lake) -> None:
    july, august = (row(lake, "churn", month).beside for month in MONTHS)
    assert july == {"voluntary": 0.0, "involuntary": 0.05, "reactivated": 0.0}
    assert august["involuntary"] == 0.0


def test_who_comes_back_and_leaves_again_counts_again(tmp_path: Path) -> None:
    with lake_in(tmp_path) as lake:
        told = [("Started", "01-05"), ("Cancelled", "02-10"), ("Reactivated", "02-20"), ("Cancelled", "03-15")]
        lake.import_(
            track(f"Subscription {what}", n, f"2026-{day}T10:00:00Z", "ada") for n, (what, day) in enumerate(told)
        )
        lake.fold()
        february = row(lake, "churn", (date(2026, 2, 1), date(2026, 3, 1)))
        march = row(lake, "churn", (date(2026, 3, 1), date(2026, 4, 1)))
    assert (february.value, february.beside["reactivated"]) == (1.0, 1.0)
    assert (march.value, march.n) == (1.0, 1)


def test_a_young_cohort_counts_as_far_as_it_was_followed() -> None:
    """Freireich's 6-MP arm, as in every textbook: S(10) = 0.753, S(23) = 0.448."""
    lost = {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1}
    left = {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1}
    assert [round(1 - (lost_by(day, lost, left).value or 0), 3) for day in (10, 23)] == [0.753, 0.448]
    found = lost_by(23, lost, left)
    assert found.low is not None
    assert found.high is not None
    assert [round(1 - found.high, 3), round(1 - found.low, 3)] == [0.188, 0.68]  # log-log, as SAS prints
    assert lost_by(90, {3: 1}, {10: 5}) == (None, None, None, 6)


def test_intervals_of_rates_and_clusters() -> None:
    assert [round(x or 0, 3) for x in garwood(0, 1.0, 1)[:3]] == [0.0, 0.0, 3.689]
    large = garwood(1000, 1.0, 1)
    assert [round(large.low or 0, 1), round(large.high or 0, 1)] == [939.0, 1064.0]
    alone = clustered_share(C(100, 100, 40, 100, 40, 40))
    pairs = clustered_share(C(50, 100, 40, 200, 80, 80))  # always both or neither: half as much is known
    assert (alone.value, pairs.value) == (0.4, 0.4)
    assert (pairs.high or 0) - (pairs.low or 0) > 1.3 * ((alone.high or 0) - (alone.low or 0))
    assert quantile_between({float(n): 1 for n in range(1, 101)}, 0.5)[:3] == (50.0, 41.0, 60.0)
