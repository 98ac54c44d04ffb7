"""Opens a file as bytes or text, packed or not, and says in plain words why it cannot be read."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from percorso.model.errors import InvalidInput

_GZIP_MAGIC = b"\x1f\x8b"


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked when it begins like gzip. Raises InvalidInput when it cannot be read to its end."""
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == _GZIP_MAGIC
            plain.seek(0)
            with cast(IO[bytes], gzip.GzipFile(fileobj=plain)) if packed else plain as stream:
                yield stream
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InvalidInput(
            f"{path.name} is cut short or damaged: its gzip stream does not end. Fetch or export it again; nothing was imported"
        ) from error
    except OSError as error:
        raise InvalidInput(f"{path.name} cannot be read: {error.strerror or error}") from error


@contextmanager
def opened_text(path: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    """The file's text with its line ends as they are. Raises InvalidInput, with the line, when it is of another encoding."""
    codec = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    try:
        with opened(path) as stream:
            yield io.TextIOWrapper(stream, codec, newline="")
    except UnicodeError as error:
        raise InvalidInput(_not_of_encoding(path, encoding)) from error


def _not_of_encoding(path: Path, encoding: str) -> str:
    line = _first_undecodable(path, encoding)
    where = f" (first in line {line})" if line else ""
    return (
        f"{path.name} is not {encoding.upper()}{where}. Save it as UTF-8, or tell its encoding in the map, such as "
        f"`encoding: cp1252` for a file from Excel on Windows; nothing was imported"
    )


def _first_undecodable(path: Path, encoding: str) -> int | None:
    if encoding.lower().startswith(("utf-16", "utf-32")):
        return None
    with opened(path) as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode(encoding)
            except UnicodeError:
                return number
    return None
