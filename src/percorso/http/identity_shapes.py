"""Who is who, as the API shows it: the shapes."""

from dataclasses import dataclass
from typing import Any, Literal

from percorso.data.identity.explain import Rule, StepKind
from percorso.data.people import Link
from percorso.http.wire import Iso
from percorso.model.identity import KindClass, OverrideKind
from percorso.ports.identity import ApplyState, BurstOf

TrustWord = Literal["public", "signed", "server"]
"""How far the event is believed: a public key, the same with a token that proves the user id, a server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierName:
    """An identifier. `claimed`: only a public key says so, which makes it another than the proven one of that value."""

    kind: str
    value: str
    claimed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SomePerson:
    """A person by id; `name` when they have one."""

    person_id: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTogether:
    """The earliest event in which two identifiers were seen together. `stronger` is null when that is gone."""

    weaker: IdentifierName | None
    stronger: IdentifierName | None
    at: Iso
    message_id: str
    source: str
    trust: TrustWord


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedRecord:
    """What somebody decided of two identifiers; `none`: an earlier decision is taken back. `people`: whose they are now."""

    kind: OverrideKind
    a: IdentifierName
    b: IdentifierName
    people: list[str]
    by: str | None
    why: str | None
    at: Iso


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencedIdentifier:
    """An identifier of a person. `link`, `via` as on the person; `sessions`: of a device, on how many days it alone was used.

    seen   what it was seen with that is stronger, the earliest first
    """

    node_id: str
    identifier: IdentifierName
    link: Link
    via: IdentifierName | None
    sessions: int
    seen: list[SeenTogether]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimApart:
    """What a public key claims to be this person's, held apart as somebody else."""

    identifier: IdentifierName
    person_id: str
    since: Iso | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonIdentityRecord:
    """Why this is one person: the identifiers with their evidence, strongest first, and what was decided, latest first."""

    person_id: str
    identifiers: list[EvidencedIdentifier]
    decisions: list[DecidedRecord]
    claims: list[ClaimApart]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One tie on the way from `one` to `other`; `seen` or `decided` says why, of a session neither."""

    kind: StepKind
    one: IdentifierName
    other: IdentifierName
    seen: SeenTogether | None
    decided: DecidedRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNotRecord:
    """The rule that keeps two people apart; see data/identity/explain.py. `limit`: how many of that kind a person has."""

    rule: Rule
    through: IdentifierName | None
    seen: list[SeenTogether]
    decided: DecidedRecord | None
    limit: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyRecord:
    """Why two identifiers are one person (`path`), or why not (`why_not`)."""

    a: IdentifierName
    b: IdentifierName
    person_a: str
    person_b: str
    path: list[StepRecord] | None
    why_not: WhyNotRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTaken:
    """The event that carries a decision; it counts once it is folded, within a moment."""

    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRecord:
    """An identifier that several share. `people`: how many; `members`: who, when they are not too many."""

    identifier: IdentifierName
    person_id: str
    people: int
    members: list[SomePerson]


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdList:
    """Contacts that two to eight people share, and who; nobody is joined by it."""

    households: list[SharedRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstRecord:
    """An identifier seen with many others within a day."""

    identifier: IdentifierName
    person_id: str
    of: BurstOf
    others: int
    since: Iso


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRecord:
    """An identifier that does not belong to the one it was seen with. `because`: limit or never (decided)."""

    identifier: IdentifierName
    person_id: str
    of: IdentifierName | None
    of_person_id: str | None
    because: Literal["limit", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldClaimRecord:
    """A claim held apart, and whose proven identifier it names."""

    identifier: IdentifierName
    person_id: str
    of_person_id: str
    since: Iso | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningList:
    """What is to be looked at. `shared`: contacts and devices of more people than live together."""

    identifiers: int
    people: int
    assertions: int
    shared: list[SharedRecord]
    bursts: list[BurstRecord]
    held: list[HeldRecord]
    claims: list[HeldClaimRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesRecord:
    """Rules with their version, as docs/identity.md writes them. `by`: an email, or packs."""

    version: int
    rules: dict[str, Any]
    by: str
    at: Iso


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRecord:
    """A kind of identifier by the rules that are wanted, the strongest first. `limit`: how many a person has."""

    kind: str
    klass: KindClass
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyingRecord:
    """How far rules are applied to everybody known. `done` of `total`: identifiers, of a replay events."""

    version: int
    state: ApplyState
    at: Iso
    done: int
    total: int
    replay: bool
    detail: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesState:
    """The rules in force, those that are wanted, and how far these are applied. `packs`: what the packs say of them."""

    in_force: RulesRecord
    wanted: RulesRecord
    packs: dict[str, Any]
    applying: ApplyingRecord | None
    kinds: list[KindRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewGroup:
    """Identifiers that are one person, before or after; `name` of who holds them now."""

    name: str | None
    person_id: str
    identifiers: list[IdentifierName]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRecord:
    """What rules would do. `replay`: the log must be folded again; all counts are null when that is too long for a look.

    merged   people that would become one;  parted: groups that one person would become
    """

    replay: bool
    people_before: int | None
    people_after: int | None
    merges: int | None
    splits: int | None
    moved: int | None
    merged: list[list[PreviewGroup]]
    parted: list[list[PreviewGroup]]
