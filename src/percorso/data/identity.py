"""Identity in its simplest correct form: who is the same person, as a function of the set of events.

Each identifier is a node. An event links its weaker identifiers to its strongest one. A node hangs on the only candidate
of the strongest class it was seen with; when there are two (a shared computer, a family mailbox) it hangs on none. Since
a parent is always of a stronger class, nodes form trees, no tree holds two person keys, and the trees depend on the set
of links alone, not on their order. A person is a tree; the person id is its root's node id, so an id once given always
leads, through its node, to whoever holds that identifier now.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from percorso.model.event import Event
from percorso.model.identifier import Identifier, normalise, rank, valid_kind
from percorso.model.person import NOBODY, Node


def node_id(secret: bytes, identifier: Identifier, generation: int = 0) -> str:
    """12 characters, 72 bits, of a keyed hash: the same for ever, and telling nothing of the value.

    Erasing a person raises the generation of their identifiers, so that whoever comes back is somebody new.
    """
    text = f"{generation}\x00{identifier.kind}\x00{identifier.value}".encode("utf-8", "surrogatepass")
    return b64encode(blake2b(text, key=secret, digest_size=9).digest(), b"._").decode("ascii")


def identifiers(event: Event) -> list[Identifier]:
    """The identifiers of an event, strongest first, each kind once, garbage left out.

    Of two values of one kind in one event the first counts. An alias links the former id, as one more device, to the user.
    """
    found: dict[str, Identifier] = {}

    def add(kind: str, value: Any, place: str | None = None) -> None:
        place = place or kind
        if place not in found and isinstance(value, str | int) and not isinstance(value, bool):
            identifier = normalise(kind, str(value))
            if identifier is not None:
                found[place] = identifier

    if event.user_id is not None:
        add("user_id", event.user_id)
    if event.anonymous_id is not None:
        add("anonymous_id", event.anonymous_id)
    if event.type == "alias" and event.previous_id not in (event.user_id, event.anonymous_id):
        add("anonymous_id", event.previous_id, "previous")
    if event.traits and event.type != "group":
        add("email", event.traits.get("email"))
        add("phone", event.traits.get("phone"))
    external = event.context.get("externalIds")
    if isinstance(external, list):
        for one in external:
            if isinstance(one, dict) and isinstance(one.get("type"), str) and valid_kind(one["type"]):
                add(one["type"], one.get("id"))
    if len(found) < 2:
        return list(found.values())
    return sorted(found.values(), key=lambda identifier: (rank(identifier.kind), identifier.kind))


def parent(candidates: Mapping[str, int]) -> str | None:
    """The stronger node to hang on: the only candidate of the strongest class, None when there are two or none.

    >>> parent({"a": 1, "b": 2}), parent({"a": 1, "b": 1}), parent({})
    ('a', None, None)
    """
    if not candidates:
        return None
    best = min(candidates.values())
    strongest = [candidate for candidate, its_rank in candidates.items() if its_rank == best]
    return strongest[0] if len(strongest) == 1 else None


def with_candidate(candidates: Mapping[str, int], node: str, its_rank: int) -> Mapping[str, int]:
    """The candidates with one more; of each class the two smallest ids are kept, which is all that `parent` asks for.

    >>> with_candidate({"a": 0, "c": 0, "z": 1}, "b", 0)
    {'a': 0, 'b': 0, 'z': 1}
    """
    same = sorted([other for other, rank_ in candidates.items() if rank_ == its_rank] + [node])[:2]
    others = {other: rank_ for other, rank_ in candidates.items() if rank_ != its_rank}
    return {**dict.fromkeys(same, its_rank), **others}


@dataclass(slots=True)
class Resolution:
    """What a batch of events does to people.

    nodes    every node touched, as it is now
    was      node_id -> person it belonged to before, for nodes that were stored; equal when nothing changed
    changed  nodes that are new, were linked, or belong to another person now: they must be stored
    """

    nodes: dict[str, Node]
    was: dict[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def moved(self) -> dict[str, str]:
        """node_id -> new person, for stored nodes that changed hands."""
        return {i: self.nodes[i].person_id for i, person in self.was.items() if self.nodes[i].person_id != person}

    def moved_to(self) -> set[str]:
        """The people that stored nodes belong to now."""
        return {self.nodes[node].person_id for node in self.was}


Loader = Callable[[Sequence[str]], Iterable[Node]]


def resolve(
    seen: Iterable[Sequence[tuple[str, Identifier]]],
    load: Callable[[Sequence[str]], Mapping[str, Node]],
    children_of: Loader,
) -> Resolution:
    """Fold the identifiers of events into people.

    seen         per event its (node id, identifier) pairs, strongest first
    load         the stored nodes among some ids
    children_of  the stored nodes that hang directly on some nodes
    """
    wanted = {node: identifier for pairs in seen for node, identifier in pairs}
    stored = load(list(wanted))
    nodes = dict(stored)
    for node, identifier in wanted.items():
        if node not in nodes:
            nodes[node] = Node(node, identifier.kind, identifier.value, node, None, {}, NOBODY)
    resolution = Resolution(nodes, {node: stored[node].person_id for node in stored})
    resolution.changed.update(node for node in nodes if node not in stored)
    linked = _link(seen, nodes)
    resolution.changed |= linked
    elsewhere = _hang(linked, nodes)
    if elsewhere:
        _load_below(elsewhere, resolution, children_of)
        _settle(nodes)
        resolution.changed.update(resolution.moved())
    return resolution


def _link(seen: Iterable[Sequence[tuple[str, Identifier]]], nodes: dict[str, Node]) -> set[str]:
    """Note who was seen with whom; the nodes that were seen with a stronger one for the first time."""
    linked: set[str] = set()
    for pairs in seen:
        if len(pairs) < 2:
            continue
        strongest, first = pairs[0]
        its_rank = rank(first.kind)
        for weaker, identifier in pairs[1:]:
            node = nodes[weaker]
            if strongest not in node.candidates and rank(identifier.kind) > its_rank:
                candidates = with_candidate(node.candidates, strongest, its_rank)
                if candidates != node.candidates:
                    nodes[weaker] = node._replace(candidates=candidates)
                    linked.add(weaker)
    return linked


def _hang(linked: Iterable[str], nodes: dict[str, Node]) -> list[str]:
    """Hang each linked node where its candidates say; the nodes that now hang elsewhere."""
    elsewhere = []
    for key in linked:
        hangs_on = parent(nodes[key].candidates)
        if hangs_on != nodes[key].parent_id:
            nodes[key] = nodes[key]._replace(parent_id=hangs_on)
            elsewhere.append(key)
    return elsewhere


def _load_below(changed: Sequence[str], resolution: Resolution, children_of: Loader) -> None:
    """Bring in everything that hangs, at any depth, below nodes that changed: it moves with them."""
    below = {node for node in changed if node in resolution.was}
    level = list(below)
    while level:
        children = [child for child in children_of(level) if child.node_id not in below]
        for child in children:
            if child.node_id not in resolution.nodes:
                resolution.nodes[child.node_id] = child
                resolution.was[child.node_id] = child.person_id
        level = [child.node_id for child in children]
        below.update(level)


def _settle(nodes: dict[str, Node]) -> None:
    """Give each node the person of its root, as far as the tree is in hand; above that it has not changed."""
    persons: dict[str, str] = {}

    def person(node: Node) -> str:
        known = persons.get(node.node_id)
        if known is None:
            above = None if node.parent_id is None else nodes.get(node.parent_id)
            known = node.node_id if node.parent_id is None else node.person_id if above is None else person(above)
            persons[node.node_id] = known
        return known

    for key, node in list(nodes.items()):
        if node.person_id != (now := person(node)):
            nodes[key] = node._replace(person_id=now)
