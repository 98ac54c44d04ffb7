"""Maps as files: a company's own, by path, and those that come with Percorso, by name."""

from pathlib import Path
from typing import Any

import yaml

from percorso.adapters.strict_yaml import StrictLoader
from percorso.model.errors import InvalidMapping

_PACKAGE = Path(__file__).resolve().parents[2]
_PLACES = (_PACKAGE / "maps", _PACKAGE.parents[1] / "examples" / "maps")
"""In an installed wheel; in a source tree."""
_MAX_BYTES = 1 << 20


def load_map(name: str) -> Any:
    """What a map's file says, not yet checked."""
    path = _find(name)
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise InvalidMapping(f"the map {path} cannot be read: {problem.strerror}") from problem
    if len(content) > _MAX_BYTES:
        raise InvalidMapping(f"the map {path} is over 1 MiB; is it the data instead?")
    try:
        return yaml.load(content.decode("utf-8"), Loader=StrictLoader)  # noqa: S506 (a SafeLoader)
    except UnicodeDecodeError as problem:
        raise InvalidMapping(f"the map {path} is not UTF-8 text; save it as UTF-8") from problem
    except (yaml.YAMLError, RecursionError) as problem:
        raise InvalidMapping(f"the map {path} is no valid YAML: {problem}") from problem


def shipped_maps() -> dict[str, Path]:
    """Name -> file of every map that comes with Percorso."""
    return {path.stem: path for place in _PLACES for path in sorted(place.glob("*.yaml"))}


def _find(name: str) -> Path:
    if Path(name).is_file():
        return Path(name)
    found = shipped_maps().get(name)
    if found is None:
        raise InvalidMapping(
            f"there is no map {name}; give the path of a YAML file or one of {', '.join(shipped_maps())}"
        )
    return found
