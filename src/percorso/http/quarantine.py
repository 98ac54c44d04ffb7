"""The quarantine: what intake refused, to be looked at, mended by rule, replayed or dismissed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from percorso.http.auth import Caller, MayData, MayPeople
from percorso.http.internal import ByCommand, check_run_token
from percorso.http.reading import saw_person
from percorso.http.services import Given, Services
from percorso.http.wire import Iso, Limit, PlainText, iso, read_time
from percorso.model.time import to_iso
from percorso.model.verdict import Verdict
from percorso.pipeline.mending import Replayed, Tried
from percorso.ports import Act, AuditRow, Chosen, Quarantined, QuarantineGroup

AsideName = Literal["quarantined", "conflict"]
StateName = Literal["waiting", "replayed", "dismissed"]
MOST_IDS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineGroupRecord:
    """Refused items that are alike. `sample`: the newest of them."""

    verdict: AsideName
    reason: str | None
    source: str
    event: str | None
    items: int
    first_at: Iso
    last_at: Iso
    sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineGroups:
    """The largest first. `items`: over all that are chosen."""

    items: int
    groups: list[QuarantineGroupRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRecord:
    """One refused item. `body`: as it came, at most 64 KiB.

    state       waiting, replayed or dismissed
    outcome     of a replayed one the verdict, else null;  mended_id, mended_seq: message id and place of the mended item
    """

    id: int
    received_at: Iso
    source: str
    message_id: str | None
    event: str | None
    verdict: AsideName
    reason: str | None
    detail: str | None
    line: int | None
    body: str
    state: StateName
    settled_at: Iso | None
    settled_by: str | None
    outcome: str | None
    mended_id: str | None
    mended_seq: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineList:
    """Newest first. `next`: give it as `before` for the items after these; null at the end."""

    items: list[QuarantinedRecord]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedRecord:
    """What would become of an item. `after`: as the rules leave it, null when they cannot reach into it."""

    id: int
    event: str | None
    before: str
    after: str | None
    changed: bool
    verdict: str
    reason: str | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MendPreview:
    """`matched`: items chosen; `tried`: the oldest of them, at most 50; `pass_now`: of these."""

    matched: int
    pass_now: int
    tried: list[TriedRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRecord:
    """verdicts: of the items that left the quarantine;  still: reason -> items that stay;  left: not yet tried."""

    verdicts: dict[str, int]
    still: dict[str, int]
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissRecord:
    dismissed: int


class ChosenBody(BaseModel):
    """Which items; null = any. `event`: empty for those without a readable name. Times are of reception."""

    verdict: AsideName | None = None
    reason: PlainText | None = Field(default=None, max_length=100)
    source: PlainText | None = Field(default=None, max_length=200)
    event: PlainText | None = Field(default=None, max_length=200)
    since: PlainText | None = None
    until: PlainText | None = None
    ids: list[int] = Field(default_factory=list, max_length=MOST_IDS)

    def chosen(self) -> Chosen:
        return Chosen(
            verdict=self.verdict,
            reason=self.reason,
            source=self.source,
            event=self.event,
            since=read_time(self.since, "since"),
            until=read_time(self.until, "until"),
            ids=tuple(self.ids),
        )


class MendBody(BaseModel):
    """`rules`: see docs/quality.md. `act`: what the plays make of the mended items is delivered."""

    chosen: ChosenBody
    rules: list[dict[str, Any]] = Field(default_factory=list, max_length=50)
    act: bool = False


Word = Annotated[str | None, Query(max_length=200)]
router = APIRouter(prefix="/quarantine", tags=["quarantine"])
internal_router = APIRouter(prefix="/internal/quarantine", include_in_schema=False)


def chosen_of(
    verdict: AsideName | None = None,
    reason: Word = None,
    source: Word = None,
    event: Word = None,
    since: Word = None,
    until: Word = None,
    state: StateName = "waiting",
) -> Chosen:
    """Which items, by the address."""
    return Chosen(verdict, reason, source, event, read_time(since, "since"), read_time(until, "until"), (), state)


Which = Annotated[Chosen, Depends(chosen_of)]


@router.get("/groups")
def quarantine_groups(services: Given, _caller: MayPeople, which: Which, limit: Limit = 100) -> QuarantineGroups:
    """Refused items, counted by verdict, reason, source and event."""
    groups = services.quarantine.groups(which, limit)
    return QuarantineGroups(items=services.quarantine.count(which), groups=[_group(one) for one in groups])


@router.get("")
def quarantine_items(
    services: Given, caller: MayPeople, which: Which, before: int | None = None, limit: Limit = 50
) -> QuarantineList:
    """Refused items, newest first. Whoever they name is seen by it, and the audit log says so."""
    rows = services.quarantine.newest(which, limit, before)
    _saw(services, caller, rows)
    return QuarantineList(items=[_record(row) for row in rows], next=rows[-1].id if len(rows) == limit else None)


@router.post("/preview")
def preview_mending(body: MendBody, services: Given, caller: MayPeople) -> MendPreview:
    """What rules would make of the first items. Nothing is stored."""
    preview = services.mender.preview(body.chosen.chosen(), body.rules)
    _saw(services, caller, [one.row for one in preview.tried])
    passing = sum(one.verdict is Verdict.ACCEPTED for one in preview.tried)
    return MendPreview(matched=preview.matched, pass_now=passing, tried=[tried_record(one) for one in preview.tried])


@router.post("/replay")
def replay_quarantined(body: MendBody, services: Given, caller: MayData) -> ReplayRecord:
    """Put the items that pass now into the log, each once. Those that do not pass stay."""
    return _replay(body, services, caller.name)


@router.post("/dismiss")
def dismiss_quarantined(body: ChosenBody, services: Given, caller: MayData) -> DismissRecord:
    """Say that nothing is to be done about items. They are kept."""
    return _dismiss(body, services, caller.name)


@internal_router.post("/replay", dependencies=[Depends(check_run_token)])
def replay_for_commands(body: MendBody, services: Given, by: ByCommand) -> ReplayRecord:
    """The same for a command of this machine."""
    return _replay(body, services, by)


@internal_router.post("/dismiss", dependencies=[Depends(check_run_token)])
def dismiss_for_commands(body: ChosenBody, services: Given, by: ByCommand) -> DismissRecord:
    """The same for a command of this machine."""
    return _dismiss(body, services, by)


def tried_record(one: Tried) -> TriedRecord:
    return TriedRecord(
        id=one.row.id,
        event=one.row.event,
        before=one.row.body,
        after=one.after,
        changed=one.changed,
        verdict=one.verdict.value,
        reason=one.reason,
        detail=one.detail,
    )


def replay_record(done: Replayed) -> ReplayRecord:
    return ReplayRecord(verdicts=dict(done.verdicts), still=dict(done.still), left=done.left)


def _replay(body: MendBody, services: Services, by: str) -> ReplayRecord:
    done = services.mender.replay(body.chosen.chosen(), body.rules, by=by, act=body.act)
    _note(services, by, "quarantine.replayed", done.verdicts.total())
    return replay_record(done)


def _dismiss(body: ChosenBody, services: Services, by: str) -> DismissRecord:
    number = services.mender.dismiss(body.chosen(), by=by)
    _note(services, by, "quarantine.dismissed", number)
    return DismissRecord(dismissed=number)


def _saw(services: Services, caller: Caller, rows: Sequence[Quarantined]) -> None:
    for person in sorted(services.named_in.people(row.body for row in rows)):
        saw_person(services, caller, person)


def _note(services: Services, by: str, act: Act, number: int) -> None:
    if number:
        services.audit.record(AuditRow(services.clock.now(), by, act, str(number)))


def _aside(verdict: str) -> AsideName:
    return "conflict" if verdict == Verdict.CONFLICT else "quarantined"


def _group(one: QuarantineGroup) -> QuarantineGroupRecord:
    return QuarantineGroupRecord(
        verdict=_aside(one.verdict),
        reason=one.reason,
        source=one.source,
        event=one.event,
        items=one.items,
        first_at=to_iso(one.first_at),
        last_at=to_iso(one.last_at),
        sample=one.sample,
    )


def _record(row: Quarantined) -> QuarantinedRecord:
    dismissed = row.outcome == "dismissed"
    return QuarantinedRecord(
        id=row.id,
        received_at=to_iso(row.received_at),
        source=row.source,
        message_id=row.message_id,
        event=row.event,
        verdict=_aside(row.verdict),
        reason=row.reason,
        detail=row.detail,
        line=row.line,
        body=row.body,
        state="waiting" if row.settled_at is None else "dismissed" if dismissed else "replayed",
        settled_at=iso(row.settled_at),
        settled_by=row.settled_by,
        outcome=None if dismissed else row.outcome,
        mended_id=row.mended_id,
        mended_seq=row.mended_seq,
    )
