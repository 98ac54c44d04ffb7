"""What became of people, as events of nobody: who follows ids from outside hears that two are one now, or one is two."""

from collections.abc import Mapping
from typing import Any

from percorso.model.identifier import DEVICE
from percorso.model.person import Node

MERGED, SPLIT = "Person Merged", "Person Split"


def told(was: Mapping[str, str], nodes: Mapping[str, Node], cause: int) -> list[tuple[str, dict[str, Any]]]:
    """(message id, wire item) of each merge and split of people who are known by more than a device.

    was    node_id -> the person it belonged to before;  nodes: as they are now
    cause  seq of the first event of the batch, so that the same people may merge again
    """
    out = []
    for key, before in was.items():
        node = nodes[key]
        if node.kind == DEVICE or node.person_id == before:
            continue
        if before == key:
            out.append(_item(MERGED, key, cause, {"person_id": node.person_id, "absorbed_id": key}))
        elif node.person_id == key:
            out.append(_item(SPLIT, key, cause, {"person_id": before, "parted_id": key}))
    return out


def _item(name: str, key: str, cause: int, properties: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    message_id = f"{name.split()[1].lower()}-{key}-{cause}"
    return message_id, {
        "type": "track",
        "event": name,
        "messageId": message_id,
        "properties": properties,
        "context": {},
    }
