"""Mail over a real SMTP server on loopback: taken, refused, not yet taken, and nobody knows."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percorso.adapters.smtp import SmtpChannel, SmtpSettings
from percorso.model.errors import ChannelRefused, ChannelUnavailable, InvalidConfig
from percorso.model.message import Rendered
from percorso.model.time import to_datetime
from tests.delivering import NOON, HandClock
from tests.smtp_server import DROP, HANG, SmtpServer, smtp_server

MESSAGE = Rendered(
    message_id="3f2a",
    channel="email",
    to="ada@example.com",
    language="it",
    subject="Perché è in ritardo 🙂",
    html="<p>Ciao è bello " + "x" * 2_000 + "</p>",
    text="Ciao, è bello.\n.\n..due punti\nFrom here",
    headers={"List-Unsubscribe": "<https://cx.example.com/a/t>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
)

_Result = TypeVar("_Result")


def channel(port: int, **settings: Any) -> SmtpChannel:
    given = {
        "host": "127.0.0.1",
        "port": port,
        "sender": "Alba Caffè <ciao@alba.example>",
        "tls": "none",
        "timeout_s": 5.0,
    }
    return SmtpChannel(SmtpSettings(**{**given, **settings}), HandClock())


def with_server(
    work: Callable[[SmtpServer, SmtpChannel], Awaitable[_Result]], settings: dict[str, Any] | None = None, **server: Any
) -> _Result:
    async def run() -> _Result:
        async with smtp_server(**server) as running:
            out = channel(running.port, **(settings or {}))
            try:
                return await work(running, out)
            finally:
                await out.close()

    return asyncio.run(run())


def test_a_mail_arrives_whole() -> None:
    async def work(server: SmtpServer, out: SmtpChannel) -> None:
        assert await out.send(MESSAGE) == "2.0.0 queued as 1"
        (mail,) = server.mails
        assert server.envelopes == [("ciao@alba.example", ["ada@example.com"])]
        assert mail["From"] == "Alba Caffè <ciao@alba.example>"
        assert mail["To"] == "ada@example.com"
        assert mail["Subject"] == MESSAGE.subject
        assert mail["Message-ID"] == "<3f2a@alba.example>"
        assert parsedate_to_datetime(mail["Date"]) == to_datetime(NOON)
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["List-Unsubscribe"] == "<https://cx.example.com/a/t>"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail.get_content_type() == "multipart/alternative"
        plain, html = mail.iter_parts()
        assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
        assert plain.get_content().replace("\r\n", "\n").strip() == MESSAGE.text
        assert html.get_content().strip() == MESSAGE.html
        assert max(len(line) for line in server.raw[0].split(b"\r\n")) <= 998
        assert server.raw[0].isascii()

    with_server(work)


@settings(max_examples=30, deadline=None)
@given(said=st.text(max_size=300) | st.text("=_-. \t\n\rà", max_size=300), subject=st.text(max_size=60))
def test_any_words_arrive_as_they_are(said: str, subject: str) -> None:
    subject = " ".join(subject.split()).translate(dict.fromkeys(range(32)))

    async def work(server: SmtpServer, out: SmtpChannel) -> None:
        await out.send(replace(MESSAGE, text=said, html=said, subject=subject))
        lines = said.splitlines()
        for part in server.mails[0].iter_parts():
            arrived = part.get_payload(decode=True)
            assert isinstance(arrived, bytes)
            assert arrived.decode().split("\r\n") == (lines or [""])
        assert " ".join(server.mails[0]["Subject"].split()) == subject
        assert max(len(line) for line in server.raw[0].split(b"\r\n")) <= 998

    with_server(work)


def test_one_connection_carries_many_mails() -> None:
    async def work(server: SmtpServer, out: SmtpChannel) -> None:
        for _ in range(5):
            await out.send(MESSAGE)
        assert (len(server.mails), server.connections) == (5, 1)
        await asyncio.gather(*(out.send(MESSAGE) for _ in range(4)))
        assert server.connections <= 4

    with_server(work)


def test_a_connection_the_server_closed_is_opened_again() -> None:
    async def run() -> None:
        async with smtp_server() as first:
            out = channel(first.port)
            await out.send(MESSAGE)
            for client in out._idle:
                client.transport.abort()  # type: ignore[union-attr]
            await asyncio.sleep(0)
            await out.send(MESSAGE)
            assert (len(first.mails), first.connections) == (2, 2)
            await out.close()

    asyncio.run(run())


@pytest.mark.parametrize("step", ["on_rcpt", "on_data"])
def test_refused_for_good(step: str) -> None:
    async def work(server: SmtpServer, out: SmtpChannel) -> None:
        setattr(server, step, "550 5.1.1 <ada@example.com> is unknown here")
        with pytest.raises(ChannelRefused) as refused:
            await out.send(MESSAGE)
        assert "550 5.1.1" in refused.value.message
        assert "ada@" not in refused.value.message
        setattr(server, step, None)
        await out.send(MESSAGE)
        assert server.connections == 1

    with_server(work)


@pytest.mark.parametrize(
    ("step", "answer", "dead"),
    [
        ("on_rcpt", "550 5.1.1 unknown here", True),
        ("on_rcpt", "553 5.1.3 bad address", True),
        ("on_rcpt", "550 5.2.1 disabled", True),
        ("on_rcpt", "550 no such user", True),
        ("on_rcpt", "551 user not local", True),
        ("on_rcpt", "553 mailbox name not allowed", True),
        ("on_rcpt", "550 relay not permitted", False),
        ("on_rcpt", "550 5.1.8 your domain is unknown", False),
        ("on_rcpt", "550 5.7.1 we do not like you", False),
        ("on_rcpt", "552 5.2.2 mailbox full", False),
        ("on_rcpt", "554 no", False),
        ("on_data", "550 5.1.1 unknown here", False),
    ],
)
def test_a_dead_address_is_told_from_a_refused_mail(step: str, answer: str, dead: bool) -> None:
    async def work(server: SmtpServer, out: SmtpChannel) -> None:
        setattr(server, step, answer)
        with pytest.raises(ChannelRefused) as refused:
            await out.send(MESSAGE)
        assert refused.value.dead_address is dead

    with_server(work)


@pytest.mark.parametrize("step", ["on_mail", "on_rcpt", "on_data"])
def test_not_taken_yet(step: str) -> None:
    async def work(server: SmtpServer, out: SmtpChannel) -> None:
        setattr(server, step, "451 4.7.1 come back later")
        with pytest.raises(ChannelUnavailable, match=r"451 4\.7\.1"):
            await out.send(MESSAGE)
        setattr(server, step, None)
        await out.send(MESSAGE)

    with_server(work)


def test_a_refused_sender_is_our_fault_and_burns_no_message() -> None:
    async def work(server: SmtpServer, out: SmtpChannel) -> None:
        server.on_mail = "550 5.7.1 not you"
        with pytest.raises(ChannelUnavailable):
            await out.send(MESSAGE)

    with_server(work)


@pytest.mark.parametrize("step", ["on_mail", "on_rcpt"])
def test_a_line_cut_before_the_text_means_not_taken(step: str) -> None:
    async def work(server: SmtpServer, out: SmtpChannel) -> None:
        setattr(server, step, DROP)
        with pytest.raises(ChannelUnavailable):
            await out.send(MESSAGE)

    with_server(work)


@pytest.mark.parametrize("how", [DROP, HANG])
def test_after_the_text_silence_or_a_cut_line_means_nobody_knows(how: str) -> None:
    async def work(server: SmtpServer, out: SmtpChannel) -> None:
        server.on_data = how
        with pytest.raises(Exception) as told:
            await out.send(MESSAGE)
        assert not isinstance(told.value, ChannelRefused | ChannelUnavailable)
        assert len(server.mails) == 1

    with_server(work, {"timeout_s": 0.5})


def test_no_server_at_all() -> None:
    async def run() -> None:
        async with smtp_server() as server:
            port = server.port
        with pytest.raises(ChannelUnavailable, match="cannot be reached"):
            await channel(port).send(MESSAGE)

    asyncio.run(run())


# who may get mail


@pytest.mark.parametrize(
    ("to", "allowed"),
    [
        ("ada@example.com", True),
        ("ADA@example.com", True),
        ("any@team.example", True),
        ("ada@sub.team.example", False),
        ("bob@example.com", False),
        ("x-ada@example.com", False),
        ("any@evilteam.example", False),
    ],
)
def test_in_test_mode_only_the_allowed_get_mail(to: str, allowed: bool) -> None:
    async def work(server: SmtpServer, out: SmtpChannel) -> None:
        if allowed:
            await out.send(replace(MESSAGE, to=to))
        else:
            with pytest.raises(ChannelRefused, match="not_allowed"):
                await out.send(replace(MESSAGE, to=to))
        assert len(server.mails) == allowed

    with_server(work, {"allow": ("Ada@example.com", "@team.example")})


@pytest.mark.parametrize(
    ("to", "on_the_wire"),
    [("ada@caffè.example", "ada@xn--caff-8oa.example"), ("perché@example.com", "perché@example.com")],
)
def test_addresses_of_other_alphabets(to: str, on_the_wire: str) -> None:
    async def work(server: SmtpServer, out: SmtpChannel) -> None:
        await out.send(replace(MESSAGE, to=to))
        assert server.envelopes[0][1] == [on_the_wire]

    with_server(work)


def test_a_domain_that_cannot_exist_is_refused() -> None:
    with pytest.raises(ChannelRefused):
        asyncio.run(channel(1).send(replace(MESSAGE, to="ada@" + "x" * 70 + ".it")))


def test_what_cannot_be_put_into_a_mail_never_went() -> None:
    with pytest.raises(ChannelRefused, match="cannot be put"):
        asyncio.run(channel(1).send(replace(MESSAGE, subject="a\r\nBcc: bob@example.com")))


def test_the_sender_is_checked_at_the_start() -> None:
    with pytest.raises(InvalidConfig):
        channel(1, sender="nobody")


# secured


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, signed by itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed: no certificate can be made")
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    key = file.with_name("key.pem")
    request = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=mail.test -keyout {key} -out {file}".split()
    subject = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([openssl, *request, *subject], check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + key.read_bytes())
    return file


def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_secured_with_a_certificate_that_is_trusted(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, tls: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    async def work(server: SmtpServer, out: SmtpChannel) -> None:
        await out.send(MESSAGE)
        assert server.greeted_tls
        assert len(server.mails) == 1

    with_server(work, {"tls": tls}, tls=server_tls(certificate), tls_from_start=tls == "tls")


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_that_is_not_trusted_gets_no_mail(certificate: Path, tls: str) -> None:
    async def work(server: SmtpServer, out: SmtpChannel) -> None:
        with pytest.raises(ChannelUnavailable):
            await out.send(MESSAGE)
        assert server.mails == []

    with_server(work, {"tls": tls}, tls=server_tls(certificate), tls_from_start=tls == "tls")


def test_starttls_is_never_silently_skipped() -> None:
    async def work(server: SmtpServer, out: SmtpChannel) -> None:
        with pytest.raises(ChannelUnavailable):
            await out.send(MESSAGE)
        assert server.mails == []

    with_server(work, {"tls": "starttls"})


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize(("password", "let_in"), [("right", True), ("wrong", False)])
def test_login(password: str, let_in: bool) -> None:
    async def work(server: SmtpServer, out: SmtpChannel) -> None:
        if let_in:
            await out.send(MESSAGE)
        else:
            with pytest.raises(ChannelUnavailable, match="does not let us in") as told:
                await out.send(MESSAGE)
            assert "wrong" not in told.value.message
        assert len(server.mails) == let_in

    with_server(work, {"user": "alba", "password": password}, login=True)
