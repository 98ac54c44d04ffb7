"""What no rule may do although a pair is sure enough: undo what people said, go over limits, make crowds."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from percorso.model.identity import IdentityRules, Override
from percorso.model.person import Node
from percorso.ports import Identity, Proposal

Reason = Literal["decided", "apart", "limit", "gone"]
"""decided  somebody decided of these two before, or took back what a rule did
apart    somebody said that they, or others whom they would be joined with, are not one
limit    together they would have more of a kind than a person has
gone     one of the two is no longer known
"""

MOST_RECORDS = 8
"""Several accounts of one person are what a match is about: of a person key a rule joins so many, and no more."""


class Bounds:
    """People as the rule has joined them so far; nothing is stored.

    refused   pairs that people refused
    """

    def __init__(self, identity: Identity, rules: IdentityRules, refused: Sequence[Proposal]) -> None:
        self._identity = identity
        self._rules = rules
        overrides = identity.overrides()
        self._decided = {(one.a, one.b) for one in overrides}
        self._leader: dict[str, str] = {}
        self._never: dict[str, set[str]] = {}
        self._kinds: dict[str, Counter[str]] = {}
        self._held: set[str] = set()
        self._keep_apart(self._people_of(overrides))
        self._keep_apart((one.person_a, one.person_b) for one in refused if one.person_a and one.person_b)

    def know(self, pairs: Iterable[Proposal]) -> None:
        """Read the people of some pairs, so that these can be joined."""
        wanted = {person for one in pairs for person in (one.person_a, one.person_b) if person} - self._kinds.keys()
        for person in wanted:
            self._kinds[person] = Counter()
        for node in self._identity.members(sorted(wanted)):
            if node.held is not None:
                self._held.add(node.node_id)
            if node.base is None:
                self._kinds[node.person_id][node.kind] += 1

    def join(self, pair: Proposal) -> Reason | None:
        """Join the two, or say why not."""
        if not pair.person_a or not pair.person_b:
            return "gone"
        if (pair.node_a, pair.node_b) in self._decided:
            return "decided"
        one, other = self._group(pair.person_a), self._group(pair.person_b)
        if one == other:
            return None
        if other in self._apart(one) or one in self._apart(other):
            return "apart"
        together = self._kinds[one] + self._kinds[other]
        if {pair.node_a, pair.node_b} & self._held or any(
            count > self._most(kind) and self._kinds[one][kind] and self._kinds[other][kind]
            for kind, count in together.items()
        ):
            return "limit"
        self._leader[other] = one
        self._kinds[one] = together
        self._never[one] = self._never.get(one, set()) | self._never.pop(other, set())
        return None

    def _most(self, kind: str) -> int:
        return MOST_RECORDS if self._rules.class_of(kind) == "key" else self._rules.limit(kind)

    def _group(self, person: str) -> str:
        while (leader := self._leader.get(person, person)) != person:
            person = leader
        return person

    def _apart(self, group: str) -> set[str]:
        return {self._group(one) for one in self._never.get(group, ())}

    def _keep_apart(self, pairs: Iterable[tuple[str, str]]) -> None:
        for one, other in pairs:
            if one != other:
                self._never.setdefault(one, set()).add(other)
                self._never.setdefault(other, set()).add(one)

    def _people_of(self, overrides: Sequence[Override]) -> list[tuple[str, str]]:
        """The people of whom somebody decided that they never are one."""
        apart = [one for one in overrides if one.kind == "separate"]
        known: Mapping[str, Node] = self._identity.nodes(sorted({key for one in apart for key in (one.a, one.b)}))
        return [(known[one.a].person_id, known[one.b].person_id) for one in apart if one.a in known and one.b in known]
