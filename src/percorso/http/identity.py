"""Who is who: why, what stands out, what people decide, and the rules."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import httpx
import msgspec
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from percorso.http.auth import MayData, MayPeople
from percorso.http.identity_shapes import (
    DecisionTaken,
    HouseholdList,
    PersonIdentityRecord,
    PreviewRecord,
    RulesState,
    WarningList,
    WhyRecord,
)
from percorso.http.identity_view import identity_record, rules_state, shared_records, warning_list, why_record
from percorso.http.internal import ByCommand, check_run_token
from percorso.http.people import shown
from percorso.http.reading import found_people, saw_list, saw_person
from percorso.http.services import Given, Services
from percorso.http.wire import Limit, PlainText
from percorso.model.audit import AuditRow
from percorso.model.errors import AnalysisUnavailable
from percorso.model.identifier import Identifier
from percorso.model.identity import ACTS, OverrideKind
from percorso.model.identity_rules import read_rules

PREVIEW_TIMEOUT_S = 900.0
"""Everybody is read for it."""


class IdentifierBody(BaseModel):
    """An identifier; `claimed`: what only a public key said."""

    kind: PlainText = Field(max_length=40)
    value: PlainText = Field(max_length=1024)
    claimed: bool = False

    def text(self) -> str:
        return f"{'~' if self.claimed else ''}{self.kind}:{self.value}"


class DecisionBody(BaseModel):
    """link: they are one person; separate: they never are; none: what was decided of them is taken back."""

    kind: OverrideKind
    a: IdentifierBody
    b: IdentifierBody
    why: PlainText = Field(default="", max_length=500)


class RulesBody(BaseModel):
    """Whole rules, as docs/identity.md writes them; what they do not say is as always."""

    rules: dict[str, Any]


router = APIRouter(tags=["identity"])
internal_router = APIRouter(
    prefix="/internal/identity", include_in_schema=False, dependencies=[Depends(check_run_token)]
)
Named = Annotated[str, Query(max_length=1100, description="An identifier, ``kind:value``; ``~`` before it is a claim.")]


@router.get("/people/{person_id}/identity")
def get_person_identity(person_id: str, services: Given, caller: MayPeople) -> PersonIdentityRecord:
    """Why this is one person: each identifier with the events it was seen in, and what people decided."""
    holder = shown(person_id, services, caller)
    return identity_record(holder, services.unifier.of_person(holder))


@router.get("/identity/why")
def why(a: Named, b: Named, services: Given, caller: MayPeople) -> WhyRecord:
    """Why two identifiers are one person, by events and decisions; or why not, by the rule that stops it."""
    unifier = services.unifier
    found = unifier.why(unifier.identifier(a), unifier.identifier(b))
    for person in {found.a.person_id, found.b.person_id}:
        saw_person(services, caller, person)
    return why_record(found, services.ruling.in_force().rules)


@router.post("/identity/decisions", status_code=202)
def decide(body: DecisionBody, services: Given, caller: MayData) -> DecisionTaken:
    """Decide that two identifiers are one person or never are, or take that back. It counts within a moment."""
    return _decide(services, body, caller.name)


@router.get("/identity/warnings")
def get_warnings(services: Given, caller: MayPeople, limit: Limit = 20) -> WarningList:
    """What is to be looked at: shared identifiers, bursts, what is held apart; as it was at most half a minute ago, or when
    something was decided last."""
    unifier = services.unifier
    key = f"{limit} {unifier.decided_so_far()}"
    found = warning_list(services.warned.get(key, lambda: unifier.warnings(limit)), _names(services))
    saw_list(services, caller, "identity", len(found.shared) + len(found.bursts) + len(found.held) + len(found.claims))
    return found


@router.get("/households")
def get_households(services: Given, caller: MayPeople, limit: Limit = 50) -> HouseholdList:
    """Contacts that two to eight people share, the most shared first."""
    found = shared_records(services.unifier.households(limit), _names(services))
    found_people(services, caller, "households", sum(len(one.members) for one in found))
    return HouseholdList(households=found)


@router.get("/identity/rules")
def get_rules(services: Given, _caller: MayPeople) -> RulesState:
    """The rules in force and those that are wanted."""
    return rules_state(services.ruling, services.config.identity)


@router.put("/identity/rules")
def put_rules(body: RulesBody, services: Given, caller: MayData) -> RulesState:
    """Want other rules. They are in force once they are applied."""
    return _want(services, body, caller.name)


@router.post("/identity/preview", response_model=PreviewRecord)
async def preview(body: RulesBody, services: Given, caller: MayData) -> Response:
    """What rules would change of everybody known: how many merges and splits, with examples. Nothing changes."""
    try:
        answer = await services.analysis.post(
            "/identity/preview", json={"rules": body.rules}, timeout=PREVIEW_TIMEOUT_S
        )
    except httpx.TransportError as error:
        raise AnalysisUnavailable(
            "the preview took too long or the analysis is starting; try again in a moment"
        ) from error
    if answer.status_code == 200:
        shown = _shown.decode(answer.content)
        groups = [group for groups in (*shown.merged, *shown.parted) for group in groups]
        await run_in_threadpool(found_people, services, caller, "identity", len(groups))
    return Response(answer.content, answer.status_code, {"content-type": answer.headers["content-type"]})


class _Shown(msgspec.Struct):
    """The people of a preview's examples."""

    merged: list[list[msgspec.Raw]]
    parted: list[list[msgspec.Raw]]


_shown = msgspec.json.Decoder(_Shown)


@router.post("/identity/apply", status_code=202)
def apply(services: Given, caller: MayData) -> RulesState:
    """Put in force what is wanted, for everybody known. How far it is: ``GET /api/identity/rules``."""
    return _apply(services, caller.name)


@internal_router.post("/decisions")
def decide_for_commands(body: DecisionBody, services: Given, by: ByCommand) -> DecisionTaken:
    """The same for commands of this machine."""
    return _decide(services, body, by)


@internal_router.post("/rules")
def put_rules_for_commands(body: RulesBody, services: Given, by: ByCommand) -> RulesState:
    return _want(services, body, by)


@internal_router.post("/apply")
def apply_for_commands(services: Given, by: ByCommand) -> RulesState:
    return _apply(services, by)


@internal_router.get("/rules")
def get_rules_for_commands(services: Given) -> RulesState:
    return rules_state(services.ruling, services.config.identity)


def _decide(services: Services, body: DecisionBody, by: str) -> DecisionTaken:
    unifier = services.unifier
    a, b = unifier.identifier(body.a.text()), unifier.identifier(body.b.text())
    message_id = unifier.decide(body.kind, a, b, by, body.why or None)
    services.audit.record(AuditRow(services.clock.now(), by, ACTS[body.kind], _pair(services, a, b)))
    return DecisionTaken(message_id=message_id)


def _pair(services: Services, a: Identifier, b: Identifier) -> str:
    """The people of both as they were decided of, never their values."""
    return " ".join(dict.fromkeys(services.unifier.holder(one) for one in (a, b)))


def _want(services: Services, body: RulesBody, by: str) -> RulesState:
    wanted = services.ruling.want(read_rules(body.rules), by)
    services.audit.record(AuditRow(services.clock.now(), by, "identity.rules_changed", str(wanted.version)))
    return rules_state(services.ruling, services.config.identity)


def _apply(services: Services, by: str) -> RulesState:
    asked = services.ruling.ask()
    services.audit.record(AuditRow(services.clock.now(), by, "identity.rules_applied", str(asked.version)))
    return rules_state(services.ruling, services.config.identity)


def _names(services: Services) -> Any:
    def names_of(person_ids: Sequence[str]) -> Mapping[str, str | None]:
        return {person: row.name for person, row in services.people.rows(person_ids).items()}

    return names_of
