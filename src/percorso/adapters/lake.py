"""The lake: processed events as plain Parquet, sealed from the log.

Sealing writes files, puts them on disk, names them, and then in one transaction adds them to the manifest and moves the
sealed offset. A crash before that transaction leaves files that nobody knows (`recover` deletes them) and the next
seal does the same work again; a crash after it leaves nothing to do.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from percorso.adapters.arrow import Snapshot
from percorso.adapters.duckdb_base import open_duckdb, quoted
from percorso.adapters.duckdb_bases import Bases
from percorso.adapters.lake_compaction import Compaction, plan
from percorso.adapters.lake_files import civil, folder_of, name_file, unknown_files, write_file
from percorso.adapters.lake_pins import sweep_pins
from percorso.adapters.projection import LOG, PLACED, processed_limit, projection
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.manifest import LakeFile, Manifest
from percorso.model.time import MINUTE, Micros
from percorso.ports import Unsealed

GRACE: Micros = 10 * MINUTE
"""How long a replaced file stays for the readers that pinned it; longer than any query may run."""

_WRITE = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 1000)"
"""Quickly: a column of more than so many words is not sorted into a dictionary first; compaction does that."""


class _Group(NamedTuple):
    """Rows that go into one file: days first to last, both included."""

    folder: str
    first_day: int
    last_day: int
    first_seq: int
    last_seq: int
    rows: int


class ParquetLake:
    """`ports.Lake` on a folder. One process archives; any number read."""

    def __init__(self, root: Path, *, log: Database, state: Database, memory: str = "1GB", threads: int = 2) -> None:
        self.root = root
        self._log = log
        self._state = state
        self._manifest = Manifest(state)
        root.mkdir(parents=True, exist_ok=True)
        self._bases = Bases(lambda: self._open(memory, threads))

    def _open(self, memory: str, threads: int) -> Any:
        database = open_duckdb(memory=memory, threads=threads, spill=self.root / ".spill")
        # Rows are sealed as they come, by all threads at once; what compaction orders stays in order.
        database.execute("SET GLOBAL preserve_insertion_order = false")
        return database

    def close(self) -> None:
        self._bases.close()

    def recover(self) -> int:
        """Delete what a crash left behind, of a backup, too. Returns how many files and folders."""
        left = unknown_files(self.root, self._manifest.known())
        for path in left:
            path.unlink(missing_ok=True)
        return len(left) + sweep_pins(self.root)

    def unsealed(self) -> Unsealed:
        offsets = self._manifest.processed()
        with Snapshot(self._log) as log:
            upto = processed_limit(log, offsets)
        sealed = offsets.get("archive", 0)
        return Unsealed(rows=max(upto - sealed, 0), sealed=sealed)

    def seal(self, *, today: date, now: Micros, limit: int) -> int:
        offsets = self._manifest.processed()
        sealed = offsets.get("archive", 0)
        with Snapshot(self._log) as log, Snapshot(self._state) as state:
            first = log.number(f"SELECT min(seq) FROM log_events WHERE seq > {sealed}")
            upto = processed_limit(log, offsets)
            if first is None or first > upto:
                return 0
            upto = min(upto, first + limit - 1)
            with ThreadPoolExecutor(1) as beside:  # SQLite reads two files at once
                reading = beside.submit(state.stretch, PLACED, sealed, upto)
                raw = log.stretch(LOG, sealed, upto)
                placed = reading.result()
        log_id = self._log_id()
        files = self._write(raw, placed, today)
        self._manifest.add(files, log_id=log_id, after=sealed, upto=upto, at=now)
        return int(raw.num_rows)

    def compact(self, *, today: date, now: Micros) -> int:
        compaction = Compaction(self._bases, self.root)
        done = 0
        for work in plan(self._manifest.live(), today):
            with Snapshot(self._state) as state:
                moved = state.fetch("SELECT node_id, person_id FROM moved")
            new = compaction.rewrite(work, moved)
            self._manifest.replace(work.files, new, at=now)
            done += len(work.files)
        return done

    def sweep(self, *, now: Micros) -> int:
        paths = self._manifest.replaced(now - GRACE)
        for path in paths:
            (self.root / path).unlink(missing_ok=True)
        self._manifest.forget(paths)
        return len(paths)

    def _write(self, raw: Any, placed: Any, today: date) -> list[LakeFile]:
        with self._bases.connection([]) as cursor:
            cursor.register("raw", raw)
            cursor.register("placed_rows", placed)
            groups = _groups(cursor, today)
            rows = projection("raw", "placed_rows")
            if len(groups) == 1:
                return [self._write_group(cursor, groups[0], rows)]
            cursor.execute(f"CREATE TEMP TABLE sealing AS {rows}")
            return [self._write_group(cursor, group, f"FROM sealing WHERE {_among(group)}") for group in groups]

    def _write_group(self, cursor: Any, group: _Group, rows: str) -> LakeFile:
        path = name_file(group.folder, group.first_seq, group.last_seq)  # compaction sorts: here it would cost a third
        size = write_file(
            self.root, path, lambda aside: cursor.execute(f"COPY ({rows}) TO {quoted(str(aside))} {_WRITE}")
        )
        return LakeFile(
            path=path,
            first_day=group.first_day,
            last_day=group.last_day,
            first_seq=group.first_seq,
            last_seq=group.last_seq,
            rows=group.rows,
            bytes=size,
        )

    def _log_id(self) -> str:
        with self._log.read() as connection:
            return str(connection.exec_driver_sql("SELECT value FROM log_meta WHERE name = 'log_id'").scalar())


def _among(group: _Group) -> str:
    return f"local_date BETWEEN DATE '{civil(group.first_day)}' AND DATE '{civil(group.last_day)}'"


def _groups(cursor: Any, today: date) -> list[_Group]:
    found: dict[str, _Group] = {}
    query = "SELECT day, min(seq), max(seq), count(*) FROM raw GROUP BY day ORDER BY day"
    for day, first_seq, last_seq, rows in cursor.execute(query).fetchall():
        folder = folder_of(day, today)
        group = found.get(folder, _Group(folder, day, day, first_seq, last_seq, 0))
        found[folder] = group._replace(
            last_day=day,
            first_seq=min(group.first_seq, first_seq),
            last_seq=max(group.last_seq, last_seq),
            rows=group.rows + rows,
        )
    return list(found.values())
