"""A CSV file read in pieces says what Python's reader says of the whole."""

import csv
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from percorso.adapters.files.csv_pieces import plain_rows
from percorso.adapters.files.csv_rows import CsvFile
from percorso.model.import_map import FileSpec

Told = tuple[list[tuple[int, list[str]]], list[int], int]


def as_read(path: Path, width: int, piece: int) -> Told:
    """(rows with their numbers, the numbers of bad rows, how many rows were met), by our reader."""
    file = CsvFile(path, FileSpec(role="r", match=("*",)), [f"c{number}" for number in range(width)], piece=piece)
    schema = pa.schema([*((f"f{number}", pa.string()) for number in range(width)), ("line", pa.int64())])
    rows = [list(row.values()) for batch in file.batches(schema) for row in batch.to_pylist()]
    return [(row[-1], row[:-1]) for row in rows], [one.line for one in file.bad], file.rows


def as_it_is(path: Path, width: int) -> Told:
    """The same by Python's reader alone, over the whole file."""
    rows: list[tuple[int, list[str]]] = []
    bad: list[int] = []
    met = 0
    with path.open(newline="", encoding="utf-8") as text:
        reader = csv.reader(text, strict=True)
        next(reader, None)
        number = 1
        while True:
            number += 1
            try:
                row = next(reader)
            except StopIteration:
                return rows, bad, met
            except csv.Error:
                row = None
            met += row != []
            if row is None or (row and len(row) != width):
                bad.append(number)
            elif row:
                rows.append((number, row))


cells = st.sampled_from(
    ["", "a", "1.50", "caffè", '"x"', '"a,b"', '"two\nlines"', '"two\r\nlines"', '"said ""so"""', ' "x"']
)
odd = st.sampled_from(['5" pipe', '"', '"a"b', '""', "\0", "a\rb", ",", '"open', "\x0b", "\u2028"])
lines = st.lists(cells | odd, max_size=4).map(",".join) | st.lists(cells, min_size=3, max_size=3).map(",".join)
texts = st.lists(st.tuples(lines, st.sampled_from(["\n", "\r\n", "\n", "\r"])), max_size=12).map(
    lambda parts: "".join(line + end for line, end in parts)
)


@given(texts, st.booleans(), st.integers(1, 60))
@example('a,b,"\n', True, 1)
@example('1,2,3\n5" pipe,2,3\n"a\nb",2,3\n1,2\n\n1,2,3\n', True, 7)
def test_pieces_say_what_the_whole_says(
    tmp_path_factory: pytest.TempPathFactory, text: str, ends: bool, piece: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "pieces.csv"
    path.write_bytes(("a,b,c\n" + (text if ends else text.rstrip("\r\n"))).encode())
    assert as_read(path, 3, piece) == as_it_is(path, 3)


def test_plain_pieces_are_read_at_once() -> None:
    read = plain_rows('1,"a, ""b""",x\r\n2,"two\nlines",\n', ",", 3)
    assert read is not None
    assert read.to_pylist() == [{"f0": "1", "f1": 'a, "b"', "f2": "x"}, {"f0": "2", "f1": "two\nlines", "f2": ""}]


@pytest.mark.parametrize("piece", ['1,5" pipe,x\n', '1,"a"b,x\n', "1,2\n", "\n", f"1,{'x' * 131_073},3\n", "1,2,3,4\n"])
def test_odd_pieces_are_left_to_be_read_row_by_row(piece: str) -> None:
    assert plain_rows(f"1,2,3\n{piece}1,2,3\n", ",", 3) is None


def test_a_field_that_is_too_long_costs_only_its_row(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text(f"a,b,c\n1,2,3\n4,{'x' * (csv.field_size_limit() + 1)},6\n7,8,9\n")
    assert as_read(path, 3, 1 << 20) == ([(2, ["1", "2", "3"]), (4, ["7", "8", "9"])], [3], 3)


def test_texts_of_other_encodings_are_read_in_pieces_too(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("a,b\ncaffè,è\n".encode("cp1252") * 2)
    file = CsvFile(path, FileSpec(role="r", match=("*",), encoding="cp1252"), ["a", "b"], piece=3)
    schema = pa.schema([("f0", pa.string()), ("f1", pa.string()), ("line", pa.int64())])
    rows = [tuple(row.values()) for batch in file.batches(schema) for row in batch.to_pylist()]
    assert rows == [("caffè", "è", 2), ("a", "b", 3), ("caffè", "è", 4)]
