"""Packs as files: those shipped with Percorso and those a company writes itself."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from percorso.adapters.strict_yaml import StrictLoader
from percorso.model.config import Config
from percorso.model.errors import InvalidConfig
from percorso.model.pack import combine, pack_name, packs_used, read_pack

MAX_BYTES = 4 * 1024 * 1024
_PACKAGE = Path(__file__).resolve().parents[1]
_PLACES = (_PACKAGE / "packs", _PACKAGE.parents[1] / "packs")
"""In an installed wheel; in a source tree."""


def load_packs(names: Iterable[str]) -> Config:
    """The packs of these names or paths (``retail``, ``./mine.yaml``) as one checked configuration.

    Packs that they use come before them, once. Raises InvalidConfig.
    """
    loaded: dict[str, Config] = {}
    for name in names:
        _load(name, loaded, ())
    return combine(loaded.values())


def load_pack_file(path: Path) -> Mapping[str, Any]:
    """A pack's mapping as it stands in its file, not yet checked."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise InvalidConfig(f"cannot read the pack {path}: {problem.strerror}") from problem
    if len(content) > MAX_BYTES:
        raise InvalidConfig(f"the pack {path} is over {MAX_BYTES // 1024 // 1024} MiB; split it")
    try:
        mapping = yaml.load(content.decode("utf-8"), Loader=StrictLoader)  # noqa: S506 (a SafeLoader)
    except UnicodeDecodeError as problem:
        raise InvalidConfig(f"the pack {path} is not UTF-8 text; save it as UTF-8") from problem
    except (yaml.YAMLError, RecursionError) as problem:
        raise InvalidConfig(f"the pack {path} is no valid YAML: {problem}") from problem
    pack_name(mapping)
    return mapping  # type: ignore[no-any-return]


def shipped_packs() -> dict[str, Path]:
    """Name -> file of every pack that comes with Percorso."""
    for place in _PLACES:
        found = {path.stem: path for path in sorted(place.glob("*.yaml"))}
        if found:
            return found
    raise InvalidConfig("the packs that come with Percorso are missing; install it again")


def _load(name: str, loaded: dict[str, Config], above: tuple[str, ...]) -> None:
    if name in loaded:
        return
    mapping = load_pack_file(_find(name))
    own = pack_name(mapping)
    if own in above:
        raise InvalidConfig(f"packs use one another in a circle: {' > '.join((*above, own))}")
    if own in loaded:
        return
    used = packs_used(mapping)
    for one in used:
        _load(one, loaded, (*above, own))
    loaded[own] = read_pack(mapping, combine(loaded.values()))


def _find(name: str) -> Path:
    if name.endswith((".yaml", ".yml")) or "/" in name:
        return Path(name)
    shipped = shipped_packs()
    if name not in shipped:
        raise InvalidConfig(f"no pack {name!r}; there are {', '.join(shipped)}, or give the path of a YAML file")
    return shipped[name]
