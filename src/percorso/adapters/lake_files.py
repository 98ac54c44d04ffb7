"""Files of the lake: where they lie and how they come to be there whole or not at all."""

import os
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from secrets import token_hex

from percorso.adapters.lake_pins import is_pinned
from percorso.adapters.sql.manifest import LakeFile

_EPOCH = date(1970, 1, 1)
EVENTS = "events"


def civil(day: int) -> date:
    """The date of a number of days since 1970-01-01."""
    return _EPOCH + timedelta(days=day)


def folder_of(day: int, today: date) -> str:
    """Where events of a civil day go: the open month (and what lies ahead) by day, closed months whole.

    >>> folder_of(20454, date(2026, 1, 15)), folder_of(20454, date(2026, 2, 1))
    ('events/day/2026-01-01', 'events/month/2026-01')
    """
    at = civil(day)
    if (at.year, at.month) >= (today.year, today.month):
        return f"{EVENTS}/day/{at.isoformat()}"
    return f"{EVENTS}/month/{at.year}-{at.month:02d}"


def month_of(file: LakeFile) -> tuple[int, int]:
    """Year and month that a file belongs to."""
    at = civil(file.first_day)
    return at.year, at.month


def name_file(folder: str, first_seq: int, last_seq: int) -> str:
    """A path that was never used before."""
    return f"{folder}/{first_seq}-{last_seq}-{token_hex(4)}.parquet"


def write_file(root: Path, path: str, write: Callable[[Path], None]) -> int:
    """Have a file written aside, put it on disk and give it its name. Returns its bytes.

    After a crash it is there whole, or not there.
    """
    final = root / path
    aside = final.with_name(f".{final.name}.part")
    made = _make_folders(final.parent)
    write(aside)
    _sync(aside)
    os.replace(aside, final)
    for folder in (final.parent, *made):
        _sync(folder)
    return final.stat().st_size


def unknown_files(root: Path, known: Iterable[str]) -> list[Path]:
    """Files below the root that no manifest row names, nor a backup: left by a crash before its transaction."""
    names = set(known)
    found = (path for pattern in ("*.parquet", ".*.part") for path in root.rglob(pattern))
    return sorted(
        path for path in set(found) if path.relative_to(root).as_posix() not in names and not is_pinned(path, root)
    )


def _make_folders(folder: Path) -> list[Path]:
    """Create what is missing; returns the parents that got a new entry."""
    if folder.exists():
        return []
    above = _make_folders(folder.parent)
    folder.mkdir(exist_ok=True)
    return [folder.parent, *above]


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
