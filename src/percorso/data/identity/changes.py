"""What becomes of people when nodes change hands: who is joined with whom, and who is parted."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from percorso.data.people import is_window
from percorso.model.person import Node

EXAMPLES = 20


class Example(NamedTuple):
    """One merge or split: the groups are people before it (of a merge) or after it (of a split), each with its nodes."""

    groups: Sequence[Sequence[Node]]


@dataclass(slots=True)
class Changes:
    """What would become of everybody.

    people_before, people_after   how many
    merges   people that are several now;  splits: people now that would be several;  moved: identifiers of both
    """

    people_before: int = 0
    people_after: int = 0
    merges: int = 0
    splits: int = 0
    moved: int = 0
    merged: list[Example] = field(default_factory=list)
    parted: list[Example] = field(default_factory=list)

    def add(self, before: Mapping[str, Node], after: Mapping[str, Node]) -> None:
        """Take in some nodes with all of their people, as they are and as they would be."""
        self.people_before += len({node.person_id for node in before.values()})
        self.people_after += len({node.person_id for node in after.values()})
        moved = [key for key, node in after.items() if key in before and before[key].person_id != node.person_id]
        self.moved += len(moved)
        touched = {one[key].person_id for key in moved for one in (before, after)}
        for some in _people(after, touched):
            groups = _grouped(some, before)
            if len(groups) > 1:
                self.merges += 1
                self._keep(self.merged, groups, before)
        for some in _people(before, touched):
            groups = _grouped(some, after)
            if len(groups) > 1:
                self.splits += 1
                self._keep(self.parted, groups, before)

    def _keep(self, kept: list[Example], groups: Sequence[Sequence[str]], nodes: Mapping[str, Node]) -> None:
        if len(kept) < EXAMPLES:
            kept.append(Example([[nodes[key] for key in group if key in nodes] for group in groups]))


def _people(nodes: Mapping[str, Node], wanted: Collection[str]) -> Iterable[list[str]]:
    """The nodes of each of these people."""
    out: dict[str, list[str]] = {}
    for key, node in nodes.items():
        if node.person_id in wanted:
            out.setdefault(node.person_id, []).append(key)
    return out.values()


def _grouped(keys: Iterable[str], nodes: Mapping[str, Node]) -> list[list[str]]:
    """Some nodes by whose they are among others; those that are not there left out. The greatest group first."""
    groups: dict[str, list[str]] = {}
    for key in keys:
        node = nodes.get(key)
        if node is not None:
            groups.setdefault(node.person_id, []).append(key)
    return sorted(groups.values(), key=lambda group: (-len(group), group))


def shown(nodes: Iterable[Node]) -> list[Node]:
    """Nodes as people know them: each identifier once, session windows as their device."""
    found = {(node.kind, node.value, node.claimed): node for node in sorted(nodes, key=is_window, reverse=True)}
    return sorted(found.values(), key=lambda node: (is_window(node), node.seen_at, node.node_id))
