"""A partner's folder on an SFTP server, looked into now and then as a folder of this machine is; see `folder`.

A file that settled is copied here, and taken when it looks afterwards as it did before: one that changed under the copy
settles anew. The line is held while the files of one look are imported, and is closed between looks.
"""

import shutil
import threading
from collections.abc import Generator, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from posixpath import join
from stat import S_ISREG
from typing import Any

from paramiko import SFTPAttributes, SFTPClient, SFTPFile

from percorso.adapters.receive.folder import DONE, FAILED
from percorso.adapters.receive.settling import Settling, is_unfinished
from percorso.adapters.receive.sftp_aside import Aside, Looks, Moved, Remembered
from percorso.adapters.receive.sftp_line import SftpLine
from percorso.model.errors import InvalidConfig, StoreUnavailable
from percorso.model.source import SftpSettings

CHUNK_BYTES = 1 << 20
REQUESTS = 64
"""Parts of 32 KiB that are asked for ahead: what a far server needs to be fast."""


class SftpFolder:
    """`pipeline.receiving_files.Folder`. `place`: a directory of this source's own, for copies and what is remembered."""

    def __init__(self, settings: SftpSettings, line: SftpLine, place: Path) -> None:
        self._settings = settings
        self._line = line
        self._copies = place / "fetched"
        moved = settings.after == "move"
        self._aside: Aside = Moved(settings.path, (DONE, FAILED)) if moved else Remembered(place)
        self._settling = Settling[str](settings.settle_s)
        self._open: SFTPClient | None = None
        self._looks: dict[str, Looks] = {}

    def check(self) -> str:
        """How many files wait."""
        with self._line.opened() as line:
            self._aside.prepare(line)
            waiting = self._candidates(line)
        return f"{len(waiting)} files wait in {self._settings.path} at {self._settings.host}"

    def whole(self, stop: threading.Event, *, once: bool) -> Generator[Path | None, None, None]:
        """See the port. With `once` a file that still settles is waited for."""
        while not stop.is_set():
            with self._line.opened() as self._open:
                yield from self._whole_now(self._open, stop)
            if stop.is_set():
                return
            settling = [name for name in self._looks if name in self._settling]
            if once and not settling:
                return
            yield None
            settings = self._settings
            wait_s = min(settings.settle_s, settings.every_s) if settling else settings.every_s
            stop.wait(max(wait_s, 0.02))

    def done(self, file: Path, report: Mapping[str, Any]) -> None:
        self._put(file, DONE, report)

    def failed(self, file: Path, report: Mapping[str, Any]) -> None:
        self._put(file, FAILED, report)

    def _whole_now(self, line: SFTPClient, stop: threading.Event) -> Generator[Path | None, None, None]:
        self._aside.prepare(line)
        self._looks = self._candidates(line)
        closed_to_us = 0
        for name in self._settling.settled(self._looks):
            try:
                copy = self._copied(line, name, self._looks[name])
            except PermissionError:
                closed_to_us += 1
                continue
            if copy is not None:
                yield copy
            if stop.is_set():
                return
        if closed_to_us:
            raise InvalidConfig(
                f"{closed_to_us} files in {self._settings.path} may not be read by {self._settings.user}; "
                "have their rights changed"
            )

    def _candidates(self, line: SFTPClient) -> dict[str, Looks]:
        """What is meant and was not read yet, oldest first."""
        found = {one.filename: Looks.of(one) for one in line.listdir_attr(self._settings.path) if self._is_meant(one)}
        new = self._aside.new(found)
        return dict(sorted(new.items(), key=lambda one: (one[1].modified, one[0])))

    def _is_meant(self, found: SFTPAttributes) -> bool:
        name = found.filename
        if is_unfinished(name) or not S_ISREG(found.st_mode or 0) or not stays_in_folder(name):
            return False
        return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in self._settings.match)

    def _copied(self, line: SFTPClient, name: str, looks: Looks) -> Path | None:
        """A copy that is whole, None when the file changed meanwhile, or went."""
        shutil.rmtree(self._copies, ignore_errors=True)  # one at a time, and what a crash left
        self._copies.mkdir(mode=0o700, parents=True)
        copy, there = self._copies / name, join(self._settings.path, name)
        with suppress(FileNotFoundError, EOFError):  # EOFError: it became shorter
            with line.open(there) as source:
                source.prefetch(looks.size, REQUESTS)
                _copy(source, copy)
            if Looks.of(line.stat(there)) == looks and copy.stat().st_size == looks.size:
                return copy
        self._settling.changed(name)
        return None

    def _put(self, file: Path, where: str, report: Mapping[str, Any]) -> None:
        assert self._open is not None, "a file is put aside while it is looked at"
        with self._line.told():
            is_aside = self._aside.put(self._open, file.name, self._looks[file.name], where, report)
        if not is_aside:
            self._settling.changed(file.name)  # it is read again
        shutil.rmtree(self._copies, ignore_errors=True)


def stays_in_folder(name: str) -> bool:
    """Whether a name is one: it is the server's word, and must not lead out of the folder into which we copy."""
    return name not in ("", ".", "..") and not {"/", "\0"} & set(name)


def _copy(source: SFTPFile, copy: Path) -> None:
    with copy.open("wb") as into:
        while part := source.read(CHUNK_BYTES):
            try:
                into.write(part)
            except OSError as error:
                raise StoreUnavailable(f"a file cannot be copied here: {error.strerror}; make room") from error
