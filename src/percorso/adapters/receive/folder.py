"""A folder into which partners put files, by whatever way: a share, `scp`, any SFTP server.

A file is taken when it is whole: its size and time have not changed for a while, or it was renamed into place (a name that
begins with a dot, or ends in .part, .tmp, .filepart or .crdownload, is one that is being written).
"""

import os
import threading
from collections.abc import Generator, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from percorso.adapters.receive.files import put_json
from percorso.adapters.receive.settling import Settling, is_unfinished
from percorso.model.errors import InvalidConfig, StoreUnavailable
from percorso.model.source import FolderSettings

DONE, FAILED = "done", "failed"


class _Looks(NamedTuple):
    size: int
    modified: int
    inode: int


class PartnerFolder:
    """`pipeline.receiving_files.Folder`. `root`: the company's directory, to which a relative path is added."""

    def __init__(self, settings: FolderSettings, root: Path) -> None:
        self._settings = settings
        self.path = root / Path(settings.path).expanduser()
        self._settling = Settling[Path](settings.settle_s)
        self._read_as: _Looks | None = None

    def check(self) -> str:
        """How many files wait."""
        self._prepare()
        return f"{len(self._candidates())} files wait in {self.path}"

    def whole(self, stop: threading.Event, *, once: bool) -> Generator[Path | None, None, None]:
        """See the port. With `once` a file that still settles is waited for."""
        self._prepare()
        while not stop.is_set():
            looks = _looks(self._candidates())
            for file in self._settling.settled(looks):
                self._read_as = looks[file]
                if not self._is_as_read(file):
                    self._settling.changed(file)
                    continue
                yield file
                if stop.is_set():
                    return
            settling = [file for file in self._candidates() if file in self._settling]
            if once and not settling:
                return
            yield None
            wait_s = min(self._settings.settle_s, self._settings.every_s) if settling else self._settings.every_s
            stop.wait(max(wait_s, 0.02))

    def done(self, file: Path, report: Mapping[str, Any]) -> None:
        self._put(file, DONE, report)

    def failed(self, file: Path, report: Mapping[str, Any]) -> None:
        self._put(file, FAILED, report)

    def _prepare(self) -> None:
        try:
            for folder in (self.path, self.path / DONE, self.path / FAILED):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidConfig(f"the folder {self.path} cannot be made: {error.strerror}") from error
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise InvalidConfig(f"files cannot be moved out of {self.path}; let this user write there")

    def _candidates(self) -> list[Path]:
        try:
            found = [path for path in self.path.iterdir() if self._is_meant(path)]
        except OSError as error:
            raise StoreUnavailable(f"the folder {self.path} cannot be read: {error.strerror}") from error
        return sorted(found, key=lambda path: (path.stat().st_mtime_ns if path.exists() else 0, path.name))

    def _is_meant(self, path: Path) -> bool:
        if is_unfinished(path.name) or path.is_symlink() or not path.is_file():
            return False
        return any(fnmatchcase(path.name.lower(), pattern.lower()) for pattern in self._settings.match)

    def _is_as_read(self, file: Path) -> bool:
        return _looks([file]).get(file) == self._read_as

    def _put(self, file: Path, where: str, report: Mapping[str, Any]) -> None:
        """Report first: a file that lies aside always has one. One that changed meanwhile is left to be read again."""
        if not self._is_as_read(file):
            self._settling.changed(file)
            return
        target = _free(self.path / where / file.name)
        put_json(target.with_name(target.name + ".report.json"), {**report, "kept_as": target.name})
        file.replace(target)


def _looks(candidates: list[Path]) -> dict[Path, _Looks]:
    """How each looks now; one that went meanwhile is left out."""
    looks = {}
    for path in candidates:
        with suppress(FileNotFoundError):
            found = path.stat()
            looks[path] = _Looks(found.st_size, found.st_mtime_ns, found.st_ino)
    return looks


def _free(path: Path) -> Path:
    """The path, with a number when there is one of that name already."""
    number, chosen = 1, path
    while chosen.exists():
        number += 1
        chosen = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return chosen
