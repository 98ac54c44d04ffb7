"""Trees and decisions -> people: pure, for a few nodes or for all of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from percorso.model.identifier import DEVICE, Identifier
from percorso.model.identity import Held, Override
from percorso.model.person import Node
from percorso.model.time import Micros

Overrides = Mapping[str, Mapping[str, Override]]
"""node id -> node id -> what was decided of the two, from both sides."""

StrengthOf = Callable[[Identifier], int]


class People(NamedTuple):
    """person_of: node id -> person id, of every node given;  apart: nodes that a decision keeps from their parent."""

    person_of: Mapping[str, str]
    apart: frozenset[str]


def partition(nodes: Mapping[str, Node], overrides: Overrides, strength_of: StrengthOf) -> People:
    """The people of some nodes, which must be whole: whatever one of them hangs on or is tied to is among them.

    `parent_id` and `held` of the nodes are as seen and limited; whether `Held.NEVER` holds is found here.
    """
    if not overrides or not any(decided_as(node, key) in overrides for key, node in nodes.items()):
        return People(_by_roots(nodes), frozenset())
    return _by_ties(nodes, overrides, strength_of)


def _hangs_on(node: Node) -> str | None:
    return None if node.held == Held.LIMIT else node.parent_id


def _by_roots(nodes: Mapping[str, Node]) -> dict[str, str]:
    """Without decisions a person is a tree. A root may be a device of which only session windows are stored."""
    person_of: dict[str, str] = {}
    for key in nodes:
        path = []
        at: str | None = key
        while at is not None and at not in person_of:
            path.append(at)
            node = nodes.get(at)
            at = None if node is None else _hangs_on(node)
        root = path[-1] if at is None else person_of[at]
        for one in path:
            person_of[one] = root
    return {key: person_of[key] for key in nodes}


def _by_ties(nodes: Mapping[str, Node], overrides: Overrides, strength_of: StrengthOf) -> People:
    """Ties, strongest first, join what no decision keeps apart: the order is total, so the people are one function of the set.

    Decisions to link come first, the latest before the earlier; then what was seen, of the stronger identifiers first.
    """
    bonds = _Bonds(nodes, overrides)
    for a, b in _links(nodes, overrides):
        bonds.join(a, b)
    apart = set()
    for node in sorted(
        (n for n in nodes.values() if _hangs_on(n) is not None), key=lambda n: _tie_order(n, strength_of)
    ):
        if not bonds.join(node.node_id, _hangs_on(node) or ""):
            apart.add(node.node_id)
    members: dict[str, list[str]] = {}
    for key in {*nodes, *bonds.known()}:
        members.setdefault(bonds.group(key), []).append(key)
    person_of = {}
    for group in members.values():
        roots = [one for one in group if one not in nodes or _hangs_on(nodes[one]) is None or one in apart]
        root = min(roots, key=lambda one: _root_order(one, nodes.get(one), strength_of))
        person_of.update(dict.fromkeys(group, root))
    return People({key: person_of[key] for key in nodes}, frozenset(apart))


def _links(nodes: Mapping[str, Node], overrides: Overrides) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], Override] = {}
    for key in nodes:
        for one in overrides.get(key, {}).values():
            if one.kind == "link" and one.a in nodes and one.b in nodes:
                found[one.a, one.b] = one
    return sorted(found, key=lambda pair: (found[pair].order, pair), reverse=True)


def _tie_order(node: Node, strength_of: StrengthOf) -> tuple[int, Micros, str]:
    return strength_of(_identifier(node)), node.linked_at, node.node_id


def _root_order(key: str, node: Node | None, strength_of: StrengthOf) -> tuple[int, Micros, str]:
    if node is None:
        return strength_of(Identifier(DEVICE, "")), 0, key
    return strength_of(_identifier(node)), node.seen_at, key


def _identifier(node: Node) -> Identifier:
    return Identifier(node.kind, node.value, node.claimed)


class _Bonds:
    """Union-find that refuses to join groups of which somebody decided that two members are never one person."""

    def __init__(self, nodes: Mapping[str, Node], overrides: Overrides) -> None:
        self._nodes = nodes
        self._overrides = overrides
        self._leader: dict[str, str] = {}
        self._never: dict[str, set[str]] = {}
        self._members: dict[str, list[str]] = {}

    def known(self) -> Iterable[str]:
        return list(self._leader)

    def group(self, key: str) -> str:
        path = []
        while (leader := self._leader.setdefault(key, key)) != key:
            path.append(key)
            key = leader
        for one in path:
            self._leader[one] = key
        if key not in self._members:
            called = decided_as(self._nodes.get(key), key)
            self._members[key] = [called]
            self._never[key] = {o for o, said in self._overrides.get(called, {}).items() if said.kind == "separate"}
        return key

    def join(self, a: str, b: str) -> bool:
        """False when they must stay apart."""
        first, second = self.group(a), self.group(b)
        if first == second:
            return True
        if len(self._members[first]) < len(self._members[second]):
            first, second = second, first
        if self._never[first] and any(one in self._never[first] for one in self._members[second]):
            return False
        if self._never[second] and any(one in self._never[second] for one in self._members[first]):
            return False
        self._leader[second] = first
        self._members[first] += self._members.pop(second)
        self._never[first] |= self._never.pop(second)
        return True


def decided_as(node: Node | None, key: str) -> str:
    """The node id under which decisions speak of a node: what is decided of a device holds for its session windows."""
    return node.base if node is not None and node.base is not None and not node.claimed else key


def both_ways(overrides: Sequence[Override]) -> dict[str, dict[str, Override]]:
    """Overrides as `partition` reads them."""
    out: dict[str, dict[str, Override]] = {}
    for one in overrides:
        out.setdefault(one.a, {})[one.b] = one
        out.setdefault(one.b, {})[one.a] = one
    return out
