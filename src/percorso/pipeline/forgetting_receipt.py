"""The receipt of an erasure: what went, what was searched, signed with the company's secret."""

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from percorso.model.erasure import PrivacyRequest
from percorso.model.time import Micros, to_iso

_encode = msgspec.json.Encoder(order="deterministic").encode


def receipt(
    request: PrivacyRequest, counts: Mapping[str, int], needles: int, stores: Sequence[str], at: Micros, secret: bytes
) -> dict[str, Any]:
    """Of a request that is done: every store was searched, and nothing was found."""
    told = {
        "request_id": request.request_id,
        "kind": request.kind,
        "identities": [dict(one) for one in request.identities],
        "requested_at": to_iso(request.requested_at),
        "completed_at": to_iso(at),
        "erased": dict(counts),
        "searched": list(stores),
        "needles": needles,
        "hits": 0,
    }
    return {**told, "signature": signature(told, secret)}


def signature(told: Mapping[str, Any], secret: bytes) -> str:
    """HMAC-SHA256 with the company's secret over a receipt's canonical JSON, without its signature."""
    plain = {name: value for name, value in told.items() if name != "signature"}
    return hmac.new(secret, b"percorso receipt\x00" + _encode(plain), sha256).hexdigest()


def is_signed(receipt: Mapping[str, Any], secret: bytes) -> bool:
    """Whether this company signed a receipt as it stands."""
    return hmac.compare_digest(str(receipt.get("signature", "")), signature(receipt, secret))
