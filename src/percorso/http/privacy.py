"""What people ask of their data: erasure, access, portability. Shaped like OpenDSR."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from msgspec.json import encode as json_bytes
from pydantic import BaseModel, Field

from percorso.http.auth import MayData
from percorso.http.services import Given, Services
from percorso.http.wire import Iso, Limit
from percorso.model.callback import MOST_URLS, Callback, Status, status_of
from percorso.model.erasure import PrivacyRequest, RequestKind, Step
from percorso.model.errors import Conflict, NotFound
from percorso.model.time import to_iso
from percorso.pipeline.exporting_page import page
from percorso.ports import AuditRow


class SubjectIdentity(BaseModel):
    """Whom a request is about: ``email`` and an address, say."""

    identity_type: str = Field(min_length=1, max_length=40)
    identity_value: str = Field(min_length=1, max_length=1024)


class SubjectRequest(BaseModel):
    """What is asked, for one person or for many at once."""

    subject_request_type: RequestKind
    subject_identities: list[SubjectIdentity] = Field(min_length=1, max_length=10_000)
    callback_urls: list[str] = Field(
        default_factory=list, max_length=MOST_URLS, description="Addresses that are told of each status, signed."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRecord:
    """An address that is told of each status. `told`: those it answered to;  `problem`: why the last try failed, null when it
    did not;  `gave_up`: nothing more is told."""

    url: str
    told: list[Status]
    tries: int
    problem: str | None
    gave_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRequestRecord:
    """A request. It holds no identifier: kinds alone.

    step    how far an erasure is;  problem: why it waits, null when it does not
    counts  what was found and erased, by store
    elsewhere  store -> how many of their identifiers somebody else's rows hold, once it is done
    signed  whether the receipt can be fetched
    """

    subject_request_id: str
    subject_request_type: RequestKind
    request_status: Status
    step: Step
    received_time: Iso
    expected_completion_time: Iso
    completed_time: Iso | None
    requested_by: str
    identity_types: list[str]
    counts: dict[str, int]
    elsewhere: dict[str, int]
    problem: str | None
    signed: bool
    callbacks: list[CallbackRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRequestList:
    """Newest first."""

    requests: list[SubjectRequestRecord]


router = APIRouter(prefix="/privacy/requests", tags=["privacy"])


@router.post("", status_code=201)
def create_request(body: SubjectRequest, services: Given, caller: MayData) -> SubjectRequestRecord:
    """Ask. An erasure blocks whoever it names at once, and is done a little later."""
    identities = [(one.identity_type, one.identity_value) for one in body.subject_identities]
    made = services.forgetting.request(body.subject_request_type, identities, caller.name, body.callback_urls)
    return request_record(made, services)


@router.get("")
def list_requests(services: Given, _caller: MayData, limit: Limit = 100) -> SubjectRequestList:
    """The latest requests."""
    return SubjectRequestList(requests=[request_record(one, services) for one in services.requests.latest(limit)])


@router.get("/{request_id}")
def get_request(request_id: str, services: Given, _caller: MayData) -> SubjectRequestRecord:
    """How far a request is."""
    return request_record(_request(request_id, services), services)


@router.post("/{request_id}/confirm")
def confirm_request(request_id: str, services: Given, caller: MayData) -> SubjectRequestRecord:
    """Whoever typed what the request names is meant. For a request that is unsure: nobody proved what it names, and somebody
    who is known by a stronger identifier typed it."""
    return request_record(services.forgetting.confirm(request_id, caller.name), services)


@router.delete("/{request_id}")
def cancel_request(request_id: str, services: Given, caller: MayData) -> SubjectRequestRecord:
    """Take a request back that is unsure."""
    return request_record(services.forgetting.cancel(request_id, caller.name), services)


@router.get("/{request_id}/receipt")
def get_receipt(request_id: str, services: Given, _caller: MayData) -> dict[str, Any]:
    """What was erased and searched, signed."""
    receipt = _request(request_id, services).receipt
    if receipt is None:
        raise NotFound("there is no receipt yet; it is signed when no store holds the person any more")
    return dict(receipt)


@router.get("/{request_id}/bundle")
def get_bundle(
    request_id: str,
    services: Given,
    caller: MayData,
    format: Annotated[Literal["json", "html"], Query()] = "json",
    language: Annotated[Literal["it", "en"], Query()] = "it",
) -> Response:
    """Everything that is known of the person of a request for access or portability, as it is now."""
    request = _request(request_id, services)
    if request.kind == "erasure":
        raise NotFound("a request for erasure has no bundle")
    holders = services.people.holders([one["node"] for one in request.identities])
    if not holders:
        raise NotFound("nobody has this identifier")
    people = sorted(set(holders.values()))
    if len(people) > 1:
        raise Conflict(f"the identifiers of this request are of {len(people)} people; ask for each of them alone")
    person = people[0]
    bundle = services.exporter.bundle(person)
    services.audit.record(AuditRow(services.clock.now(), caller.name, "person.exported", person))
    headers = {"content-disposition": f'attachment; filename="bundle.{format}"'}
    if format == "html":
        return Response(page(bundle, language), media_type="text/html; charset=utf-8", headers=headers)
    return Response(json_bytes(bundle), media_type="application/json", headers=headers)


def request_record(one: PrivacyRequest, services: Services) -> SubjectRequestRecord:
    return SubjectRequestRecord(
        subject_request_id=one.request_id,
        subject_request_type=one.kind,
        request_status=status_of(one),
        step=one.step,
        received_time=to_iso(one.requested_at),
        expected_completion_time=to_iso(one.deadline_at),
        completed_time=to_iso(one.step_at) if one.step == "done" else None,
        requested_by=one.requested_by,
        identity_types=sorted({identity["kind"] for identity in one.identities}),
        counts=dict(one.counts),
        elsewhere=dict((one.receipt or {}).get("elsewhere", {})),
        problem=one.problem,
        signed=one.receipt is not None,
        callbacks=[_callback(each) for each in services.calling_back.of(one)],
    )


def _callback(one: Callback) -> CallbackRecord:
    return CallbackRecord(url=one.url, told=list(one.told), tries=one.tries, problem=one.problem, gave_up=one.gave_up)


def _request(request_id: str, services: Services) -> PrivacyRequest:
    found = services.requests.get(request_id)
    if found is None:
        raise NotFound("there is no such request")
    return found
