"""What each file of the lake tells of its sources, kept in the file: how far they came is known without reading a row.

A file never changes under its name, so what was read of it once holds for ever. Compaction writes it into the file's own
metadata; of other files (sealed just now, or by an older version) it is read from their rows, once a process.
"""

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from percorso.adapters.duckdb_base import quoted
from percorso.model.time import Micros

KEY = "percorso_told"
MOST_LINES = 2_000
"""A file that tells more than so many pairs of source and name does not carry them."""

_EPOCH = date(1970, 1, 1)


class Line(NamedTuple):
    """What one source told of one event name: civil days since 1970-01-01, and micros UTC; as `ports.SourceTold`."""

    source: str
    name: str | None
    first: int
    last: int
    live: Micros | None
    history: Micros | None

    def as_row(self) -> dict[str, Any]:
        """With its days as dates."""
        days = {"first": _EPOCH + timedelta(days=self.first), "last": _EPOCH + timedelta(days=self.last)}
        return self._asdict() | days


def told_sql(rows: str, *, by: str = "") -> str:
    """SQL of the `Line` columns over event rows; `by`: a column to group by before them."""
    first, comma = (by, ", ") if by else ("", "")
    return (
        f"SELECT {first}{comma}source, name, min(local_date) - DATE '1970-01-01', max(local_date) - DATE '1970-01-01',"
        " epoch_us(max(received_at) FILTER (WHERE NOT historical)),"
        f" epoch_us(max(occurred_at) FILTER (WHERE historical)) FROM {rows} GROUP BY {first}{comma}source, name"
    )


def joined(lines: Iterable[Line]) -> list[Line]:
    """One line for each source and name."""
    found: dict[tuple[str, str | None], Line] = {}
    for line in lines:
        had = found.get((line.source, line.name), line)
        found[line.source, line.name] = Line(
            source=line.source,
            name=line.name,
            first=min(had.first, line.first),
            last=max(had.last, line.last),
            live=_later(had.live, line.live),
            history=_later(had.history, line.history),
        )
    return list(found.values())


def metadata_option(connection: Any, rows: str) -> str:
    """The option of a COPY that writes into a file what its rows tell; empty when that is too much."""
    lines = connection.execute(told_sql(f"({rows})")).fetchmany(MOST_LINES + 1)
    if len(lines) > MOST_LINES:
        return ""
    return f", KV_METADATA {{{KEY}: {quoted(json.dumps(lines, ensure_ascii=True))}}}"


class FilesTold:
    """What files tell, remembered for those of the last question. Any thread."""

    def __init__(self) -> None:
        self._known: Mapping[Path, tuple[Line, ...]] = {}
        self._lock = threading.Lock()

    def of(self, connection: Any, files: Sequence[Path]) -> list[Line]:
        """The lines of all the files together. `connection`: to read those that are met for the first time."""
        with self._lock:
            known = {file: self._known[file] for file in files if file in self._known}
            unknown = [file for file in files if file not in known]
            if unknown:
                known |= _written(connection, unknown)
                known |= _read(connection, [file for file in unknown if file not in known])
            self._known = known
        return joined(line for lines in known.values() for line in lines)


def _written(connection: Any, files: Sequence[Path]) -> dict[Path, tuple[Line, ...]]:
    """Of the files that carry it."""
    query = f"SELECT file_name, value FROM parquet_kv_metadata({_names(files)}) WHERE key = {quoted(KEY)}::BLOB"
    rows = connection.execute(query).fetchall()
    return {Path(name): tuple(Line(*line) for line in json.loads(value)) for name, value in rows}


def _read(connection: Any, files: Sequence[Path]) -> dict[Path, tuple[Line, ...]]:
    """Of the others, from their rows."""
    found: dict[Path, tuple[Line, ...]] = dict.fromkeys(files, ())
    if files:
        rows = f"read_parquet({_names(files)}, hive_partitioning = false, filename = true)"
        for name, *line in connection.execute(told_sql(rows, by="filename")).fetchall():
            found[Path(name)] += (Line(*line),)
    return found


def _names(files: Sequence[Path]) -> str:
    return f"[{', '.join(quoted(str(file)) for file in files)}]"


def _later(a: Micros | None, b: Micros | None) -> Micros | None:
    return max((at for at in (a, b) if at is not None), default=None)
