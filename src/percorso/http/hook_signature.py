"""Whether a post comes from who shares the secret with us: HMAC SHA-256 over the raw body (RFC 2104), in constant time."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

from percorso.model.errors import Unauthenticated
from percorso.model.source import Signature
from percorso.model.time import SECOND, Micros

_PARTS = {"hex": r"[0-9a-fA-F]{64}", "base64": r"[A-Za-z0-9+/_-]{43}=?", "timestamp": r"\d{1,13}"}


def check_signature(signature: Signature, secret: str, headers: Mapping[str, str], body: bytes, now: Micros) -> None:
    """Raises Unauthenticated, whatever is wrong with the signature or its time."""
    found = _pattern(signature.form).search(headers.get(signature.header.lower(), ""))
    if found is None:
        raise Unauthenticated(f"the header {signature.header} with the signature is missing or not as agreed")
    given = found.groupdict()
    stamp = given.get("timestamp") or (headers.get(signature.time_header.lower(), "") if signature.time_header else "")
    if "{timestamp}" in signature.signed:
        _check_time(stamp, signature.tolerance_s, now)
    before, _, after = signature.signed.replace("{timestamp}", stamp).partition("{body}")
    wanted = hmac.new(secret.encode(), before.encode() + body + after.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(wanted, _bytes(given)):
        raise Unauthenticated("the signature is not that of this body; check the secret on both sides")


def check_token(header: str, secret: str, headers: Mapping[str, str]) -> None:
    """The secret itself, alone or after ``Bearer``. Raises Unauthenticated."""
    given = headers.get(header.lower(), "").removeprefix("Bearer ").strip()
    if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), secret.encode()):
        raise Unauthenticated(f"the header {header} does not hold the secret of this source")


def _pattern(form: str) -> re.Pattern[str]:
    """The form as a pattern that a whole header, or one part of it, matches."""
    written = re.escape(form)
    for name, part in _PARTS.items():
        written = written.replace(re.escape("{" + name + "}"), f"(?P<{name}>{part})", 1)
    return re.compile(r"(?<![A-Za-z0-9])" + written + r"(?![A-Za-z0-9+/=])")


def _bytes(given: Mapping[str, str | None]) -> bytes:
    if given.get("hex"):
        return bytes.fromhex(given["hex"] or "")
    text = (given.get("base64") or "").rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(text + "=")


def _check_time(stamp: str, tolerance_s: int, now: Micros) -> None:
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 13:
        raise Unauthenticated("the timestamp that is signed is missing or no number of seconds")
    sent = int(stamp) // 1000 if len(stamp) == 13 else int(stamp)
    if abs(now // SECOND - sent) > tolerance_s:
        raise Unauthenticated(f"the timestamp is over {tolerance_s} s away; send it anew, or set the clock")
