"""Whether the numbers of a window are all there: how far each source has come.

The watermark of a live source is the last time anything was received from it; of imported history, the last thing that
happened. A window is complete when every live source of its events has passed its end; a source that has been silent for a
week longer than the others is not waited for. Where only history speaks, the import that reaches furthest decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from percorso.insight.windows import Window
from percorso.model.time import DAY, CivilClock, Micros

RETIRED_AFTER: Micros = 7 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one source told of one event name, as `ports.EngineSession.told` says it.

    first, last   civil days of its first and last such event
    live          when the last of them was received live; None when all are history
    history       when the last imported one happened; None when all came live
    """

    source: str
    name: str | None
    first: date
    last: date
    live: Micros | None
    history: Micros | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark:
    """How far one source has come, live and in history; None when it sent nothing of the kind."""

    source: str
    live: Micros | None
    history: Micros | None


def watermarks(told: Sequence[Told]) -> dict[str, Watermark]:
    """How far each source has come, whatever it told of."""
    found: dict[str, Watermark] = {}
    for one in told:
        mark = found.get(one.source, Watermark(source=one.source, live=None, history=None))
        found[one.source] = Watermark(
            source=one.source, live=_later(mark.live, one.live), history=_later(mark.history, one.history)
        )
    return found


def known_until(marks: Sequence[Watermark]) -> Micros | None:
    """Up to when everything that these sources will tell is there; None when they told nothing."""
    live = [mark.live for mark in marks if mark.live is not None]
    if live:
        return min(at for at in live if at > max(live) - RETIRED_AFTER)
    return max((mark.history for mark in marks if mark.history is not None), default=None)


def known_day(until: Micros | None, civil: CivilClock) -> int:
    """The civil day, as days since 1970-01-01, before which every day is wholly known; 0 when nothing is."""
    return 0 if until is None else civil.day_hour(until)[0]


def is_complete(window: Window, day: int, lag_days: int) -> bool:
    """Whether a window, and `lag_days` after it, lies before the known day."""
    end = (window.end - date(1970, 1, 1)).days
    return end + lag_days <= day


def _later(a: Micros | None, b: Micros | None) -> Micros | None:
    return max((at for at in (a, b) if at is not None), default=None)
