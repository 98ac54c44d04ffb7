"""Process logs, imported by the shipped map: published figures, and pm4py itself where it is installed.

pm4py is AGPL: it lives in an environment of its own (`make .tools/pm4py/.ready`) that nothing of ours is installed into, and
is run as a program of its own over the same files.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.importing import Cli

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("PERCORSO_DATA", ROOT.parent / "shared" / "data")) / "event_logs"
PM4PY = Path(os.environ.get("PERCORSO_PM4PY", ROOT / ".tools" / "pm4py")) / "bin" / "python"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the process logs are not in {DATA} (set PERCORSO_DATA)")


class Published(NamedTuple):
    """What pm4py's authors and others say of a log; edges, total and top are those of its directly-follows graph."""

    events: int
    cases: int
    activities: int
    variants: int
    edges: int | None
    total: int | None
    top: int | None


LOGS = {
    "running_example.csv.gz": Published(42, 6, 8, 6, 16, 36, 1),
    "receipt.csv.gz": Published(8577, 1434, 27, 116, 99, 7143, 713),
    "teleclaims_synthetic.csv.gz": Published(46138, 3512, 11, 12, 30, 42626, 525),
    "bpic2013_incidents.parquet": Published(65533, 7554, 4, 1511, 11, 57979, 1754),
    "bpic2013_closed_problems.csv.gz": Published(6660, 1487, 4, 183, None, 6660 - 1487, None),
}

ORACLE = """
import json, sys
import pandas as pd, pm4py
path = sys.argv[1]
log = pd.read_parquet(path) if path.endswith("parquet") else pd.read_csv(path, dtype=str)
log["time:timestamp"] = pd.to_datetime(log["time:timestamp"], utc=True, format="ISO8601")
log["case:concept:name"] = log["case:concept:name"].astype(str)
log = pm4py.format_dataframe(log)
dfg, _, _ = pm4py.discover_dfg(log)
json.dump({
    "dfg": [[a, b, int(n)] for (a, b), n in dfg.items()],
    "variants": [[list(way), int(n)] for way, n in pm4py.get_variants(log).items()],
}, sys.stdout)
"""


class Imported(NamedTuple):
    """A log as we have it."""

    transitions: list[dict[str, Any]]
    variants: list[dict[str, Any]]


@pytest.fixture(scope="module")
def logs() -> dict[str, Imported]:
    """What was imported already."""
    return {}


@pytest.fixture
def imported(
    request: pytest.FixtureRequest,
    logs: dict[str, Imported],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Imported:
    name = request.param
    if name not in logs:
        cli = Cli(tmp_path / "company", capsys)
        told = cli.json("import", DATA / name, "--map", "event_log")
        assert told["accepted"] == told["read_rows"] == LOGS[name].events
        logs[name] = Imported(cli.json("paths", "transitions"), cli.json("paths", "variants"))
    return logs[name]


@pytest.mark.parametrize(("name", "imported"), [(name, name) for name in LOGS], indirect=["imported"])
def test_a_log_has_its_published_figures(name: str, imported: Imported) -> None:
    known = LOGS[name]
    rows, ways = imported
    assert [list(row) for row in rows[:1]] == [["from", "to", "count", "people", "median_s"]]
    assert [list(row)[:2] for row in ways[:1]] == [["path", "count"]]
    assert sum(row["count"] for row in rows) == known.total
    assert len(rows) == (known.edges or len(rows))
    assert len(ways) == known.variants
    assert sum(way["count"] for way in ways) == known.cases
    assert sum(way["count"] * len(way["path"]) for way in ways) == known.events
    assert len({step for way in ways for step in way["path"]}) == known.activities
    assert ways[0]["count"] == (known.top or ways[0]["count"])
    assert all(row["people"] <= row["count"] for row in rows)


@pytest.mark.parametrize("imported", ["receipt.csv.gz"], indirect=True)
def test_a_named_edge_has_its_published_count(imported: Imported) -> None:
    found = {(row["from"][:3], row["to"][:3]): row["count"] for row in imported.transitions}
    assert found["T04", "T05"] == 1177


@pytest.mark.slow
@pytest.mark.skipif(not PM4PY.is_file(), reason=f"pm4py is not installed in {PM4PY.parent.parent}")
@pytest.mark.parametrize(("name", "imported"), [(name, name) for name in LOGS], indirect=["imported"])
def test_a_log_is_what_pm4py_says(name: str, imported: Imported) -> None:
    ran = subprocess.run([str(PM4PY), "-c", ORACLE, str(DATA / name)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    told = json.loads(ran.stdout[ran.stdout.index("{") :])
    assert {(row["from"], row["to"]): row["count"] for row in imported.transitions} == {
        (one, other): count for one, other, count in told["dfg"]
    }
    assert {tuple(way["path"]): way["count"] for way in imported.variants} == {
        tuple(way): count for way, count in told["variants"]
    }
