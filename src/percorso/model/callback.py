"""Telling whoever asked how far a privacy request is: what is told, in which order, and by which signature it is known."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

import msgspec

from percorso.model.erasure import ENDED, PrivacyRequest
from percorso.model.errors import InvalidInput
from percorso.model.time import SECOND, Micros, to_iso

Status = Literal["pending", "in_progress", "completed", "cancelled"]
MOST_URLS = 10
SIGNATURE = "percorso-signature"
"""The header: ``t=SECONDS,v1=HEX``, HMAC-SHA256 of ``SECONDS.BODY`` with `callback_secret`."""
_LONGEST = 2_000
_ORDER: tuple[Status, ...] = ("pending", "in_progress", "completed")
_encode = msgspec.json.Encoder(order="deterministic").encode


class Callback(NamedTuple):
    """How far an address is with one request.

    told      statuses it has answered to, in order
    tries     how often the next one failed
    next_at   when it is tried again
    problem   why the last try failed, for people
    gave_up   it failed too often: nothing more is told
    """

    url: str
    told: tuple[Status, ...] = ()
    tries: int = 0
    next_at: Micros = 0
    problem: str | None = None
    gave_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A post, ready to go."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def status_of(request: PrivacyRequest) -> Status:
    if request.step in ENDED:
        return "completed" if request.step == "done" else "cancelled"
    return "pending" if request.step in ("unsure", "requested") else "in_progress"


def next_status(request: PrivacyRequest, callback: Callback) -> Status | None:
    """The status to be told next; None when all that was reached is told. What an erasure passed through is told too, so
    that none is missed."""
    status = status_of(request)
    passed = _ORDER[: _ORDER.index(status)] if status in _ORDER else _ORDER[:1]
    reached = (*passed, status) if request.kind == "erasure" else (status,)
    return next((one for one in reached if one not in callback.told), None)


def checked_urls(urls: Sequence[str]) -> list[str]:
    """Addresses as they may be named. Raises InvalidInput. Whether they may be reached is seen when they are."""
    if len(urls) > MOST_URLS:
        raise InvalidInput(f"name at most {MOST_URLS} callback addresses")
    for url in urls:
        try:
            parts = urlsplit(url)
            whole = parts.scheme in ("https", "http") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            whole = False
        if not whole or len(url) > _LONGEST or parts.username or parts.fragment or not url.isascii() or " " in url:
            raise InvalidInput(f"{url[:100]!r} is no address to call back: write https://HOST/PATH")
    return list(dict.fromkeys(urls))


def post_of(
    request: PrivacyRequest, callback: Callback, status: Status, company: str, secret: bytes, at: Micros
) -> Told:
    """The post that tells a status, shaped like OpenDSR and signed. It names nobody."""
    told: dict[str, Any] = {
        "controller_id": company,
        "subject_request_id": request.request_id,
        "subject_request_type": request.kind,
        "request_status": status,
        "status_callback_url": callback.url,
        "received_time": to_iso(request.requested_at),
        "expected_completion_time": to_iso(request.deadline_at),
    }
    if status == "completed":
        told["completed_time"] = to_iso(request.step_at)
        told["receipt"] = request.receipt
    body = _encode(told)
    headers = {"content-type": "application/json", SIGNATURE: signed(body, callback_secret(secret), at // SECOND)}
    return Told(url=callback.url, headers=headers, body=body)


def callback_secret(secret: bytes) -> str:
    """What receivers check signatures with; it says nothing of the company's own secret."""
    return "cs_" + hmac.new(secret, b"percorso callbacks\x00", sha256).hexdigest()


def signed(body: bytes, secret: str, seconds: int) -> str:
    """
    >>> signed(b"{}", "cs_1", 7)[:12]
    't=7,v1=45398'
    """
    hexed = hmac.new(secret.encode(), f"{seconds}.".encode() + body, sha256).hexdigest()
    return f"t={seconds},v1={hexed}"
