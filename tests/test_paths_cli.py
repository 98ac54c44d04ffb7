"""`percorso paths`, `percorso funnel` and `percorso cohorts`: from the shell, over a log that was imported."""

import json
from pathlib import Path
from typing import Any

import pytest

from percorso.cli.app import run
from percorso.main.company import Company
from percorso.main.opener import MainOpener
from tests.http_client import take

NAMES = ("Product Viewed", "Product Added", "Order Completed")


def bought(who: str, count: int, channel: str, hour: int) -> list[dict[str, Any]]:
    """Who goes the first `count` steps, a minute each."""
    return [
        {
            "type": "track", "event": name, "userId": who, "messageId": f"{who}-{number}",
            "timestamp": f"2026-03-02T{hour:02d}:{number:02d}:00Z",
            "properties": {"order_id": "o1"}, "context": {"touchpoint": f"{channel}.product"},
        }
        for number, name in enumerate(NAMES[:count])
    ]  # fmt: skip


class Shell:
    """Runs commands on a directory."""

    def __init__(self, directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._directory = directory
        self._capsys = capsys

    def __call__(self, *words: str, code: int = 0) -> str:
        assert run(MainOpener(), [*words, "--dir", str(self._directory)]) == code
        return self._capsys.readouterr().out

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"))


@pytest.fixture
def shell(company: Company, company_dir: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    take(company, *bought("ada", 3, "web", 8), *bought("bob", 2, "web", 9), *bought("eve", 1, "web", 10))
    visit = {"type": "track", "event": "Store Visited", "userId": "bob", "messageId": "visit-1"}
    take(company, {**visit, "timestamp": "2026-03-02T15:00:00Z", "context": {"touchpoint": "store.till"}})
    company.close()
    return Shell(company_dir, capsys)


def test_transitions_and_variants(shell: Shell) -> None:
    only = [word for name in NAMES for word in ("--name", name)]
    assert shell.json("paths", "transitions", *only) == [
        {"from": "Product Viewed", "to": "Product Added", "count": 2, "people": 2, "median_s": 60.0},
        {"from": "Product Added", "to": "Order Completed", "count": 1, "people": 1, "median_s": 60.0},
    ]
    assert {tuple(one["path"]): one["count"] for one in shell.json("paths", "variants", *only)} == {
        NAMES: 1,
        NAMES[:2]: 1,
        NAMES[:1]: 1,
    }
    assert "3 paths of 3 people, 3 different" in shell("paths", "variants", *only)


@pytest.mark.parametrize(
    ("way", "pivot", "edge"), [("after", "Product Viewed", "exit"), ("before", "Order Completed", "start")]
)
def test_columns_beside_a_step_sum(shell: Shell, way: str, pivot: str, edge: str) -> None:
    rows = shell.json("paths", way, pivot, "--steps", "3")
    sums = {column: sum(row["count"] for row in rows if row["step"] == column) for column in (1, 2, 3)}
    assert len(set(sums.values())) == 1
    assert edge in {row["what"] for row in rows}


def test_hops_between_channels(shell: Shell) -> None:
    (hop,) = shell.json("paths", "hops")
    assert (hop["from"], hop["to"], hop["count"], hop["people"]) == ("web", "store", 1, 1)
    assert shell.json("paths", "hops", "--same-order") == []


def test_who_goes_a_journey_as_declared(shell: Shell) -> None:
    told = shell.json("paths", "conformance", "shopping")
    assert told["on_path"]["n"] == 3
    assert all(row["kind"] in ("skipped", "went_back", "left_out") for row in told["deviations"])
    assert "of 3 people go it as declared" in shell("paths", "conformance", "shopping")
    assert "nobody opened a stage" in shell("paths", "conformance", "shopping", "--to", "2026-01-01")
    shell("paths", "conformance", "never", code=1)


def test_funnel_and_cohorts(shell: Shell) -> None:
    rows = shell.json("funnel", *NAMES, "--within", "30")
    assert [row["reached"] for row in rows] == [3, 2, 1]
    assert shell.json("cohorts", "--period", "month")
