"""Who is proposed to be one person, on sets with truth: imported and proposed as a company does, at the shipped threshold.

Nothing that compares sees the truth: Febrl's lies in the record ids, fake_1000's in a column that its map leaves out.
"""

import csv
import gzip
import os
import time
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.rows import Row
from percorso.cli.importing import import_command
from percorso.main import create_company, open_company
from percorso.main.opener import MainOpener
from percorso.settings import Settings

DATA = Path(os.environ.get("PERCORSO_DATA", Path(__file__).resolve().parents[1].parent / "shared" / "data"))
PRECISION = 0.95
Pairs = set[tuple[str, str]]


class Linkage(NamedTuple):
    """A set with truth. ``group``: the column that says who is who, None = the number in the record's id does.
    ``f1``: what is promised of it, None where nothing is."""

    name: str
    map: str
    files: tuple[str, ...]
    record: str
    group: str | None
    f1: float | None


SETS = (
    Linkage("febrl1", "febrl", ("febrl/dataset1.csv.gz",), "rec_id", None, None),
    Linkage("febrl2", "febrl", ("febrl/dataset2.csv.gz",), "rec_id", None, None),
    Linkage("febrl4", "febrl", ("febrl/dataset4a.csv.gz", "febrl/dataset4b.csv.gz"), "rec_id", None, 0.97),
    Linkage("fake_1000", "fake_1000", ("splink_fake_1000/fake_1000.csv.gz",), "unique_id", "cluster", 0.8),
)


def run(*, scale: float = 1.0) -> list[Row]:
    """The sets that are there; they are small, and always whole."""
    found: list[Row] = []
    for one in SETS:
        if all((DATA / file).is_file() for file in one.files):
            found += measure(one)
    return found or [Row("matching", 0, "sets", None, f"none in {DATA} (set PERCORSO_DATA)")]


def measure(linkage: Linkage) -> list[Row]:
    """Precision, recall and F1 of one set."""
    files = [DATA / file for file in linkage.files]
    start = time.process_time()
    proposed = propose(files, linkage.map)
    seconds = time.process_time() - start
    truth = true_pairs(files, linkage)
    right = len(proposed & truth)
    precision, recall = right / max(len(proposed), 1), right / len(truth)
    f1 = 2 * right / (len(proposed) + len(truth))
    size = f"{len(truth):,} true pairs, {len(proposed):,} proposed, {seconds:.0f} s of processor time"
    return [
        Row(f"matching {linkage.name}, precision", precision, "", PRECISION, size),
        Row(f"matching {linkage.name}, recall", recall, ""),
        Row(f"matching {linkage.name}, F1", f1, "", linkage.f1),
    ]


def propose(files: Sequence[Path], map: str) -> Pairs:
    """The pairs of record ids that are proposed after an import."""
    with TemporaryDirectory() as folder:
        directory = Path(folder) / "company"
        settings = Settings.model_construct(dir=directory)
        create_company(directory, settings)
        imported = import_command(MainOpener(), [str(file) for file in files], map, directory)
        assert imported.counts["accepted"] == imported.read_rows
        with open_company(directory, settings, write=False) as company:
            found = company.proposer.propose().found
    return {_pair(one.record_a, one.record_b) for one in found if one.kind == "person"}


def true_pairs(files: Sequence[Path], linkage: Linkage) -> Pairs:
    """The pairs of records that are one person, by what the set itself says."""
    members: dict[str, list[str]] = {}
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as opened:
            for row in csv.DictReader(opened):
                record = row[linkage.record]
                group = row[linkage.group] if linkage.group else record.split("-")[1]
                members.setdefault(group, []).append(record)
    return {_pair(a, b) for one in members.values() for a, b in combinations(one, 2)}


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)
