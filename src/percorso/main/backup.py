"""Backup and restore: a consistent pair of databases and the lake, taken while everything runs.

The state is copied first and the log last, so the copied state is never ahead of the copied log; what the log has more
is folded when the copy is opened. Files of the lake are pinned by hard links before that: however long copying takes,
none that the copied state names is swept away meanwhile.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from percorso.adapters.lake_pins import Pins
from percorso.adapters.lock import DirectoryLock
from percorso.adapters.sql.copying import copy_database
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.erasure_state import copies_of
from percorso.adapters.sql.manifest import Manifest
from percorso.adapters.tombstone_file import TombstoneFile
from percorso.main import birth
from percorso.main.company import Company, open_company
from percorso.main.configuration import OWN
from percorso.model.directory import Directory
from percorso.model.errors import Conflict, InvalidInput, NotFound, PercorsoError, VersionMismatch
from percorso.model.message import Message, MessageState
from percorso.model.time import to_iso
from percorso.settings import Settings
from percorso.version import __version__

FORMAT = 1
RECORD = "backup.json"
HELD = "restored"
"""Why a message that waited when the backup was made is not sent after a restore."""
END_OF_TIME = 2**63 - 1


def backup(company: Company, to: Path) -> Mapping[str, Any]:
    """Copy everything but what belongs to running processes into a new folder; what was written.

    Raises Conflict when the folder has something in it, InvalidInput when a database is not a file of the directory.
    """
    for database in (company.log_database, company.state_database):
        if not database.is_sqlite:
            raise InvalidInput(
                "backup copies files; save PostgreSQL with pg_dump, state before log, and the lake folder"
            )
    target = to.expanduser().absolute()
    if target.exists() and any(target.iterdir()):
        raise Conflict(f"{target} is not empty; choose a new folder")
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    at = company.clock.now()
    with Pins(company.lake_folder) as pins:
        pins.hold(live_paths(company.state_database))
        copy_database(company.state_database, target / "state.db")
        with closing(Database(f"sqlite:///{target / 'state.db'}")) as copy:
            files = live_paths(copy)
        pins.hold(files)
        for file in files:
            copy_file(pins.of(file), target / "lake" / file)
    copy_database(company.log_database, target / "log.db")
    for kept in (OWN, company.directory.sources.name, company.directory.qr_codes.name):
        if (company.directory.root / kept).is_dir():
            shutil.copytree(company.directory.root / kept, target / kept)
    for leftover in (*target.glob("*.db-wal"), *target.glob("*.db-shm")):
        leftover.unlink()
    digests = {str(path.relative_to(target)): sha256(path) for path in sorted(contents(target))}
    record = {
        "format": FORMAT,
        "percorso": __version__,
        "made_at": to_iso(at),
        "made_at_micros": at,
        "company": company.facts.name,
        "log_id": company.log.log_id,
        "files": digests,
    }
    write_synced(target / RECORD, json.dumps(record, indent=1).encode())
    size = sum(path.stat().st_size for path in contents(target))
    return {"to": str(target), "files": len(digests), "lake_files": len(files), "bytes": size}


def restore(
    directory: Directory, settings: Settings, source: Path, *, tombstones: Path | None = None, lone: bool = False
) -> Mapping[str, Any]:
    """Make a directory from a backup, bring it up to date, fold what its log has more than its state, and erase again
    whoever was erased since, by the list of erasures. Until all of that is done nobody can open it.

    tombstones   the list; else that of the settings, else one left in the directory
    lone         restore without a list although the backup tells of erasures: some may have followed it

    Messages that waited when the backup was made, whenever they are due, and those that the last events of its log
    cause may have gone since: they are marked unknown and not sent. Raises NotFound or InvalidInput when the source is
    no whole backup, Conflict when the directory has a company already.
    """
    if settings.log_url or settings.state_url:
        raise InvalidInput("restore makes files; unset PERCORSO_LOG_URL and PERCORSO_STATE_URL")
    origin = source.expanduser().absolute()
    record = read_record(origin)
    if birth.has_company(directory, settings) or directory.log.exists():
        raise Conflict(f"there is data in {directory.root} already; restore into a new directory")
    birth.make_folders(directory)
    with DirectoryLock(directory.lock):
        write_synced(directory.restoring, b"")
        for name in record["files"]:
            copy_file(origin / name, directory.root / name)
    with open_company(directory, settings, restored=True) as company:
        company.check_offsets()
        folded = company.processor.drain()
        held = hold_waiting(company)
        try:
            listed = the_list(company, tombstones, lone=lone)
        except PercorsoError:
            for path in (*(directory.root / name for name in record["files"]), *copies_of(directory.root)):
                path.unlink()
            directory.restoring.unlink()
            raise
        erased = company.reapplying(listed).reapply(company.processor)
        directory.restoring.unlink()
    return {
        "dir": str(directory.root),
        "made_at": record["made_at"],
        "files": len(record["files"]),
        "folded": folded,
        "held": held,
        "erased": erased,
        "listed": listed.there(),
    }


def the_list(company: Company, given: Path | None, *, lone: bool) -> TombstoneFile:
    """The list of erasures to restore by. Raises Conflict when there is none where one is needed, InvalidInput when it is
    not whole or another company's."""
    listed = TombstoneFile(given, company.log.log_id) if given else company.tombstone_list
    if given and not listed.there():
        raise NotFound(f"there is no list of erasures at {given}")
    if not listed.there() and not lone and company.privacy_requests.erased():
        raise Conflict(
            "people were erased in this company, and some may have been after this backup: name the list of erasures "
            "with --tombstones, or say --no-tombstones when there is none any more"
        )
    listed.read()
    return listed


def read_record(origin: Path) -> Mapping[str, Any]:
    """The record of a backup, its files checked. Raises NotFound, VersionMismatch or InvalidInput."""
    try:
        record: Mapping[str, Any] = json.loads((origin / RECORD).read_text())
    except FileNotFoundError as error:
        raise NotFound(f"{origin} holds no backup: there is no {RECORD} in it") from error
    if record["format"] > FORMAT:
        raise VersionMismatch("the backup is of a newer version than this program: update Percorso")
    for name, digest in record["files"].items():
        path = (origin / name).resolve()
        if not path.is_relative_to(origin.resolve()):
            raise InvalidInput(f"the backup names a file outside itself: {name}")
        if not path.is_file() or sha256(path) != digest:
            raise InvalidInput(f"the backup is damaged: {name} is missing or changed")
    return record


def hold_waiting(company: Company) -> int:
    """Take every message out of the queue, due or deferred; how many."""
    held = 0
    while waiting := company.outbox.due(END_OF_TIME, 1_000):
        for message in waiting:
            hold(company, message)
        held += len(waiting)
    return held


def hold(company: Company, message: Message) -> None:
    """Through ATTEMPTED to UNKNOWN, the one way there."""
    now = company.clock.now()
    company.outbox.mark(message.message_id, MessageState.ATTEMPTED, at=now)
    company.outbox.mark(message.message_id, MessageState.UNKNOWN, at=now, refusal=HELD)


def live_paths(state: Database) -> list[str]:
    """The files that are the lake, by a state."""
    return [file.path for file in Manifest(state).live()]


def contents(folder: Path) -> Iterator[Path]:
    """The files of a backup, but for its record."""
    return (path for path in folder.rglob("*") if path.is_file() and path.name != RECORD)


def copy_file(source: Path, target: Path) -> None:
    """A durable copy."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(source, target)
    os.chmod(target, 0o600)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
