"""QR codes: paper that leads to the web, and tells us which paper it was."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from percorso.model.errors import InvalidInput
from percorso.model.time import Micros

CODE = re.compile(r"^[a-z2-7]{12}$")
_DIGEST = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    """Where a code leads and where it hangs.

    code        12 letters and digits that cannot be guessed
    to          the address it leads to
    touchpoint  where it is scanned, such as store.window
    """

    code: str
    to: str
    touchpoint: str
    campaign: str | None
    made_at: Micros


def code_of(secret: bytes, to: str, touchpoint: str, campaign: str | None) -> str:
    """The same code for the same poster, however often it is made.

    >>> code_of(b"s", "https://a.example/", "store.window", None) == code_of(b"s", "https://a.example/", "store.window", None)
    True
    """
    said = "\x1f".join(("qr", to, touchpoint, campaign or "")).encode()
    return base64.b32encode(hmac.new(secret, said, hashlib.sha256).digest()[:_DIGEST]).decode().lower()[:12]


def is_allowed(to: str, domains: Sequence[str]) -> bool:
    """Whether an address is of one of the hosts, or of a subdomain of theirs.

    >>> [is_allowed(to, ["example.com"]) for to in ("https://www.example.com/a", "https://evilexample.com", "javascript:1")]
    [True, False, False]
    """
    try:
        parts = urlsplit(to)
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or "\\" in to or any(ord(one) < 33 for one in to):
        return False
    return any(host == domain.lower() or host.endswith(f".{domain.lower()}") for domain in domains)


def check_destination(to: str, domains: Sequence[str]) -> None:
    """Raises InvalidInput unless an address may be led to."""
    if not is_allowed(to, domains):
        raise InvalidInput(
            "a QR code leads only to the company's own sites; write a whole address (https://...) and name its host in "
            "PERCORSO_LINK_DOMAINS"
        )
