"""DuckDB in process: opened one way, with nothing it could fetch or load by itself."""

from pathlib import Path
from typing import Any

import duckdb


def open_duckdb(*, memory: str = "1GB", threads: int = 2, spill: Path | None = None, reads_again: bool = False) -> Any:
    """A database in memory.

    spill        directory for what does not fit; None = fail instead
    reads_again  the same files are read many times: what is learnt of their build is kept, by name, until it is closed.
                 Their rows are not: the system keeps what was read of a disk lately, and gives it back when it must
    """
    database = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory,
            "threads": str(threads),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "enable_external_file_cache": "false",
            "temp_directory": str(spill) if spill is not None else "",
        },
    )
    database.execute("SET GLOBAL TimeZone = 'UTC'")
    database.execute(f"SET GLOBAL parquet_metadata_cache = {str(reads_again).lower()}")
    _without_bar(database)
    return database


def connection_of(database: Any) -> Any:
    """A connection of its own to the same database, with temporary tables of its own. To be closed."""
    connection = database.cursor()
    _without_bar(connection)
    return connection


def _without_bar(connection: Any) -> None:
    """No progress bar. Only told where there would be one: a notebook that could show none refuses to be told."""
    if connection.execute("SELECT current_setting('enable_progress_bar')").fetchone() != (False,):
        connection.execute("SET enable_progress_bar = false")


def quoted(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
