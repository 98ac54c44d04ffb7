"""Pairs of people that may be one: to be looked at, accepted, refused, or kept apart for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from percorso.data.matching.fields import fields_of
from percorso.http.auth import MayData, MayPeople
from percorso.http.identity_shapes import IdentifierName
from percorso.http.identity_view import name_of
from percorso.http.reading import found_people
from percorso.http.services import Given, Services
from percorso.http.wire import Iso, Limit, PlainText, iso
from percorso.model.audit import AuditRow
from percorso.model.errors import Conflict, NotFound
from percorso.model.identifier import Identifier
from percorso.model.identity import OverrideKind
from percorso.model.matching import PairKind, ProposalState
from percorso.model.person import merge_all
from percorso.model.time import to_iso
from percorso.ports import Proposal

Verdict = Literal["accept", "refuse", "never", "reopen"]
"""accept  they are one person: a decision;  never: they never are: a decision
refuse  not now: nothing is decided;  reopen: look at it again, what was decided of the two is taken back
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchSide:
    """One of the two. `record_id`: as its system calls it;  `person_id` is null when nobody holds it any more.

    known   field -> its value, as it is compared
    """

    node_id: str
    record_id: str
    person_id: str | None
    name: str | None
    identifiers: list[IdentifierName]
    known: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRecord:
    """What one comparison says, in powers of two: above 0 for one person, below 0 against."""

    name: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRecord:
    """A pair with what speaks for and against it. `parts` add up to `weight`: first what is so of any two records, then
    the rest, the heaviest first."""

    a: MatchSide
    b: MatchSide
    kind: PairKind
    weight: float
    probability: float
    parts: list[PartRecord]
    proposed_at: Iso
    state: ProposalState
    decided_by: str | None
    decided_at: Iso | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchList:
    """The surest first."""

    matches: list[MatchRecord]
    more: bool


class MatchBody(BaseModel):
    node_a: PlainText = Field(max_length=64)
    node_b: PlainText = Field(max_length=64)
    verdict: Verdict
    why: PlainText = Field(default="", max_length=500)


router = APIRouter(prefix="/matches", tags=["identity"])

_STATE: Mapping[Verdict, ProposalState] = {
    "accept": "accepted",
    "never": "refused",
    "refuse": "refused",
    "reopen": "open",
}
_DECISION: Mapping[Verdict, OverrideKind] = {"accept": "link", "never": "separate"}


@router.get("")
def list_matches(
    services: Given, caller: MayPeople, state: ProposalState = "open", kind: PairKind = "person", limit: Limit = 10
) -> MatchList:
    """Pairs that were proposed when everybody was compared, and what became of them."""
    found = services.proposals.those(state, limit + 1, kind=kind)
    found_people(services, caller, "matches", 2 * len(found[:limit]))
    return MatchList(matches=[_match(one, services) for one in found[:limit]], more=len(found) > limit)


@router.post("/decisions", status_code=202)
def decide_match(body: MatchBody, services: Given, caller: MayData) -> MatchRecord:
    """Say what is so of a pair. Accepting and keeping apart are decisions on identity; they count within a moment."""
    found = services.proposals.get(body.node_a, body.node_b)
    if found is None:
        raise NotFound("these two were never proposed, or are no longer")
    now = services.clock.now()
    _decide(found, body, services, caller.name)
    if not services.proposals.decide(found.node_a, found.node_b, _STATE[body.verdict], by=caller.name, at=now):
        raise Conflict("somebody has said so already")
    services.audit.record(AuditRow(now, caller.name, "match.decided", f"{found.node_a} {found.node_b}"))
    return _match(services.proposals.get(found.node_a, found.node_b) or found, services)


def _decide(found: Proposal, body: MatchBody, services: Services, by: str) -> None:
    kind = _DECISION.get(body.verdict)
    if kind is None and not (body.verdict == "reopen" and services.unifier.is_decided(found.node_a, found.node_b)):
        return
    a, b = (_identifier(key, services) for key in (found.node_a, found.node_b))
    services.unifier.decide(kind or "none", a, b, by, body.why or None)


def _identifier(node_id: str, services: Services) -> Identifier:
    node = services.people.node(node_id)
    if node is None:
        raise NotFound("one of the two is no longer known")
    return Identifier(node.kind, node.value, node.claimed)


def _match(found: Proposal, services: Services) -> MatchRecord:
    return MatchRecord(
        a=_side(found.node_a, found.record_a, found.person_a, services),
        b=_side(found.node_b, found.record_b, found.person_b, services),
        kind=found.kind,
        weight=found.weight,
        probability=found.probability,
        parts=_parts(found.parts),
        proposed_at=to_iso(found.proposed_at),
        state=found.state,
        decided_by=found.decided_by,
        decided_at=iso(found.decided_at),
    )


def _parts(parts: Mapping[str, float]) -> list[PartRecord]:
    ordered = sorted(parts.items(), key=lambda part: (part[0] != "prior", -abs(part[1]), part[0]))
    return [PartRecord(name=name, weight=weight) for name, weight in ordered]


def _side(node_id: str, record_id: str, person_id: str | None, services: Services) -> MatchSide:
    nodes = [node for node in services.people.nodes(person_id) if not node.claimed] if person_id else []
    traits: dict[str, Any] = {
        name: said.value for name, said in merge_all(node.profile for node in nodes).facts.traits.items()
    }
    row = services.people.row(person_id) if person_id else None
    contacts = [(node.kind, node.value) for node in nodes]
    return MatchSide(
        node_id=node_id,
        record_id=record_id,
        person_id=person_id,
        name=row.name if row else None,
        identifiers=[name_of(node) for node in nodes if node.base is None][:8],
        known=fields_of(traits, contacts),
    )
