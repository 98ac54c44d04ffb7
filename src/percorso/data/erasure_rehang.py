"""Who stays after somebody was erased: they hang where they would hang had the other never been seen."""

from collections.abc import Collection, Mapping

from percorso.data.identity.resolve import Resolution, Resolver
from percorso.model.identifier import DEVICE
from percorso.model.person import Node
from percorso.model.time import LATEST, Micros


class Rehanging(Resolver):
    """Made like the resolver of a batch, of a state that holds the erased no more."""

    def without(self, touched: Mapping[str, Node], parents: Collection[str]) -> Resolution:
        """The nodes that stay. `touched` were seen with who was erased; on `parents` somebody erased hung.

        Nodes that nobody names any more are of nobody, and not among them: see `nobody`.
        """
        self._nodes.update(touched)
        self._stored.update(touched)
        again = set(touched)
        lines = self._ledger.assertions_of(sorted(again))
        seen = {key: _first(node) for key, node in touched.items()}
        for line in lines:
            node = touched[line.weaker]
            if node.base is None or node.claimed:  # a session window is seen by what is folded under it alone
                seen[line.weaker] = min(seen[line.weaker], line.occurred_at)
        self.nobody = {key for key in again if seen[key] == LATEST and not self._is_decided(key)}
        for key in again:
            self._nodes[key] = self._nodes[key]._replace(candidates={}, seen_at=seen[key])
        again |= self._windows_of({key for key in again if touched[key].kind == DEVICE})
        self._dirty |= again
        self._hung |= again
        for line in lines:
            self._add_candidate(line)
        self._drop_nobody()
        self._open_shared_devices()
        moved = self._hang()
        self._load(list(parents))
        for parent in parents:
            if parent in self._nodes:
                for kind in {node.kind for node in self._ledger.children_of([parent], 1)}:
                    moved.setdefault(parent, {}).setdefault(kind, 1)
        self._limit(moved)
        self._unify()
        return Resolution(
            self._nodes,
            {key: node.person_id for key, node in self._stored.items()},
            {key for key, node in self._nodes.items() if self._stored.get(key) != node},
        )

    def _is_decided(self, key: str) -> bool:
        return key in self._overrides

    def _drop_nobody(self) -> None:
        for key in self.nobody:
            self._nodes.pop(key, None)
            self._stored.pop(key, None)
            self._absent.add(key)
            self._dirty.discard(key)
            self._hung.discard(key)


def _first(node: Node) -> Micros:
    """When it was first folded under; never, when nothing is."""
    first = node.profile.facts.first
    return LATEST if first is None else first.occurred_at
