"""The gate: the ordered checks before anything reaches a person. Each refusal has its reason.

    address -> consent -> profiling -> suppression -> pause -> expiry -> pressure (cap) -> quiet hours

The first check that does not pass decides. A message of history never comes here: it is refused when it is decided.
A message without purpose is a service message: it needs no consent and no room under the cap, no pause holds it up, but it
counts, and at night it waits like any other. What a person wished (execution/wishes.py) goes before what the company
allows itself: their number of messages when it is smaller, their hours in place of the quiet ones.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from percorso.execution.wishes import Wishes, wishes
from percorso.model.company import DEFAULT_CONSENT
from percorso.model.consent import PROFILING_INTENTS, Permissions, permissions
from percorso.model.decision import Refusal
from percorso.model.message import Message
from percorso.model.person import Profile
from percorso.model.time import DAY, Micros, from_datetime, to_datetime

CAP_WINDOWS: tuple[Micros, Micros, Micros] = (DAY, 7 * DAY, 30 * DAY)
"""The pressure windows, rolling: a day, a week and a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRules:
    """What the company allows itself.

    zone             the company's, for people whose own is unknown
    permissions      the purposes, and what holds where a person said nothing; a purpose not listed is not allowed
    cap_day          messages per person in any 24 hours; `cap_week`: in any 7 days
    quiet_from       civil time from which nobody is written to, `quiet_until` the end; equal: no quiet hours
    """

    zone: str
    permissions: Permissions = field(default_factory=lambda: permissions((), DEFAULT_CONSENT))
    cap_day: int = 3
    cap_week: int = 7
    quiet_from: time = time(21)
    quiet_until: time = time(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One message before the gate.

    address      where it would go, None when the channel has none for this person
    suppressed   whether the address is to be left alone
    sent_day     messages the person had in the last 24 hours, `sent_week` in the last 7, `sent_month` in the last 30 days
    """

    message: Message
    profile: Profile
    address: str | None
    suppressed: bool
    sent_day: int
    sent_week: int
    sent_month: int = 0


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
    message, said = asking.message, asking.profile.consents
    if asking.address is None:
        return Refuse(Refusal.NO_ADDRESS)
    if message.purpose is not None and not rules.permissions.allows(said, message.purpose, message.channel, now):
        return Refuse(Refusal.NO_CONSENT)
    if message.intent in PROFILING_INTENTS and not rules.permissions.profiles(said, now):
        return Refuse(Refusal.NO_PROFILING)
    if asking.suppressed:
        return Refuse(Refusal.SUPPRESSED)
    wished, zone = wishes(asking.profile), person_zone(asking.profile, rules.zone)
    if message.purpose is not None and is_paused(wished, now, zone):
        return Refuse(Refusal.PAUSED)
    if now >= message.expires_at:
        return Refuse(Refusal.EXPIRED)
    if message.purpose is not None and is_enough(asking, wished, rules):
        return Refuse(Refusal.CAP)
    awake = wished.hours or (rules.quiet_until, rules.quiet_from)
    until = quiet_until(now, zone, awake[1], awake[0])
    return Pass() if until is None else Defer(until)


def is_paused(wished: Wishes, now: Micros, zone: ZoneInfo) -> bool:
    """Whether the person asked for a pause that is not over on their calendar."""
    return wished.pause_until is not None and to_datetime(now).astimezone(zone).date() < wished.pause_until


def is_enough(asking: Asking, wished: Wishes, rules: GateRules) -> bool:
    """Whether the person had as many messages as the company allows itself, or as they wish."""
    week = rules.cap_week if wished.per_week is None else min(rules.cap_week, wished.per_week)
    if asking.sent_day >= rules.cap_day or asking.sent_week >= week:
        return True
    return wished.per_month is not None and asking.sent_month >= wished.per_month


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
