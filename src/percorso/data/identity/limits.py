"""How many identifiers of a kind may hang on a stronger one: a person has a few phones, not hundreds."""

from collections.abc import Iterable, Mapping

from percorso.model.identity import Child, IdentityRules


def over_limit(children: Iterable[Child], rules: IdentityRules) -> dict[str, bool]:
    """node id -> whether it is one too many. Of each parent and kind those linked first stay, by node id among equals.

    Session windows are no children here: their device is.
    """
    groups: dict[tuple[str, str, bool], list[Child]] = {}
    for one in children:
        groups.setdefault((one.parent_id, one.kind, one.claimed), []).append(one)
    out: dict[str, bool] = {}
    for (_, kind, _), some in groups.items():
        limit = rules.limit(kind)
        for place, one in enumerate(sorted(some, key=lambda child: (child.linked_at, child.node_id))):
            out[one.node_id] = place >= limit
    return out


def most(rules: IdentityRules, kinds: Mapping[str, int]) -> int:
    """How many of the first children must be read to judge so many changed ones: kind -> how many changed."""
    return max((rules.limit(kind) + changed for kind, changed in kinds.items()), default=0)
