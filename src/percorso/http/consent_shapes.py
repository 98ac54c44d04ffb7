"""What the API tells of a person's consents."""

from dataclasses import dataclass
from typing import Any, Literal

from percorso.http.wire import Iso, Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConsent:
    """What holds on a channel (``*``: the purpose is chosen as a whole).

    state    the deciding choice, null where nothing was said;  said_by: the identifier it came from, ``kind:value``
    """

    channel: str
    allowed: bool
    state: Literal["granted", "denied", "withdrawn", "expired"] | None
    since: Iso | None
    said_by: str | None
    message_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeConsent:
    """A purpose of the company. `needs_consent`: nothing happens for it until the person says yes."""

    id: str
    name: Texts
    basis: str
    needs_consent: bool
    channels: list[ChannelConsent]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRecord:
    """One choice as it was said; what was erased is null, its hash stays."""

    seq: int
    number: int
    at: Iso | None
    purpose: str | None
    channel: str | None
    state: str | None
    said_by: str | None
    mechanism: str | None
    basis: str | None
    text_version: str | None
    text_hash: str | None
    language: str | None
    expires_at: Iso | None
    source: str | None
    message_id: str | None
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonConsents:
    """profiled: whether the person may be singled out;  ledger: newest first;  intact: its chains hold."""

    person_id: str
    profiled: bool
    purposes: list[PurposeConsent]
    ledger: list[LedgerRecord]
    intact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """Receipts in the shape of ISO/IEC TS 27560."""

    receipts: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPageLink:
    """The path of a person's own page."""

    path: str
