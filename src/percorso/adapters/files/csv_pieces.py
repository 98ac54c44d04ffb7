"""A piece of a CSV file read at once, five times as fast as row by row, when there is nothing odd about it.

pyarrow's reader and Python's agree on plain text: as many fields in every row as in the header, and quotes that open where a
field begins and close where it ends. Whatever else a piece holds, Python's reader is to say which row of it is wrong.
"""

import csv
import io
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

PIECE = 1 << 20
"""Characters read at once."""
_MOST_LINES = 1_000
"""That may follow a piece until the quote that it leaves open is closed."""
_QUOTE, _LINE_ENDS = ord('"'), (ord("\n"), ord("\r"))


def pieces(text: io.TextIOBase, size: int) -> Iterator[str]:
    """The text in pieces that end with a line, and mostly with a row."""
    while piece := text.read(size):
        parts = [piece, text.readline()]
        is_open = (piece.count('"') + parts[1].count('"')) % 2 == 1
        while is_open and len(parts) < _MOST_LINES and (line := text.readline()):
            is_open ^= line.count('"') % 2 == 1
            parts.append(line)
        yield "".join(parts)


def plain_rows(piece: str, delimiter: str, columns: int) -> pa.RecordBatch | None:
    """The rows of a piece that begins with a row; None when it is to be read row by row."""
    encoded = piece.encode()
    if columns < 2 or not delimiter.isascii() or not _well_quoted(encoded, ord(delimiter)):
        return None
    names = [f"f{number}" for number in range(columns)]
    try:
        table = arrow_csv.read_csv(
            pa.py_buffer(encoded),
            arrow_csv.ReadOptions(use_threads=False, block_size=len(encoded) + 1, column_names=names),
            arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    (rows,) = table.combine_chunks().to_batches()
    lengths = [pc.binary_length(column).to_numpy() for column in rows.columns]
    blank = lengths[0].min() == 0 and sum(lengths).min() == 0  # read as a row of empty fields, which it may be too
    return None if blank or max(map(np.max, lengths)) > csv.field_size_limit() else rows


def _well_quoted(text: bytes, delimiter: int) -> bool:
    """Whether every quote opens a field, closes one, or is written twice within one."""
    if b'"' not in text:
        return True
    bytes_ = np.frombuffer(text, dtype=np.uint8)
    quotes = np.flatnonzero(bytes_ == _QUOTE)
    if len(quotes) % 2:
        return False
    beside = (delimiter, _QUOTE, *_LINE_ENDS)
    before, after = quotes[::2] - 1, quotes[1::2] + 1
    before, after = before[before >= 0], after[after < len(bytes_)]
    return bool(np.isin(bytes_[before], beside).all() and np.isin(bytes_[after], beside).all())
