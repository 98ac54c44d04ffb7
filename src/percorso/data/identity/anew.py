"""All people from the whole ledger at once: for other rules, and to hold `resolve` against."""

from collections.abc import Iterable, Mapping

from percorso.data.identity.candidates import natural_parent, with_candidate
from percorso.data.identity.identifiers import strength
from percorso.data.identity.limits import over_limit
from percorso.data.identity.partition import Overrides, decided_as, partition
from percorso.model.identifier import Identifier
from percorso.model.identity import Assertion, Child, Held, IdentityRules
from percorso.model.person import Candidate, Node


def anew(
    nodes: Mapping[str, Node], assertions: Iterable[Assertion], rules: IdentityRules, overrides: Overrides
) -> dict[str, Node]:
    """Every node as the ledger, the rules and the decisions make it; only who they are is read of the nodes given."""
    candidates = _candidates(nodes, assertions, rules, overrides)
    bare = {
        key: node._replace(candidates=candidates.get(key, {}), parent_id=None, linked_at=0, held=None)
        for key, node in nodes.items()
    }
    hung = {key: _hung(node, bare, rules) for key, node in bare.items()}
    children = [
        Child(n.parent_id, n.kind, n.claimed, n.linked_at, key, None)
        for key, n in hung.items()
        if n.parent_id is not None and (n.base is None or n.claimed)
    ]
    for key, over in over_limit(children, rules).items():
        if over:
            hung[key] = hung[key]._replace(held=Held.LIMIT.value)
    people = partition(hung, overrides, lambda one: strength(one, rules))
    return {
        key: node._replace(person_id=people.person_of[key], held=Held.NEVER.value if key in people.apart else node.held)
        for key, node in hung.items()
    }


def _candidates(
    nodes: Mapping[str, Node], assertions: Iterable[Assertion], rules: IdentityRules, overrides: Overrides
) -> dict[str, Mapping[str, Candidate]]:
    out: dict[str, Mapping[str, Candidate]] = {}
    for line in assertions:
        node, stronger = nodes.get(line.weaker), nodes.get(line.stronger)
        if node is None or stronger is None:
            continue
        said = overrides.get(decided_as(node, line.weaker), {}).get(line.stronger)
        if said is None or said.kind != "separate":
            its = strength(Identifier(stronger.kind, stronger.value, stronger.claimed), rules)
            out[line.weaker] = with_candidate(out.get(line.weaker, {}), line.stronger, its, line.occurred_at)
    return out


def _hung(node: Node, nodes: Mapping[str, Node], rules: IdentityRules) -> Node:
    parent = natural_parent(node, nodes, rules)
    linked_at = 0 if parent is None else node.candidates.get(parent, (0, 0))[1]
    return node._replace(parent_id=parent, linked_at=linked_at)
