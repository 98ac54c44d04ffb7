"""How a person wishes to be written to, as they told in the preference centre or anywhere else, by traits.

    contact_per_week, contact_per_month   at most so many messages that are not service
    contact_from, contact_until           civil times between which they may reach them, such as 09:00 and 20:00
    contact_pause_until                   no message that is not service before this civil date, such as 2026-12-24

What cannot be read is no wish.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from percorso.model.person import Profile, Stamped

TRAITS = (
    *("contact_per_week", "contact_per_month", "contact_from", "contact_until"),
    "contact_pause_until",
)
MOST = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """None where nothing was wished. `hours`: from, until; the window may span midnight."""

    per_week: int | None = None
    per_month: int | None = None
    hours: tuple[time, time] | None = None
    pause_until: date | None = None


def wishes(profile: Profile) -> Wishes:
    """What a person wishes."""
    said = profile.facts.traits
    start, end = _time(said, "contact_from"), _time(said, "contact_until")
    return Wishes(
        per_week=_count(said, "contact_per_week"),
        per_month=_count(said, "contact_per_month"),
        hours=None if start is None or end is None or start == end else (start, end),
        pause_until=_date(said, "contact_pause_until"),
    )


def _told(said: Mapping[str, Stamped], name: str) -> Any:
    stamped = said.get(name)
    return None if stamped is None else stamped.value


def _count(said: Mapping[str, Stamped], name: str) -> int | None:
    told = _told(said, name)
    try:
        count = None if told is None or isinstance(told, bool) else int(str(told))
    except ValueError:
        return None
    return count if count is not None and 0 <= count <= MOST else None


def _time(said: Mapping[str, Stamped], name: str) -> time | None:
    try:
        return time.fromisoformat(str(_told(said, name))).replace(tzinfo=None)
    except ValueError:
        return None


def _date(said: Mapping[str, Stamped], name: str) -> date | None:
    try:
        return date.fromisoformat(str(_told(said, name))[:10])
    except ValueError:
        return None
