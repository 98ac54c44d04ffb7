"""Tells files that are whole from files that are being written: a whole one has looked the same for a while."""

import time
from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

File = TypeVar("File", bound=Hashable)


class Settling(Generic[File]):
    """Remembers how files looked, and since when."""

    def __init__(self, settle_s: float) -> None:
        self._settle_s = settle_s
        self._seen: dict[File, tuple[object, float]] = {}

    def settled(self, looks: Mapping[File, object]) -> list[File]:
        """Those of the files now that looked like this for long enough, in their order; the others are remembered."""
        now, settled = time.monotonic(), []
        seen: dict[File, tuple[object, float]] = {}
        for file, look in looks.items():
            before = self._seen.get(file)
            since = before[1] if before is not None and before[0] == look else now
            if now - since >= self._settle_s:
                settled.append(file)
            else:
                seen[file] = (look, since)
        self._seen = seen
        return settled

    def changed(self, file: File) -> None:
        """It did not stay as it looked: it settles anew."""
        self._seen[file] = (None, time.monotonic())

    def __contains__(self, file: object) -> bool:
        return file in self._seen


UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")
"""Ends of names that files have while they are written."""


def is_unfinished(name: str) -> bool:
    """Whether a name says that its file is being written."""
    return name.startswith(".") or name.lower().endswith(UNFINISHED)
