"""TLS towards a real Mosquitto and a real Dovecot: who is not trusted gets nothing, and is told of in words that help."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import paho.mqtt.publish as publish
import pytest

from percorso.main.company import Company
from percorso.model.errors import InvalidConfig, PercorsoError, StoreUnavailable
from tests.brokers import Running, dovecot, free_port, mosquitto
from tests.certificates import NOW, ONE_DAY, Authority, Certificate
from tests.importing import Cli
from tests.receiving import changed_example, counts, put_source, taker
from tests.test_receive_mail import mail, put


class Made(NamedTuple):
    """``other`` signs as well as ``ours``, and nobody trusts it. ``late`` is no longer valid."""

    ours: Authority
    other: Authority
    server: Certificate
    late: Certificate
    client: Certificate


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("certificates")
    (folder / "late").mkdir()
    ours = Authority(folder)
    late = Authority(folder / "late", "late").sign("localhost", until=NOW - ONE_DAY)
    return Made(ours, Authority(folder, "other"), ours.sign("localhost"), late, ours.sign("percorso"))


def tls_of(shown: Certificate) -> str:
    return f"allow_anonymous true\ncertfile {shown.certificate}\nkeyfile {shown.key}"


@pytest.fixture(scope="module")
def broker(made: Made) -> Iterator[Running]:
    with mosquitto(tls_of(made.server)) as server:
        yield server


def refusal(company: Company, kind: str, **settings: Any) -> PercorsoError:
    """What `sources check` says."""
    put_source(company.directory.root, kind, changed_example(kind, **settings))
    with pytest.raises(PercorsoError) as refused:
        company.sources.check(company.sources.find(kind))
    return refused.value


# --- machines ---------------------------------------------------------------------------------------------------------


def trusted(made: Made, port: int) -> dict[str, Any]:
    return {"host": "localhost", "port": port, "tls": True, "ca_file": str(made.ours.ca_file)}


def test_a_broker_that_is_trusted_is_listened_to(made: Made, broker: Running, company: Company) -> None:
    put_source(company.directory.root, "machines", changed_example("machines", **trusted(made, broker.port)))
    assert "answers" in company.sources.check(company.sources.find("machines"))
    machines = taker(company, "machines")
    machines.once(threading.Event())
    said = json.dumps({"id": 1, "at": 1773500001, "code": "E4"})
    publish.single(
        "machines/M7/fault", said, 1, hostname="localhost", port=broker.port, tls={"ca_certs": str(made.ours.ca_file)}
    )
    machines.once(threading.Event())
    assert counts(company, "machines") == {"accepted": 1}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"host": "127.0.0.1"}, "certificate of another name; write as `host` a name that stands in it"),
        ({"ca_file": "other"}, "not trusted .*; write as `ca_file` the file of who signed it"),
        ({"ca_file": None}, "not trusted .*; write as `ca_file` the file of who signed it"),
        ({"ca_file": "nothing.pem"}, "certificates in nothing.pem cannot be read"),
        ({"tls": False, "ca_file": None}, "hangs up before it answers; does it want TLS"),
        ({"tls": False}, "ca_file: is for TLS, and `tls` is not asked for"),
        ({"cert_file": "percorso.crt"}, "cert_file: and key_file come together"),
        ({"cert_file": "no.crt", "key_file": "no.key"}, "are no certificate with its key"),
    ],
)
def test_a_broker_that_is_not_trusted_is_told_of(
    made: Made, broker: Running, company: Company, changed: dict[str, Any], said: str
) -> None:
    if changed.get("ca_file") == "other":
        changed = {"ca_file": str(made.other.ca_file)}
    refused = refusal(company, "machines", **trusted(made, broker.port) | changed)
    assert_said(refused, said)


def assert_said(refused: PercorsoError, said: str) -> None:
    with pytest.raises(type(refused), match=said):
        raise refused


def test_a_certificate_that_is_no_longer_valid(made: Made, company: Company) -> None:
    with mosquitto(tls_of(made.late)) as broker:
        settings = trusted(made, broker.port) | {"ca_file": str(made.late.certificate.parent / "late.pem")}
        assert_said(refusal(company, "machines", **settings), "no longer valid; have it renewed there")


def test_tls_is_not_given_up_where_there_is_none(made: Made, company: Company) -> None:
    """A plain broker, and one that is not there."""
    with mosquitto() as broker:
        refused = refusal(company, "machines", **trusted(made, broker.port))
    assert isinstance(refused, InvalidConfig)
    assert_said(refused, "does not speak TLS as it should .*; is this its port for TLS")
    refused = refusal(company, "machines", **trusted(made, free_port()))
    assert isinstance(refused, StoreUnavailable)
    assert_said(refused, "cannot be reached")


def test_a_broker_that_wants_to_know_us(made: Made, company: Company) -> None:
    wants = f"{tls_of(made.server)}\ncafile {made.ours.ca_file}\nrequire_certificate true"
    with mosquitto(wants.replace("allow_anonymous true", "use_identity_as_username true")) as broker:
        settings = trusted(made, broker.port)
        assert_said(refusal(company, "machines", **settings), "does it want a certificate of ours")
        ours = {"cert_file": str(made.client.certificate), "key_file": str(made.client.key)}
        put_source(company.directory.root, "machines", changed_example("machines", **settings, **ours))
        assert "answers" in company.sources.check(company.sources.find("machines"))


def test_the_command_says_it(
    made: Made, broker: Running, company_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = Cli(company_dir, capsys)
    put_source(
        company_dir, "machines", changed_example("machines", **trusted(made, broker.port) | {"host": "127.0.0.1"})
    )
    code, _, err = cli("sources", "check", "machines")
    assert (code, "write as `host` a name that stands in it" in " ".join(err.split())) == (2, True), err


# --- mail -------------------------------------------------------------------------------------------------------------


class Mailbox(NamedTuple):
    plain_port: int
    tls_port: int
    box: Path


@pytest.fixture(scope="module")
def mailbox(made: Made) -> Iterator[Mailbox]:
    # A line from an address to itself counts as safe: 127.0.0.2 is called from 127.0.0.1.
    tls = f"listen = 127.0.0.1, 127.0.0.2\nssl = required\nssl_cert = <{made.server.certificate}\nssl_key = <{made.server.key}"
    port = free_port()
    with dovecot("s3cret", tls, port) as (server, box):
        yield Mailbox(server.port, port, box)


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "s3cret")


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_mail_over_tls(made: Made, mailbox: Mailbox, company: Company, tls: str) -> None:
    port = mailbox.tls_port if tls == "tls" else mailbox.plain_port
    record = changed_example("mail", host="localhost", port=port, tls=tls, ca_file=str(made.ours.ca_file))
    put_source(company.directory.root, "mail", record)
    put(mailbox.box, 1 if tls == "tls" else 2, mail(1))
    taker(company, "mail").once(threading.Event())
    assert counts(company, "mail")["accepted"] == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"host": "127.0.0.1"}, "certificate of another name; write as `host` a name that stands in it"),
        ({"ca_file": "other"}, "not trusted .*; write as `ca_file` the file of who signed it"),
        ({"ca_file": "nothing.pem"}, "certificates in nothing.pem cannot be read"),
    ],
)
@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_mail_server_that_is_not_trusted_is_told_of(
    made: Made, mailbox: Mailbox, company: Company, tls: str, changed: dict[str, Any], said: str
) -> None:
    port = mailbox.tls_port if tls == "tls" else mailbox.plain_port
    settings = {"host": "localhost", "port": port, "tls": tls, "ca_file": str(made.ours.ca_file)} | changed
    if settings["ca_file"] == "other":
        settings["ca_file"] = str(made.other.ca_file)
    assert_said(refusal(company, "mail", **settings), said)


def test_no_password_goes_over_a_plain_line_to_who_wants_tls(mailbox: Mailbox, company: Company) -> None:
    refused = refusal(company, "mail", host="127.0.0.2", port=mailbox.plain_port, tls="none")
    assert_said(refused, "takes no password over a line without TLS; write `tls: starttls`")


@pytest.mark.parametrize(("tls", "said"), [("tls", "is this its port for TLS"), ("starttls", "offers no STARTTLS")])
def test_mail_without_tls_is_refused_where_it_is_asked_for(made: Made, company: Company, tls: str, said: str) -> None:
    with dovecot("s3cret") as (server, _):
        ca_file = str(made.ours.ca_file)
        assert_said(refusal(company, "mail", host="localhost", port=server.port, tls=tls, ca_file=ca_file), said)
