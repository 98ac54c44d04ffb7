"""Who goes when somebody is erased: all nodes of the person, and what was seen with nobody else."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from percorso.model.identifier import Identifier
from percorso.model.identity import Assertion, Held
from percorso.model.person import Node


class Reads(Protocol):
    """What is read of the state; part of `ports.erasure.ErasingTransaction`."""

    def nodes(self, node_ids: Sequence[str]) -> dict[str, Node]: ...
    def members_of(self, person_ids: Sequence[str]) -> list[str]: ...
    def based_on(self, node_ids: Sequence[str]) -> list[str]: ...
    def assertions_of(self, node_ids: Sequence[str]) -> list[Assertion]: ...
    def weaker_of(self, node_ids: Sequence[str]) -> list[str]: ...


class Going(NamedTuple):
    """nodes    those who go, with their session windows
    shared   of the same people, but also seen with somebody who stays: they stay theirs
    touched  those who stay and were seen with one who goes, or are windows or claims of one
    others   whoever else stays and has the same identifiers
    """

    nodes: dict[str, Node]
    shared: dict[str, Node]
    touched: set[str]
    others: dict[str, Node]


def going(people: Iterable[str], reads: Reads) -> Going:
    """Who goes with these people.

    An identifier that was only ever seen with who goes, goes too, although too many hung there for it to belong; so does what
    only a public key said of them, unless it belongs to somebody else's path by now.
    """
    people, found = set(people), {}
    while True:
        found = reads.nodes(reads.members_of(sorted(people)))
        shared = _shared(found, reads)
        gone = [key for key in found if key not in shared]
        weaker = [key for key in reads.weaker_of(gone) if key not in found]
        based = [key for key in reads.based_on(gone) if key not in found]
        proven = [
            node.base for key, node in found.items() if key not in shared and node.claimed and node.base is not None
        ]
        others = reads.nodes([*weaker, *based])
        more = {
            node.person_id
            for node in others.values()
            if node.person_id == node.node_id and node.held != Held.NEVER and _hangs_only_on(node, set(gone), reads)
        }
        if more <= people:
            touched = {*weaker, *based, *shared}
            others |= reads.nodes([key for key in proven if key not in found])
            return Going({key: found[key] for key in gone}, {key: found[key] for key in shared}, touched, others)
        people |= more


def _shared(found: dict[str, Node], reads: Reads) -> set[str]:
    """The nodes that were seen with a stronger one that stays, or with one of these."""
    stronger: dict[str, set[str]] = {}
    for line in reads.assertions_of(sorted(found)):
        stronger.setdefault(line.weaker, set()).add(line.stronger)
    shared: set[str] = set()
    while True:
        more = {
            key
            for key, seen in stronger.items()
            if key not in shared and any(one not in found or one in shared for one in seen)
        }
        if not more:
            return shared
        shared |= more


def _hangs_only_on(node: Node, gone: set[str], reads: Reads) -> bool:
    """Whether whoever it was seen with goes. A session window is not asked: its device is."""
    if node.base is not None and not node.claimed:
        return False
    return all(line.stronger in gone for line in reads.assertions_of([node.node_id]))


def identifiers_of(nodes: Iterable[Node]) -> set[Identifier]:
    """What the nodes stand for, each once."""
    return {Identifier(node.kind, node.value, node.claimed) for node in nodes}
