"""One batch, one request, and what its answer means."""

import codecs
import gzip
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from percorso.client.told import Drop
from percorso.client.waiting import Waiting
from percorso.version import __version__

USER_AGENT = f"percorso-python/{__version__}"
_MOST_READ = 1 << 20
_LATER = frozenset({408, 425, 429, 460})
_NEVER = frozenset({400, 413, 422})

# Loaded now: it is first needed by a look-up of a name, and a fork amid that would leave the child without it for ever.
codecs.lookup("idna")


class Outcome(Enum):
    """Of a request.

    TAKEN   on the server's disk
    LATER   nobody knows, or not now: the same again
    NEVER   the same again can never get through, though a part of it may
    PAUSED  the key or the address is wrong, which somebody may mend
    """

    TAKEN = "taken"
    LATER = "later"
    NEVER = "never"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """status 0: there was none. `retry_after_s`: what the server asks for. `refused`: items that will not count."""

    outcome: Outcome
    status: int
    message: str
    retry_after_s: float = 0.0
    refused: Sequence[Drop] = ()


class _NoRedirects(HTTPRedirectHandler):
    """A POST that is led elsewhere becomes a GET without events, and its answer would look like success."""

    def redirect_request(self, *args: Any) -> None:
        return None


class Post:
    """The server, for a write key. Proxies are those of the environment, as for every program."""

    def __init__(self, write_key: str, host: str, *, timeout_s: float, compressed: bool) -> None:
        self._url = f"{host.rstrip('/')}/v1/batch"
        self._timeout_s = timeout_s
        self._compressed = compressed
        self._opener = build_opener(_NoRedirects)
        self._key = write_key

    def send(self, events: Sequence[Waiting]) -> Answer:
        """Waits for the answer; no failure of the network is an error."""
        request = Request(self._url, self._body(events), self._headers(), method="POST")  # noqa: S310
        try:
            with self._opener.open(request, timeout=self._timeout_s) as answer:
                return _answer(answer.status, answer.headers, answer.read(_MOST_READ))
        except HTTPError as error:
            with error:
                return _answer(error.code, error.headers, _read(error))
        except (OSError, HTTPException) as error:
            return Answer(outcome=Outcome.LATER, status=0, message=str(error) or type(error).__name__)

    def _body(self, events: Sequence[Waiting]) -> bytes:
        sent_at = datetime.now(UTC).isoformat()
        lines = b",".join(event.line for event in events)
        key = json.dumps(self._key).encode()
        body = b'{"writeKey":%b,"sentAt":"%b","batch":[%b]}' % (key, sent_at.encode(), lines)
        return gzip.compress(body, 6) if self._compressed else body

    def _headers(self) -> dict[str, str]:
        encoding = {"Content-Encoding": "gzip"} if self._compressed else {}
        return {"Content-Type": "application/json", "User-Agent": USER_AGENT, **encoding}


def _read(error: HTTPError) -> bytes:
    try:
        return error.read(_MOST_READ)
    except (OSError, HTTPException):
        return b""


def _answer(status: int, headers: Any, body: bytes) -> Answer:
    said = _said(body)
    message = str(said.get("message", ""))[:500]
    if status == 200 and said.get("success") is True:
        return Answer(outcome=Outcome.TAKEN, status=status, message=message, refused=_refused(said.get("verdicts")))
    if status == 200 or status >= 500 or status in _LATER:
        wait_s = _wait_s(headers.get("Retry-After"))
        return Answer(outcome=Outcome.LATER, status=status, message=message, retry_after_s=wait_s)
    outcome = Outcome.NEVER if status in _NEVER else Outcome.PAUSED
    return Answer(outcome=outcome, status=status, message=message)


def _said(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _refused(verdicts: Any) -> list[Drop]:
    """Items that the server has not counted; a duplicate has been, once."""
    return [
        Drop(
            message_id=str(one.get("messageId") or ""),
            reason=str(one.get("reason") or one.get("verdict")),
            detail=str(one.get("detail") or ""),
        )
        for one in (verdicts if isinstance(verdicts, list) else ())
        if isinstance(one, dict) and one.get("verdict") not in ("accepted", "duplicate")
    ]


def _wait_s(said: str | None) -> float:
    """Seconds, or a date; anything else asks for nothing.

    >>> _wait_s("7"), _wait_s(None), _wait_s("soon"), _wait_s("Thu, 01 Jan 1970 00:00:00 GMT")
    (7.0, 0.0, 0.0, 0.0)
    """
    if said is None:
        return 0.0
    try:
        return max(float(said), 0.0) if said.strip().isdigit() else max(_date(said) - time.time(), 0.0)
    except (ValueError, TypeError):
        return 0.0


def _date(said: str) -> float:
    return parsedate_to_datetime(said).timestamp()
