"""Consents of a person: what holds, who decided it, and the ledger that proves it."""

from fastapi import APIRouter

from percorso.data.consent_receipt import receipt
from percorso.data.consent_state import Held, HeldPurpose, held
from percorso.execution.answer import Signer, preferences_path
from percorso.http.auth import MayPeople
from percorso.http.consent_shapes import (
    ChannelConsent,
    LedgerRecord,
    OwnPageLink,
    PersonConsents,
    PurposeConsent,
    Receipts,
)
from percorso.http.people import holder_of, shown
from percorso.http.services import Given, Services
from percorso.http.wire import iso, texts
from percorso.model.consent_chain import LedgerRow, breaks
from percorso.model.person import Node, merge_all
from percorso.ports import AuditRow

router = APIRouter(prefix="/people", tags=["people"])


@router.get("/{person_id}/consents")
def get_consents(person_id: str, services: Given, caller: MayPeople) -> PersonConsents:
    """What one person allowed, by purpose and channel, with every choice behind it."""
    holder = shown(person_id, services, caller)
    nodes = services.people.nodes(holder)
    consents, now = merge_all(node.profile for node in nodes).consents, services.clock.now()
    rows = _ledger(services, nodes)
    return PersonConsents(
        person_id=holder,
        profiled=services.permissions.profiles(consents, now),
        purposes=[_purpose(one) for one in held(consents, services.permissions, now)],
        ledger=[_record(row) for row in reversed(rows)],
        intact=not any(breaks(sorted(rows, key=lambda row: (row.node_id, row.lane, row.seq, row.number)))),
    )


@router.get("/{person_id}/consents/receipts")
def get_receipts(person_id: str, services: Given, caller: MayPeople, language: str = "en") -> Receipts:
    """A receipt of each choice, in the shape of ISO/IEC TS 27560."""
    rows = _ledger(services, services.people.nodes(shown(person_id, services, caller)))
    purposes = services.permissions.purposes
    made = [receipt(row, purposes, services.company.name, language) for row in rows]
    return Receipts(receipts=[one for one in made if one is not None])


@router.post("/{person_id}/consents/link")
def make_link(person_id: str, services: Given, caller: MayPeople) -> OwnPageLink:
    """A link to the person's own page, to be given to them alone; who asked for it is in the audit log."""
    holder, now = holder_of(person_id, services), services.clock.now()
    services.audit.record(AuditRow(now, caller.name, "preferences.linked", holder))
    path = preferences_path(holder, services.company.language, Signer(services.company.secret), now)
    return OwnPageLink(path=path)


def _ledger(services: Services, nodes: list[Node]) -> list[LedgerRow]:
    services.notary.drain()
    return services.consents.of([node.node_id for node in nodes])


def _purpose(one: HeldPurpose) -> PurposeConsent:
    purpose = one.purpose
    return PurposeConsent(
        id=purpose.id,
        name=texts(purpose.name),
        basis=purpose.basis,
        needs_consent=purpose.needs_consent,
        channels=[_channel(channel) for channel in one.channels],
    )


def _channel(one: Held) -> ChannelConsent:
    choice = one.choice
    return ChannelConsent(
        channel=one.channel,
        allowed=one.allowed,
        state=one.state,
        since=None if choice is None else iso(choice.occurred_at),
        said_by=None if choice is None else choice.voice,
        message_id=None if choice is None else choice.message_id,
    )


def _record(row: LedgerRow) -> LedgerRecord:
    said = row.said()
    return LedgerRecord(
        seq=row.seq,
        number=row.number,
        at=iso(said.get("occurred_at")),
        purpose=row.purpose,
        channel=row.channel,
        state=row.state,
        said_by=said.get("voice"),
        mechanism=said.get("mechanism"),
        basis=said.get("basis"),
        text_version=said.get("text_version"),
        text_hash=said.get("text_hash"),
        language=said.get("language"),
        expires_at=iso(said.get("expires_at")),
        source=said.get("source"),
        message_id=said.get("message_id"),
        hash=row.hash,
    )
