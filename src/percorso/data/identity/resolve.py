"""A batch of events -> what it does to people, reading no more than the batch touches.

What it gives is what `partition` gives for all nodes at once: whoever may be moved by a change is read with their whole
person, and so is whoever a decision ties to them or keeps from them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from percorso.data.identity.candidates import is_shared, natural_parent, with_candidate
from percorso.data.identity.identifiers import NodeIds, Seen, strength
from percorso.data.identity.limits import most, over_limit
from percorso.data.identity.overrides import Decided
from percorso.data.identity.partition import Overrides, decided_as, partition
from percorso.model.event import Event, Order
from percorso.model.identifier import DEVICE
from percorso.model.identity import Assertion, Child, Claims, Held, IdentityRules, Override
from percorso.model.person import NOBODY, Node
from percorso.model.time import LATEST, Micros


class Named(NamedTuple):
    """An event with what it names, strongest first, and what it decides."""

    event: Event
    seen: Sequence[Seen]
    decided: Decided | None = None


class Ledger(Protocol):
    """What is stored of identity; part of `ports.StateTransaction`."""

    def members_of(self, person_ids: Sequence[str]) -> list[str]:
        """The ids of all nodes of these people."""
        ...

    def based_on(self, node_ids: Sequence[str]) -> list[str]:
        """The ids of the session windows of devices, and of the claimed twins of proven identifiers."""
        ...

    def children_of(self, node_ids: Sequence[str], most: int) -> list[Child]:
        """Of each node and kind the first `most` that hang on it by what was seen, held ones too, windows not."""
        ...

    def kept_apart_from(self, node_ids: Sequence[str]) -> list[str]:
        """The ids of the nodes that a decision keeps from these, their parents."""
        ...

    def assertions_of(self, node_ids: Sequence[str]) -> list[Assertion]:
        """What these were seen with that is stronger."""
        ...


@dataclass(slots=True)
class Resolution:
    """What a batch of events does to people.

    nodes       every node read or made, as it is now
    was         node_id -> person it belonged to before, for nodes that were stored
    changed     nodes that are new or differ from what is stored
    assertions  new lines of the ledger, and lines with an earlier event
    overrides   decisions of this batch that count
    """

    nodes: dict[str, Node]
    was: dict[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    assertions: Mapping[tuple[str, str], Assertion] = field(default_factory=dict)
    overrides: Sequence[Override] = ()

    def moved(self) -> dict[str, str]:
        """node_id -> new person, for stored nodes that changed hands."""
        return {i: self.nodes[i].person_id for i, person in self.was.items() if self.nodes[i].person_id != person}

    def moved_to(self) -> set[str]:
        """The people that stored nodes belong to now."""
        return {self.nodes[node].person_id for node in self.was}


Known = Callable[[tuple[str, str]], Order | None]
"""(weaker, stronger) -> the earliest event known to name them together; None when that is not at hand."""


Load = Callable[[Sequence[str]], Mapping[str, Node]]
"""Those of the nodes that are stored."""


def resolve(
    named: Iterable[Named],
    rules: IdentityRules,
    ids: NodeIds,
    overrides: Overrides,
    ledger: Ledger,
    *,
    load: Load,
    known: Known = lambda _: None,
) -> Resolution:
    """Fold what events name into people."""
    return Resolver(rules, ids, overrides, ledger, load, known).run(named)


class Resolver:
    def __init__(
        self, rules: IdentityRules, ids: NodeIds, overrides: Overrides, ledger: Ledger, load: Load, known: Known
    ) -> None:
        self._rules = rules
        self._ids = ids
        self._overrides = overrides
        self._ledger = ledger
        self._read = load
        self._known = known
        self._nodes: dict[str, Node] = {}
        self._stored: dict[str, Node] = {}
        self._absent: set[str] = set()
        self._wanted: dict[str, tuple[Seen, bool, Micros]] = {}
        self._links: dict[tuple[str, str], Assertion] = {}
        self._decided: dict[tuple[str, str], Override] = {}
        self._dirty: set[str] = set()
        self._hung: set[str] = set()

    def run(self, named: Iterable[Named]) -> Resolution:
        for event, seen, decided in named:
            if seen:
                self._look(event, seen)
            if decided is not None:
                self._decide(event, decided)
        self._load([*self._wanted, *{weaker for weaker, _ in self._links}])
        self._make()
        if self._decided:
            self._apply_decisions()
        if self._links:
            self._apply_links()
        if self._dirty:
            self._open_shared_devices()
            self._limit(self._hang())
        if self._hung or self._decided:
            self._unify()
        return Resolution(
            self._nodes,
            {key: node.person_id for key, node in self._stored.items()},
            {key for key, node in self._nodes.items() if self._stored.get(key) is not node},
            self._links,
            tuple(self._decided.values()),
        )

    # what the batch says

    def _look(self, event: Event, seen: Sequence[Seen]) -> None:
        first = seen[0]
        self._want(first.folds_under, first, event.occurred_at, as_window=first.window is not None)
        for weaker in seen[1:]:
            if weaker.strength <= first.strength:
                self._want(weaker.node, weaker, event.occurred_at)
                continue
            finest = (weaker.window or weaker.node, first.node)
            earliest = self._known(finest)
            if earliest is not None and earliest <= event.order:
                continue  # the window being known, the device is
            self._want(weaker.node, weaker, event.occurred_at)
            self._link(weaker.node, first, event)
            if weaker.window is not None:
                self._link(weaker.window, first, event)

    def _want(self, key: str, seen: Seen, at: Micros, *, as_window: bool = False) -> None:
        mine = self._wanted.get(key)
        if mine is None or at < mine[2]:
            self._wanted[key] = (seen, as_window, at)

    def _link(self, weaker: str, stronger: Seen, event: Event) -> None:
        mine = self._links.get((weaker, stronger.node))
        if mine is None or event.order < mine[3:6]:
            line = Assertion(weaker, stronger.node, stronger.strength, *event.order, event.source, event.trust)
            self._links[weaker, stronger.node] = line

    def _decide(self, event: Event, decided: Decided) -> None:
        """Note a decision, unless a later one is known; both identifiers become nodes."""
        for identifier in (decided.a, decided.b):
            base = self._ids.of(identifier._replace(claimed=False)) if identifier.claimed else None
            its = Seen(self._ids.of(identifier), identifier, None, base, strength(identifier, self._rules))
            self._want(its.node, its, LATEST)  # a decision is no sighting
        a, b = sorted((self._ids.of(decided.a), self._ids.of(decided.b)))
        made = Override(a, b, decided.kind, *event.order, decided.by, decided.why)
        before = self._decided.get((a, b)) or self._overrides.get(a, {}).get(b)
        if before is None or before.order < made.order:
            self._decided[a, b] = made

    # nodes

    def _load(self, keys: Iterable[str]) -> None:
        missing = [key for key in keys if key not in self._nodes and key not in self._absent]
        if not missing:
            return
        found = self._read(missing)
        self._nodes.update(found)
        self._stored.update(found)
        if len(found) < len(missing):
            self._absent.update(key for key in missing if key not in found)

    def _make(self) -> None:
        """Make the nodes that are new, and note where one was seen earlier than known."""
        windows: list[str] = []
        for key, (seen, as_window, at) in self._wanted.items():
            node = self._nodes.get(key)
            if node is not None:
                if at < node.seen_at:
                    self._nodes[key] = node._replace(seen_at=at)
                    self._reorder(key)
                continue
            kind, value, claimed = seen.identifier
            base = seen.node if as_window else seen.base
            person = seen.node if as_window else key
            parent = seen.node if as_window else None
            self._nodes[key] = Node(key, kind, value, person, parent, {}, NOBODY, claimed, base, at)
            if as_window:
                windows.append(key)
            elif self._rules.claims is Claims.ATTACH:
                self._dirty.add(key)
        if windows:
            self._join_devices(windows)
        if self._rules.claims is Claims.ATTACH:
            self._meet_twins()

    def _reorder(self, key: str) -> None:
        """A node is older than was known: among people who were tied by decisions another root may be the best."""
        if self._overrides:
            self._hung.add(key)

    def _join_devices(self, windows: Sequence[str]) -> None:
        """New session windows of devices that were seen with somebody hang where these do, or on whom they saw."""
        self._load([self._nodes[key].base or "" for key in windows])
        known = [key for key in windows if self._nodes[key].base in self._nodes]
        if not known:
            return
        self._dirty.update(known)
        self._hung.update(known)
        for line in self._ledger.assertions_of(known):
            self._add_candidate(line)

    def _meet_twins(self) -> None:
        """When claims are believed, a proven identifier takes in what was claimed before."""
        fresh = [key for key, node in self._nodes.items() if key not in self._stored and node.base is None]
        twins = self._ledger.based_on([key for key in fresh if self._nodes[key].kind != DEVICE])
        self._load(twins)
        self._load([node.base for node in self._nodes.values() if node.claimed and node.base is not None])
        self._dirty.update(key for key, node in self._nodes.items() if node.claimed)

    # what they hang on

    def _apply_links(self) -> None:
        for line in self._links.values():
            if line.weaker in self._nodes:
                self._add_candidate(line)

    def _add_candidate(self, line: Assertion) -> None:
        node = self._nodes[line.weaker]
        called = decided_as(node, line.weaker)
        if called in self._overrides and self._is_separated(called, line.stronger):
            return
        candidates = with_candidate(node.candidates, line.stronger, line.rank, line.occurred_at)
        if candidates is not node.candidates:
            self._nodes[line.weaker] = node._replace(candidates=candidates)
            self._dirty.add(line.weaker)

    def _is_separated(self, a: str, b: str) -> bool:
        said = self._overrides.get(a, {}).get(b)
        return said is not None and said.kind == "separate"

    def _apply_decisions(self) -> None:
        """What is decided of two that were seen together stands above that: their candidates are read again."""
        merged = {key: dict(others) for key, others in self._overrides.items()}
        for (a, b), made in self._decided.items():
            for one, other in ((a, b), (b, a)):
                merged.setdefault(one, {})[other] = made
        self._overrides = merged
        touched = {one for pair in self._decided for one in pair}
        devices = {key for key in touched if self._nodes[key].kind == DEVICE}
        touched |= self._windows_of(devices) if devices else set()
        for key in touched:
            self._nodes[key] = self._nodes[key]._replace(candidates={})
        self._dirty |= touched
        for line in self._ledger.assertions_of(sorted(touched)):
            self._add_candidate(line)

    def _open_shared_devices(self) -> None:
        """The windows of a device hang elsewhere when it is, or ceases to be, seen with several."""
        changed = []
        for key in self._dirty:
            node = self._nodes[key]
            if node.kind == DEVICE and node.base is None:
                before = self._stored.get(key)
                if is_shared(node) != (before is not None and is_shared(before)):
                    changed.append(key)
        if changed:
            self._dirty |= self._windows_of(changed)

    def _windows_of(self, devices: Iterable[str]) -> set[str]:
        """The session windows of devices, stored ones and new ones."""
        of = set(devices)
        self._load(self._ledger.based_on(sorted(of)))
        return {key for key, node in self._nodes.items() if node.base in of}

    def _hang(self) -> dict[str, dict[str, int]]:
        """Hang each node where its candidates say; parent -> kind -> how many children came, went or were seen earlier."""
        self._load([base for key in self._dirty if (base := self._nodes[key].base) is not None])
        touched: dict[str, dict[str, int]] = {}
        for key in self._dirty:
            node = self._nodes[key]
            parent = natural_parent(node, self._nodes, self._rules)
            linked_at = 0 if parent is None else node.candidates.get(parent, (0, 0))[1]
            if (parent, linked_at) == (node.parent_id, node.linked_at):
                continue
            moved = parent != node.parent_id
            held = None if moved else node.held
            self._nodes[key] = node._replace(parent_id=parent, linked_at=linked_at, held=held)
            if moved:
                self._hung.add(key)
            else:
                self._reorder(key)
            if node.base is None or node.claimed:
                for one in {parent, node.parent_id}:
                    if one is not None:
                        kinds = touched.setdefault(one, {})
                        kinds[node.kind] = kinds.get(node.kind, 0) + 1
        return touched

    def _limit(self, touched: Mapping[str, Mapping[str, int]]) -> None:
        """Hold what is one too many on those that gained or lost children, and let go who no longer is."""
        if not touched:
            return
        self._load(list(touched))
        children = {
            node.node_id: Child(parent, node.kind, node.claimed, node.linked_at, node.node_id, node.held)
            for node in self._nodes.values()
            if (parent := node.parent_id) is not None and parent in touched and (node.base is None or node.claimed)
        }
        stored = [key for key in touched if key in self._stored]
        if stored:
            at_most = max(most(self._rules, touched[key]) for key in stored)
            for child in self._ledger.children_of(stored, at_most):
                if child.node_id not in self._nodes:
                    children[child.node_id] = child
        for key, over in over_limit(children.values(), self._rules).items():
            if over == (children[key].held == Held.LIMIT):
                continue
            self._load([key])
            self._nodes[key] = self._nodes[key]._replace(held=Held.LIMIT.value if over else None)
            self._hung.add(key)

    # whose they are

    def _unify(self) -> None:
        nodes = self._whole_people()
        people = partition(nodes, self._overrides, lambda one: strength(one, self._rules))
        for key, person in people.person_of.items():
            node = nodes[key]
            held = node.held
            if key in people.apart:
                held = Held.NEVER.value
            elif held == Held.NEVER:
                held = None
            if person != node.person_id or held != node.held:
                self._nodes[key] = node._replace(person_id=person, held=held)

    def _whole_people(self) -> dict[str, Node]:
        """All nodes of everybody whom the changes may move, and of whoever decisions tie to them or keep from them."""
        keys = {*self._hung, *(one for pair in self._decided for one in pair)}
        people: set[str] = set()
        while True:
            self._load([p for key in keys if (p := self._nodes[key].parent_id) is not None])
            keys |= {p for key in keys if (p := self._nodes[key].parent_id) in self._nodes and p is not None}
            tied = {one for key in keys for one in self._overrides.get(decided_as(self._nodes[key], key), ())}
            tied.update(self._ledger.kept_apart_from(sorted(keys)) if self._overrides else ())
            self._load(tied)
            keys |= tied & self._nodes.keys()
            more = {self._nodes[key].person_id for key in keys} | {
                self._stored[key].person_id for key in keys if key in self._stored
            }
            more -= people
            if not more:
                return {key: self._nodes[key] for key in keys}
            people |= more
            self._load(self._ledger.members_of(sorted(more)))
            keys |= {key for key, node in self._nodes.items() if node.person_id in people}
