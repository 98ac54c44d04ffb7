"""Who is in: people looked at together, with what is folded of them; what changed becomes rows and events."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import msgspec

from percorso.data.segments.matching import PersonNow, Today
from percorso.execution.own_event import own_event
from percorso.model.identifier import Identifier
from percorso.model.person import Profile, merge_all
from percorso.model.segment import ENTERED, LEFT
from percorso.model.time import CivilClock, Micros
from percorso.pipeline.last_used import LastUsed
from percorso.pipeline.membership_rules import Rules
from percorso.ports.membership import MembershipChanges, MembershipReader

_unpack = msgspec.msgpack.Decoder().decode
_pack = msgspec.msgpack.Encoder().encode


@dataclass(slots=True)
class Look:
    """Somebody to be looked at again.

    segments  which of them, by index; those that refer to one that changes come by themselves
    at        when what changes them happened
    quiet     nobody is told: it is history, or it was so before anybody asked
    """

    segments: set[int] = field(default_factory=set)
    at: Micros = 0
    quiet: bool = True

    def more(self, segments: Iterable[int], at: Micros, quiet: bool) -> None:
        self.segments.update(segments)
        self.at = max(self.at, at)
        self.quiet = self.quiet and quiet


Folded = dict[str, Any]


@dataclass
class Crowd:
    """The people of one step, loaded once."""

    reader: MembershipReader
    rules: Rules
    civil: CivilClock
    today: Today
    changes: MembershipChanges
    looks: dict[str, Look]
    inside: LastUsed[str, frozenset[str]]

    def load(self, facts_of: Mapping[str, list[Folded]]) -> None:
        """`facts_of`: person -> the facts of each of their identifiers."""
        people = list(self.looks)
        self._facts_of = facts_of
        self._was = self.inside.find_all(people)
        unknown = [person for person in people if person not in self._was]
        stored = self.reader.members(unknown) if unknown else {}
        self._was |= {person: frozenset(one.segment for one in stored.get(person, ())) for person in unknown}
        self._due = self.reader.timers(people)
        asks_lists = [one for one, look in self.looks.items() if self.rules.lists & look.segments]
        self._listed = self.reader.listed(asks_lists) if asks_lists else {}
        profiled = self.rules.profiled
        self._profiles = self.reader.profiles([one for one, look in self.looks.items() if profiled & look.segments])

    def decide(self, told: Callable[[int], bool] = lambda _: True) -> None:
        """Look at everybody. `told`: of which segments, by index, coming in is told where the look is not quiet."""
        moves: list[tuple[str, int, bool, Look, Micros]] = []
        for person, look in self.looks.items():
            was = self._was[person]
            now = self._person(person, set(was))
            turned = self._answer(person, now, look)
            self.inside.keep(person, frozenset(now.segments) if turned else was)
            moves += [
                (person, index, entered, look, look.at)
                for index, entered in self._moved(person, was, now, turned, look)
            ]
        self._tell([one for one in moves if told(one[1])])

    def _person(self, person: str, segments: set[str]) -> PersonNow:
        def profile() -> Profile:
            found = self._profiles.get(person)
            if found is None:
                found = self.reader.profiles([person]).get(person, [])
            return merge_all(found)

        return PersonNow(self._facts_of.get(person, []), profile, segments, self.civil)

    def _answer(self, person: str, now: PersonNow, look: Look) -> list[int]:
        """Bring the segments of a person up to date; the indexes of those that changed. Notes when to look again."""
        rules, today = self.rules, self.today
        waiting, changed = look.segments, []
        due = self._due.get(person)
        turns = due if due is not None and due > today.day else None
        for ready in rules.segments:  # those that refer to a segment come after it
            if ready.index not in waiting:
                continue
            if ready.compiled is None:
                is_in = ready.id in self._listed.get(person, ())
            else:
                is_in = ready.compiled.test(now, today)
                turn = None if ready.compiled.turns is None else ready.compiled.turns(now, today)
                if turn is not None and (turns is None or turn < turns):
                    turns = turn
            if is_in != (ready.id in now.segments):
                (now.segments.add if is_in else now.segments.discard)(ready.id)
                changed.append(ready.index)
                waiting |= rules.referrers.get(ready.index, set())
        if turns != due:
            self.changes.timers[person] = turns
        return changed

    def _moved(
        self, person: str, was: Collection[str], now: PersonNow, changed: Collection[int], look: Look
    ) -> Iterable[tuple[int, bool]]:
        for index in changed:
            ready = self.rules.segments[index]
            entered = ready.id in now.segments
            if entered == (ready.id in was):
                continue
            self.changes.count(ready.id, self.today.day, int(entered), int(not entered))
            if entered:
                self.changes.entered.append((ready.id, person, look.at, ready.version))
            else:
                self.changes.left.append((ready.id, person))
            if not look.quiet:
                yield index, entered

    def _tell(self, moves: list[tuple[str, int, bool, Look, Micros]]) -> None:
        if not moves:
            return
        names = self.reader.names(sorted({person for person, *_ in moves}))
        for person, index, entered, _, at in moves:
            if person in names:
                ready = self.rules.segments[index]
                self.changes.told.append(told(names[person], person, ready.id, ready.version, entered, at))

    def gone(self, people: Iterable[str]) -> None:
        """These are somebody else now, or nobody: they are in nothing, and nothing is told of it."""
        people = list(people)
        self.inside.drop(people)
        for person, members in self.reader.members(people).items():
            for one in members:
                self.changes.left.append((one.segment, person))
                self.changes.count(one.segment, self.today.day, 0, 1)
        for person in self.reader.timers(people):
            self.changes.timers[person] = None


def told(
    who: Identifier, person: str, segment: str, version: int, entered: bool, at: Micros
) -> tuple[str, dict[str, Any]]:
    """The event of somebody coming in or going, with its message id: the same of the same person, segment and time."""
    name = ENTERED if entered else LEFT
    said = "\x00".join((name, segment, str(version), person, str(at)))
    message_id = f"segment-{blake2b(said.encode(), digest_size=12).hexdigest()}"
    return message_id, own_event(name, message_id, who, {"segment": segment, "version": version}, {}, at)


def unpacked(facts: bytes) -> Folded:
    return _unpack(facts) if facts else {}


def packed(facts: Folded) -> bytes:
    return _pack(facts)
