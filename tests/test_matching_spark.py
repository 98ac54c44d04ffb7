"""The matcher on Spark: the same pairs and weights as on one machine."""

import csv
import gzip
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from percorso.adapters.splink_matcher import SplinkMatcher
from percorso.adapters.splink_spark import SparkMatcher
from percorso.data.matching.fields import fields_of
from percorso.data.matching.model import model_for
from percorso.model.errors import InvalidConfig
from percorso.model.matching import Matching, MatchRecord
from percorso.ports import Matcher
from tests.look_alikes import drawn

DATA = Path(os.environ.get("PERCORSO_DATA", Path(__file__).resolve().parents[1].parent / "shared" / "data"))
FEBRL1 = DATA / "febrl" / "dataset1.csv.gz"
OPTIONS = {"spark.sql.shuffle.partitions": "2", "spark.driver.memory": "1g"}


def spark(**changed: Any) -> SparkMatcher:
    return SparkMatcher("local[2]", options=OPTIONS, **changed)


def found(matcher: Matcher, records: Mapping[str, Mapping[str, Any]]) -> Matching:
    taken = (MatchRecord(name, fields_of(known)) for name, known in records.items())
    with matcher.taking(taken) as held:
        return held.match(model_for(held.known, held.count, held.pairs_of), 0.5)


def assert_same(one: Matching, other: Matching) -> None:
    assert (one.model_id, one.compared) == (other.model_id, other.compared)
    assert one.prior == pytest.approx(other.prior, rel=1e-9)
    assert [(pair.a, pair.b, pair.kind) for pair in one.pairs] == [(pair.a, pair.b, pair.kind) for pair in other.pairs]
    for mine, theirs in zip(one.pairs, other.pairs, strict=True):
        assert mine.weight == pytest.approx(theirs.weight, abs=1e-6)
        assert mine.probability == pytest.approx(theirs.probability, abs=1e-6)
        assert dict(mine.parts) == pytest.approx(dict(theirs.parts), abs=1e-6)


def rows(path: Path) -> dict[str, dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return {row.pop("rec_id"): row for row in csv.DictReader(file, skipinitialspace=True)}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not FEBRL1.is_file(), reason=f"the linkage sets are not in {DATA} (set PERCORSO_DATA)")
def test_febrl_gives_the_same_pairs_and_weights() -> None:
    records = rows(FEBRL1)
    assert_same(found(spark(), records), found(SplinkMatcher(), records))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_families_are_told_apart_and_nobody_is_found_where_nobody_is() -> None:
    cast = drawn(60, 4)
    assert_same(found(spark(), cast.records), found(SplinkMatcher(), cast.records))
    assert found(spark(), {}).pairs == []
    assert found(spark(), {"a": {"city": "Roma"}, "b": {"city": "Roma"}}).pairs == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_more_records_than_are_learned_from_are_still_matched() -> None:
    cast = drawn(80, 5)
    same = {(pair.a, pair.b) for pair in found(spark(learned_from=90), cast.records).pairs if pair.kind == "person"}
    assert len(same & cast.same) >= 0.8 * len(cast.same)


def test_without_spark_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("pyspark")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(InvalidConfig, match=r"percorso\[spark\]"), spark().taking([]):
        pass
