"""Copies of a live SQLite database, whole and of one moment."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from percorso.adapters.sql.database import Database
from percorso.model.errors import Conflict

_PAGES_A_STEP = 4096


def copy_database(database: Database, to: Path) -> None:
    """Copy while others read and write, by SQLite's online backup. The copy is one file, readable by its owner only,
    on disk on return. Raises Conflict when the target exists."""
    if to.exists():
        raise Conflict(f"{to} exists already; choose another place")
    partial = to.with_name(to.name + ".part")
    partial.unlink(missing_ok=True)
    source = sqlite3.connect(f"file:{database.url.database}?mode=ro", uri=True)
    with closing(source), closing(sqlite3.connect(partial)) as target:
        os.chmod(partial, 0o600)
        source.execute("begin")
        source.execute("select count(*) from sqlite_master").fetchone()
        source.backup(target, pages=_PAGES_A_STEP)
        target.execute("pragma journal_mode=delete").fetchone()
    _sync(partial)
    partial.rename(to)
    _sync(to.parent)


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
