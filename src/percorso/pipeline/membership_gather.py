"""Who is to be looked at: those whom something touched, and whoever was one with them when they were looked at last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from percorso.data.segments.facts import merged
from percorso.model.segment_condition import Fact
from percorso.model.time import Micros
from percorso.pipeline.membership_people import Folded, Look, packed, unpacked
from percorso.pipeline.membership_rules import Rules
from percorso.ports.membership import MembershipChanges, MembershipReader, Relative


@dataclass
class Gathering:
    """Loads people with the facts of their identifiers, more is folded into these, until nobody is missing.

    said       node -> what its events say of its facts
    facts_of   person -> the facts of each of their identifiers, when it is done
    """

    rules: Rules
    reader: MembershipReader
    looks: dict[str, Look]
    said: Mapping[str, Folded]
    changes: MembershipChanges
    now: Micros
    facts_of: dict[str, list[Folded]] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    _before: set[str] = field(default_factory=set)

    def gather(self) -> list[str]:
        """Everybody concerned; those who are nobody any more are taken out of `looks` and returned."""
        while fresh := sorted(self.looks.keys() - self._asked):
            self._asked.update(fresh)
            self._families(fresh)
            self._strays(fresh)
            self._formers()
        nobody = sorted(self._asked - self.facts_of.keys())
        for person in nobody:
            self.looks.pop(person, None)
        return nobody

    def _families(self, people: Sequence[str]) -> None:
        known: set[str] = set()
        for one in self.reader.family(people):
            self._keep(one)
            if one.was is not None:
                known.add(one.person)
                if one.was != one.person:
                    self._wholly(one.person)
                    self._before.add(one.was)
        for person in people:
            if person in self.facts_of and person not in known:
                self._wholly(person)  # nobody ever looked at them

    def _keep(self, one: Relative) -> None:
        facts, said = unpacked(one.facts), self.said.get(one.node_id)
        if said is not None:
            facts = with_said(self.rules, facts, said)
        if said is not None or one.was != one.person:
            self.changes.nodes.append((one.node_id, one.person, packed(facts)))
        self.facts_of.setdefault(one.person, []).append(facts)

    def _wholly(self, person: str) -> None:
        """Look at all segments of somebody; as quietly as they are looked at for what came of them."""
        look = self.looks[person]
        look.more(self.rules.everything, look.at or self.now, look.quiet)

    def _aside(self, person: str) -> None:
        """Look at somebody else too, and tell nobody."""
        if person not in self.looks:
            self.looks[person] = Look(set(self.rules.everything), self.now, True)

    def _strays(self, people: Sequence[str]) -> None:
        """What was theirs and is another's now, or nobody's."""
        for node, person, was in self.reader.strays(people):
            self._wholly(was)
            if person is None:
                self.changes.gone.append(node)
            else:
                self._aside(person)

    def _formers(self) -> None:
        """Those whose identifiers came to others: who has some left is looked at, the others are nobody."""
        formers = sorted(self._before - self._asked - self.looks.keys())
        alive = {one.person for one in self.reader.family(formers)}
        for person in formers:
            if person in alive:
                self._aside(person)
            else:
                self._asked.add(person)


def with_said(rules: Rules, before: Folded, said: Folded) -> Folded:
    """The facts of a node with more; those that no segment wants any more are left out."""
    facts = {key: value for key, value in before.items() if key in rules.facts}
    for key, value in said.items():
        fact: Fact = rules.facts[key]
        facts[key] = merged(fact, facts[key], value) if key in facts else value
    return facts
