"""What becomes of files on a partner's server that were read: moved aside there, or kept there and remembered here."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from posixpath import basename, join, splitext
from typing import Any, NamedTuple, Protocol

from paramiko import SFTPAttributes, SFTPClient

from percorso.adapters.receive.files import read_json, write_json
from percorso.model.errors import InvalidConfig

REPORT = ".report.json"


class Looks(NamedTuple):
    """modified: seconds since 1970, as coarse as the protocol tells it."""

    size: int
    modified: int

    @classmethod
    def of(cls, found: SFTPAttributes) -> "Looks":
        return cls(found.st_size or 0, found.st_mtime or 0)


class Aside(Protocol):
    """Knows which files were read."""

    def prepare(self, line: SFTPClient) -> None:
        """Make what is needed. Raises InvalidConfig when it cannot be."""
        ...

    def new(self, found: Mapping[str, Looks]) -> dict[str, Looks]:
        """Those of the files that are there which were not read as they look."""
        ...

    def put(self, line: SFTPClient, name: str, looks: Looks, where: str, report: Mapping[str, Any]) -> bool:
        """A file was read as it looked, and ends in `where` (done or failed), with a report. False when it changed since."""
        ...


class Moved:
    """Moves them there, with a report beside them, so that the partner sees what became of each."""

    def __init__(self, path: str, folders: tuple[str, ...]) -> None:
        self._path = path
        self._folders = folders

    def prepare(self, line: SFTPClient) -> None:
        """See `Aside`."""
        there = set(line.listdir(self._path))
        with self._allowed(line):
            for folder in self._folders:
                if folder not in there:
                    line.mkdir(join(self._path, folder))

    def new(self, found: Mapping[str, Looks]) -> dict[str, Looks]:
        return dict(found)

    def put(self, line: SFTPClient, name: str, looks: Looks, where: str, report: Mapping[str, Any]) -> bool:
        """See `Aside`. Report first: a file that lies aside always has one."""
        try:
            if Looks.of(line.stat(join(self._path, name))) != looks:
                return False
        except FileNotFoundError:
            return True  # taken away meanwhile; the log has what it held
        target = _free(line, join(self._path, where, name))
        with self._allowed(line):
            with line.open(target + REPORT, "w") as beside:
                beside.write(json.dumps({**report, "kept_as": basename(target)}, ensure_ascii=False).encode())
            line.rename(join(self._path, name), target)
        return True

    @contextmanager
    def _allowed(self, line: SFTPClient) -> Iterator[None]:
        """Tells what the server does not let us do; many servers only say that it failed."""
        try:
            yield
        except OSError as error:
            failed = type(error) is OSError and error.errno is None and not _is_cut(line)
            if failed or isinstance(error, PermissionError):
                said = f"files cannot be moved aside in {self._path}; let this user write there, or write `after: keep`"
                raise InvalidConfig(said) from error
            raise


class Remembered:
    """Leaves them, and remembers below `place` which were read as what; reports are there too."""

    def __init__(self, place: Path) -> None:
        self._taken = place / "taken.json"
        self._reports = place / "reports"

    def prepare(self, line: SFTPClient) -> None:
        """Nothing is needed there."""

    def new(self, found: Mapping[str, Looks]) -> dict[str, Looks]:
        """See `Aside`. What is no longer there is forgotten."""
        taken = self._read()
        left = {name: looks for name, looks in taken.items() if name in found}
        if left != taken:
            write_json(self._taken, left)
        return {name: looks for name, looks in found.items() if left.get(name) != looks}

    def put(self, line: SFTPClient, name: str, looks: Looks, where: str, report: Mapping[str, Any]) -> bool:
        """See `Aside`."""
        write_json(self._reports / (name + REPORT), {**report, "became": where})
        write_json(self._taken, {**self._read(), name: looks})
        return True

    def _read(self) -> dict[str, Looks]:
        left = read_json(self._taken)
        return {name: Looks(*looks) for name, looks in left.items()} if isinstance(left, dict) else {}


def _is_cut(line: SFTPClient) -> bool:
    channel = line.get_channel()
    return channel is None or channel.closed


def _free(line: SFTPClient, path: str) -> str:
    """The path, with a number when there is one of that name already."""
    number, chosen = 1, path
    stem, suffix = splitext(path)
    with suppress(FileNotFoundError):
        while line.stat(chosen):
            number += 1
            chosen = f"{stem} ({number}){suffix}"
    return chosen
