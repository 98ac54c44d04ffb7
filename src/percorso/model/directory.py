"""Where a company's data lies on disk: one directory, with fixed names inside."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOCKET_PATH_LIMIT = 100
"""Bytes that every system takes for the path of a unix socket."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The names inside a data directory. ``root`` is absolute; nothing here touches the disk.

    log, state   the two SQLite files (unless a URL says otherwise)
    lake         sealed Parquet files
    run          what belongs to the running processes: lock, tokens, sockets; never backed up
    """

    root: Path

    @classmethod
    def at(cls, path: str | Path) -> "Directory":
        return cls(Path(path).expanduser().absolute())

    @property
    def log(self) -> Path:
        return self.root / "log.db"

    @property
    def state(self) -> Path:
        return self.root / "state.db"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def tombstones(self) -> Path:
        """The list of erasures, where the settings name no other place; in no backup."""
        return self.root / "tombstones.jsonl"

    @property
    def restoring(self) -> Path:
        """There while a backup is restored here: nobody opens what is not whole yet."""
        return self.root / "restoring"

    @property
    def sources(self) -> Path:
        """The records of the company's sources, a YAML file each."""
        return self.root / "sources"

    @property
    def receiving(self) -> Path:
        """How far each source was read, and how it fares, a folder each."""
        return self.root / "receiving"

    @property
    def qr_codes(self) -> Path:
        """Where the company's QR codes lead, a file each."""
        return self.root / "qr"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def lock(self) -> Path:
        """Held with flock by the owner; its text is the owner's process id."""
        return self.run / "lock"

    @property
    def token(self) -> Path:
        """The secret with which commands of this machine speak to the running server."""
        return self.run / "token"

    @property
    def setup_token(self) -> Path:
        """The one-time secret of the first sign-in; gone once it was used."""
        return self.run / "setup-token"

    @property
    def server(self) -> Path:
        """``{"url": ..., "pid": ...}`` of the running server."""
        return self.run / "server.json"

    @property
    def analyse_socket(self) -> Path:
        """Unix socket of the analysis process; in the temporary folder when this directory's path is too long for one."""
        path = self.run / "analyse.sock"
        if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
            return path
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"percorso-{digest}.sock"
