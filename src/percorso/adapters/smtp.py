"""Email over SMTP (RFC 5321), on kept connections.

What the server says decides what we know:

    until the text is handed over   4xx, no connection, time-out   not taken, may be tried again   ChannelUnavailable
                                    5xx on the recipient           refused for good                ChannelRefused
                                    5xx on sender, login, TLS      our settings are wrong          ChannelUnavailable
    when it is                      2xx taken; 4xx not taken; 5xx refused
                                    silence or a cut line          nobody knows                    the error goes up as it is

Errors carry codes only: what a server writes beside them may quote addresses.
"""

import re
from binascii import b2a_qp
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from typing import Literal

import aiosmtplib

from percorso.model.decision import Refusal
from percorso.model.errors import ChannelRefused, ChannelUnavailable, InvalidConfig
from percorso.model.message import Rendered
from percorso.model.time import to_datetime
from percorso.ports import Clock

_ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")
_NO_SUCH_BOX = frozenset((550, 551, 553))
_ON_THE_SENDER = frozenset(("5.1.7", "5.1.8"))
_RULE = re.compile(r"relay|authent|block|spam|polic|denied|spf|dmarc|sender", re.IGNORECASE)
_UNSAFE_ID = re.compile(r"[^A-Za-z0-9._-]")
_MAX_ID = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """How mail leaves.

    tls        none, starttls (required, never silently skipped) or tls from the first byte
    sender     ``Name <address>``
    allow      test mode: the only addresses, or ``@domains``, that get mail; empty = everybody
    timeout_s  silence that ends a step
    """

    host: str
    port: int
    sender: str
    tls: Literal["none", "starttls", "tls"] = "starttls"
    user: str | None = None
    password: str | None = None
    allow: Sequence[str] = ()
    timeout_s: float = 30.0


class SmtpChannel:
    """`ports.Channel` for email. Connections are kept between mails, one for each mail sent at the same time."""

    name = "email"

    def __init__(self, settings: SmtpSettings, clock: Clock) -> None:
        name, sender = parseaddr(settings.sender)
        if "@" not in sender:
            raise InvalidConfig(f"the sender of mails is written Name <address>; found {settings.sender!r}")
        self._from = Address(name, addr_spec=sender)
        self._settings = settings
        self._allow = tuple(entry.strip().lower() for entry in settings.allow)
        self._clock = clock
        self._idle: list[aiosmtplib.SMTP] = []

    async def send(self, message: Rendered) -> str:
        if not self._allowed(message.to):
            raise ChannelRefused(Refusal.NOT_ALLOWED.value)
        recipient = _envelope_address(message.to)
        try:
            body = self._mime(message, recipient)
        except Exception as error:  # whatever the mail library trips over: it is certain that nothing went
            raise ChannelRefused(f"the message cannot be put into a mail ({type(error).__name__})") from error
        async with self._connection() as client:
            await self._envelope(client, recipient)
            return await _hand_over(client, body)

    async def close(self) -> None:
        """Say goodbye on the idle connections."""
        while self._idle:
            client = self._idle.pop()
            try:
                await client.quit()
            except (aiosmtplib.SMTPException, OSError):
                client.close()

    def _allowed(self, to: str) -> bool:
        address = to.lower()
        return not self._allow or any(
            address.endswith(entry) if entry.startswith("@") else address == entry for entry in self._allow
        )

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """A connection that answers; kept for the next mail unless something went wrong on it."""
        client = await self._idle_or_new()
        try:
            yield client
        except ChannelRefused:
            await self._keep(client)
            raise
        except BaseException:
            client.close()
            raise
        await self._keep(client)

    async def _idle_or_new(self) -> aiosmtplib.SMTP:
        while self._idle:
            client = self._idle.pop()
            try:
                await client.rset()
                return client
            except (aiosmtplib.SMTPException, OSError):
                client.close()  # the server hung up meanwhile, as servers do
        return await self._connect()

    async def _keep(self, client: aiosmtplib.SMTP) -> None:
        if client.is_connected:
            self._idle.append(client)

    async def _connect(self) -> aiosmtplib.SMTP:
        settings = self._settings
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.user,
            password=settings.password,
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",
            timeout=settings.timeout_s,
            local_hostname=self._from.domain,
        )
        try:
            await client.connect()
        except aiosmtplib.SMTPResponseException as error:
            client.close()
            raise ChannelUnavailable(f"the mail server does not let us in ({_code(error)})") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise ChannelUnavailable(f"the mail server cannot be reached ({type(error).__name__})") from error
        return client

    async def _envelope(self, client: aiosmtplib.SMTP, recipient: str) -> None:
        """Sender and recipient. Nothing is handed over yet, so whatever fails here did not go."""
        encoding, options = "ascii", []
        try:
            if not recipient.isascii():
                if client.is_ehlo_or_helo_needed:
                    await client.ehlo()
                if not client.supports_extension("smtputf8"):
                    raise ChannelRefused("the mail server takes no addresses with such letters (SMTPUTF8)")
                encoding, options = "utf-8", ["SMTPUTF8"]
            await client.mail(self._from.addr_spec, options=options, encoding=encoding)
            await client.rcpt(recipient, encoding=encoding)
        except aiosmtplib.SMTPRecipientRefused as error:
            if error.code >= 500:
                reason = f"the mail server refused the recipient ({_code(error)})"
                raise ChannelRefused(reason, dead_address=_is_dead(error)) from error
            raise ChannelUnavailable(f"the mail server did not take the recipient yet ({_code(error)})") from error
        except aiosmtplib.SMTPResponseException as error:
            raise ChannelUnavailable(f"the mail server did not take the sender ({_code(error)})") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise ChannelUnavailable(f"the mail server hung up ({type(error).__name__})") from error

    def _mime(self, message: Rendered, recipient: str) -> bytes:
        local, _, domain = recipient.rpartition("@")
        mail = EmailMessage(policy=SMTP if recipient.isascii() else SMTPUTF8)
        mail["From"] = self._from
        mail["To"] = Address(username=local, domain=domain)
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(to_datetime(self._clock.now()))
        mail["Message-ID"] = f"<{_UNSAFE_ID.sub('-', message.message_id)}@{self._from.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = message.language
        for name, value in message.headers.items():
            mail[name] = value
        return _headers(mail) + _alternatives(message.text, message.html)


def _headers(mail: EmailMessage) -> bytes:
    return b"".join(mail.policy.fold_binary(name, value) for name, value in mail.raw_items())


def _alternatives(text: str, html: str) -> bytes:
    """The rest of a mail, from ``MIME-Version`` on: the same in text and in HTML (RFC 2046), readers take the best.

    By hand, for the library takes ten times as long. Quoted-printable is 7-bit for servers without 8BITMIME, has no long
    lines, and never contains ``=_``, which therefore makes a safe boundary.
    """
    parts = [
        f"--=_alternative\r\nContent-Type: {kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
        + _quoted_printable(content)
        + b"\r\n"
        for kind, content in (("text/plain", text), ("text/html", html))
    ]
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="=_alternative"\r\n\r\n'
    return head + b"".join(parts) + b"--=_alternative--\r\n"


def _quoted_printable(content: str) -> bytes:
    lines = "\n".join(content.splitlines()).encode("utf-8", "replace")
    return b2a_qp(lines, istext=True).replace(b"\n", b"\r\n")


async def _hand_over(client: aiosmtplib.SMTP, body: bytes) -> str:
    """The text itself; the server's own id of the mail. A cut line here goes up as it is: nobody knows."""
    try:
        response = await client.data(body)
    except aiosmtplib.SMTPDataError as error:
        if error.code >= 500:
            raise ChannelRefused(f"the mail server refused the message ({_code(error)})") from error
        raise ChannelUnavailable(f"the mail server did not take the message yet ({_code(error)})") from error
    return response.message[:_MAX_ID]


def _envelope_address(to: str) -> str:
    """The address as it goes over the wire: the domain in ASCII letters (IDNA). Raises ChannelRefused."""
    local, _, domain = to.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise ChannelRefused("the domain of the address cannot exist") from error


def _is_dead(error: aiosmtplib.SMTPResponseException) -> bool:
    """Whether a refused recipient is an address that will never work, and not one this server will not serve us.

    The enhanced status decides where there is one: 5.1.x, but for those on the sender's address, and 5.2.1 (disabled).
    Without it the code does, unless the words tell of a rule of the server's.
    """
    enhanced = _ENHANCED.match(error.message)
    if enhanced:
        status = enhanced.group(1)
        return status == "5.2.1" or (status.startswith("5.1.") and status not in _ON_THE_SENDER)
    return error.code in _NO_SUCH_BOX and _RULE.search(error.message) is None


def _code(error: aiosmtplib.SMTPResponseException) -> str:
    """``550 5.1.1``: the code with the enhanced status (RFC 3463) when there is one, without the server's words."""
    enhanced = _ENHANCED.match(error.message)
    return f"{error.code} {enhanced.group(1)}" if enhanced else str(error.code)
