"""Mail over a real Dovecot: read once, threaded to our messages, and the mailbox is left as it was."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from percorso.main.company import Company
from percorso.model.errors import InvalidConfig, StoreUnavailable
from percorso.model.reply_text import written
from tests.brokers import dovecot
from tests.receiving import changed_example, counts, in_log, put_source, taker

OURS = "0123456789abcdef" * 2
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[int, Path]]:
    with dovecot("s3cret") as (running, box):
        yield running.port, box


@pytest.fixture
def box(server: tuple[int, Path], company: Company, monkeypatch: pytest.MonkeyPatch) -> Path:
    port, box = server
    for path in (*(box / "new").iterdir(), *(box / "cur").iterdir()):
        path.unlink()
    monkeypatch.setenv("MAIL_PASSWORD", "s3cret")
    put_source(company.directory.root, "mail", changed_example("mail", host="127.0.0.1", port=port, tls="none"))
    return box


def mail(number: int, text: str = "Buongiorno", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ada Rossi <Ada@Example.com>"
    message["To"] = "care@shop.example"
    message["Subject"] = "Il mio ordine"
    message["Date"] = format_datetime(NOW)
    message["Message-ID"] = f"<m{number}@example.com>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def put(box: Path, number: int, message: EmailMessage) -> None:
    partial = box / "tmp" / f"{number}"
    partial.write_bytes(bytes(message))
    partial.chmod(0o644)
    partial.rename(box / "new" / f"{number}.test")


def once(company: Company) -> None:
    taker(company, "mail").once(threading.Event())


def test_a_reply_is_threaded_to_our_message(box: Path, company: Company) -> None:
    text = "Sì, grazie.\n\nIl giorno ven 13 mar 2026 alle ore 10:00 Caffè <care@shop.example>\nha scritto:\n> Tutto bene?\n"
    put(box, 1, mail(1, text, In_Reply_To=f"<{OURS}@shop.example>"))
    once(company)
    once(company)
    (told,) = in_log(company, "mail")
    assert told["messageId"] == "email-received:m1@example.com"
    assert told["context"] == {
        "touchpoint": "email.support",
        "traits": {"name": "Ada Rossi", "email": "ada@example.com"},
    }
    assert told["properties"] == {
        "subject": "Il mio ordine",
        "text": "Sì, grazie.",
        "message_id": OURS,
        "in_reply_to": f"{OURS}@shop.example",
        "attachments": 0,
        "automatic": False,
    }
    assert counts(company, "mail") == {"accepted": 1}


def test_only_what_is_new_is_read_and_nothing_is_marked(box: Path, company: Company) -> None:
    put(box, 1, mail(1))
    once(company)
    put(box, 2, mail(2, Auto_Submitted="auto-replied"))
    once(company)
    assert [told["properties"]["automatic"] for told in in_log(company, "mail")] == [False, True]
    assert counts(company, "mail") == {"accepted": 2}
    assert not [path.name for path in (box / "cur").iterdir() if "S" in path.name.rpartition(",")[2]]


def test_html_attachments_and_mails_without_much(box: Path, company: Company) -> None:
    page = EmailMessage()
    page["From"], page["Message-ID"] = "bob@example.com", "<h@example.com>"
    page.set_content(
        "<html><head><style>p{}</style></head><body><p>Ciao</p><p>dove <b>siete</b>?</p></body></html>", subtype="html"
    )
    page.add_attachment(b"x", maintype="application", subtype="pdf", filename="a.pdf")
    put(box, 1, page)
    put(box, 2, EmailMessage())
    once(company)
    (told,) = in_log(company, "mail")
    assert (told["properties"]["text"], told["properties"]["attachments"]) == ("Ciao\ndove siete?", 1)
    assert counts(company, "mail") == {"accepted": 1, "idle": 1}


def test_what_could_not_be_stored_is_read_again(box: Path, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise StoreUnavailable("the disk is full")

    put(box, 1, mail(1))
    with monkeypatch.context() as broken:
        broken.setattr(company.log, "append", full)
        with pytest.raises(StoreUnavailable):
            once(company)
    once(company)
    assert counts(company, "mail") == {"accepted": 1}


def test_a_lost_cursor_makes_duplicates_only(box: Path, company: Company) -> None:
    put(box, 1, mail(1))
    once(company)
    (company.directory.receiving / "mail" / "cursor.json").write_text("damaged")
    once(company)
    assert counts(company, "mail") == {"accepted": 1, "duplicate": 1}


def test_a_check_says_what_is_wrong(box: Path, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    put(box, 1, mail(1))
    assert "holds 1 mails" in company.sources.check(company.sources.find("mail"))
    record = changed_example("mail", host="127.0.0.1", port=1, tls="none")
    put_source(company.directory.root, "away", record)
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        company.sources.check(company.sources.find("away"))
    monkeypatch.setenv("MAIL_PASSWORD", "wrong")
    with pytest.raises(InvalidConfig, match="user and password"):
        company.sources.check(company.sources.find("mail"))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Yes\n\nOn Fri, 13 Mar 2026 at 10:00, Shop <a@b.c> wrote:\n> Well?", "Yes"),
        ("Sì\n\n-----Messaggio originale-----\nDa: Shop\nCome va?", "Sì"),
        ("Ok\r\n\r\nDa: Shop <a@b.c>\r\nInviato: venerdì\r\nA: Ada\r\nOggetto: x\r\n\r\nCome va?", "Ok"),
        ("Va bene\n-- \nAda", "Va bene"),
        ("Da: domani sono via.\nGrazie", "Da: domani sono via.\nGrazie"),
        ("prima\n> citato\ndopo\n\nInviato da iPhone", "prima\ndopo"),
        ("", ""),
    ],
)
def test_what_is_quoted_is_cut(text: str, left: str) -> None:
    assert written(text) == left
