"""The built-in local inbox: where mail goes until a real mail server is set."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from percorso.http.auth import Caller, MayPeople
from percorso.http.names import Names
from percorso.http.reading import saw_list, saw_person
from percorso.http.services import Given, Services
from percorso.http.wire import Iso, Limit, Named, read_time
from percorso.model.errors import NotFound
from percorso.model.time import LATEST, to_iso
from percorso.ports import Mail

MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data: https:; font-src data:; frame-ancestors 'self'; form-action 'none'"
)
"""A mail is written by others: no script, no form, no origin of ours; its links open in a new tab."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSummary:
    """A mail in the list."""

    mail_id: str
    to: str
    subject: str
    received_at: Iso
    person_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailList:
    """Newest first. `next_before`: give it as `before` for older ones, null at the end."""

    mails: list[MailSummary]
    next_before: Iso | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRecord:
    """One mail. Show `html_url` in an iframe with the sandbox attribute."""

    mail_id: str
    to: str
    subject: str
    received_at: Iso
    person_id: str | None
    text: str
    html_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingMessage:
    """A message that was decided and has not gone yet. `person_id`, `name`: null when nobody holds them any more.

    reason  why it waits longer than planned (docs/answering.md), null when its time has only not come
    """

    message_id: str
    person_id: str | None
    name: str | None
    channel: str
    play: Named
    due_at: Iso
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingList:
    """The next to go first."""

    messages: list[WaitingMessage]


router = APIRouter(prefix="/inbox", tags=["inbox"])


@router.get("")
def list_mail(services: Given, caller: MayPeople, before: str | None = None, limit: Limit = 50) -> MailList:
    """The mails of the local inbox."""
    mails = services.mailbox.list(limit, read_time(before, "before"))
    saw_list(services, caller, "inbox", len(mails))
    more = len(mails) == limit
    return MailList(
        mails=[
            MailSummary(
                mail_id=mail.mail_id,
                to=mail.to,
                subject=mail.subject,
                received_at=to_iso(mail.received_at),
                person_id=mail.person_id,
            )
            for mail in mails
        ],
        next_before=to_iso(mails[-1].received_at) if more else None,
    )


@router.get("/waiting")
def list_waiting(services: Given, caller: MayPeople, limit: Limit = 50) -> WaitingList:
    """What will go out, when, and what it waits for."""
    messages = services.outbox.due(LATEST, limit)
    holders = services.people.holders([message.node_id for message in messages])
    people = services.people.rows(sorted(set(holders.values())))
    saw_list(services, caller, "waiting", len(people))
    names = Names(services.config)
    return WaitingList(
        messages=[
            WaitingMessage(
                message_id=message.message_id,
                person_id=holder,
                name=None if person is None else person.name,
                channel=message.channel,
                play=names.play(message.play),
                due_at=to_iso(message.due_at),
                reason=message.refusal,
            )
            for message in messages
            for holder in (holders.get(message.node_id),)
            for person in (people.get(holder or ""),)
        ]
    )


@router.get("/{mail_id}")
def get_mail(mail_id: str, services: Given, caller: MayPeople) -> MailRecord:
    """One mail."""
    mail = _mail(mail_id, services, caller)
    return MailRecord(
        mail_id=mail.mail_id,
        to=mail.to,
        subject=mail.subject,
        received_at=to_iso(mail.received_at),
        person_id=mail.person_id,
        text=mail.text,
        html_url=f"/api/inbox/{mail.mail_id}/html",
    )


@router.get("/{mail_id}/html", response_class=HTMLResponse)
def get_mail_html(mail_id: str, services: Given, caller: MayPeople) -> HTMLResponse:
    """The mail as its reader sees it, shut in a sandbox."""
    html = _mail(mail_id, services, caller).html
    head, tag, rest = html.partition("<head>")
    page = f'{head}{tag}<base target="_blank">{rest}' if tag else f'<base target="_blank">{html}'
    return HTMLResponse(page, headers={"content-security-policy": MAIL_POLICY, "x-frame-options": "SAMEORIGIN"})


def _mail(mail_id: str, services: Services, caller: Caller) -> Mail:
    """The mail; that the caller reads what its person reads is noted."""
    mail = services.mailbox.get(mail_id)
    if mail is None:
        raise NotFound("there is no such mail in the local inbox")
    saw_person(services, caller, mail.person_id)
    return mail
