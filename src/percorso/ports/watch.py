"""Watching what comes in, as it comes."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from percorso.model.time import Micros


class LaneLag(NamedTuple):
    """head, processed: last seq of the lane in the log, last one folded;  behind: entries of the lane not yet folded."""

    lane: int
    head: int
    processed: int
    behind: int


class Figures(NamedTuple):
    """Where everything stands now.

    sealed      last seq in the lake;  today: verdict -> items received since midnight UTC;  total: verdict -> items ever
    outbox      message state -> messages;  relay: items waiting to be appended
    """

    lanes: tuple[LaneLag, ...]
    sealed: int
    today: Mapping[str, int]
    total: Mapping[str, int]
    outbox: Mapping[str, int]
    tasks_open: int
    tasks_overdue: int
    relay: int


class Seen(NamedTuple):
    """One item as it came: a row of the log, or one that was refused (`seq` None).

    line       row of an imported file
    time_rule  which rule set occurred_at, a word; None when refused
    """

    key: str
    seq: int | None
    received_at: Micros
    occurred_at: Micros | None
    source: str
    message_id: str | None
    name: str | None
    verdict: str
    reason: str | None
    detail: str | None
    line: int | None
    time_rule: str | None = None


class SeenPerson(NamedTuple):
    """Whose an accepted event is and where it happened, once it is folded."""

    seq: int
    person_id: str | None
    name: str | None
    touchpoint: str | None
    robot: bool


class Mark(NamedTuple):
    """How far a watcher has looked: the last seq of the log and the last id of the refused."""

    seq: int
    refused: int


class Watch(Protocol):
    """Looks at log and state from outside; never waits for a writer, never makes one wait."""

    def figures(self, now: Micros) -> Figures:
        """Everything; the counts of messages may be some seconds old."""
        ...

    def lanes(self) -> tuple[LaneLag, ...]:
        """The lag alone, as it is at this moment."""
        ...

    def ready(self) -> None:
        """Raises StoreUnavailable unless the log can be written and the state can be read."""
        ...

    def head(self) -> Mark: ...

    def since(self, mark: Mark, limit: int) -> tuple[list[Seen], Mark]:
        """What came after a mark, oldest first, at most `limit` of each kind; the newest when there are more."""
        ...

    def recent(self, limit: int, verdict: str | None = None) -> list[Seen]:
        """The latest items, newest first. Duplicates of imports are counted and not kept: they are not among them."""
        ...

    def placed(self, seqs: Sequence[int]) -> dict[int, SeenPerson]:
        """Those of the events that are folded."""
        ...
