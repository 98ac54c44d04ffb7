"""Compaction: many small files become few, sorted by person, with the person of now written in."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from pathlib import Path
from typing import Any

from percorso.adapters.duckdb_base import quoted
from percorso.adapters.duckdb_bases import Bases
from percorso.adapters.engine_tables import read_files
from percorso.adapters.lake_files import EVENTS, month_of, name_file, write_file
from percorso.adapters.lake_told import metadata_option
from percorso.adapters.sql.manifest import LakeFile

MANY = 8
"""So many small files beside each other are compacted."""
ROWS_A_FILE = 2_000_000
MOST_FILES = 16

LAYOUT = "FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE 16384"
"""Small groups: one person's events lie in one of them, and whatever is asked of that person reads it whole. With zstd
they would be a third smaller, and take a third longer to read; the log is ten times as large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Files to be rewritten into a folder."""

    folder: str
    files: tuple[LakeFile, ...]

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)


def plan(files: Sequence[LakeFile], today: date) -> list[Work]:
    """What is worth rewriting now.

    A month that closed has its days joined. A folder with `MANY` files has its small ones joined; a file larger than
    all smaller ones four times over is left alone, so that a trickle of late events does not rewrite a year.
    """
    folders: dict[str, list[LakeFile]] = defaultdict(list)
    closed: set[str] = set()
    for file in files:
        year, month = month_of(file)
        folder = file.folder
        if (year, month) < (today.year, today.month):
            if "/day/" in folder:
                closed.add(f"{EVENTS}/month/{year}-{month:02d}")
            folder = f"{EVENTS}/month/{year}-{month:02d}"
        folders[folder].append(file)
    work = []
    for folder, members in sorted(folders.items()):
        small = _small(members) + [file for file in members if "/day/" in file.folder and folder in closed]
        chosen = tuple({file.path: file for file in small}.values())
        if len(chosen) >= MANY or (folder in closed and chosen):
            work.append(Work(folder=folder, files=chosen))
    return work


def _small(files: Sequence[LakeFile]) -> list[LakeFile]:
    chosen: list[LakeFile] = []
    total = 0
    for file in sorted(files, key=lambda f: (f.rows, f.path)):
        if chosen and file.rows > 4 * total:
            break
        chosen.append(file)
        total += file.rows
    return chosen


class Compaction:
    """Rewrites files. The manifest is the caller's business."""

    def __init__(self, bases: Bases, root: Path) -> None:
        self._bases = bases
        self._root = root

    def rewrite(self, work: Work, moved: Any) -> list[LakeFile]:
        """The same rows in new files, each person whole in one of them.

        `moved`: Arrow table (node_id, person_id), who holds what was placed under another person.
        """
        old = [self._root / file.path for file in work.files]
        with self._bases.connection(old) as cursor:
            cursor.register("moved", moved)
            rows = (
                "SELECT e.* REPLACE (coalesce(CAST(m.person_id AS VARCHAR), e.person_id) AS person_id)"
                f" FROM {read_files(old)} e"
                " LEFT JOIN moved m ON CAST(m.node_id AS VARCHAR) = e.node_id"
            )
            parts = min(ceil(work.rows / ROWS_A_FILE), MOST_FILES)
            bounds = _bounds(cursor, rows, parts)
            files = [self._write(cursor, work, rows, low, high) for low, high in bounds]
        written = sum(file.rows for file in files)
        if written != work.rows:
            raise RuntimeError(f"compaction of {work.folder} wrote {written} rows of {work.rows}; nothing was changed")
        return files

    def _write(self, cursor: Any, work: Work, rows: str, low: str | None, high: str | None) -> LakeFile:
        conditions = [] if low is None else [f"person_id >= {quoted(low)}"]
        if high is not None:
            conditions.append(f"(person_id < {quoted(high)}{' OR person_id IS NULL' if low is None else ''})")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        chosen = f"SELECT * FROM ({rows}){where}"
        copy = f"COPY ({chosen} ORDER BY person_id NULLS FIRST, occurred_at, seq) TO"
        options = LAYOUT + metadata_option(cursor, chosen)
        first_seq, last_seq = min(f.first_seq for f in work.files), max(f.last_seq for f in work.files)
        path = name_file(work.folder, first_seq, last_seq)
        counted: list[int] = []

        def write(aside: Path) -> None:
            counted.append(cursor.execute(f"{copy} {quoted(str(aside))} ({options})").fetchone()[0])

        size = write_file(self._root, path, write)
        return LakeFile(
            path=path,
            first_day=min(file.first_day for file in work.files),
            last_day=max(file.last_day for file in work.files),
            first_seq=first_seq,
            last_seq=last_seq,
            rows=counted[0],
            bytes=size,
        )


def _bounds(cursor: Any, rows: str, parts: int) -> list[tuple[str | None, str | None]]:
    """Ranges of person ids, [low, high), that hold about equally many rows; the first takes those without person."""
    if parts <= 1:
        return [(None, None)]
    shares = [part / parts for part in range(1, parts)]
    cuts = cursor.execute(f"SELECT quantile_disc(person_id, {shares}) FROM ({rows})").fetchone()[0] or []
    edges = sorted({cut for cut in cuts if cut is not None})
    return list(zip([None, *edges], [*edges, None], strict=True))
