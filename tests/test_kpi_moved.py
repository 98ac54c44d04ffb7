"""What moved is told, what luck moves is not."""

import random
from datetime import date, timedelta
from pathlib import Path

from percorso.insight.kpi import KPIS
from percorso.insight.moved import discoveries, moved
from tests.lakes import lake_in, track

TODAY = date(2026, 11, 22)


def answers(rng: random.Random, place: str, before: float, now: float, first: int) -> list[dict[str, object]]:
    """Two answers a day for 56 days at a touchpoint, of which a share is good."""
    items = []
    for n in range(112):
        day = TODAY - timedelta(days=56 - n // 2)
        good = rng.random() < (now if n >= 56 else before)
        at = f"{day}T1{n % 2}:00:00Z"
        item = track("Survey Answered", first + n, at, f"u{first + n}", kind="csat", score=5 if good else 2, scale=5)
        items.append(item | {"context": {"touchpoint": place}})
    return items


def test_a_fall_at_one_touchpoint_is_told_and_names_it(tmp_path: Path) -> None:
    rng = random.Random(5)
    places = ["web.product", "store.till", "call.support", "web.checkout", "survey.web", "app.checkout"]
    with lake_in(tmp_path) as lake:
        for turn, place in enumerate(places):
            lake.import_(answers(rng, place, 0.8, 0.3 if place == "store.till" else 0.88, 1000 * turn))
        lake.fold()
        with lake.analyst.reading() as reader:
            found, _ = moved(reader, TODAY, KPIS.values())
        told = lake.analyst.attention()
    assert [(one.definition.kpi, one.touchpoint, one.is_worse) for one in found] == [("csat", "store.till", True)]
    assert [(one.subject, one.params["touchpoint"], one.link) for one in told] == [
        ("csat", "store.till", "/kpis/csat?by=touchpoint")
    ]


def test_luck_at_many_touchpoints_is_not_told(tmp_path: Path) -> None:
    rng = random.Random(11)
    with lake_in(tmp_path) as lake:
        for turn in range(12):
            lake.import_(answers(rng, f"place.{turn}", 0.7, 0.7, 1000 * turn))
        lake.fold()
        with lake.analyst.reading() as reader:
            assert moved(reader, TODAY, KPIS.values()) == ([], [])


def test_of_luck_alone_hardly_anything_is_called() -> None:
    rng = random.Random(3)
    called = sum(bool(discoveries([rng.random() for _ in range(40)], 0.05)) for _ in range(400))
    assert called / 400 < 0.08
