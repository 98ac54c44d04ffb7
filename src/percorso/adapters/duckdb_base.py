"""DuckDB in process: opened one way, with nothing it could fetch or load by itself."""

from pathlib import Path
from typing import Any

import duckdb


def open_duckdb(*, memory: str = "1GB", threads: int = 2, spill: Path | None = None) -> Any:
    """A database in memory. `spill`: directory for what does not fit; None = fail instead."""
    database = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory,
            "threads": str(threads),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "temp_directory": str(spill) if spill is not None else "",
        },
    )
    database.execute("SET GLOBAL TimeZone = 'UTC'")
    database.execute("SET GLOBAL parquet_metadata_cache = true")
    database.execute("SET enable_progress_bar = false")
    return database


def connection_of(database: Any) -> Any:
    """A connection of its own to the same database, with temporary tables of its own. To be closed."""
    connection = database.cursor()
    connection.execute("SET enable_progress_bar = false")
    return connection


def quoted(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
