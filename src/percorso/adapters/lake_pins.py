"""Second names of lake files while a backup is made, and the end of those that a killed one left.

Every backup holds a shared lock on the lake's folder; whoever gets it alone knows that none is being made. The lock goes with
its process, however that ends.
"""

import fcntl
import os
import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

_PREFIX = ".backup-"


class Pins:
    """Lake files that can still be read when they are swept, until the block ends.

    Hard links in a folder inside the lake, hence on its file system; where there are no links, copies.
    """

    def __init__(self, lake: Path) -> None:
        self._lake = lake
        self._held: dict[str, Path] = {}
        self._open = ExitStack()

    def __enter__(self) -> "Pins":
        self._lake.mkdir(parents=True, exist_ok=True, mode=0o700)
        with ExitStack() as opening:
            lock = os.open(self._lake, os.O_RDONLY)
            opening.callback(os.close, lock)
            fcntl.flock(lock, fcntl.LOCK_SH)
            self._folder = Path(opening.enter_context(TemporaryDirectory(prefix=_PREFIX, dir=self._lake)))
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def hold(self, paths: Iterable[str]) -> None:
        """Pin those that are not yet. Their names say what they are, so that whoever searches the lake reads them, too."""
        for path in paths:
            if path not in self._held:
                self._held[path] = self._folder / f"{len(self._held)}{Path(path).suffix}"
                link_or_copy(self._lake / path, self._held[path])

    def of(self, path: str) -> Path:
        return self._held[path]


def is_pinned(path: Path, lake: Path) -> bool:
    """Whether a path below the lake is one of a backup's."""
    return path.relative_to(lake).parts[0].startswith(_PREFIX)


def sweep_pins(lake: Path) -> int:
    """Delete what killed backups left, unless one is being made; how many folders."""
    left = sorted(lake.glob(f"{_PREFIX}*"))
    if not left:
        return 0
    lock = os.open(lake, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        left = sorted(lake.glob(f"{_PREFIX}*"))
        for folder in left:
            shutil.rmtree(folder)
    except BlockingIOError:
        return 0
    finally:
        os.close(lock)
    return len(left)


def link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # the file system has no hard links
        shutil.copyfile(source, target)
