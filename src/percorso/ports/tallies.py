"""Events counted by day, for the page of quality."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from percorso.model.time import Micros


class DayCount(NamedTuple):
    """Events of one civil day (days since 1970-01-01), source, touchpoint and name; empty text: unknown.

    historical     imported history
    nobody         without identifier
    late_hour, late_day, late_week   live ones received more than so long after they happened
    bots           sent by a page that a robot looked at
    """

    day: int
    source: str
    touchpoint: str
    name: str
    events: int
    historical: int
    nobody: int
    late_hour: int
    late_day: int
    late_week: int
    bots: int


class Tally(NamedTuple):
    """What was counted of a stretch of the log; properties: (name, day, properties as JSON) of its events."""

    days: Sequence[DayCount]
    properties: Sequence[tuple[str, int, str | None]]


class ShapeCount(NamedTuple):
    """Events of a name and civil day that have a path of a type; path empty and type event: all of them."""

    name: str
    path: str
    type: str
    day: int
    events: int


class WordCount(NamedTuple):
    """Events in which a path took a word; word empty: it takes many, and none is kept."""

    name: str
    path: str
    word: str
    first_day: int
    events: int


class TallyMark(NamedTuple):
    """How far counting has come: of which log, in which way, up to which place."""

    log_id: str
    version: str
    seq: int


class Aside(NamedTuple):
    """Items of a source that wait in the quarantine."""

    source: str
    verdict: Literal["quarantined", "conflict"]
    reason: str | None
    items: int


class Unfolded(NamedTuple):
    """Events of a source that are in the log and could not be folded."""

    source: str
    reason: str
    events: int


class Tallies(Protocol):
    """Counts kept beside the events, so that looking at a year needs no look at its events."""

    def mark(self) -> TallyMark | None:
        """None when nothing was counted yet."""
        ...

    def reset(self, mark: TallyMark) -> None:
        """Forget all counts and begin at a mark."""
        ...

    def add(
        self,
        days: Sequence[DayCount],
        shapes: Sequence[ShapeCount],
        words: Sequence[WordCount],
        before: TallyMark,
        after: TallyMark,
    ) -> None:
        """Add counts and move the mark, in one transaction. Raises Conflict when the mark is not `before`."""
        ...

    def days(self, first: int, end: int) -> list[DayCount]:
        """The counts of the civil days first <= day < end."""
        ...

    def shapes(self, since: int) -> list[ShapeCount]:
        """The counts of shapes of the civil days from `since`, added up: `day` is the first day of all time."""
        ...

    def words(self) -> list[WordCount]: ...

    def names(self) -> list[tuple[str, int, int, int]]:
        """(name, events, first day, last day) of every event name, the most frequent first."""
        ...

    def verdicts(self, first: int, end: int) -> list[tuple[str, str, int]]:
        """(source, verdict, items) by the UTC days of reception."""
        ...

    def aside(self, since: Micros, until: Micros) -> list[Aside]:
        """What was received in a time and waits in the quarantine."""
        ...

    def unfolded(self) -> list[Unfolded]: ...
