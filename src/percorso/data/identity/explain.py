"""Why two identifiers are one person, by the events and decisions that say so; and why not, by the rule that stops it."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from percorso.data.identity.candidates import is_shared
from percorso.data.identity.partition import Overrides, decided_as
from percorso.model.identity import Assertion, Held, Override
from percorso.model.person import Node

StepKind = Literal["seen", "decided", "session", "believed"]
Rule = Literal["separated", "claimed", "limit", "shared", "outranked", "unseen"]
"""separated  somebody decided so
claimed    one of them only a public key said, and claims are held
limit      the stronger one has more of that kind than a person has
shared     what was seen with both was seen with several of equal claim, so it joins nobody
outranked  what was seen with both belongs to the stronger of them alone
unseen     nothing was ever seen that joins them
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One tie on the way between two identifiers.

    kind       seen: in one event (`assertion`);  decided: by a person (`override`);  session: of one device;
               believed: claimed by a public key, and the rules believe it
    """

    weaker: str
    stronger: str
    kind: StepKind
    assertion: Assertion | None = None
    override: Override | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """The rule that keeps two people apart.

    through    the node that was seen with both, or the one that a rule keeps from the other; None when nothing was seen
    seen       the lines of the ledger that would have joined them
    override   the decision that keeps them apart
    """

    rule: Rule
    through: Node | None = None
    seen: Sequence[Assertion] = ()
    override: Override | None = None


def steps(nodes: Iterable[Node], assertions: Sequence[Assertion], overrides: Overrides) -> list[Step]:
    """Every tie that holds a person together; `nodes` are theirs, `assertions` those of their nodes."""
    mine = {node.node_id: node for node in nodes}
    lines = {(line.weaker, line.stronger): line for line in assertions}
    out = []
    for key, node in mine.items():
        parent = node.follows
        if parent is not None:
            kind: StepKind = "seen" if parent != node.base else "believed" if node.claimed else "session"
            out.append(Step(weaker=key, stronger=parent, kind=kind, assertion=lines.get((key, parent))))
        for other, said in overrides.get(key, {}).items():
            if said.kind == "link" and key < other and other in mine:
                out.append(Step(weaker=key, stronger=other, kind="decided", override=said))
    return out


def path(ties: Sequence[Step], a: str, b: str) -> list[Step] | None:
    """The shortest way from one identifier to another, None when there is none."""
    near: dict[str, list[tuple[str, Step]]] = {}
    for tie in ties:
        near.setdefault(tie.weaker, []).append((tie.stronger, tie))
        near.setdefault(tie.stronger, []).append((tie.weaker, tie))
    came: dict[str, tuple[str, Step] | None] = {a: None}
    waiting = deque([a])
    while waiting:
        at = waiting.popleft()
        if at == b:
            return _back(came, b)
        for other, tie in near.get(at, ()):
            if other not in came:
                came[other] = (at, tie)
                waiting.append(other)
    return None


def _back(came: Mapping[str, tuple[str, Step] | None], end: str) -> list[Step]:
    out = []
    while (before := came[end]) is not None:
        end, tie = before
        out.append(tie)
    return out[::-1]


def why_not(
    one: Sequence[Node],
    other: Sequence[Node],
    overrides: Overrides,
    assertions: Sequence[Assertion],
    between: Mapping[str, Node],
) -> WhyNot:
    """The rule that keeps two people apart.

    one, other    all their nodes
    assertions    all lines of which one end is theirs
    between       the nodes at the other ends, as far as they are stored
    """
    for a, b in ((one, other), (other, one)):
        found = _separated(a, b, overrides) or _held(a, b, assertions)
        if found is not None:
            return found
    claim = _claimed(one, other)
    return (
        claim or _seen_with_both(one, other, assertions, between) or _only_claims(one, other) or WhyNot(rule="unseen")
    )


def _separated(one: Sequence[Node], other: Sequence[Node], overrides: Overrides) -> WhyNot | None:
    theirs = {decided_as(node, node.node_id) for node in other}
    for node in one:
        for key, said in overrides.get(decided_as(node, node.node_id), {}).items():
            if said.kind == "separate" and key in theirs:
                return WhyNot(rule="separated", through=node, override=said)
    return None


def _held(one: Sequence[Node], other: Sequence[Node], assertions: Sequence[Assertion]) -> WhyNot | None:
    """One's identifier that would be the other's, but is one too many or was decided to be not."""
    theirs = {node.node_id for node in other}
    for node in one:
        if node.held is not None and node.parent_id in theirs:
            seen = [line for line in assertions if (line.weaker, line.stronger) == (node.node_id, node.parent_id)]
            return WhyNot(rule="limit" if node.held == Held.LIMIT else "separated", through=node, seen=seen)
    return None


def _claimed(one: Sequence[Node], other: Sequence[Node]) -> WhyNot | None:
    """One says to be what the other is proven to be."""
    for a, b in ((one, other), (other, one)):
        proven = {node.node_id for node in b}
        for node in a:
            if node.claimed and node.base in proven:
                return WhyNot(rule="claimed", through=node)
    return None


def _only_claims(one: Sequence[Node], other: Sequence[Node]) -> WhyNot | None:
    for some in (one, other):
        if all(node.claimed for node in some):
            return WhyNot(rule="claimed", through=some[0])
    return None


def _seen_with_both(
    one: Sequence[Node], other: Sequence[Node], assertions: Sequence[Assertion], between: Mapping[str, Node]
) -> WhyNot | None:
    """What was seen with both and joins nobody; the earliest seen first."""
    here, there = {node.node_id for node in one}, {node.node_id for node in other}
    known = {**between, **{node.node_id: node for node in (*one, *other)}}
    ties: dict[str, list[Assertion]] = {}
    for line in sorted(assertions, key=lambda line: line[3:6]):
        ties.setdefault(line.weaker, []).append(line)
    for weaker, lines in ties.items():
        to_one = [line for line in lines if line.stronger in here]
        to_other = [line for line in lines if line.stronger in there]
        joins = (to_one or weaker in here) and (to_other or weaker in there)
        if joins and weaker in known and (to_one or to_other):
            rule: Rule = "shared" if is_shared(known[weaker]) else "outranked"
            return WhyNot(rule=rule, through=known[weaker], seen=[*to_one[:1], *to_other[:1]])
    return None
