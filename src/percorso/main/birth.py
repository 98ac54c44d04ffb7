"""A data directory's birth and growing up: made, found, migrated."""

import os
import secrets
from collections.abc import Mapping
from contextlib import closing
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import inspect, text

from percorso.adapters.lock import DirectoryLock
from percorso.adapters.sql import migrations
from percorso.adapters.sql.config_store import ConfigStore, get_meta
from percorso.adapters.sql.copying import copy_database
from percorso.adapters.sql.database import Database
from percorso.adapters.system_clock import SystemClock
from percorso.main.configuration import adopt_packs
from percorso.model.company import CompanyFacts, read_quiet
from percorso.model.directory import Directory
from percorso.model.errors import Conflict, DirectoryLocked, InvalidConfig
from percorso.model.time import to_datetime
from percorso.settings import Settings

LINES: tuple[migrations.Line, ...] = ("log", "state")


def database_urls(directory: Directory, settings: Settings) -> dict[migrations.Line, str]:
    """Where log and state lie: the URLs of the settings, else the files of the directory."""
    return {
        "log": settings.log_url or f"sqlite:///{directory.log}",
        "state": settings.state_url or f"sqlite:///{directory.state}",
    }


def has_company(directory: Directory, settings: Settings) -> bool:
    """Whether a company was set up here."""
    if settings.state_url is None and not directory.state.exists():
        return False
    with closing(Database(database_urls(directory, settings)["state"])) as database, database.read() as connection:
        return inspect(connection).has_table("state_meta") and get_meta(connection, "company") is not None


def logged(directory: Directory, settings: Settings) -> bool:
    """Whether the log holds events already."""
    if settings.log_url is None and not directory.log.exists():
        return False
    with closing(Database(database_urls(directory, settings)["log"])) as database, database.read() as connection:
        if not inspect(connection).has_table("log_events"):
            return False
        return connection.execute(text("select 1 from log_events limit 1")).first() is not None


def create(directory: Directory, settings: Settings, overrides: Mapping[str, Any]) -> CompanyFacts:
    """Make a company: tables, facts, a fresh secret, the packs checked. Facts come from `overrides`, else the settings.

    Raises Conflict when there is one, InvalidConfig when a fact or pack is wrong; then nothing was made that counts.
    """
    if has_company(directory, settings):
        raise Conflict(f"there is a company in {directory.root} already")
    if logged(directory, settings):
        raise Conflict(
            "there is a log of events but no state that knows whose they are and what was sent: restore both from one "
            "backup (percorso restore). A new company beside this log would decide, and write, everything once more"
        )
    chosen = settings.model_copy(update={name: value for name, value in overrides.items() if value is not None})
    check_facts(chosen.zone, chosen.currency)
    quiet = read_quiet(chosen.quiet)
    make_folders(directory)
    with DirectoryLock(directory.lock):
        migrate(directory, settings)
        with closing(Database(database_urls(directory, settings)["state"])) as database:
            store = ConfigStore(database)
            facts = CompanyFacts(
                name=chosen.name,
                zone=chosen.zone,
                currency=chosen.currency.upper(),
                language=chosen.language,
                secret=secrets.token_bytes(32),
                packs=adopt_packs(directory, chosen.packs),
                quiet=quiet,
            )
            store.found(facts)
            return facts


def make_folders(directory: Directory) -> None:
    """The folders of a data directory, for their owner only: they hold personal data."""
    if directory.root.exists() and not directory.root.is_dir():
        raise Conflict(f"{directory.root} is a file; name a directory with --dir")
    for folder in (directory.root, directory.lake, directory.run):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def check_restored(directory: Directory) -> None:
    """Raises Conflict where a restore was cut short."""
    if directory.restoring.exists():
        raise Conflict(f"a restore was cut short in {directory.root}: empty the folder and restore again")


def check_facts(zone: str, currency: str) -> None:
    """Raises InvalidConfig with what to write instead."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidConfig(f"there is no time zone {zone!r}; write an IANA name such as Europe/Rome") from error
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise InvalidConfig(f"{currency!r} is no ISO 4217 currency; write three letters such as EUR")


def migrate(directory: Directory, settings: Settings) -> None:
    """Bring both databases to this version; a file is copied aside before its first change. The caller holds the lock."""
    urls = database_urls(directory, settings)
    for line in LINES:
        with closing(Database(urls[line])) as database:

            def copy_aside(revision: str, line: migrations.Line = line, database: Database = database) -> None:
                if database.is_sqlite:
                    at = to_datetime(SystemClock().now())
                    copy = directory.root / f"{line}-before-{revision}-{at:%Y%m%dT%H%M%S}.db"
                    copy_database(database, copy)
                    structlog.get_logger().info("directory.copied", line=line, revision=revision, copy=copy.name)

            if migrations.migrate(database, line, copy_aside):
                if database.is_sqlite and database.url.database:
                    os.chmod(database.url.database, 0o600)
                structlog.get_logger().info("directory.migrated", line=line, revision=migrations.HEAD[line])


def migrate_when_free(directory: Directory, settings: Settings) -> None:
    """For a reader: migrate an older directory unless a server runs on it. Raises VersionMismatch when it cannot be read."""
    urls = database_urls(directory, settings)
    for line in LINES:
        with closing(Database(urls[line])) as database:
            if migrations.current(database, line) != migrations.HEAD[line]:
                break
    else:
        return
    try:
        with DirectoryLock(directory.lock):
            migrate(directory, settings)
    except DirectoryLocked:
        for line in LINES:
            with closing(Database(urls[line])) as database:
                migrations.check(database, line)
        raise
