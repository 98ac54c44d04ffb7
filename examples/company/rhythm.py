"""The rhythm of an Italian year: which days and hours are busy, for each kind of activity, and when the lines are open.

Times are whole milliseconds since 1970, UTC, as on the wire; days are civil days in Italy.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Rome")
SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_FIXED = ((1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26))
_MONTHS = (0.94, 0.90, 0.95, 0.96, 0.98, 0.94, 0.84, 0.58, 1.02, 1.08, 1.22, 1.45)
_SLOTS = 960
_EPOCH = datetime(1970, 1, 1)


def easter_monday(year: int) -> date:
    """Pasquetta, by the anonymous Gregorian algorithm.

    >>> easter_monday(2026)
    datetime.date(2026, 4, 6)
    """
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1) + timedelta(days=1)


def holiday(day: date) -> bool:
    """Whether Italy is at home: the national holidays."""
    return (day.month, day.day) in _FIXED or day == easter_monday(day.year)


def season(day: date) -> float:
    """How much coffee is bought, 1 on an ordinary day: quiet in August, rising from Black Friday to Christmas."""
    weight = _MONTHS[day.month - 1]
    if day.month == 12:
        return weight * (1.15 if day.day <= 22 else 0.62)
    if day.month == 8 and 8 <= day.day <= 22:
        return weight * 0.65
    black_friday = day.month == 11 and day.weekday() == 4 and 23 <= day.day <= 29
    return weight * 1.9 if black_friday else weight


class Curve:
    """One kind of activity: how its rate follows the week, the holidays and the hours of a day."""

    def __init__(self, week: Sequence[float], on_holiday: float, hours: Sequence[float], seasonal: float = 1.0) -> None:
        self._week = week
        self._on_holiday = on_holiday
        self._seasonal = seasonal
        self._minutes = _minute_table(hours)

    def weight(self, day: date) -> float:
        """Activity of a day against an average one."""
        weight = self._on_holiday if holiday(day) else self._week[day.weekday()]
        return float(weight * season(day) ** self._seasonal)

    def time_of_day(self, rng: Random) -> int:
        """Milliseconds after midnight, drawn by the hours."""
        return int(self._minutes[int(rng.random() * _SLOTS)] + rng.random() * 5 * MINUTE)


def _minute_table(hours: Sequence[float]) -> tuple[int, ...]:
    """Quantiles of the time of day, so that a draw is one look-up."""
    cumulative = list(accumulate(hours))
    table = []
    for slot in range(_SLOTS):
        wanted = (slot + 0.5) / _SLOTS * cumulative[-1]
        hour = bisect_right(cumulative, wanted)
        before = cumulative[hour - 1] if hour else 0.0
        table.append(int((hour + (wanted - before) / hours[hour]) * HOUR))
    return tuple(table)


def _hours(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split())


WEB = Curve(
    (1.08, 1.0, 1.0, 1.02, 0.94, 0.92, 1.1),
    0.9,
    _hours(".4 .2 .1 .1 .1 .2 .8 1.8 2.4 2.6 2.7 2.8 3.4 3.6 2.6 2.3 2.3 2.5 2.9 3.2 4.2 4.8 3.6 1.4"),
)
SHOP = Curve(
    (0.86, 0.9, 0.94, 1.0, 1.18, 1.66, 0.42),
    0.12,
    _hours("0 0 0 0 0 0 0 1.6 3.2 3.6 4 4.2 3 1.4 1.6 2.4 3.6 4.2 4.4 2.2 0 0 0 0"),
)
CALLS = Curve(
    (1.36, 1.18, 1.1, 1.06, 1.02, 0.48, 0),
    0,
    _hours("0 0 0 0 0 0 0 0 0 4.4 5 4.6 3.6 2.8 3.2 3.6 3.4 2.8 0 0 0 0 0 0"),
    0.4,
)
EVENING = Curve(
    (0.95, 0.95, 0.95, 0.95, 0.9, 1.1, 1.25),
    1.2,
    _hours(".4 .2 .1 .1 .1 .2 .5 1 1.2 1.2 1.2 1.4 2 2.4 1.8 1.6 1.6 1.8 2.4 3.4 5 6 5 2"),
    0.2,
)
OFFICE = Curve(
    (1.3, 1.3, 1.2, 1.1, 0.9, 0.1, 0.02),
    0.02,
    _hours("0 0 0 0 0 0 .1 .8 3 4.6 4.8 4 2.4 1.4 2.6 3.6 3.4 2.2 .8 .3 .1 0 0 0"),
    0.5,
)
MACHINE = Curve(
    (1.05, 1, 1, 1, 1.05, 1, 0.9),
    0.9,
    _hours(".1 .1 .1 .1 .2 .8 3 4.6 4.4 3.4 2.8 2.4 2.6 3.4 2.8 2 1.8 1.8 1.6 1.4 1.4 .8 .4 .2"),
    0.3,
)
_CURVES = (WEB, SHOP, CALLS, EVENING, OFFICE, MACHINE)


def day_start(day: date) -> int:
    """The first instant of a civil day."""
    return instant(datetime(day.year, day.month, day.day, tzinfo=ZONE))


def instant(moment: datetime) -> int:
    """An aware time as milliseconds."""
    return int(moment.timestamp() * 1000)


def iso(at: int) -> str:
    """Milliseconds as ISO 8601 UTC.

    >>> iso(1_500)
    '1970-01-01T00:00:01.500Z'
    """
    return (_EPOCH + timedelta(milliseconds=at)).isoformat(timespec="milliseconds") + "Z"


class Rhythm:
    """The days from `first` on; it grows as far as it is asked."""

    def __init__(self, first: date) -> None:
        self.first = first
        self._starts: list[int] = []
        self._busy: dict[Curve, list[float]] = {curve: [0.0] for curve in _CURVES}
        self._grow(400)

    def _grow(self, days: int) -> None:
        for _ in range(days):
            day = self.first + timedelta(days=len(self._starts))
            self._starts.append(day_start(day))
            for curve, cumulative in self._busy.items():
                cumulative.append(cumulative[-1] + curve.weight(day))

    def index(self, at: int) -> int:
        """Which day, counted from `first`, an instant is in."""
        while at >= self._starts[-1]:
            self._grow(120)
        return bisect_right(self._starts, at) - 1

    def civil(self, at: int) -> date:
        """The civil day of an instant."""
        return self.first + timedelta(days=self.index(at))

    def start(self, index: int) -> int:
        """The first instant of a day counted from `first`."""
        while index >= len(self._starts):
            self._grow(120)
        return self._starts[index]

    def after(self, curve: Curve, at: int, days: float, rng: Random) -> int:
        """The next time of an activity that comes every `days` days of average weight, at random."""
        today = self.index(at)
        busy = self._busy[curve]
        wanted = busy[today] + (at - self._starts[today]) / DAY * (busy[today + 1] - busy[today])
        wanted += rng.expovariate(1.0 / days)
        while wanted >= busy[-1]:
            self._grow(120)
        day = bisect_right(busy, wanted) - 1
        found = self._starts[day] + curve.time_of_day(rng)
        return found if found > at else at + int((10 + rng.random() * 80) * MINUTE)

    def on(self, curve: Curve, index: int, rng: Random) -> int:
        """A time on a given day."""
        return self.start(index) + curve.time_of_day(rng)

    def open_line(self, at: int, rng: Random) -> int:
        """`at` when the call centre answers then (weekdays 9 to 18, Saturday 9 to 13), else soon after it opens again."""
        index = self.index(at)
        for ahead in range(12):
            day = self.first + timedelta(days=index + ahead)
            if holiday(day) or day.weekday() == 6:
                continue
            opens = self.start(index + ahead) + 9 * HOUR
            closes = self.start(index + ahead) + (13 if day.weekday() == 5 else 18) * HOUR
            if at < opens:
                return opens + int(rng.random() ** 1.5 * 90 * MINUTE)
            if at < closes:
                return at
        raise AssertionError("no working day in twelve")
