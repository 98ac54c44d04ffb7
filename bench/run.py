"""Runs the benchmarks and prints one table, with the machine they ran on.

python -m bench.run [--only collect,process] [--scale 0.1] [--json FILE]
"""

import argparse
import json
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path

from bench.rows import Row
from percorso.cli.logs import set_up_logs

MODULES = (
    "collect",
    "process",
    "fresh",
    "shapes",
    "importing",
    "insight",
    "paths",
    "friction",
    "matching",
    "identity",
    "erasure",
)
LONG = ("soak",)
"""Only when asked for: ten minutes. Each has ``run(*, scale) -> list[Row]``; `scale` shrinks the work for a first look."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; exit code 1 when an aim is missed."""
    asked = read(arguments)
    set_up_logs("warning")
    print(machine())
    rows: list[Row] = []
    for name in asked.only:
        print(f"... {name}", file=sys.stderr, flush=True)
        rows += import_module(f"bench.{name}").run(scale=asked.scale)
        if asked.json:  # after each, so that what is measured is not lost with what fails
            asked.json.write_text(json.dumps({"machine": machine(), "rows": [row._asdict() for row in rows]}, indent=1))
    print(table(rows))
    return 0 if all(holds(row) for row in rows) else 1


def read(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--only", type=lambda text: text.split(","), default=list(MODULES), help=", ".join((*MODULES, *LONG))
    )
    parser.add_argument("--scale", type=float, default=1.0, help="how much of the work, 1 = all")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    return parser.parse_args(arguments)


def machine() -> str:
    """What the figures depend on: processor, memory, disk, versions; never its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, fdatasync {sync_us():.0f} us, "
        f"{platform.system()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def processor() -> str:
    """The model, where the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def sync_us() -> float:
    """Median microseconds of one small durable write, which bounds every commit."""
    with tempfile.TemporaryFile() as file:
        times = []
        for _ in range(200):
            start = time.perf_counter()
            os.write(file.fileno(), b"x" * 512)
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def holds(row: Row) -> bool:
    """Whether an aim is met; times are better when smaller."""
    if row.aim is None:
        return True
    return row.value <= row.aim if row.unit in ("s", "ms", "us", "MB", "x") else row.value >= row.aim


def table(rows: Iterable[Row]) -> str:
    """Figures and aims, aligned."""
    lines = [("", "measured", "", "aim", "", "")]
    for row in rows:
        aim = "" if row.aim is None else figure(row.aim)
        verdict = "" if row.aim is None else "ok" if holds(row) else "MISSED"
        lines.append((row.what, figure(row.value), row.unit, aim, verdict, row.note))
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in (1, 3) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def figure(value: float) -> str:
    """Three digits that matter.

    >>> [figure(x) for x in (123456.7, 12.34, 0.01234)]
    ['123,457', '12.3', '0.0123']
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    raise SystemExit(main())
