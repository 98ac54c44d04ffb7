"""What intake says of each item it was given."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

from percorso.model.identity import Trust


class Verdict(StrEnum):
    """accepted      on disk, will be folded
    duplicate     same source, message id and payload as one before: nothing to do
    conflict      same source and message id, another payload: kept aside, not folded
    quarantined   not an event; kept aside with its reason
    suppressed    refused because of consent or erasure
    """

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"
    SUPPRESSED = "suppressed"


class TimeRule(IntEnum):
    """Which rule set the time of an event (data/event_time.py).

    said      the client's own time
    received  it gave none: the time of reception
    ahead     its time was after the reception: the time of reception
    device    its time, moved by as much as the clock of its device was wrong
    """

    SAID = 0
    RECEIVED = 1
    AHEAD = 2
    DEVICE = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class ItemVerdict(NamedTuple):
    """The verdict on one item.

    seq       its place in the log, when accepted
    reason    stable code when quarantined (``data/intake.py`` lists them), else None
    detail    what to do, for people; no personal data. An accepted item has one when it does less than was meant
    """

    message_id: str | None
    verdict: Verdict
    seq: int | None = None
    reason: str | None = None
    detail: str | None = None


class Candidate(NamedTuple):
    """An item that passed intake and asks to be appended: a row of the log, all but its seq, in the order of its columns.

    lane         0 live, 1 import: live is processed first
    day, hour    civil day (days since 1970-01-01) and hour in the company's zone
    body         the item as JSON text, as it came (envelope merged in)
    key          16 bytes, hash of (source, message id): what dedupe compares
    fingerprint  63-bit hash of what the item says; another one under the same key is a conflict
    time_rule    which rule set occurred_at
    said_at      the client's own time, where it is not occurred_at; else None
    sent_at      when it was sent, by the client's clock; None when it did not say
    trust        how far it is believed to know whom it speaks of, see model/identity.py
    """

    lane: int
    source: str
    message_id: str
    occurred_at: int
    received_at: int
    day: int
    hour: int
    tie: int
    historical: bool
    body: str
    key: bytes
    fingerprint: int
    time_rule: int = TimeRule.SAID.value
    said_at: int | None = None
    sent_at: int | None = None
    trust: int = Trust.SERVER.value


@dataclass(frozen=True, slots=True)
class Refused:
    """An item that intake refused; kept with its reason so that it can be mended and replayed.

    line    row number in its file, 1-based with the header counted, else None
    body    what came, cut to 64 KiB
    """

    source: str
    message_id: str | None
    received_at: int
    reason: str
    detail: str
    body: bytes
    line: int | None = None
    verdict: Verdict = Verdict.QUARANTINED


LIVE_LANE = 0
IMPORT_LANE = 1
