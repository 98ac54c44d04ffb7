"""CSV read strictly: every row has its number, and a bad one costs only itself.

What is odd about a piece of a file Python's reader finds out, row by row, because it says exactly which row is wrong and goes
on after it. Faster ones cannot do both; they read the other pieces (adapters/files/csv_pieces.py).
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa

from percorso.adapters.files.csv_pieces import PIECE, pieces, plain_rows
from percorso.adapters.files.opening import opened_text
from percorso.model.errors import InvalidInput, InvalidMapping
from percorso.model.import_map import BadRow, FileSpec

CHUNK = 5_000
_OTHERS = (",", ";", "\t", "|")
_BODY = 65_536


@dataclass(slots=True)
class CsvFile:
    """One CSV file. After `batches` was read to its end, ``bad`` and ``rows`` are complete.

    rows   data rows met, bad ones with them, blank lines without
    piece  characters read at once
    """

    path: Path
    spec: FileSpec
    header: list[str]
    bad: list[BadRow] = field(default_factory=list)
    rows: int = 0
    piece: int = PIECE

    def batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """Arrow batches of the text columns, and the row number at the end."""
        with opened_text(self.path, self.spec.encoding) as text:
            number = 0
            if not self.spec.columns:
                next(csv.reader(text, delimiter=self.spec.delimiter, strict=True), None)
                number = 1
            for piece in pieces(text, self.piece):
                rows = plain_rows(piece, self.spec.delimiter, len(self.header))
                if rows is None:
                    number = yield from self._row_by_row(_Lines(piece, text), number, schema)
                else:
                    lines = pa.array(np.arange(number + 1, number + len(rows) + 1))
                    yield pa.record_batch([*rows.columns, lines], schema=schema)
                    number += len(rows)
                    self.rows += len(rows)

    def _row_by_row(self, lines: "_Lines", number: int, schema: pa.Schema) -> Generator[pa.RecordBatch, None, int]:
        """The rows that begin in a piece; the number of the last one. `number`: that of the row before."""
        reader = csv.reader(lines, delimiter=self.spec.delimiter, strict=True)
        while lines.left:
            lines.kept.clear()
            rows: list[list[str]] = []
            problem = _read(reader, rows, lines)
            batch = self._batch(rows, number, schema)
            if problem is not None:
                self._refuse(number + len(rows) + 1, _what(problem), _tail(lines.kept, self.spec.delimiter))
            yield batch
            number += len(rows) + (problem is not None)
        return number

    def _batch(self, rows: list[list[str]], number: int, schema: pa.Schema) -> pa.RecordBatch:
        width = len(self.header)
        lines: Sequence[int] = range(number + 1, number + len(rows) + 1)
        self.rows += len(rows)
        if set(map(len, rows)) - {width}:
            rows, lines = self._whole(rows, lines)
        columns = zip(*rows, strict=True) if rows else ((),) * width
        arrays = [pa.array(column, pa.string()) for column in columns]
        return pa.record_batch([*arrays, pa.array(lines, pa.int64())], schema=schema)

    def _whole(self, rows: list[list[str]], lines: Sequence[int]) -> tuple[list[list[str]], list[int]]:
        """The rows of the right width; the others are refused, blank lines passed over."""
        width = len(self.header)
        whole: list[tuple[list[str], int]] = []
        for row, line in zip(rows, lines, strict=True):
            if len(row) == width:
                whole.append((row, line))
            elif row:
                body = json.dumps(row, ensure_ascii=False)
                self._refuse(line, f"the row has {len(row)} fields, the header {width}", body)
            if len(row) != width:
                self.rows -= 1
        return [row for row, _ in whole], [line for _, line in whole]

    def _refuse(self, line: int, detail: str, body: str) -> None:
        self.rows += 1
        self.bad.append(BadRow(line, "malformed_row", f"{detail}; mend it and import again", body.encode()[:_BODY]))


def open_csv(path: Path, spec: FileSpec, wanted: Iterable[str]) -> CsvFile:
    """The file with its header read. Raises InvalidInput or InvalidMapping, with what to do, when it is not as the map says."""
    with opened_text(path, spec.encoding) as text:
        first = text.readline(1_000_000)
    if not first.strip():
        raise InvalidInput(f"{path.name} is empty; it should begin with a row of column names")
    with opened_text(path, spec.encoding) as text:
        try:
            header = next(csv.reader(text, delimiter=spec.delimiter, strict=True))
        except (csv.Error, StopIteration) as error:
            raise InvalidInput(f"the header of {path.name} is not CSV: {error}") from error
    needed = set(wanted)
    if spec.columns:
        return CsvFile(path, spec, _as_declared(path, spec, header))
    names = [name.strip() for name in header]
    if needed - set(names):
        _check_delimiter(path, spec, first, needed)
    twice = {name for name in needed if names.count(name) > 1}
    if twice:
        raise InvalidInput(f"{path.name} has the column {min(twice)!r} twice; rename one of them")
    return CsvFile(path, spec, _distinct(names))


def _distinct(names: Sequence[str]) -> list[str]:
    """Names made distinct: a second ``note`` becomes ``note (2)``."""
    seen: Counter[str] = Counter()
    distinct = []
    for name in names:
        seen[name] += 1
        distinct.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return distinct


def _as_declared(path: Path, spec: FileSpec, first: list[str]) -> list[str]:
    if len(first) != len(spec.columns):
        raise InvalidMapping(
            f"the map names {len(spec.columns)} columns for {path.name}, which has {len(first)} when parted by "
            f"{spec.delimiter!r}; correct `columns` or `delimiter` of files, {spec.role}"
        )
    return list(spec.columns)


def _check_delimiter(path: Path, spec: FileSpec, first: str, needed: set[str]) -> None:
    """When another delimiter would give the columns that are wanted, say so."""
    for other in _OTHERS:
        if other == spec.delimiter:
            continue
        names = {name.strip() for name in next(csv.reader([first], delimiter=other), [])}
        if len(needed & names) > len(needed) // 2:
            raise InvalidMapping(
                f"{path.name} is parted by {other!r}, not {spec.delimiter!r}: write `delimiter: {json.dumps(other)}` in "
                f"the map under files, {spec.role}"
            )


class _Lines:
    """The lines of a piece, and those of the text after it, where a row goes on.

    left  lines of the piece that are still to come
    kept  what was handed out
    """

    def __init__(self, piece: str, text: io.TextIOBase) -> None:
        lines = list(io.StringIO(piece, newline=""))
        self.left = len(lines)
        self.kept: list[str] = []
        self._lines = chain(lines, text)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.left -= self.left > 0
        self.kept.append(line)
        return line


def _read(reader: "Iterator[list[str]]", rows: list[list[str]], lines: _Lines) -> csv.Error | None:
    """Add up to a chunk of rows; the error that stopped them, if one did. What came before it is kept."""
    try:
        for row in reader:
            rows.append(row)
            if len(rows) == CHUNK or not lines.left:
                break
    except csv.Error as error:
        return error
    return None


def _what(problem: csv.Error) -> str:
    text = str(problem)
    if "expected after" in text or "end of data" in text:
        return "a quote is opened and not closed, or stands inside an unquoted text"
    return text


def _tail(kept: Sequence[str], delimiter: str) -> str:
    """The lines of the row that could not be read: those after the last whole row."""
    reader = csv.reader(iter(kept), delimiter=delimiter, strict=True)
    read = 0
    try:
        for _ in reader:
            read = reader.line_num
    except csv.Error:
        pass
    return "".join(kept[read:])
