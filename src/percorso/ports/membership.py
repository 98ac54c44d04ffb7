"""What the follower of the log for segments reads and writes; and who is in, for reading."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from percorso.model.identifier import Identifier
from percorso.model.person import Profile
from percorso.model.segment import Segment
from percorso.model.time import Micros


class LanePlace(NamedTuple):
    """How far a lane of the log is followed, and how far it is processed."""

    read: int
    processed: int


class Epoch(NamedTuple):
    """made: another number when all has to be made again;  touched: also when somebody was merely taken out."""

    made: int
    touched: int


class At(NamedTuple):
    """Where processing put an event; the stage of the main journey that it opened."""

    node_id: str
    touchpoint: str | None
    channel: str | None
    phase: str | None
    stage: str | None


class Relative(NamedTuple):
    """One identifier of a person.

    person    whose it is now;  was: whose it was when that person was looked at last, None when never
    facts     what is folded of its events, packed; empty when nothing is
    """

    node_id: str
    person: str
    was: str | None
    facts: bytes


class Member(NamedTuple):
    segment: str
    since: Micros
    version: int


@dataclass(slots=True)
class MembershipChanges:
    """What one step found. All of it is written, or nothing.

    nodes     (node id, person, facts);   gone: nodes that are nobody's any more
    entered   (segment, person, since, version);  left: (segment, person)
    timers    person -> the day on which to look again; None: never
    days      (segment, civil day) -> (how many came in, how many went)
    told      (message id, event) of those that are told
    """

    nodes: list[tuple[str, str, bytes]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    entered: list[tuple[str, str, Micros, int]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    timers: dict[str, int | None] = field(default_factory=dict)
    days: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    told: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def count(self, segment: str, day: int, entered: int, left: int) -> None:
        before = self.days.get((segment, day), (0, 0))
        self.days[segment, day] = before[0] + entered, before[1] + left

    @property
    def is_empty(self) -> bool:
        return not (self.nodes or self.gone or self.entered or self.left or self.timers or self.days)


class MembershipReader(Protocol):
    """One moment of the state."""

    def epoch(self) -> Epoch:
        """What changes when somebody else changed what is folded here."""
        ...

    def place(self, lane: int) -> LanePlace:
        """Raises VersionMismatch when it was read from another log."""
        ...

    def placed(self, seqs: Sequence[int]) -> dict[int, At]:
        """seq -> where it was put, of those that are somebody's."""
        ...

    def looked_at(self, node_ids: Sequence[str]) -> dict[str, tuple[str, str | None]]:
        """node id -> whose it is, and whose it was when looked at last; of those that exist."""
        ...

    def family(self, people: Sequence[str]) -> list[Relative]:
        """All identifiers of these people."""
        ...

    def shifted(self, people: Sequence[str]) -> set[str]:
        """Those of these people who have got an identifier of somebody else since, or have given one."""
        ...

    def newly_named(self, people: Sequence[str]) -> set[str]:
        """Those of these people who have an identifier that was never looked at; a list may name it."""
        ...

    def strays(self, people: Sequence[str]) -> list[tuple[str, str | None, str]]:
        """(node id, whose it is now, whose it was) of those that were these people's and are not any more."""
        ...

    def astray(self, most: int) -> list[tuple[str, str | None, str]]:
        """(node id, whose it is now, whose it was) of any whose person changed since it was looked at."""
        ...

    def members(self, people: Sequence[str]) -> dict[str, list[Member]]:
        """person -> the segments they are in."""
        ...

    def timers(self, people: Sequence[str]) -> dict[str, int]: ...

    def due(self, day: int, most: int) -> dict[str, int]:
        """person -> due day, of those that are due by a day."""
        ...

    def profiles(self, people: Sequence[str]) -> dict[str, list[Profile]]:
        """person -> the profiles of their identifiers, in the order of these."""
        ...

    def names(self, people: Sequence[str]) -> dict[str, Identifier]:
        """person -> the identifier that their id comes from."""
        ...

    def listed(self, people: Sequence[str]) -> dict[str, set[str]]:
        """person -> the lists that one of their identifiers is on."""
        ...

    def people_after(self, person: str, most: int) -> list[str]:
        """The next people by id."""
        ...


class ListSize(NamedTuple):
    """identifiers: on the list;  unknown: of these, how many nobody has yet."""

    identifiers: int
    unknown: int


class MembershipStore(Protocol):
    """Where the follower keeps what it folds. One follower at a time."""

    def reading(self) -> AbstractContextManager[MembershipReader]: ...

    def write(self, changes: MembershipChanges, *, epoch: Epoch, lane: int, before: int, after: int) -> bool:
        """All of a step in one transaction, the lane's place with it; false when another moved it, or the epoch changed."""
        ...

    def write_beside(self, changes: MembershipChanges, *, epoch: Epoch) -> bool:
        """The same of a step that moves no place."""
        ...

    def start(self, *, epoch: Epoch) -> dict[int, int] | None:
        """Forget all facts and timers, and stand where the log is processed: lane -> place. None when the epoch changed."""
        ...

    def put_facts(self, rows: Sequence[tuple[str, Mapping[str, Any]]], *, epoch: Epoch) -> bool:
        """Set facts (key -> value) of identifiers beside the others that they have; those that do not exist are left out."""
        ...

    def drop_segment(self, segment: str) -> None:
        """Nobody is in it any more, or on its list."""
        ...

    def stamp(self, versions: Mapping[str, int]) -> None:
        """Members of these segments are so by these versions now; those who are nobody any more are taken out."""
        ...

    def built(self) -> Mapping[str, int]:
        """Segment -> version whose members are known; ``""`` -> the epoch in which the facts were made."""
        ...

    def set_built(self, built: Mapping[str, int]) -> None: ...

    def set_lists(self, lists: Mapping[str, Sequence[str]]) -> None:
        """Segment -> node ids; each list replaced whole."""
        ...

    def change_list(self, segment: str, add: Sequence[str], take: Sequence[str]) -> None:
        """Put node ids on a list, and take others from it; who is named in both is taken."""
        ...

    def list_size(self, segment: str) -> ListSize:
        """How many a list names."""
        ...


class Size(NamedTuple):
    """people: now;  entered, left: in the last days asked for."""

    people: int
    entered: int
    left: int


class SegmentRecords(Protocol):
    """The segments that were published."""

    def all(self) -> dict[str, Segment]:
        """By id, archived ones too."""
        ...

    def put(self, segment: Segment) -> None: ...

    def versions(self, segment: str) -> list[Segment]:
        """Every version, the newest first."""
        ...


class Members(Protocol):
    """Who is in which segment."""

    def sizes(self, since_day: int) -> dict[str, Size]: ...

    def size(self, segment: str) -> int: ...

    def days(self, segment: str) -> list[tuple[int, int, int]]:
        """(civil day, entered, left) of the days on which anybody did, ascending."""
        ...

    def people(self, segment: str, limit: int, after: str = "") -> list[tuple[str, Micros]]:
        """(person, since), by person id."""
        ...

    def each(self, segment: str) -> Iterator[tuple[str, Micros]]: ...

    def overlap(self, segment: str) -> dict[str, int]:
        """Other segment -> how many of its people are in this one."""
        ...

    def of(self, person: str) -> list[Member]: ...

    def everybody(self) -> int:
        """How many people there are."""
        ...
