"""Windows of company-local days, [start, end), and the weeks and periods cut from them."""

from dataclasses import dataclass
from datetime import date, timedelta

PERIOD_DAYS = 28
WEEKS = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Company-local civil days from `start` (included) to `end` (excluded)."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a window ends on or after it begins; {self.start} to {self.end} does not")

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def as_json(self) -> dict[str, str]:
        """As results print it.

        >>> Window(start=date(2026, 1, 1), end=date(2026, 2, 1)).as_json()
        {'from': '2026-01-01', 'to': '2026-02-01'}
        """
        return {"from": self.start.isoformat(), "to": self.end.isoformat()}


def last_period(today: date, days: int = PERIOD_DAYS) -> Window:
    """The last complete days before today."""
    return Window(start=today - timedelta(days=days), end=today)


def before(window: Window) -> Window:
    """The window of equal length that ends where this one begins."""
    return Window(start=window.start - timedelta(days=window.days), end=window.start)


def monday(day: date) -> date:
    """The Monday of a day's ISO week."""
    return day - timedelta(days=day.weekday())


def week_name(day: date) -> str:
    """The ISO week of a day.

    >>> week_name(date(2027, 1, 1))
    '2026-W53'
    """
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def week_window(name: str) -> Window:
    """The days of an ISO week named as `week_name` does.

    >>> week_window("2026-W53").start
    datetime.date(2026, 12, 28)
    """
    year, week = name.split("-W")
    start = date.fromisocalendar(int(year), int(week), 1)
    return Window(start=start, end=start + timedelta(days=7))


def complete_weeks(today: date, count: int = WEEKS) -> Window:
    """The last `count` whole ISO weeks that ended before or on today's Monday."""
    end = monday(today)
    return Window(start=end - timedelta(weeks=count), end=end)


def weeks_of(window: Window) -> list[Window]:
    """The weeks of a window of whole ISO weeks, oldest first."""
    count = window.days // 7
    return [
        Window(start=window.start + timedelta(weeks=week), end=window.start + timedelta(weeks=week + 1))
        for week in range(count)
    ]
