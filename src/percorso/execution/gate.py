"""The gate: the ordered checks before anything reaches a person. Each refusal has its reason.

    address -> consent -> suppression -> expiry -> pressure (cap) -> quiet hours

The first check that does not pass decides. A message of history never comes here: it is refused when it is decided.
A message without purpose is a service message: it needs no consent and no room under the cap, but it counts, and at night
it waits like any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from percorso.model.company import DEFAULT_CONSENT
from percorso.model.decision import Refusal
from percorso.model.message import Message
from percorso.model.person import Profile
from percorso.model.time import DAY, Micros, from_datetime, to_datetime

CAP_WINDOWS: tuple[Micros, Micros] = (DAY, 7 * DAY)
"""The pressure windows, rolling: a day and a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRules:
    """What the company allows itself.

    zone             the company's, for people whose own is unknown
    default_consent  purpose -> allowed, where a person said nothing; a purpose not listed is not allowed
    cap_day          messages per person in any 24 hours; `cap_week`: in any 7 days
    quiet_from       civil time from which nobody is written to, `quiet_until` the end; equal: no quiet hours
    """

    zone: str
    default_consent: Mapping[str, bool] = field(default_factory=lambda: dict(DEFAULT_CONSENT))
    cap_day: int = 3
    cap_week: int = 7
    quiet_from: time = time(21)
    quiet_until: time = time(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One message before the gate.

    address      where it would go, None when the channel has none for this person
    suppressed   whether the address is to be left alone
    sent_day     messages the person had in the last 24 hours, `sent_week` in the last 7 days
    """

    message: Message
    profile: Profile
    address: str | None
    suppressed: bool
    sent_day: int
    sent_week: int


@dataclass(frozen=True, slots=True)
class Pass:
    """It may go."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """It will not go."""

    reason: Refusal


@dataclass(frozen=True, slots=True)
class Defer:
    """Not now: come back at `until`, later than now."""

    until: Micros


Verdict = Pass | Refuse | Defer


def gate(asking: Asking, rules: GateRules, now: Micros) -> Verdict:
    """Whether a message may go now."""
    message = asking.message
    if asking.address is None:
        return Refuse(Refusal.NO_ADDRESS)
    if not consents(asking.profile, message.purpose, message.channel, rules.default_consent):
        return Refuse(Refusal.NO_CONSENT)
    if asking.suppressed:
        return Refuse(Refusal.SUPPRESSED)
    if now >= message.expires_at:
        return Refuse(Refusal.EXPIRED)
    if message.purpose is not None and (asking.sent_day >= rules.cap_day or asking.sent_week >= rules.cap_week):
        return Refuse(Refusal.CAP)
    until = quiet_until(now, person_zone(asking.profile, rules.zone), rules.quiet_from, rules.quiet_until)
    return Pass() if until is None else Defer(until)


def consents(profile: Profile, purpose: str | None, channel: str, default: Mapping[str, bool]) -> bool:
    """Whether a person lets us write for a purpose on a channel: their own word, else the company's default."""
    if purpose is None:
        return True
    said = profile.consents.get(f"{purpose}/{channel}")
    return default.get(purpose, False) if said is None else said.value == "granted"


def person_zone(profile: Profile, default: str) -> ZoneInfo:
    """The zone a person lives in as far as they told (trait ``timezone``), else `default`."""
    said = profile.facts.traits.get("timezone")
    if said is not None and isinstance(said.value, str):
        try:
            return ZoneInfo(said.value)
        except (KeyError, ValueError, OSError):  # what a client sends need not be a zone, nor even a file name
            return ZoneInfo(default)
    return ZoneInfo(default)


def quiet_until(now: Micros, zone: ZoneInfo, start: time, end: time) -> Micros | None:
    """When the quiet hours that hold now end, always later than now; None when they do not hold.

    Read off the civil clock, so that the hours stay the same over a change of the clock. The window may span midnight.
    An end that the clock skips comes just after the gap; one that it shows twice ends the second time when need be.
    """
    local = to_datetime(now).astimezone(zone)
    clock = local.time().replace(tzinfo=None)
    spans_midnight = start > end
    quiet = clock >= start or clock < end if spans_midnight else start <= clock < end
    if not quiet:
        return None
    day = local.date() + timedelta(days=1 if spans_midnight and clock >= start else 0)
    first = datetime.combine(day, end, tzinfo=zone)
    until = from_datetime(first)
    return until if until > now else from_datetime(first.replace(fold=1))
