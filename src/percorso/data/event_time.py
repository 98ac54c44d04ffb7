"""When an event happened: as its client says, unless that cannot be; the rule that decided is kept with it (`TimeRule`).

A device's clock may be wrong by minutes or years. How wrong shows when it tells both when an event happened and when it was
sent: reception less ``sentAt`` is the clock's error, plus the time on the way. That time is no error (it made others book
slow networks as wrong clocks), so only errors of more than `QUANTUM` count, in whole quanta: a healthy clock is never
touched. Servers keep good clocks and queue for long: they are believed, and so is a library that nobody knows.

Order of one device's events: an error once found holds until another is off by more than a quantum and `WAY`. As long as a
clock's error and the time on the way together change by no more than `WAY`, all its events move by the same.
What is remembered is a help, not state: times are stored when they are decided, and a repeat is known by what was *said*.
"""

from itertools import islice
from typing import Any

from percorso.data.well_formed import Refusal
from percorso.model.time import EARLIEST, LATEST, MINUTE, Micros, parse_iso

QUANTUM: Micros = 5 * MINUTE
"""Longer than a request is under way, much shorter than the errors people's clocks have (zones, empty batteries)."""
WAY: Micros = MINUTE
"""As much as the time on the way may differ between two requests of a device; few servers wait longer for one."""
FUTURE_TOLERANCE: Micros = QUANTUM + WAY
"""A time further ahead of its reception is none: the event is taken to have happened when it was received. As much as a
device's time may be ahead after its correction."""
REMEMBERED = 50_000
"""Devices whose clock is, or nearly is, wrong. A device with a healthy clock takes no room."""

_HEALTHY = (WAY - QUANTUM, QUANTUM - WAY)
_PAGES = frozenset(("analytics.js", "RudderLabs JavaScript SDK", "@jitsu/js", "percorso.js"))
_APPS = frozenset(
    (
        *("analytics-ios", "analytics-android", "analytics-swift", "analytics-kotlin", "Analytics-CSharp"),
        *("@segment/analytics-react-native", "analytics-react-native", "analytics_flutter"),
        *("rudder-ios-library", "rudder-react-native-library", "rudder-flutter-library"),
        *("com.rudderstack.android.sdk.core", "com.rudderstack.sdk.kotlin.android"),
    )
)
"""Their queues tell in ``sentAt`` the *first* attempt, which may be days ago: only that a clock is ahead can be seen."""


def read_time(said: Any) -> Micros:
    """A time as a client writes it: ISO 8601, or seconds or milliseconds since 1970. Raises Refusal."""
    try:
        if said.__class__ is str:
            return parse_iso(said)
        if not isinstance(said, int | float) or isinstance(said, bool):
            raise TypeError
        at = round(said * 1000) if abs(said) > 100_000_000_000 else round(said * 1_000_000)
        if EARLIEST <= at < LATEST:
            return at
        raise ValueError
    except (ValueError, TypeError, OverflowError):
        detail = "write times as ISO 8601 with offset, such as 2026-03-01T09:30:00Z"
        raise Refusal("invalid_timestamp", detail) from None


def sending_time(said: Any) -> Micros | None:
    """When something was sent, by its client's clock; None when it does not say or nobody can read it."""
    try:
        return None if said is None else read_time(said)
    except Refusal:
        return None


class DeviceClocks:
    """How wrong the clocks of devices are, as far as seen here. One thread."""

    def __init__(self) -> None:
        self._errors: dict[tuple[str, str], Micros] = {}

    def error(self, source: str, device: str | None, context: Any, late: Micros) -> Micros:
        """What to add to the times of an event: `late` is its reception less its sending. 0 for what is no device."""
        if device is None or (_HEALTHY[0] <= late <= _HEALTHY[1] and (source, device) not in self._errors):
            return 0
        if context.__class__ is not dict:
            return 0
        library: Any = context.get("library")
        if library.__class__ is not dict:
            return 0
        name = library.get("name")
        if name.__class__ is not str or (name not in _PAGES and name not in _APPS):
            return 0
        if library.get("env") == "node":  # Jitsu's is one library for pages and servers
            return 0
        if late > QUANTUM and name in _APPS:
            return self._errors.get((source, device), 0)
        return self._error((source, device), late)

    def _error(self, device: tuple[str, str], late: Micros) -> Micros:
        known = self._errors.get(device)
        if known is None:
            if _HEALTHY[0] <= late <= _HEALTHY[1]:
                return 0
        elif abs(late - known) <= QUANTUM + WAY:
            return known
        found = 0 if -QUANTUM <= late <= QUANTUM else round(late / QUANTUM) * QUANTUM
        if len(self._errors) >= REMEMBERED:
            for oldest in list(islice(self._errors, REMEMBERED // 10)):
                del self._errors[oldest]
        self._errors[device] = found
        return found
