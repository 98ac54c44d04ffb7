"""When the planted things happen, counted back from the end of the story."""

from dataclasses import dataclass
from datetime import date, timedelta

DAYS = 365


@dataclass(frozen=True, slots=True)
class Timeline:
    """All days are civil days in Italy; windows are [from, to).

    first, end        the year told: [first, end)
    fault             the calendar month in which the mobile checkout is broken
    late              when the courier is late in one region
    split, reversal   the night rental and capsules were split, and the night that was taken back
    welcome_back      until when those who had left come back
    winback           the day of the message with a true effect
    monday            the day of the Monday discount, which has none
    waves             the days of the NPS question, every Tuesday; each person is asked once a quarter
    consultant        the day the office owner downloads the comparison guide
    fault_story       the day the story of one person and her machine begins
    """

    first: date
    end: date
    fault: tuple[date, date]
    late: tuple[date, date]
    split: date
    reversal: date
    welcome_back: date
    winback: date
    monday: date
    waves: tuple[date, ...]
    consultant: date
    fault_story: date


def timeline(end: date) -> Timeline:
    """The timeline of the year that ends before `end`.

    >>> timeline(date(2026, 7, 1)).fault
    (datetime.date(2026, 1, 1), datetime.date(2026, 2, 1))
    """

    def back(days: int) -> date:
        return end - timedelta(days=days)

    split = back(150)
    return Timeline(
        first=back(DAYS),
        end=end,
        fault=_month(_months_before(end, 6)),
        late=(back(75), back(20)),
        split=split,
        reversal=split + timedelta(days=30),
        welcome_back=split + timedelta(days=75),
        winback=_workday(back(108)),
        monday=back(62) + timedelta(days=-back(62).weekday() % 7),
        waves=tuple(day for day in map(back, range(DAYS - 1, 0, -1)) if day.weekday() == 1),
        consultant=_workday(back(64)),
        fault_story=_workday(back(98)),
    )


def _workday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() > 4 else day


def _months_before(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


def _month(first: date) -> tuple[date, date]:
    return first, _months_before(first, -1)
