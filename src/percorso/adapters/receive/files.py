"""Small files that are whole or not there: cursors and what is told of a source."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any


def write_json(path: Path, value: Any) -> None:
    """Replace a file, durably: after a crash it is the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    put_json(beside, value)
    beside.replace(path)


def put_json(path: Path, value: Any) -> None:
    """Write a file, durably; a crash may leave half of it, and nothing beside it."""
    with path.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())


def read_json(path: Path) -> Any:
    """What was written, None when there is nothing or it is damaged: then everything is read again, and is duplicates."""
    with suppress(FileNotFoundError, ValueError):
        return json.loads(path.read_text("utf-8"))
    return None
