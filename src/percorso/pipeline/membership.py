"""log -> segments: who is in which, behind processing.

It reads the log by itself, as far as that is processed, folds what the segments in force want to know under the identifier
each event was folded under, and looks again at whoever an event touches: only at the segments whose facts or reads it
touches. Facts, members and how far it came are committed together, so no event is missed or met twice. Profiles are read as
they are by then; whatever is ahead in the log touches its person again.

A segment that is published is built first (pipeline/membership_build.py) from the lake. When the day turns, those are
looked at of whom time alone may change something.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import msgspec
import structlog

from percorso.data.events import read_event
from percorso.data.segments.facts import Hit, merged, of_events
from percorso.data.segments.matching import Today
from percorso.model.config import Config
from percorso.model.event import Event
from percorso.model.segment import TOLD
from percorso.model.subject import EventSubject
from percorso.model.time import SECOND, CivilClock, Micros
from percorso.model.verdict import IMPORT_LANE, LIVE_LANE
from percorso.pipeline.last_used import LastUsed
from percorso.pipeline.membership_build import EPOCH, Builder
from percorso.pipeline.membership_gather import Gathering
from percorso.pipeline.membership_people import Crowd, Folded, Look
from percorso.pipeline.membership_rules import Asked, Rules
from percorso.ports import Clock, Engine, EventLog, LogEntry
from percorso.ports.membership import Epoch, MembershipChanges, MembershipReader, MembershipStore, SegmentRecords

_log = structlog.get_logger()

BATCH = 10_000
AT_ONCE = 2_000
PEOPLE_KEPT = 20_000
"""Of so many people it is kept in mind what they are in."""
ASTRAY_EVERY: Micros = 60 * SECOND
MOST_DAYS_BEHIND = 31
LANES = (LIVE_LANE, IMPORT_LANE)


@dataclass
class Follower:
    """Keeps memberships. One at a time; `step` as often as there is something to do."""

    log: EventLog
    store: MembershipStore
    records: SegmentRecords
    config: Config
    civil: CivilClock
    clock: Clock
    engine: Engine
    robots_in: bool = False
    _rules: Rules | None = None
    _looked_astray: Micros = 0
    _inside: LastUsed[str, frozenset[str]] = field(default_factory=lambda: LastUsed(PEOPLE_KEPT))
    _inside_of: Epoch | None = None

    def step(self) -> int:
        """Read on in both lanes; how many events or people were looked at, 0 when nothing waits."""
        try:
            rules = self._in_force()
            if rules is None:
                return 1
            if not rules.segments:
                return 0
            return self._turn(rules) + self._astray(rules) + sum(self._lane(rules, lane) for lane in LANES)
        except BaseException:
            self._inside.clear()  # nobody knows what was written
            raise

    def drain(self) -> int:
        """Everything that waits."""
        total = 0
        while count := self.step():
            total += count
        return total

    def today(self) -> Today:
        return self.day(None)

    def day(self, number: int | None) -> Today:
        """A civil day, today's when none is named."""
        day = self.civil.day_hour(self.clock.now())[0] if number is None else number
        return Today(day, self.midnight(day + 1))

    def midnight(self, day: int) -> Micros:
        return self.civil.midnight(day_of(day))

    def _in_force(self) -> Rules | None:
        """The segments in force; None when some had to be built first, or have still to be."""
        records, built = self.records.all(), self.store.built()
        with self.store.reading() as reader:
            epoch = reader.epoch()
        wanted = {one.id: one.version for one in records.values() if not one.is_archived}
        if not wanted and not built:
            return Rules({}, self.config)
        if built != {**wanted, EPOCH: epoch.made}:
            self._rules = None
            Builder(self, records, built, epoch).build()
            return None
        if self._rules is None or wanted != {one.id: one.version for one in self._rules.segments}:
            self._rules = Rules(records, self.config)
        return self._rules

    # events

    def lane(self, rules: Rules, lane: int) -> int:
        """Follow one lane by a batch; how many events."""
        return self._lane(rules, lane)

    def _lane(self, rules: Rules, lane: int) -> int:
        with self.store.reading() as reader:
            place = reader.place(lane)
            if place.read >= place.processed:
                return 0
            entries = [one for one in self.log.read(lane, place.read, BATCH) if one.seq <= place.processed]
            if not entries:
                return 0
            epoch = reader.epoch()
            changes = self._fold(rules, reader, entries)
        if not self.store.write(changes, epoch=epoch, lane=lane, before=place.read, after=entries[-1].seq):
            self._inside.clear()
            return 1  # it was changed meanwhile: read again
        return len(entries)

    def _fold(self, rules: Rules, reader: MembershipReader, entries: Sequence[LogEntry]) -> MembershipChanges:
        said, looks_of = read_facts(rules, reader, entries)
        holders = reader.looked_at(list(looks_of))
        looks: dict[str, Look] = {}
        new: set[str] = set()
        now = self.clock.now()
        for node, look in looks_of.items():
            held = holders.get(node)
            if held is None:
                continue  # erased meanwhile
            person, was = held
            mine = looks.get(person)
            if mine is None:
                mine = looks[person] = Look()
            mine.more(look.segments, look.at or now, look.quiet)
            if was is None:
                new.add(person)  # an identifier not seen before; its row is made
            elif was != person:
                mine.more(rules.everything, look.at or now, look.quiet)
        for person in reader.shifted([person for person in looks if not looks[person].segments]):
            looks[person].more(rules.everything, looks[person].at or now, looks[person].quiet)
        if rules.lists:
            for person in reader.newly_named(list(looks)):
                looks[person].more(rules.lists, looks[person].at or now, looks[person].quiet)
        looks = {person: look for person, look in looks.items() if look.segments or person in new}
        return self.looked(rules, reader, looks, said)

    def looked(
        self,
        rules: Rules,
        reader: MembershipReader,
        looks: dict[str, Look],
        said: Mapping[str, Folded],
        told: Callable[[int], bool] = lambda _: True,
        on: int | None = None,
    ) -> MembershipChanges:
        """Fold what was said, and look at people, and at those who were one with them or are now, `on` a day or today."""
        if self._inside_of != reader.epoch():
            self._inside.clear()
            self._inside_of = reader.epoch()
        changes = MembershipChanges()
        gathering = Gathering(rules, reader, looks, said, changes, self.clock.now())
        nobody = gathering.gather()
        crowd = Crowd(reader, rules, self.civil, self.day(on), changes, looks, self._inside)
        crowd.gone(nobody)
        crowd.load(gathering.facts_of)
        crowd.decide(told)
        return changes

    def write_beside(self, changes: MembershipChanges, epoch: Epoch) -> bool:
        """Write what was found without any event; false when it was changed meanwhile."""
        written = self.store.write_beside(changes, epoch=epoch)
        if not written:
            self._inside.clear()
        return written

    # time

    def _turn(self, rules: Rules) -> int:
        """Look at those who are due, on the day on which they were: who slept a week still goes day by day."""
        today = self.today().day
        with self.store.reading() as reader:
            due = reader.due(today, AT_ONCE)
            if not due:
                return 0
            day = max(min(due.values()), today - MOST_DAYS_BEHIND)
            people = [person for person, its in due.items() if its <= day]
            looks = {person: Look(set(rules.timed), self.midnight(day), False) for person in people}
            changes = self.looked(rules, reader, looks, {}, on=day)
            for person in people:
                changes.timers.setdefault(person, None)
            epoch = reader.epoch()
        self.write_beside(changes, epoch)
        return len(people)

    def _astray(self, rules: Rules) -> int:
        """Look at those whose identifiers moved although no event of theirs came: decisions, rules, erasures."""
        if self.clock.now() - self._looked_astray < ASTRAY_EVERY:
            return 0
        with self.store.reading() as reader:
            rows = reader.astray(AT_ONCE)
            if not rows:
                self._looked_astray = self.clock.now()
                return 0
            epoch = reader.epoch()
            people = {one for _, person, was in rows for one in (person, was) if one is not None}
            looks = {person: Look(set(rules.everything), self.clock.now(), True) for person in people}
            changes = self.looked(rules, reader, looks, {})
            changes.gone += [node for node, person, _ in rows if person is None]
        self.write_beside(changes, epoch)
        return len(rows)


def read_facts(
    rules: Rules, reader: MembershipReader, entries: Iterable[LogEntry]
) -> tuple[dict[str, Folded], dict[str, Look]]:
    """(node -> what these events say of its facts, node -> what of it is to be looked at again)."""
    entries = list(entries)
    placed = reader.placed([one.seq for one in entries])
    hits: dict[str, dict[int, tuple[Asked, list[Hit]]]] = {}
    looks: dict[str, Look] = {}
    for entry in entries:
        at = placed.get(entry.seq)
        event = None if at is None else _readable(entry)
        if at is None or event is None or event.name in TOLD:
            continue
        node = at.node_id
        subject = EventSubject(event, at.touchpoint, at.channel, at.phase)
        look = looks.get(node)
        if look is None:
            look = looks[node] = Look()
        touched = rules.touched(event, subject, at.stage is not None)
        for asked in rules.met(event, subject):
            mine = hits.setdefault(node, {})
            if asked.index in mine:
                mine[asked.index][1].append((event, entry.day))
            else:
                mine[asked.index] = asked, [(event, entry.day)]
                touched |= asked.segments
        look.more(touched, entry.occurred_at, entry.historical)
    return {node: _said(mine) for node, mine in hits.items()}, looks


def _said(hits: Mapping[int, tuple[Asked, list[Hit]]]) -> Folded:
    """What the events of one node say of each fact."""
    said: Folded = {}
    for asked, events in hits.values():
        for fact, second in asked.facts:
            value = of_events(fact, events, second)
            if value is not None:
                key = fact.key
                said[key] = merged(fact, said[key], value) if key in said else value
    return said


def _readable(entry: LogEntry) -> Event | None:
    try:
        return read_event(entry)
    except (msgspec.MsgspecError, UnicodeError):
        return None  # processing set it aside


def day_of(day: int) -> date:
    """A civil day from its number."""
    return date(1970, 1, 1) + timedelta(days=day)
