"""Events that wait on disk: one file for each process, appended to, and taken over by the next when its process is dead.

A file is a head of fixed length, the place up to which everything is acknowledged, and one line for each event:

    percorso-spool 1 00000000000000000057\n
    {"type":"track","messageId":"...",...}\n

A process holds an exclusive lock on its file as long as it lives, so a file that can be locked belongs to nobody.
What was acknowledged between the last note and a kill is sent again, under its message id: a duplicate, not a double.
A line without its end is one whose call never returned.
"""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from percorso.client.waiting import Waiting

try:
    import fcntl
except ImportError:  # pragma: no cover
    fcntl = None  # type: ignore[assignment]

_log = logging.getLogger("percorso.client")
_SUFFIX = ".spool"
_HEAD = b"percorso-spool 1 %020d\n"
HEAD_BYTES = len(_HEAD % 0)
SHRINK_BYTES = 1_000_000
"""A file whose lines are all acknowledged is emptied beyond this size."""
_READ_BYTES = 1 << 16


class SpoolFile:
    """A file of events that this process has locked: its own, or one it took over. Raises OSError like any file."""

    def __init__(self, path: Path, *, most_bytes: int, fsync: bool, new: bool) -> None:
        """Raises BlockingIOError when another process has it."""
        self.path = path
        self._most_bytes, self._fsync = most_bytes, fsync
        flags = os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT | os.O_EXCL if new else 0)
        self._file = os.open(path, flags, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if new:
                self._end = self._done = HEAD_BYTES
                self._note()
            else:
                self._recover()
        except BaseException:
            os.close(self._file)
            raise
        self._count = 0 if new else self._counted()

    def __len__(self) -> int:
        return self._count

    def add(self, event: Waiting) -> bool:
        line = event.line + b"\n"
        if self._end - self._done + len(line) > self._most_bytes:
            return False
        written = 0
        try:
            written = os.pwrite(self._file, line, self._end)
            if written < len(line):
                raise OSError(f"only {written} of {len(line)} bytes could be written")
            if self._fsync:
                os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, self._end)
            raise
        self._end += len(line)
        self._count += 1
        return True

    def first(self, count: int, size: int) -> list[Waiting]:
        found: list[Waiting] = []
        for line in self._lines():
            size -= len(line)
            if len(found) == count or (size < 0 and found):
                break
            found.append(Waiting(_message_id(line), line))
        return found

    def remove(self, count: int) -> None:
        for line, _ in zip(self._lines(), range(count), strict=False):
            self._done += len(line) + 1
            self._count -= 1
        if self._done >= self._end and self._end > SHRINK_BYTES:
            os.ftruncate(self._file, HEAD_BYTES)
            self._end = self._done = HEAD_BYTES
        self._note()

    def close(self) -> None:
        """Gives the file up; without it when nothing is left in it."""
        if self._count == 0:
            self.path.unlink(missing_ok=True)
        self.abandon()

    def abandon(self) -> None:
        """In a forked child: the file stays the parent's."""
        os.close(self._file)

    def _note(self) -> None:
        os.pwrite(self._file, _HEAD % self._done, 0)

    def _recover(self) -> None:
        """Where to go on in a file that somebody left."""
        size = os.fstat(self._file).st_size
        head = os.pread(self._file, HEAD_BYTES, 0)
        words = head.split()
        if len(head) < HEAD_BYTES:
            self._done = self._end = HEAD_BYTES
            return
        if words[:2] != [b"percorso-spool", b"1"] or len(words) != 3 or not words[2].isdigit():
            raise ValueError(f"{self.path} is no spool of this version; move it away")
        self._done = max(HEAD_BYTES, min(int(words[2]), size))
        self._end = self._done
        self._end = self._last_line_end(size)

    def _last_line_end(self, size: int) -> int:
        """Behind the last whole line."""
        at = size
        while at > self._done:
            start = max(self._done, at - _READ_BYTES)
            found = os.pread(self._file, at - start, start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            at = start
        return self._done

    def _counted(self) -> int:
        return sum(1 for _ in self._lines())

    def _lines(self) -> Iterator[bytes]:
        """Not acknowledged, oldest first, without their ends."""
        at, rest = self._done, b""
        while at < self._end:
            chunk = os.pread(self._file, min(_READ_BYTES, self._end - at), at)
            if not chunk:
                return
            at += len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            yield from lines


def own_file(folder: Path, *, most_bytes: int, fsync: bool) -> SpoolFile:
    """A new file for this process. Raises OSError when the folder cannot be used."""
    if fcntl is None:
        raise OSError("a spool needs file locks, which this system does not have; leave spool_dir out")
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        path = folder / f"{os.getpid()}-{uuid4().hex[:12]}{_SUFFIX}"
        try:
            return SpoolFile(path, most_bytes=most_bytes, fsync=fsync, new=True)
        except BlockingIOError:
            continue  # somebody who looks for what was left behind had it first


def left_behind(folder: Path) -> Iterator[SpoolFile]:
    """Files of processes that are no more, locked, oldest first. Empty ones are cleared away."""
    for path in sorted(folder.glob(f"*{_SUFFIX}"), key=_age):
        try:
            found = SpoolFile(path, most_bytes=0, fsync=False, new=False)
        except (BlockingIOError, FileNotFoundError):
            continue  # its process lives, or another has just finished it
        except (OSError, ValueError) as error:
            _log.warning("a spool cannot be read: %s", error)
            continue
        if len(found):
            yield found
        else:
            found.close()


def any_left(folder: Path) -> bool:
    """Whether a look at what was left behind may find something."""
    return next(folder.glob(f"*{_SUFFIX}"), None) is not None


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _message_id(line: bytes) -> str:
    try:
        return str(json.loads(line)["messageId"])
    except (ValueError, KeyError, TypeError):
        return ""
