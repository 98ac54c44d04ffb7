"""Decisions: what we chose to do for a person at a touchpoint, with its reasons and what it beat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from percorso.model.time import Micros


class Refusal(StrEnum):
    """Why something was not sent.

    historical    the event is imported history
    no_consent    the purpose is not granted on this channel
    no_profiling  it would sell or entertain, and the person is not to be singled out
    suppressed    the address bounced, complained or asked to be left alone
    paused        the person asked for a pause
    quiet_hours   it is night for the person; deferred, not dropped
    cap           the person has had enough messages
    no_address    the channel has no address for this person
    not_allowed   test mode: the address is not on the allow-list
    expired       it waited longer than it is worth
    render_failed  the template could not be written for this person
    """

    HISTORICAL = "historical"
    NO_CONSENT = "no_consent"
    NO_PROFILING = "no_profiling"
    SUPPRESSED = "suppressed"
    PAUSED = "paused"
    QUIET_HOURS = "quiet_hours"
    CAP = "cap"
    NO_ADDRESS = "no_address"
    NOT_ALLOWED = "not_allowed"
    EXPIRED = "expired"
    RENDER_FAILED = "render_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One choice. `decision_id` is a hash of (play, business key): the same cause decides once.

    business_key  "play:value of once_per"
    outcome       "queued" (a message waits in the outbox), "task" (a task was opened) or "refused"
    refusal       why, when refused
    reasons       what made it match, for people
    alternatives  other plays that matched: {"play", "priority"}
    decided_at    the time of the event that caused it
    """

    decision_id: str
    business_key: str
    play: str
    play_version: int
    node_id: str
    person_id: str
    cause_seq: int
    cause_message_id: str
    touchpoint: str | None
    stage: str | None
    channel: str | None
    outcome: str
    refusal: Refusal | None
    reasons: Sequence[str]
    alternatives: Sequence[Mapping[str, Any]]
    decided_at: Micros
    historical: bool
