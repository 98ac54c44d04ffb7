"""JSON Lines read line by line: each wanted column becomes its JSON text, the whole line its canonical JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from percorso.adapters.files.opening import opened
from percorso.model.import_map import BadRow

CHUNK = 5_000
_BODY = 65_536
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(slots=True)
class JsonFile:
    """One JSON Lines file. After `batches` was read to its end, ``bad``, ``rows`` and ``seen`` are complete.

    wanted  columns to take; dots go deeper: ``customer.email``
    seen    those of them that some line has
    """

    path: Path
    wanted: Sequence[str]
    bad: list[BadRow] = field(default_factory=list)
    rows: int = 0
    seen: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """Arrow batches: the wanted columns, the whole object, the line number."""
        for read in self.chunks():
            columns = [[self._cell(row, name) for _, row in read] for name in self.wanted]
            whole = [_encode(row).decode() for _, row in read]
            arrays = [pa.array(column, pa.string()) for column in (*columns, whole)]
            yield pa.record_batch([*arrays, pa.array([line for line, _ in read], pa.int64())], schema=schema)

    def chunks(self) -> Iterator[list[tuple[int, Mapping[str, Any]]]]:
        """The rows with their numbers, some at a time."""
        with opened(self.path) as stream:
            numbered = enumerate(stream, start=1)
            while chunk := list(islice(numbered, CHUNK)):
                yield [(line, row) for line, raw in chunk if (row := self._row(line, raw)) is not None]

    def _row(self, line: int, raw: bytes) -> Mapping[str, Any] | None:
        text = raw.strip()
        if not text:
            return None
        self.rows += 1
        try:
            row = _decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            row = None
        if not isinstance(row, dict):
            detail = "the line is not one JSON object in UTF-8; mend it and import again"
            self.bad.append(BadRow(line, "malformed_row", detail, text[:_BODY]))
            return None
        if len(self.names) < 200:
            self.names.update(row)
        return row

    def _cell(self, row: Mapping[str, Any], name: str) -> str | None:
        found: Any = row.get(name)
        if name not in row and "." in name:
            found = row
            for step in name.split("."):
                found = found.get(step) if isinstance(found, dict) else None
        elif name in row:
            self.seen.add(name)
        if found is None:
            return None
        self.seen.add(name)
        return _encode(found).decode()
