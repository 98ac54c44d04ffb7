"""Who is who, shown with its evidence and decided by people."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

import msgspec

from percorso.data.identity.explain import Step, WhyNot, path, steps, why_not
from percorso.data.identity.identifiers import OWN_SOURCE
from percorso.data.identity.overrides import decision
from percorso.data.identity.partition import both_ways, decided_as
from percorso.data.intake import Item
from percorso.data.people import LinkedIdentifier, linked_identifiers
from percorso.model.errors import InvalidInput, NotFound, StoreUnavailable
from percorso.model.identifier import HOW_TO_NAME, Identifier, normalise, valid_kind
from percorso.model.identity import CLASS, Assertion, IdentityRules, Override, OverrideKind
from percorso.model.person import Node
from percorso.model.verdict import LIVE_LANE, Verdict
from percorso.pipeline.collect import Collector
from percorso.ports.identity import Burst, HeldBack, HeldClaim, Identity, LedgerCounts, Shared

_encode = msgspec.json.Encoder().encode

HOUSEHOLD = range(2, 9)
"""A contact that so many people share is a family's; one that more share is an office's, a role mailbox or a test value."""
LINES = 5_000
"""Of a node with more lines in the ledger the earliest are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A line of the ledger with what stands at its stronger end, None when that is gone."""

    line: Assertion
    stronger: Node | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided of two identifiers."""

    override: Override
    a: Node
    b: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonIdentity:
    """A person's identifiers with what ties them.

    evidence    node id -> the lines that name it as the weaker, the earliest first; of a device with its windows'
    decisions   that touch one of the identifiers, the latest first; those taken back too
    claims      what a public key claimed of these identifiers, held apart as people of their own
    """

    identifiers: Sequence[LinkedIdentifier]
    evidence: Mapping[str, Sequence[Evidence]]
    decisions: Sequence[Decision]
    claims: Sequence[Node]


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why two identifiers are one person, or why not: exactly one of `path` and `why_not` is there.

    a, b     the nodes asked for
    nodes    whatever path and rule speak of, by node id
    """

    a: Node
    b: Node
    path: Sequence[Step] | None
    why_not: WhyNot | None
    nodes: Mapping[str, Node]


@dataclass(frozen=True, slots=True, kw_only=True)
class Warnings:
    """What stands out. `offices`: contacts shared by more people than live together."""

    counts: LedgerCounts
    offices: Sequence[Shared]
    devices: Sequence[Shared]
    bursts: Sequence[Burst]
    held: Sequence[HeldBack]
    claims: Sequence[HeldClaim]


class Unifier:
    """Reads the ledger for people, and appends what they decide to the log. `rules`: those in force."""

    def __init__(self, identity: Identity, collector: Collector, rules: Callable[[], IdentityRules]) -> None:
        self._identity = identity
        self._collector = collector
        self._rules = rules

    def identifier(self, text: str) -> Identifier:
        """An identifier written ``kind:value``, with ``~`` before it when it is a claim. Raises InvalidInput."""
        kind, mark, value = text.removeprefix("~").partition(":")
        if not mark or not valid_kind(kind):
            raise InvalidInput(f"{text!r} is no identifier; {HOW_TO_NAME}")
        found = normalise(kind, value, self._rules().region)
        if found is None:
            raise InvalidInput(f"{value!r} identifies nobody: it is empty or a value that many things send")
        return found._replace(claimed=text.startswith("~"))

    def of_person(self, person_id: str) -> PersonIdentity:
        """The identifiers of a person, who may be nobody: then there are none."""
        nodes = self._identity.members([person_id])
        keys = {node.node_id for node in nodes} | {decided_as(node, node.node_id) for node in nodes}
        lines = self._identity.assertions_of(sorted(keys))
        known = self._known({node.node_id: node for node in nodes}, (line.stronger for line in lines))
        evidence: dict[str, dict[str, Evidence]] = {}
        for line in sorted(lines, key=lambda line: line[3:6]):
            shown = _shown_under(known.get(line.weaker), line.weaker)
            evidence.setdefault(shown, {}).setdefault(
                line.stronger, Evidence(line=line, stronger=known.get(line.stronger))
            )
        decided = [one for one in self._identity.overrides() if one.a in keys or one.b in keys]
        known = self._known(known, (key for one in decided for key in (one.a, one.b)))
        proven = [node.node_id for node in nodes if node.base is None]
        twins = [node for node in self._identity.based_on(proven) if node.claimed and node.person_id != person_id]
        return PersonIdentity(
            identifiers=linked_identifiers(nodes),
            evidence={key: list(some.values()) for key, some in evidence.items()},
            decisions=[
                Decision(override=one, a=known[one.a], b=known[one.b])
                for one in sorted(decided, key=lambda one: one.order, reverse=True)
                if one.a in known and one.b in known
            ],
            claims=sorted(twins, key=lambda node: (node.seen_at, node.node_id)),
        )

    def why(self, a: Identifier, b: Identifier) -> Why:
        """Why two identifiers are one person, or why not. Raises NotFound when one was never seen."""
        ours, theirs = self._find(a), self._find(b)
        overrides = both_ways(self._identity.overrides())
        for one in ours:
            for other in theirs:
                if one.person_id == other.person_id:
                    nodes = self._identity.members([one.person_id])
                    lines = self._identity.assertions_of([node.node_id for node in nodes])
                    way = path(steps(nodes, lines, overrides), one.node_id, other.node_id)
                    if way is not None:
                        return Why(a=one, b=other, path=way, why_not=None, nodes={node.node_id: node for node in nodes})
        one, other = ours[0], theirs[0]
        here, there = (self._identity.members([node.person_id]) for node in (one, other))
        keys = [node.node_id for node in (*here, *there)]
        lines = [*self._identity.assertions_of(keys), *self._identity.assertions_on(keys, LINES)]
        known = self._known(
            {node.node_id: node for node in (*here, *there)},
            (key for line in lines for key in (line.weaker, line.stronger)),
        )
        reason = why_not(here, there, overrides, list(dict.fromkeys(lines)), known)
        return Why(a=one, b=other, path=None, why_not=reason, nodes=known)

    def decide(self, kind: OverrideKind, a: Identifier, b: Identifier, by: str, why: str | None) -> str:
        """Append a decision to the log; it counts once it is folded. The message id of its event.

        Raises NotFound when one of them was never seen or there is nothing to withdraw, InvalidInput when both are one.
        """
        if a == b:
            raise InvalidInput("these are one and the same identifier")
        keys = self._decided_as(a), self._decided_as(b)
        if kind == "none" and not self.is_decided(*keys):
            raise NotFound("nothing was decided of these two")
        message_id = f"identity-{uuid4().hex}"
        self.decide_many(kind, [(message_id, a, b, why)], by)
        return message_id

    def decide_many(
        self, kind: OverrideKind, some: Sequence[tuple[str, Identifier, Identifier, str | None]], by: str
    ) -> None:
        """Append decisions at once: (message id, a, b, why) of each. An id that was appended before is not again."""
        items = []
        for tie, (message_id, a, b, why) in enumerate(some):
            name, properties = decision(kind, a, b, by, why)
            item = {"type": "track", "event": name, "messageId": message_id, "properties": properties, "context": {}}
            items.append(Item(_encode(item), tie))
        for verdict in self._collector.collect_now(items, source=OWN_SOURCE, lane=LIVE_LANE):
            if verdict.verdict not in (Verdict.ACCEPTED, Verdict.DUPLICATE, Verdict.CONFLICT):
                raise StoreUnavailable(f"the decision was not kept: {verdict.reason or verdict.verdict}")

    def is_decided(self, one: str, other: str) -> bool:
        """Whether a decision on two node ids is in force."""
        pair = sorted((one, other))
        return any([each.a, each.b] == pair and each.kind != "none" for each in self._identity.overrides())

    def holder(self, identifier: Identifier) -> str:
        """Whose an identifier is. Raises NotFound when it was never seen."""
        return self._find(identifier)[0].person_id

    def households(self, limit: int) -> list[Shared]:
        """Contacts that as many people share as may live together, with those people; nobody is joined by it."""
        found = self._identity.shared(self._contacts(), HOUSEHOLD[0], HOUSEHOLD[-1], limit)
        return [one for one in found if one.people in HOUSEHOLD]

    def decided_so_far(self) -> str:
        """Another text after each decision and each change of rules that is in force."""
        overrides = self._identity.overrides()
        last = max((one.order for one in overrides), default=None)
        return f"{len(overrides)} {last} {self._rules()}"

    def warnings(self, limit: int) -> Warnings:
        """What is to be looked at."""
        return Warnings(
            counts=self._identity.counts(),
            offices=self._identity.shared(self._contacts(), HOUSEHOLD[-1] + 1, None, limit),
            devices=self._identity.shared(self._devices(), HOUSEHOLD[-1] + 1, None, limit),
            bursts=self._identity.bursts(self._rules().burst, limit),
            held=self._identity.held(limit),
            claims=self._identity.held_claims(limit),
        )

    def _contacts(self) -> list[str]:
        return self._of_class("contact")

    def _devices(self) -> list[str]:
        return self._of_class("device")

    def _of_class(self, wanted: str) -> list[str]:
        rules = self._rules()
        return sorted(kind for kind in {*CLASS, *rules.classes} if rules.class_of(kind) == wanted)

    def _find(self, identifier: Identifier) -> list[Node]:
        found = self._identity.find(identifier)
        if not found:
            claimed = " claimed by a public key" if identifier.claimed else ""
            raise NotFound(f"no event names {identifier.kind}:{identifier.value}{claimed}")
        return found

    def _decided_as(self, identifier: Identifier) -> str:
        node = self._find(identifier)[0]
        return decided_as(node, node.node_id)

    def _known(self, known: Mapping[str, Node], keys: Iterable[str]) -> dict[str, Node]:
        """These nodes, with those of the keys that are stored."""
        return {**known, **self._identity.nodes(sorted({key for key in keys if key not in known}))}


def _shown_under(node: Node | None, key: str) -> str:
    return key if node is None else decided_as(node, key)
