"""An identity ledger in memory, to fold thousands of small histories."""

from collections.abc import Iterable, Sequence
from typing import Any

from percorso.data.identity.anew import anew
from percorso.data.identity.identifiers import NodeIds, seen, window_of
from percorso.data.identity.overrides import decided
from percorso.data.identity.partition import both_ways
from percorso.data.identity.resolve import Named, resolve
from percorso.model.event import Event
from percorso.model.identity import Assertion, Child, Held, IdentityRules, Override
from percorso.model.person import Node


class MemoryLedger:
    """`resolve.Ledger` over dictionaries, and what is folded into it."""

    def __init__(self, rules: IdentityRules = IdentityRules(), secret: bytes = b"secret") -> None:
        self.rules = rules
        self.ids = NodeIds(secret)
        self.nodes: dict[str, Node] = {}
        self.assertions: dict[tuple[str, str], Assertion] = {}
        self.overrides: dict[tuple[str, str], Override] = {}

    def fold(self, events: Iterable[Event]) -> None:
        """One batch."""
        done = resolve(
            [
                Named(event, seen(event, _window(event), self.rules, self.ids), decided(event, self.rules))
                for event in events
            ],
            self.rules,
            self.ids,
            both_ways(list(self.overrides.values())),
            self,
            load=lambda keys: {key: self.nodes[key] for key in keys if key in self.nodes},
        )
        for ends, line in done.assertions.items():
            mine = self.assertions.get(ends)
            if mine is None or line[3:6] < mine[3:6]:
                self.assertions[ends] = line
        self.overrides.update({(one.a, one.b): one for one in done.overrides})
        self.nodes.update({key: done.nodes[key] for key in done.changed})

    def anew(self) -> dict[str, Node]:
        """The same from the whole ledger at once."""
        return anew(self.nodes, self.assertions.values(), self.rules, both_ways(list(self.overrides.values())))

    def people(self) -> set[frozenset[str]]:
        """Each person as ``kind:value``, claimed ones with a ``~``; a device with several windows apart is in several."""
        out: dict[str, set[str]] = {}
        for node in self.nodes.values():
            mark = "~" if node.claimed else ""
            out.setdefault(node.person_id, set()).add(f"{mark}{node.kind}:{node.value}")
        return {frozenset(one) for one in out.values()}

    # what is read

    def members_of(self, person_ids: Sequence[str]) -> list[str]:
        return [key for key, node in self.nodes.items() if node.person_id in person_ids]

    def based_on(self, node_ids: Sequence[str]) -> list[str]:
        return [key for key, node in self.nodes.items() if node.base in node_ids]

    def children_of(self, node_ids: Sequence[str], most: int) -> list[Child]:
        groups: dict[Any, list[Child]] = {}
        for node in self.nodes.values():
            if node.parent_id is not None and node.parent_id in node_ids and (node.base is None or node.claimed):
                child = Child(node.parent_id, node.kind, node.claimed, node.linked_at, node.node_id, node.held)
                groups.setdefault(child[:3], []).append(child)
        return [
            child for some in groups.values() for child in sorted(some, key=lambda c: (c.linked_at, c.node_id))[:most]
        ]

    def kept_apart_from(self, node_ids: Sequence[str]) -> list[str]:
        return [k for k, node in self.nodes.items() if node.held == Held.NEVER and node.parent_id in node_ids]

    def assertions_of(self, node_ids: Sequence[str]) -> list[Assertion]:
        return [line for (weaker, _), line in self.assertions.items() if weaker in node_ids]


HOUR = 3_600_000_000


def _window(event: Event) -> int:
    return window_of(*divmod(event.occurred_at // HOUR, 24))
