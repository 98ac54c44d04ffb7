"""What an identifier hangs on, by what it was seen with."""

from collections.abc import Mapping

from percorso.model.identity import Claims, IdentityRules
from percorso.model.person import Candidate, Node
from percorso.model.time import Micros


def best(candidates: Mapping[str, Candidate]) -> str | None:
    """The only candidate of the strongest class, None when there are two or none.

    >>> best({"a": (1, 0), "b": (2, 0)}), best({"a": (1, 0), "b": (1, 0)}), best({})
    ('a', None, None)
    """
    if not candidates:
        return None
    if len(candidates) == 1:
        return next(iter(candidates))
    strongest = min(strength for strength, _ in candidates.values())
    found = [candidate for candidate, (strength, _) in candidates.items() if strength == strongest]
    return found[0] if len(found) == 1 else None


def with_candidate(
    candidates: Mapping[str, Candidate], node: str, strength: int, at: Micros
) -> Mapping[str, Candidate]:
    """The candidates with one more, or with an earlier time of one; the same object when nothing changes.

    Of each class the two smallest ids are kept, which is all that `best` asks for.

    >>> dict(with_candidate({"a": (0, 5), "c": (0, 5), "z": (1, 5)}, "b", 0, 5))
    {'a': (0, 5), 'b': (0, 5), 'z': (1, 5)}
    """
    mine = candidates.get(node)
    if mine is not None:
        return {**candidates, node: (strength, at)} if at < mine[1] else candidates
    same = sorted([other for other, (its, _) in candidates.items() if its == strength] + [node])[:2]
    if node not in same:
        return candidates
    all_of = {**candidates, node: (strength, at)}
    return {one: its for one, its in sorted(all_of.items(), key=_by_strength) if its[0] != strength or one in same}


def _by_strength(one: tuple[str, Candidate]) -> tuple[int, str]:
    return one[1][0], one[0]


def natural_parent(node: Node, nodes: Mapping[str, Node], rules: IdentityRules) -> str | None:
    """What a node hangs on by what was seen, before limits and decisions.

    A session window hangs on its device; when several were seen on that, on the only one seen in the window. A claimed
    identifier hangs on the proven one when the rules believe claims. `nodes` has the node's base, if that is stored.
    """
    if node.base is None:
        return best(node.candidates)
    base = nodes.get(node.base)
    if node.claimed:
        return node.base if rules.claims is Claims.ATTACH and base is not None else best(node.candidates)
    if base is None or not is_shared(base):
        return node.base
    return best(node.candidates) or node.base


def is_shared(node: Node) -> bool:
    """Whether it was seen with several of equal claim, so that it belongs to none of them."""
    return bool(node.candidates) and best(node.candidates) is None
