"""Time as the log keeps it: whole microseconds since 1970-01-01 UTC.

An integer sorts, hashes and packs faster than any object and has no zone to get wrong. People's times are made at
the edges, with `CivilClock`, in the company's zone.
"""

from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

Micros: TypeAlias = int
"""Microseconds since the epoch, UTC."""

SECOND: Micros = 1_000_000
MINUTE: Micros = 60 * SECOND
HOUR: Micros = 3600 * SECOND
DAY: Micros = 24 * HOUR
_QUARTER: Micros = 15 * MINUTE

EARLIEST: Micros = -2_208_988_800 * SECOND  # 1900-01-01
LATEST: Micros = 4_102_444_800 * SECOND  # 2100-01-01

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1)


def from_datetime(moment: datetime) -> Micros:
    """An aware datetime as micros.

    >>> from_datetime(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds


def to_datetime(at: Micros) -> datetime:
    """Micros as an aware datetime in UTC."""
    return _EPOCH + timedelta(microseconds=at)


def parse_iso(text: str, zone: ZoneInfo | None = None) -> Micros:
    """An ISO 8601 time as micros; a time without offset is read in `zone`, else in UTC.

    In a civil gap the later offset is used, in a fold the first occurrence. Raises ValueError when the text is no
    time or lies outside 1900 to 2100.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone or UTC)
    delta = moment - _EPOCH  # `from_datetime`, in line: every event comes through here
    at = (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds
    if not EARLIEST <= at < LATEST:
        raise ValueError("time outside 1900 to 2100")
    return at


def to_iso(at: Micros) -> str:
    """Micros as ISO 8601 UTC with a ``Z``, milliseconds kept, microseconds only when they are there.

    >>> to_iso(1_500_000)
    '1970-01-01T00:00:01.500Z'
    """
    spec = "milliseconds" if at % 1000 == 0 else "microseconds"
    return to_datetime(at).replace(tzinfo=None).isoformat(timespec=spec) + "Z"


class CivilClock:
    """Turns micros into the civil day and hour of one zone, fast: they are looked up once per quarter hour.

    Every zone's offset changes fall on quarter hours, so the cache is exact; so do its full hours, but for the local mean
    times of long ago, of which only the offset is remembered.
    """

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self._offsets: dict[int, Micros] = {}
        self._known: dict[int, tuple[int, int]] = {}

    def day_hour(self, at: Micros) -> tuple[int, int]:
        """Days since 1970-01-01 and hour 0 to 23, both civil."""
        return self._known.get(at // _QUARTER) or self._day_hour(at)

    def _day_hour(self, at: Micros) -> tuple[int, int]:
        quarter = at // _QUARTER
        found = self._offsets.get(quarter)
        offset = self._offset(quarter) if found is None else found
        day, rest = divmod(at + offset, DAY)
        if offset % _QUARTER == 0:
            self._known[quarter] = day, rest // HOUR
        return day, rest // HOUR

    def _offset(self, quarter: int) -> Micros:
        if len(self._offsets) > 200_000:
            self._offsets.clear()
            self._known.clear()
        delta = to_datetime(quarter * _QUARTER).astimezone(self.zone).utcoffset()
        offset = self._offsets[quarter] = 0 if delta is None else from_datetime(_EPOCH + delta)
        return offset

    def civil_date(self, at: Micros) -> date:
        """The civil date."""
        return _EPOCH_DAY + timedelta(days=self.day_hour(at)[0])

    def midnight(self, day: date) -> Micros:
        """The first instant of a civil date."""
        return from_datetime(datetime(day.year, day.month, day.day, tzinfo=self.zone))
