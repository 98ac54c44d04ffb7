"""Paths, funnels, retention, the map, touchpoints and frictions are the same on DuckDB and on Spark, from the same rows."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

import pytest

from percorso.insight.funnel_choice import FunnelChoice, read_step
from percorso.insight.paths.around import AroundChoice
from percorso.insight.paths.choice import PathChoice
from percorso.insight.retention import RetentionChoice
from percorso.pipeline.analyse import Analyst
from percorso.pipeline.friction import FrictionFinder
from percorso.pipeline.pathing import Pathing
from percorso.pipeline.touchpoints import TouchpointQuestions
from tests.lakes import Lake, lake_in
from tests.test_kpi import random_events

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

DAYS = date(2026, 3, 10), date(2026, 6, 20)
BOUGHT = tuple(map(read_step, ("Product Viewed", "Order Completed")))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with lake_in(tmp_path_factory.mktemp("engines")) as lake:
        lake.import_(random_events(4, 700, 25))
        lake.fold()
        lake.seal(limit=300)
        yield lake


@pytest.fixture(scope="module")
def on_spark(lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analyst]:
    from tests.spark import SparkEngine, spark_in

    folder = tmp_path_factory.mktemp("spark")
    with spark_in(folder) as connection:
        engine: Any = SparkEngine(lake.engine, connection, folder)
        yield Analyst(engine, lake.config, lake.civil, lake.clock, lake.tallies)


def paths(ask: Callable[[Pathing], Any]) -> Callable[[Analyst], Any]:
    return lambda analyst: ask(Pathing(analyst))


ASKED: Mapping[str, Callable[[Analyst], Any]] = {
    "transitions": paths(lambda of: of.transitions(PathChoice(), *DAYS)),
    "visits": paths(lambda of: of.transitions(PathChoice(step="touchpoint_name", per="session", once=True), *DAYS)),
    "variants": paths(lambda of: of.variants(PathChoice(step="channel"), *DAYS, 50)),
    "before": paths(lambda of: of.around(PathChoice(), *DAYS, AroundChoice(pivot="Order Completed", direction="before"))),
    "after": paths(lambda of: of.around(PathChoice(), *DAYS, AroundChoice(pivot="Product Viewed", every=True, top=2))),
    "hops": paths(lambda of: of.hops(PathChoice(), *DAYS, same_order=False)),
    "funnel": paths(lambda of: of.funnel(FunnelChoice(steps=BOUGHT, by="channel"), *DAYS)),
    "strict": paths(lambda of: of.funnel(FunnelChoice(steps=BOUGHT, strict=True, entry="first"), *DAYS)),
    "retention": paths(lambda of: of.retention(RetentionChoice(period="month"), *DAYS)),
    "conformance": lambda analyst: Pathing(analyst).conformance(analyst.config.journeys[0].id, *DAYS),
    "touchpoints": lambda analyst: TouchpointQuestions(analyst).inventory(*DAYS),
    "map": lambda analyst: analyst.journey_map(analyst.config.journeys[0].id, *DAYS),
    "frictions": lambda analyst: FrictionFinder(analyst).found(*DAYS),
    "people": paths(lambda of: of.transition_people(PathChoice(), *DAYS, "Product Viewed", "Order Completed", 100)),
}  # fmt: skip


@pytest.mark.parametrize("name", list(ASKED))
def test_both_engines_say_the_same(lake: Lake, on_spark: Analyst, name: str) -> None:
    ours, sparks = (plain(ASKED[name](analyst)) for analyst in (lake.analyst, on_spark))
    assert sparks == ours
    assert weight(ours) > 20, "nothing to compare"


def plain(value: Any) -> Any:
    """As lists and texts, floats to nine digits."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return None if math.isnan(value) else float(f"{value:.9g}")
    return str(value) if isinstance(value, date | datetime) else value


def weight(value: Any) -> int:
    """How many single values there are."""
    if isinstance(value, dict | list):
        return sum(map(weight, value.values() if isinstance(value, dict) else value))
    return 1
