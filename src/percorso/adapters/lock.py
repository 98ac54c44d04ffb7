"""One owner per data directory.

The lock belongs to the open file, not to the process: children that inherit the descriptor hold it too. So a directory
is free only when the last process that could write to it is gone, even when the owner was killed.
"""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

from percorso.model.errors import Conflict, DirectoryLocked

_POLL_S = 0.05


class DirectoryLock:
    """flock on a file that names its holder.

    Raises DirectoryLocked with the holder's process id when another process has it. When the named holder is dead, its
    children are just ending: they are given `patience_s`.
    """

    def __init__(self, path: Path, patience_s: float = 10.0) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except FileExistsError as error:
            raise Conflict(f"{path.parent.parent} is a file; name a directory with --dir") from error
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + patience_s
        while not self._taken():
            holder = self._holder()
            if _alive(holder) or time.monotonic() > deadline:
                os.close(self._fd)
                raise DirectoryLocked(
                    f"{path.parent.parent} is in use by process {holder or '?'}; stop it first, or use another --dir"
                )
            time.sleep(_POLL_S)
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, str(os.getpid()).encode(), 0)

    @property
    def fd(self) -> int:
        """The descriptor to hand to children."""
        return self._fd

    def release(self) -> None:
        """Give the directory back; harmless when done before. Children that inherited the lock keep it."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> "DirectoryLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _holder(self) -> int | None:
        text = os.pread(self._fd, 32, 0).decode("ascii", "replace").strip()
        return int(text) if text.isdigit() else None


def _alive(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
