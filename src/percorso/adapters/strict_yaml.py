"""YAML as people write configuration in it: what YAML would pass over in silence is an error here."""

from math import isfinite
from typing import Any

import yaml

_SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same language read in C, where PyYAML has it: ten times as fast."""


class StrictLoader(_SafeLoader):  # type: ignore[misc, valid-type]
    """Plain YAML where a key given twice is an error, not silently the last one, and dates stay text.

    Only what JSON can say is read: no sets, no bytes, no numbers that are none.
    """


def _mapping(loader: StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key must be a word", key.start_mark)
        if key.value in seen:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key.value!r} is there twice", key.start_mark)
        seen.add(key.value)
    return dict(loader.construct_mapping(node, deep=True))


def _text(loader: StrictLoader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


def _number(loader: StrictLoader, node: yaml.ScalarNode) -> float:
    value = float(loader.construct_yaml_float(node))
    if not isfinite(value):
        raise yaml.constructor.ConstructorError(None, None, f"{node.value} is no number", node.start_mark)
    return value


def _refused(loader: StrictLoader, node: yaml.Node) -> None:
    raise yaml.constructor.ConstructorError(None, None, f"{node.tag} has no place here", node.start_mark)


for _tag, _make in (("map", _mapping), ("timestamp", _text), ("float", _number)):
    StrictLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", _make)
for _tag in ("set", "binary", "omap", "pairs"):
    StrictLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", _refused)


def read_yaml(text: str) -> Any:
    """One document as plain values. Raises ValueError saying where it is wrong."""
    try:
        return yaml.load(text, StrictLoader)  # noqa: S506
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


def write_yaml(value: Any) -> str:
    """Plain values as YAML, in the order they have."""
    return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=120))
