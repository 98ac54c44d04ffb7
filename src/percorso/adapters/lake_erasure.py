"""The lake without some events: the files that hold them are written anew, and the old ones go at once."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa

from percorso.adapters.duckdb_base import open_duckdb, quoted
from percorso.adapters.engine_tables import read_files
from percorso.adapters.lake_compaction import LAYOUT
from percorso.adapters.lake_files import name_file, unknown_files, write_file
from percorso.adapters.lake_pins import sweep_pins
from percorso.adapters.lake_told import metadata_option
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.manifest import LakeFile, Manifest
from percorso.model.time import Micros

FOR_EVER: Micros = 2**62


class ErasableParquet:
    """`ports.erasure.ErasableLake`. To be used by the process that archives, between its own works."""

    def __init__(self, root: Path, state: Database, *, memory: str = "1GB", threads: int = 2) -> None:
        self._root = root
        self._manifest = Manifest(state)
        self._memory = memory
        self._threads = threads

    def erase(self, seqs: Sequence[int], now: Micros) -> int:
        """A crash leaves files that nobody knows: they are deleted here too, for they may hold what is to go."""
        gone = 0
        database = open_duckdb(memory=self._memory, threads=self._threads, spill=self._root / ".spill")
        with closing(database):
            database.register("given", pa.table({"seq": pa.array(sorted(seqs), pa.int64())}))
            database.execute("CREATE TEMP TABLE erased AS FROM given")
            for file in self._holding(database, sorted(seqs)):
                gone += self._without(database, file, now)
        self._sweep()
        return gone

    def _sweep(self) -> None:
        """No grace: what was replaced may hold what is to go. What a backup that is being made holds is found by the search."""
        paths = self._manifest.replaced(FOR_EVER)
        for path in paths:
            (self._root / path).unlink(missing_ok=True)
        self._manifest.forget(paths)
        for left in unknown_files(self._root, self._manifest.known()):
            left.unlink(missing_ok=True)
        sweep_pins(self._root)

    def _holding(self, database: Any, seqs: Sequence[int]) -> list[LakeFile]:
        """The files that hold any of the events."""
        if not seqs:
            return []
        near = [file for file in self._manifest.live() if file.first_seq <= seqs[-1] and file.last_seq >= seqs[0]]
        if not near:
            return []
        paths = ", ".join(quoted(str(self._root / file.path)) for file in near)
        rows = f"read_parquet([{paths}], hive_partitioning = false, filename = true)"
        query = f"SELECT DISTINCT filename FROM {rows} WHERE seq IN (SELECT seq FROM erased)"
        held = {str(name) for (name,) in database.execute(query).fetchall()}
        return [file for file in near if str(self._root / file.path) in held]

    def _without(self, database: Any, file: LakeFile, now: Micros) -> int:
        old = self._root / file.path
        rows = f"SELECT * FROM {read_files([old])} WHERE seq NOT IN (SELECT seq FROM erased)"
        (left,) = database.execute(f"SELECT count(*) FROM ({rows})").fetchone()
        self._manifest.replace([file], [self._written(database, file, rows, int(left))] if left else [], at=now)
        old.unlink(missing_ok=True)
        self._manifest.forget([file.path])
        return file.rows - int(left)

    def _written(self, database: Any, file: LakeFile, rows: str, left: int) -> LakeFile:
        path = name_file(file.folder, file.first_seq, file.last_seq)
        copy = f"COPY ({rows} ORDER BY person_id NULLS FIRST, occurred_at, seq) TO"
        options = LAYOUT + metadata_option(database, rows)
        size = write_file(self._root, path, lambda aside: database.execute(f"{copy} {quoted(str(aside))} ({options})"))
        fields = {name: getattr(file, name) for name in LakeFile.__slots__}
        return LakeFile(**{**fields, "path": path, "rows": left, "bytes": size})
