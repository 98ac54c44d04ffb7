"""A stretch of a table as Arrow columns, out of SQLite in few large values instead of many small ones.

SQLite itself joins what a column holds over thousands of rows, and hands over one text for each column: the numbers are then
parsed at once, and a column of texts is its joined bytes and their lengths, which is how Arrow keeps it. No value of a row
becomes an object of Python's, and its lock is free while SQLite reads.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

ROWS = 8_192
"""Rows that are joined at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What is read of a table whose key is ``seq``: name -> SQL, which is never null.

    numbers come as int64, texts as string; both kinds in the order given
    """

    table: str
    numbers: Mapping[str, str]
    texts: Mapping[str, str]

    @property
    def names(self) -> list[str]:
        return [*self.numbers, *self.texts]

    @property
    def sql(self) -> str:
        """The columns of an ordinary SELECT."""
        return ", ".join(f"{said} AS {name}" for name, said in {**self.numbers, **self.texts}.items())


def read_stretch(connection: sqlite3.Connection, columns: Columns, after: int, upto: int) -> pa.Table:
    """The rows with after < seq <= upto, by seq. `connection` gives texts as bytes."""
    schema = pa.schema(
        [*((name, pa.int64()) for name in columns.numbers), *((name, pa.string()) for name in columns.texts)]
    )
    parts = [
        part
        for start in range(after, upto, ROWS)
        for part in _parts(connection, columns, start, min(start + ROWS, upto))
    ]
    return pa.Table.from_batches([_columns(part, columns, schema) for part in parts], schema)


def _parts(connection: sqlite3.Connection, columns: Columns, after: int, upto: int) -> Iterator[tuple[Any, ...]]:
    """The joined values; of fewer rows at a time when they are more than SQLite joins."""
    try:
        row = connection.execute(_joined(columns), (after, upto)).fetchone()
    except sqlite3.DataError:
        if upto - after <= 1:
            raise
        middle = (after + upto) // 2
        yield from _parts(connection, columns, after, middle)
        yield from _parts(connection, columns, middle, upto)
    else:
        if row[0]:
            yield row


def _joined(columns: Columns) -> str:
    """Text is joined as it is, and its length in bytes beside it: nothing has to be escaped."""
    asked = ["count(*)", *(f"group_concat({said})" for said in columns.numbers.values())]
    for said in columns.texts.values():
        asked += [f"group_concat({said}, '')", f"group_concat(length(CAST({said} AS BLOB)))"]
    return f"SELECT {', '.join(asked)} FROM {columns.table} WHERE seq > ? AND seq <= ?"


def _columns(row: tuple[Any, ...], columns: Columns, schema: pa.Schema) -> pa.RecordBatch:
    count, *joined = row
    values = iter(joined)
    arrays: list[Any] = [pa.array(_numbers(next(values), count)) for _ in columns.numbers]
    arrays += [_texts(next(values), _numbers(next(values), count)) for _ in columns.texts]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _numbers(joined: bytes, count: int) -> Any:
    return np.fromstring(joined.decode("ascii"), dtype=np.int64, count=count, sep=",")


def _texts(joined: bytes, lengths: Any) -> Any:
    """Arrow checks that each is UTF-8."""
    offsets = np.zeros(len(lengths) + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    array = pa.StringArray.from_buffers(len(lengths), pa.py_buffer(offsets), pa.py_buffer(joined))
    array.validate(full=True)
    return array
