"""Everybody again, by other rules, from the ledger as it is: what would change, and the change itself.

People are one function of the ledger, the rules and the decisions, so what this makes is what the log, folded again by the
new rules, makes; as long as the rules change nothing of what events name.
"""

from collections.abc import Callable, Mapping

from percorso.data.identity.anew import anew
from percorso.data.identity.changes import Changes
from percorso.data.identity.partition import both_ways
from percorso.model.identity import IdentityRules
from percorso.model.person import Node
from percorso.pipeline.person_row import store_listed
from percorso.ports import State
from percorso.ports.identity import Identity

Told = Callable[[int, int], None]
"""How many identifiers are done, of how many."""


class Reresolver:
    """`apply` only where nobody folds meanwhile."""

    def __init__(self, identity: Identity, state: State) -> None:
        self._identity = identity
        self._state = state

    def preview(self, rules: IdentityRules, told: Told = lambda *_: None) -> Changes:
        """What would change; nothing does."""
        return self._run(rules, told, lambda _before, _after: None)

    def apply(self, rules: IdentityRules, told: Told = lambda *_: None) -> Changes:
        """Change it, some thousands of identifiers at a time. Cut short, it is to be begun again; done again, it does nothing."""
        return self._run(rules, told, self._write)

    def _run(
        self, rules: IdentityRules, told: Told, then: Callable[[Mapping[str, Node], Mapping[str, Node]], None]
    ) -> Changes:
        changes, overrides = Changes(), both_ways(self._identity.overrides())
        tangles = self._identity.tangles()
        changes.people_before = changes.people_after = tangles.alone
        done, total = tangles.alone, tangles.alone + tangles.tied
        told(done, total)
        for tangle in tangles:
            after = anew(tangle.nodes, tangle.assertions, rules, overrides)
            changes.add(tangle.nodes, after)
            then(tangle.nodes, after)
            done += len(tangle.nodes)
            told(done, total)
        return changes

    def _write(self, before: Mapping[str, Node], after: Mapping[str, Node]) -> None:
        changed = {key for key, node in after.items() if node != before[key]}
        if not changed:
            return
        moved = {key for key in changed if after[key].person_id != before[key].person_id}
        touched = {one[key].person_id for key in moved for one in (before, after)}
        families = {key for key, node in after.items() if node.person_id in touched}
        with self._state.transaction() as transaction:
            stored = transaction.nodes(sorted(changed | families))
            now = {key: _as(after[key], node) for key, node in stored.items()}
            transaction.store_nodes([now[key] for key in changed if key in now])
            transaction.store_moved({key: now[key].person_id for key in moved if key in now})
            store_listed(transaction, touched, now.values())


def _as(resolved: Node, stored: Node) -> Node:
    """A stored node, hanging where it was resolved to."""
    return stored._replace(
        person_id=resolved.person_id,
        parent_id=resolved.parent_id,
        candidates=resolved.candidates,
        linked_at=resolved.linked_at,
        held=resolved.held,
    )
