"""The list of erasures as a file of its own, so that it outlives the databases and is newer than any copy of them.

JSON Lines: first the format and the log's id, then a tombstone a line, by node id. It holds keyed hashes and times alone.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from percorso.model.erasure import Tombstone
from percorso.model.errors import InvalidInput, StoreUnavailable, VersionMismatch

FORMAT = 1
_encode = msgspec.json.Encoder().encode


class TombstoneFile:
    """`ports.erasure.TombstoneList`."""

    def __init__(self, path: Path, log_id: str) -> None:
        self._path = path
        self._log_id = log_id

    def there(self) -> bool:
        return self._path.exists()

    def read(self) -> list[Tombstone]:
        """Raises InvalidInput when the file is damaged or another company's."""
        if not self._path.exists():
            return []
        try:
            head, *lines = self._path.read_bytes().splitlines()
            said = msgspec.json.decode(head, type=dict[str, int | str])
            found = [Tombstone(*msgspec.json.decode(line, type=tuple[str, int, int, int | None])) for line in lines]
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise InvalidInput(f"{self._path} is no list of erasures, or a damaged one") from error
        if said.get("format") != FORMAT:
            raise VersionMismatch(f"{self._path} was written by a newer version of Percorso")
        if said.get("log_id") != self._log_id:
            raise InvalidInput(f"{self._path} is the list of erasures of another company")
        return found

    def add(self, tombstones: Iterable[Tombstone]) -> None:
        kept = {one.node_id: one for one in self.read()}
        before = dict(kept)
        for one in tombstones:
            if one.node_id not in kept or kept[one.node_id].erased_at <= one.erased_at:
                kept[one.node_id] = one
        if kept != before:
            self.replace(kept.values())

    def replace(self, tombstones: Iterable[Tombstone]) -> None:
        kept = {one.node_id: one for one in tombstones}
        head = {"format": FORMAT, "log_id": self._log_id}
        lines = [_encode(head), *(_encode(tuple(kept[key])) for key in sorted(kept))]
        try:
            self._write(b"\n".join(lines) + b"\n")
        except OSError as error:
            raise StoreUnavailable(f"the list of erasures cannot be written to {self._path}: {error}") from error

    def _write(self, content: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = self._path.with_name(self._path.name + ".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
