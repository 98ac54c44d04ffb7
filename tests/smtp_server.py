"""A real SMTP server on loopback, in the test's own event loop, that can be told to misbehave."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

DROP = "drop"
HANG = "hang"


@dataclass(slots=True)
class SmtpServer:
    """What it was given and how it answers.

    on_rcpt, on_mail, on_data   the line to answer, `DROP` to cut the line, `HANG` to say nothing; None = as it should be
    """

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    connections: int = 0
    greeted_tls: bool = False
    on_mail: str | None = None
    on_rcpt: str | None = None
    on_data: str | None = None
    rcpt_seen: asyncio.Event = field(default_factory=asyncio.Event)
    data_seen: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greeted_tls = server.transport.get_extra_info("ssl_object") is not None
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = await self._answer(server, self.on_mail)
        if said is None:
            envelope.mail_from = address
        return said or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.rcpt_seen.set()
        on_rcpt = self.on_rcpt
        if address.startswith("slow"):
            on_rcpt = HANG
        said = await self._answer(server, on_rcpt)
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        self.raw.append(content)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.envelopes.append((str(envelope.mail_from), list(envelope.rcpt_tos)))
        self.data_seen.set()
        return await self._answer(server, self.on_data) or f"250 2.0.0 queued as {len(self.mails)}"

    async def _answer(self, server: SMTP, how: str | None) -> str | None:
        if how == HANG:
            await self.release.wait()
            return None
        if how == DROP:
            server.transport.abort()
            await asyncio.Event().wait()
        return how


def _let_in(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    return AuthResult(success=given.password == b"right", handled=False)


@asynccontextmanager
async def smtp_server(
    *, tls: ssl.SSLContext | None = None, tls_from_start: bool = False, login: bool = False
) -> AsyncIterator[SmtpServer]:
    """A server for the length of a block."""
    told = SmtpServer()
    loop = asyncio.get_running_loop()

    def connected() -> SMTP:
        told.connections += 1
        return SMTP(
            told,
            hostname="mail.test",
            enable_SMTPUTF8=True,
            loop=loop,
            tls_context=None if tls_from_start else tls,
            require_starttls=tls is not None and not tls_from_start,
            authenticator=_let_in if login else None,
            auth_required=login,
            auth_require_tls=False,
        )

    server = await loop.create_server(connected, "127.0.0.1", 0, ssl=tls if tls_from_start else None)
    told.port = server.sockets[0].getsockname()[1]
    try:
        yield told
    finally:
        told.release.set()
        server.close()
