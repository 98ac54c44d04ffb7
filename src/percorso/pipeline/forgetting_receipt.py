"""The receipt of an erasure: what went, what was searched, signed with the company's secret."""

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from percorso.model.erasure import Hit, PrivacyRequest
from percorso.model.time import Micros, to_iso

_encode = msgspec.json.Encoder(order="deterministic").encode


def is_of_others(hit: Hit, hits: Sequence[Hit]) -> bool:
    """Whether a needle stands in a row, or on the disk because it stands in one: what is left when nothing is theirs by its
    keys is of others, who wrote it down."""
    return hit.kind == "row" or (
        hit.kind == "bytes" and any(one.needle == hit.needle and one.kind == "row" for one in hits)
    )


def others_rows(hits: Sequence[Hit]) -> dict[str, int]:
    """store -> how many needles stand in its rows."""
    found: dict[str, set[int]] = {}
    for hit in hits:
        if hit.kind == "row":
            found.setdefault("lake" if hit.store.endswith(".parquet") else hit.store, set()).add(hit.needle)
    return {store: len(needles) for store, needles in sorted(found.items())}


def receipt(
    request: PrivacyRequest,
    counts: Mapping[str, int],
    elsewhere: Mapping[str, int],
    stores: Sequence[str],
    at: Micros,
    secret: bytes,
) -> dict[str, Any]:
    """Of a request that is done: every store was searched, and nothing of theirs was found.

    elsewhere  store -> how many needles somebody else's rows hold: what others wrote of them
    """
    told = {
        "request_id": request.request_id,
        "kind": request.kind,
        "identities": [dict(one) for one in request.identities],
        "requested_at": to_iso(request.requested_at),
        "completed_at": to_iso(at),
        "erased": dict(counts),
        "searched": list(stores),
        "needles": counts.get("needles", 0),
        "too_short": counts.get("too_short", 0),
        "hits": 0,
        "elsewhere": dict(elsewhere),
    }
    return {**told, "signature": signature(told, secret)}


def signature(told: Mapping[str, Any], secret: bytes) -> str:
    """HMAC-SHA256 with the company's secret over a receipt's canonical JSON, without its signature."""
    plain = {name: value for name, value in told.items() if name != "signature"}
    return hmac.new(secret, b"percorso receipt\x00" + _encode(plain), sha256).hexdigest()


def is_signed(receipt: Mapping[str, Any], secret: bytes) -> bool:
    """Whether this company signed a receipt as it stands."""
    return hmac.compare_digest(str(receipt.get("signature", "")), signature(receipt, secret))
