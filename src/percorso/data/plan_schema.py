"""Reading a plan's JSON Schema by the paths under which events are counted (data/shapes.py)."""

from collections.abc import Mapping, Sequence
from typing import Any

from percorso.data.shapes import TEXT_FORMATS, json_type


def parent(path: str) -> str:
    """The path of what holds it; empty at the top."""
    return path.rsplit(".", 1)[0] if "." in path else ""


def at(schema: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
    """The schema of a path, None when the plan does not name it."""
    found: Any = schema
    for step in path.split(".") if path else ():
        found = found.get("items") if step == "*" else found.get("properties", {}).get(step)
        if not isinstance(found, Mapping):
            return None
    reached: Mapping[str, Any] = found
    return reached


def allows(schema: Mapping[str, Any], kind: str) -> bool:
    """Whether a schema takes what was counted under a kind."""
    allowed, plain = types_of(schema), json_type(kind)
    if allowed and plain not in allowed and not (plain == "integer" and "number" in allowed):
        return False
    wanted = format_of(schema)
    return plain != "string" or wanted is None or kind in (wanted, _NOT_SURE.get(wanted))


_NOT_SURE = {"uri": "string"}
"""Format -> kind under which what has it may have been counted too: of URIs only web addresses are told apart."""


def format_of(schema: Mapping[str, Any]) -> str | None:
    """The format it asks of a text, when texts of it are told apart."""
    given = schema.get("format")
    return given if given in TEXT_FORMATS else None


def paths_of(schema: Mapping[str, Any], under: str = "") -> Sequence[str]:
    """The paths of objects that it names."""
    found: list[str] = []
    for key, inner in schema.get("properties", {}).items():
        path = f"{under}.{key}" if under else key
        found += [path, *paths_of(inner, path)]
    return found


def types_of(schema: Mapping[str, Any]) -> set[str]:
    """The types it allows; empty: any."""
    given = schema.get("type")
    return {given} if isinstance(given, str) else set(given or ())


def words_of(schema: Mapping[str, Any]) -> list[Any]:
    """Its enumeration; empty: none."""
    given = schema.get("enum")
    return given if isinstance(given, list) else []
