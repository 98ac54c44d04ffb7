"""Which file plays which role of a map."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from percorso.model.errors import InvalidInput, InvalidMapping
from percorso.model.import_map import FileSpec, ImportMap, used_roles


def files_by_role(given: Sequence[str], import_map: ImportMap) -> dict[str, list[Path]]:
    """The files of each role that the map needs, by name. A folder gives what matches; a file must have a role.

    ``role=path`` says a file's role outright. Raises InvalidInput or InvalidMapping when a role has no file or a file no role.
    """
    roles = used_roles(import_map)
    found: dict[str, list[Path]] = {role: [] for role in roles}
    for one in given:
        role, equals, path = one.partition("=")
        if equals and role in import_map.files and not Path(one).exists():
            found.setdefault(role, []).append(_existing(Path(path)))
        else:
            _place(_existing(Path(one)), found, import_map.files)
    for role in roles:
        if not found[role]:
            raise InvalidInput(_no_file(import_map.files[role], given))
    return {role: sorted(dict.fromkeys(found[role]), key=lambda path: (path.name, str(path))) for role in roles}


def _existing(path: Path) -> Path:
    if not path.exists():
        raise InvalidInput(f"there is no file {path}")
    return path


def _place(path: Path, found: dict[str, list[Path]], specs: Mapping[str, FileSpec]) -> None:
    if path.is_dir():
        for inside in path.iterdir():
            for role in found:
                if inside.is_file() and _matches(inside, specs[role]):
                    found[role].append(inside)
        return
    roles = [role for role in found if _matches(path, specs[role])]
    if len(roles) > 1:
        raise InvalidMapping(
            f"{path.name} matches the patterns of {', '.join(roles)}; write ROLE={path.name} to say which"
        )
    if not roles and len(found) > 1:
        raise InvalidInput(
            f"{path.name} matches no pattern of the map; write ROLE={path.name}, a role of {', '.join(found)}"
        )
    found[roles[0] if roles else next(iter(found))].append(path)


def _matches(path: Path, spec: FileSpec) -> bool:
    return any(fnmatchcase(path.name.lower(), pattern.lower()) for pattern in spec.match)


def _no_file(spec: FileSpec, given: Sequence[str]) -> str:
    patterns = " or ".join(spec.match)
    return f"the map needs {patterns} ({spec.role}), which is not among {', '.join(given)}; name the file or its folder"
