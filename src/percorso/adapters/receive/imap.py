"""Mail that people write to us, polled over IMAP. The mailbox is only read: nothing is marked, moved or deleted.

A message's UID, with the mailbox's UIDVALIDITY, says where we are; the cursor moves after the log has what was read. When
UIDVALIDITY changes, the mailbox is read anew and what is known already is duplicates, since the name of an event is the
mail's Message-ID. The document:

    message_id, in_reply_to, references   as the mail says, without <>
    ours                                  id of our message that it answers, when it answers one
    from, from_name, to, subject, date    the sender's address in small letters; ISO 8601
    text, whole_text                      plain text, or what its HTML says; `text` without what is quoted below it
    attachments                           how many
    automatic                             an answering machine wrote it (RFC 3834), or it is bulk
"""

import imaplib
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
from imap_tools import (
    AND,
    BaseMailBox,
    MailBox,
    MailboxFolderSelectError,
    MailboxLoginError,
    MailBoxUnencrypted,
)
from imap_tools.message import MailMessage

from percorso.adapters.receive.files import read_json, write_json
from percorso.adapters.receive.tls import trusting, unreachable
from percorso.model.arrived import Arrived, Deliver
from percorso.model.errors import InvalidConfig, StoreUnavailable
from percorso.model.reply_text import written
from percorso.model.source import ImapSettings

AT_ONCE = 50
TIMEOUT_S = 30.0
MAX_TEXT = 50_000
"""Characters of a mail's text that are kept."""
_OURS = re.compile(r"^[0-9a-f]{32}$")
_IDS = re.compile(r"<([^<>\s]+)>")
_encode = msgspec.json.Encoder().encode


class ImapReceiver:
    """`pipeline.receiving.Receiver` for one mailbox."""

    def __init__(self, settings: ImapSettings, password: str, cursor: Path, root: Path) -> None:
        self._settings = settings
        self._password = password
        self._cursor = cursor
        self._root = root
        self._server = f"the mail server {settings.host}:{settings.port}"

    def check(self) -> str:
        with self._opened() as box:
            status = box.folder.status(self._settings.folder, ["MESSAGES"])
        return f"{self._settings.folder} at {self._settings.host} holds {status['MESSAGES']} mails"

    def receive(self, deliver: Deliver, stop: threading.Event, *, once: bool) -> None:
        """See the port."""
        while not stop.is_set():
            with self._opened() as box:
                self._take(box, deliver, stop)
            if once:
                return
            stop.wait(self._settings.every_s)

    def _take(self, box: BaseMailBox, deliver: Deliver, stop: threading.Event) -> None:
        folder = self._settings.folder
        validity = int(box.folder.status(folder, ["UIDVALIDITY"])["UIDVALIDITY"])
        after = self._after(validity)
        uids = [uid for uid in sorted(map(int, box.uids(self._criteria(after)))) if uid > after]
        if not uids:
            deliver(())
        for start in range(0, len(uids), AT_ONCE):
            some = uids[start : start + AT_ONCE]
            wanted = AND(uid=",".join(map(str, some)))
            mails = list(box.fetch(wanted, mark_seen=False, bulk=True))
            deliver([Arrived(_encode(document_of(mail)), {"folder": folder, "uid": mail.uid}) for mail in mails])
            write_json(self._cursor, {"uidvalidity": validity, "uid": some[-1]})
            if stop.is_set():
                return

    def _after(self, validity: int) -> int:
        left = read_json(self._cursor)
        known = isinstance(left, dict) and left.get("uidvalidity") == validity
        return int(left["uid"]) if known else 0

    def _criteria(self, after: int) -> Any:
        if after:
            return AND(uid=f"{after + 1}:*")
        since = datetime.now(UTC).date() - timedelta(days=self._settings.since_days)
        return AND(date_gte=since)

    @contextmanager
    def _opened(self) -> Iterator[BaseMailBox]:
        settings = self._settings
        try:
            box = self._connected()
        except (OSError, imaplib.IMAP4.error) as error:
            raise unreachable(error, self._server, tls=settings.tls != "none") from error
        try:
            self._begin_tls(box)
            box.login(settings.user, self._password, initial_folder=None)
            box.folder.set(settings.folder, readonly=True)
            yield box
        except MailboxLoginError as error:
            raise InvalidConfig("the mail server refuses user and password; check both") from error
        except MailboxFolderSelectError as error:
            raise InvalidConfig(f"there is no mailbox {settings.folder}; check `folder`") from error
        except (OSError, imaplib.IMAP4.abort) as error:
            raise StoreUnavailable(f"the line to the mail server is cut ({type(error).__name__})") from error
        finally:
            _close(box)

    def _connected(self) -> BaseMailBox:
        settings = self._settings
        if settings.tls != "tls":
            return MailBoxUnencrypted(settings.host, settings.port, timeout=TIMEOUT_S)
        context = trusting(self._root, settings.ca_file)
        return MailBox(settings.host, settings.port, timeout=TIMEOUT_S, ssl_context=context)

    def _begin_tls(self, box: BaseMailBox) -> None:
        """STARTTLS, when it is asked for. Raises when the password would go over a line that is not safe enough."""
        offered = box.client.capabilities
        if self._settings.tls == "starttls":
            if "STARTTLS" not in offered:
                raise InvalidConfig(f"{self._server} offers no STARTTLS; write `tls: tls` and its port for TLS")
            try:
                box.client.starttls(trusting(self._root, self._settings.ca_file))
            except (OSError, imaplib.IMAP4.error) as error:
                raise unreachable(error, self._server, tls=True) from error
        elif self._settings.tls == "none" and "LOGINDISABLED" in offered:
            said = f"{self._server} takes no password over a line without TLS; write `tls: starttls` or `tls: tls`"
            raise InvalidConfig(said)


def _close(box: BaseMailBox) -> None:
    try:
        box.logout()
    except Exception:  # the line is gone already, in whichever way
        with suppress(OSError):
            box.client.shutdown()


def document_of(mail: MailMessage) -> dict[str, Any]:
    """What a mail says, as the document of this source."""
    references = [*_ids(mail, "in-reply-to"), *reversed(_ids(mail, "references"))]
    ids = _ids(mail, "message-id")
    text = (mail.text or _plain(mail.html))[:MAX_TEXT]
    return {
        "message_id": ids[0] if ids else None,
        "in_reply_to": references[0] if references else None,
        "references": list(dict.fromkeys(references)),
        "ours": next((local for one in references if _OURS.match(local := one.partition("@")[0])), None),
        "from": mail.from_.lower() or None,
        "from_name": (mail.from_values.name if mail.from_values else "") or None,
        "to": [address.lower() for address in mail.to],
        "subject": mail.subject,
        "date": _date(mail),
        "text": written(text) or text.strip(),
        "whole_text": text,
        "attachments": len(mail.attachments),
        "automatic": _is_automatic(mail),
    }


def _ids(mail: MailMessage, header: str) -> list[str]:
    return [found for value in _header(mail, header) for found in _IDS.findall(value)]


def _header(mail: MailMessage, name: str) -> Sequence[str]:
    headers: Mapping[str, Sequence[str]] = mail.headers
    return headers.get(name, ())


def _date(mail: MailMessage) -> str | None:
    """The time of the mail, None when it has none that can be read."""
    if not mail.date_str or mail.date.year < 1970:
        return None
    date = mail.date if mail.date.tzinfo else mail.date.replace(tzinfo=UTC)
    return date.isoformat()


def _is_automatic(mail: MailMessage) -> bool:
    says = {name: " ".join(_header(mail, name)).strip().lower() for name in ("auto-submitted", "precedence")}
    return says["auto-submitted"] not in ("", "no") or says["precedence"] in ("bulk", "auto_reply", "junk", "list")


class _Text(HTMLParser):
    """The words of a page."""

    _BREAKS = frozenset(("p", "br", "div", "tr", "li", "h1", "h2", "h3", "blockquote"))
    _SILENT = frozenset(("style", "script", "head", "title"))

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self._silent += tag in self._SILENT
        if tag in self._BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in self._SILENT and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(re.sub(r"\s+", " ", data))


def _plain(html: str) -> str:
    reader = _Text()
    reader.feed(html)
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.words)).strip()
