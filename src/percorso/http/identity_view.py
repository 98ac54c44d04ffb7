"""From what is known of identifiers to the API's shapes."""

from collections.abc import Callable, Mapping, Sequence

from percorso.data.identity.changes import Changes, Example, shown
from percorso.data.identity.explain import Step, WhyNot
from percorso.http.identity_shapes import (
    ApplyingRecord,
    BurstRecord,
    ClaimApart,
    DecidedRecord,
    EvidencedIdentifier,
    HeldClaimRecord,
    HeldRecord,
    IdentifierName,
    KindRecord,
    PersonIdentityRecord,
    PreviewGroup,
    PreviewRecord,
    RulesRecord,
    RulesState,
    SeenTogether,
    SharedRecord,
    SomePerson,
    StepRecord,
    TrustWord,
    WarningList,
    WhyNotRecord,
    WhyRecord,
)
from percorso.model.identifier import RANK
from percorso.model.identity import Assertion, IdentityRules, Override, Trust
from percorso.model.identity_rules import plain_rules, read_rules
from percorso.model.person import Node
from percorso.model.time import LATEST, Micros, to_iso
from percorso.pipeline.ruling import Preview, Ruling
from percorso.pipeline.unifying import PersonIdentity, Warnings, Why
from percorso.ports.identity import Applying, RulesVersion, Shared

NamesOf = Callable[[Sequence[str]], Mapping[str, str | None]]
"""Person ids -> their names."""
SHOWN_OF_GROUP = 12

_TRUST: Mapping[int, TrustWord] = {Trust.PUBLIC: "public", Trust.SIGNED: "signed", Trust.SERVER: "server"}


def identity_record(person_id: str, found: PersonIdentity) -> PersonIdentityRecord:
    return PersonIdentityRecord(
        person_id=person_id,
        identifiers=[
            EvidencedIdentifier(
                node_id=one.node.node_id,
                identifier=name_of(one.node),
                link=one.link,
                via=name_of(one.via) if one.via else None,
                sessions=one.sessions,
                seen=[
                    _seen(each.line, name_of(one.node), name_of(each.stronger) if each.stronger else None)
                    for each in found.evidence.get(one.node.node_id, ())
                ],
            )
            for one in found.identifiers
        ],
        decisions=[_decided(one.override, one.a, one.b) for one in found.decisions],
        claims=[
            ClaimApart(identifier=name_of(node), person_id=node.person_id, since=_since(node.seen_at))
            for node in found.claims
        ],
    )


def why_record(found: Why, rules: IdentityRules) -> WhyRecord:
    return WhyRecord(
        a=name_of(found.a),
        b=name_of(found.b),
        person_a=found.a.person_id,
        person_b=found.b.person_id,
        path=None if found.path is None else _steps(found.a.node_id, found.path, found.nodes),
        why_not=None if found.why_not is None else _why_not(found.why_not, found.nodes, rules),
    )


def shared_records(found: Sequence[Shared], names_of: NamesOf) -> list[SharedRecord]:
    names = names_of(sorted({person for one in found for person in one.members}))
    return [
        SharedRecord(
            identifier=name_of(one.node),
            person_id=one.node.person_id,
            people=one.people,
            members=[SomePerson(person_id=person, name=names.get(person)) for person in one.members],
        )
        for one in found
    ]


def warning_list(found: Warnings, names_of: NamesOf) -> WarningList:
    return WarningList(
        **found.counts._asdict(),
        shared=shared_records([*found.offices, *found.devices], names_of),
        bursts=[
            BurstRecord(
                identifier=name_of(one.node),
                person_id=one.node.person_id,
                of=one.of,
                others=one.others,
                since=to_iso(one.since),
            )
            for one in found.bursts
        ],
        held=[
            HeldRecord(
                identifier=name_of(one.node),
                person_id=one.node.person_id,
                of=name_of(one.parent) if one.parent else None,
                of_person_id=one.parent.person_id if one.parent else None,
                because="limit" if one.node.held == "limit" else "never",
            )
            for one in found.held
        ],
        claims=[
            HeldClaimRecord(
                identifier=name_of(one.claimed),
                person_id=one.claimed.person_id,
                of_person_id=one.proven.person_id,
                since=_since(one.claimed.seen_at),
            )
            for one in found.claims
        ],
    )


def rules_state(ruling: Ruling, packs: Mapping[str, object]) -> RulesState:
    wanted, applying = ruling.wanted(), ruling.applying()
    return RulesState(
        in_force=_rules(ruling.in_force()),
        wanted=_rules(wanted),
        packs=plain_rules(read_rules(packs)),
        applying=None if applying is None else _applying(applying),
        kinds=_kinds(wanted.rules),
    )


def preview_record(found: Preview, names_of: NamesOf) -> PreviewRecord:
    changes = found.changes
    made = Changes() if changes is None else changes
    people = sorted({node.person_id for one in (*made.merged, *made.parted) for group in one.groups for node in group})
    names = names_of(people)
    return PreviewRecord(
        replay=found.replay,
        people_before=None if changes is None else changes.people_before,
        people_after=None if changes is None else changes.people_after,
        merges=None if changes is None else changes.merges,
        splits=None if changes is None else changes.splits,
        moved=None if changes is None else changes.moved,
        merged=[_groups(one, names) for one in made.merged],
        parted=[_groups(one, names) for one in made.parted],
    )


def name_of(node: Node) -> IdentifierName:
    return IdentifierName(kind=node.kind, value=node.value, claimed=node.claimed)


def _groups(example: Example, names: Mapping[str, str | None]) -> list[PreviewGroup]:
    return [
        PreviewGroup(
            name=names.get(group[0].person_id),
            person_id=group[0].person_id,
            identifiers=[name_of(node) for node in nodes[:SHOWN_OF_GROUP]],
            more=max(0, len(nodes) - SHOWN_OF_GROUP),
        )
        for group in example.groups
        if group and (nodes := shown(group))
    ]


def _seen(line: Assertion, weaker: IdentifierName | None, stronger: IdentifierName | None) -> SeenTogether:
    return SeenTogether(
        weaker=weaker,
        stronger=stronger,
        at=to_iso(line.occurred_at),
        message_id=line.message_id,
        source=line.source,
        trust=_TRUST.get(line.trust, "public"),
    )


def _seen_among(line: Assertion, nodes: Mapping[str, Node]) -> SeenTogether:
    weaker, stronger = nodes.get(line.weaker), nodes.get(line.stronger)
    return _seen(line, name_of(weaker) if weaker else None, name_of(stronger) if stronger else None)


def _decided(override: Override, a: Node, b: Node) -> DecidedRecord:
    return DecidedRecord(
        kind=override.kind,
        a=name_of(a),
        b=name_of(b),
        people=[a.person_id, b.person_id],
        by=override.by,
        why=override.why,
        at=to_iso(override.occurred_at),
    )


def _decided_among(override: Override, nodes: Mapping[str, Node]) -> DecidedRecord | None:
    a, b = nodes.get(override.a), nodes.get(override.b)
    return _decided(override, a, b) if a and b else None


def _steps(start: str, path: Sequence[Step], nodes: Mapping[str, Node]) -> list[StepRecord]:
    """The ties in order, each beginning where the one before ended."""
    out, at = [], start
    for step in path:
        to = step.stronger if step.weaker == at else step.weaker
        if step.kind != "session" and at in nodes and to in nodes:  # a session bears the name of its device
            out.append(
                StepRecord(
                    kind=step.kind,
                    one=name_of(nodes[at]),
                    other=name_of(nodes[to]),
                    seen=_seen_among(step.assertion, nodes) if step.assertion else None,
                    decided=_decided_among(step.override, nodes) if step.override else None,
                )
            )
        at = to
    return out


def _why_not(found: WhyNot, nodes: Mapping[str, Node], rules: IdentityRules) -> WhyNotRecord:
    through = found.through
    return WhyNotRecord(
        rule=found.rule,
        through=name_of(through) if through else None,
        seen=[_seen_among(line, nodes) for line in found.seen],
        decided=_decided_among(found.override, nodes) if found.override else None,
        limit=rules.limit(through.kind) if found.rule == "limit" and through else None,
    )


def _rules(found: RulesVersion) -> RulesRecord:
    return RulesRecord(version=found.version, rules=plain_rules(found.rules), by=found.by, at=to_iso(found.at))


def _applying(found: Applying) -> ApplyingRecord:
    detail = None if found.detail is None else dict(found.detail)
    return ApplyingRecord(**{**found._asdict(), "at": to_iso(found.at), "detail": detail})


def _kinds(rules: IdentityRules) -> list[KindRecord]:
    kinds = sorted({*RANK, *rules.classes, *rules.limits}, key=lambda kind: (rules.rank(kind), kind))
    return [KindRecord(kind=kind, klass=rules.class_of(kind), limit=rules.limit(kind)) for kind in kinds]


def _since(at: Micros) -> str | None:
    return None if at >= LATEST else to_iso(at)
