"""What every mailbox promises."""

from dataclasses import replace

import pytest

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.mailbox import SqlMailbox
from percorso.ports import Mail, Mailbox

MAIL = Mail(
    mail_id="m1",
    to="ada@example.com",
    subject="Grazie è più 🙂",
    html="<p>Ciao</p>",
    text="Ciao",
    received_at=10,
    person_id="p1",
)


@pytest.fixture
def mailbox(database: Database) -> Mailbox:
    return SqlMailbox(database)


def test_what_is_put_is_got_back_whole(mailbox: Mailbox) -> None:
    nobodys = replace(MAIL, mail_id="m2", person_id=None)
    mailbox.put(MAIL)
    mailbox.put(nobodys)
    assert mailbox.get("m1") == MAIL
    assert mailbox.get("m2") == nobodys
    assert mailbox.get("m3") is None


def test_the_same_mail_twice_is_one(mailbox: Mailbox) -> None:
    mailbox.put(MAIL)
    mailbox.put(replace(MAIL, received_at=99))
    assert mailbox.list(10) == [MAIL]


def test_the_list_is_newest_first_and_pages(mailbox: Mailbox) -> None:
    for at in range(1, 6):
        mailbox.put(replace(MAIL, mail_id=f"m{at}", received_at=at))
    assert [mail.received_at for mail in mailbox.list(2)] == [5, 4]
    assert [mail.received_at for mail in mailbox.list(2, before=4)] == [3, 2]
    assert mailbox.list(2, before=1) == []
