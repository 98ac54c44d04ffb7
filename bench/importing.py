"""Rows a second from a plain file, one event a row, into the log; the folding is measured by bench/process.py."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.rows import Row
from percorso.cli.importing import import_command
from percorso.main import create_company
from percorso.main.opener import MainOpener
from percorso.settings import Settings

ROWS = 1_000_000
MAP = """\
source: till
zone: Europe/Rome
files: {lines: {match: ["*.csv"]}}
events:
  - name: Order Completed
    rows: lines
    message_id: [receipt]
    time: at
    touchpoint: store.till
    identifiers: {user_id: card}
    properties:
      order_id: receipt
      revenue: {number: amount}
      currency: {constant: EUR}
"""


def write_rows(path: Path, rows: int) -> None:
    """A till's receipts."""
    with path.open("w") as file:
        file.write("receipt,at,card,amount,shop\n")
        for number in range(rows):
            at = f"2025-{number % 12 + 1:02d}-{number % 28 + 1:02d}T{number % 24:02d}:{number % 60:02d}:00"
            file.write(f"r{number},{at},c{number % 20_000},{number % 90}.50,shop{number % 40}\n")


def run(*, scale: float = 1.0) -> list[Row]:
    """One file, imported without waiting for the folding."""
    rows = max(int(ROWS * scale), 20_000)
    with TemporaryDirectory() as folder:
        source, mapping, directory = Path(folder) / "lines.csv", Path(folder) / "map.yaml", Path(folder) / "company"
        write_rows(source, rows)
        mapping.write_text(MAP)
        create_company(directory, Settings.model_construct(dir=directory))
        start = time.perf_counter()
        imported = import_command(MainOpener(), [str(source)], str(mapping), directory, wait=False)
        seconds = time.perf_counter() - start
    assert imported.counts["accepted"] == rows
    return [Row("import, CSV to durable log", rows / seconds, "rows/s", 50_000, f"{rows:,} rows, one event each")]
