"""Sources' records as files: what is written in them, not yet checked."""

from pathlib import Path
from typing import Any

import yaml

from percorso.adapters.strict_yaml import StrictLoader
from percorso.model.errors import InvalidConfig

_MAX_BYTES = 1 << 20


def record_files(folder: Path) -> dict[str, Path]:
    """Name -> file of every source, by name."""
    found = [path for path in (*folder.glob("*.yaml"), *folder.glob("*.yml")) if not path.name.startswith(".")]
    return {path.stem: path for path in sorted(found)}


def read_record(path: Path) -> Any:
    """What a record says. Raises InvalidConfig when it cannot be read."""
    try:
        content = path.read_bytes()
        if len(content) > _MAX_BYTES:
            raise InvalidConfig(f"the source {path.name} is over 1 MiB; is it the data instead?")
        return yaml.load(content.decode("utf-8"), Loader=StrictLoader)  # noqa: S506 (a SafeLoader)
    except OSError as problem:
        raise InvalidConfig(f"the source {path.name} cannot be read: {problem.strerror}") from problem
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as problem:
        raise InvalidConfig(f"the source {path.name} is no valid YAML in UTF-8: {problem}") from problem
