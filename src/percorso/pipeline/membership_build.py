"""lake -> the facts and members of segments that were published, exactly as far as the follower has come.

The engine pins a moment; the follower goes on at least as far; what lies between the two is read off the log. Then the facts
that are new are put beside the others and everybody is looked at. Cut short anywhere it is done again from the start: facts
are set, not added, and who is in already does not come in again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import structlog

from percorso.data.segments.facts import merged
from percorso.insight.segments.rows import folded
from percorso.model.segment import Segment
from percorso.model.segment_condition import Fact
from percorso.model.time import from_datetime
from percorso.pipeline.membership_people import Folded, Look
from percorso.pipeline.membership_rules import Rules
from percorso.ports.membership import Epoch

if TYPE_CHECKING:
    from percorso.pipeline.membership import Follower

_log = structlog.get_logger()

EPOCH = ""
"""In what is built: the epoch in which the facts were made."""
PEOPLE_AT_ONCE = 2_000
NODES_AT_ONCE = 5_000
_FIRST_DAY = date(1970, 1, 1)


class Builder:
    """One building; whatever changes meanwhile makes it be done again."""

    def __init__(
        self, follower: "Follower", records: Mapping[str, Segment], built: Mapping[str, int], epoch: Epoch
    ) -> None:
        self._follower = follower
        self._store = follower.store
        self._built = built
        self._epoch = epoch
        self._anew = built.get(EPOCH) != epoch.made
        self._rules = Rules(records, follower.config)
        same = {name: one for name, one in records.items() if built.get(name) == one.version}
        self._before = Rules({} if self._anew else same, follower.config)

    def build(self) -> bool:
        """Whether it was done; not when somebody else changed what is folded meanwhile."""
        rules, before = self._rules, self._before
        new = [fact for key, fact in rules.facts.items() if key not in before.facts]
        facts = self._facts(new)
        if facts is None or not self._put(facts) or not self._look():
            return False
        for segment in self._built.keys() - rules.index.keys() - {EPOCH}:
            self._store.drop_segment(segment)
        versions = {one.id: one.version for one in rules.segments}
        self._store.stamp(versions)
        self._store.set_built({**versions, EPOCH: self._epoch.made} if versions else {})
        _log.info("segments.built", segments=len(versions), facts=len(new), nodes=len(facts))
        return True

    def _facts(self, new: Sequence[Fact]) -> dict[str, Folded] | None:
        """Node -> the new facts of all events that the follower has passed."""
        follower = self._follower
        with follower.engine.session() as session:
            upto = session.upto()
            places = self._stand()
            if places is None:
                return None
            events = session.table("events")
            events = events if follower.robots_in else events.filter(~events.robot)
            today = date.fromordinal(_FIRST_DAY.toordinal() + follower.today().day)
            facts: dict[str, Folded] = {}
            for fact in new:
                for row in session.execute(folded(fact, events, today)):
                    _add(fact, facts, row)
        for lane, place in places.items():
            self._catch_up(lane, upto, place, {fact.key: fact for fact in new}, facts)
        return facts

    def _stand(self) -> dict[int, int] | None:
        """Come at least as far as the lake; lane -> place."""
        from percorso.pipeline.membership import LANES

        if self._anew:
            return self._store.start(epoch=self._epoch)
        for lane in LANES:
            while self._follower.lane(self._before, lane):
                pass
        return self._places(LANES)  # nobody else moves them

    def _places(self, lanes: Sequence[int]) -> dict[int, int]:
        with self._store.reading() as reader:
            return {lane: reader.place(lane).read for lane in lanes}

    def _catch_up(self, lane: int, upto: int, place: int, new: Mapping[str, Fact], facts: dict[str, Folded]) -> None:
        """What the follower has passed and the lake's moment did not show."""
        from percorso.pipeline.membership import BATCH, read_facts

        after = upto
        while after < place:
            entries = [one for one in self._follower.log.read(lane, after, BATCH) if one.seq <= place]
            if not entries:
                return
            with self._store.reading() as reader:
                said, _ = read_facts(self._rules, reader, entries)
            for node, values in said.items():
                mine = facts.setdefault(node, {})
                for key, value in values.items():
                    if key in new:
                        mine[key] = merged(new[key], mine[key], value) if key in mine else value
            after = entries[-1].seq

    def _put(self, facts: Mapping[str, Folded]) -> bool:
        parts = _parts(facts.items(), NODES_AT_ONCE)
        return all(self._store.put_facts(rows, epoch=self._epoch) for rows in parts)

    def _look(self) -> bool:
        """Look at everybody, for what is new; it is told of whom it was asked to be."""
        rules, follower = self._rules, self._follower
        wanted = {one.index for one in rules.segments if self._built.get(one.id) != one.version}
        telling = {index for index in wanted if rules.segments[index].announce}
        now, person = follower.clock.now(), ""
        while True:
            with self._store.reading() as reader:
                people = reader.people_after(person, PEOPLE_AT_ONCE)
                if not people:
                    return True
                looks = {one: Look(set(rules.everything if self._anew else wanted), now, not telling) for one in people}
                changes = follower.looked(rules, reader, looks, {}, telling.__contains__)
            if not follower.write_beside(changes, self._epoch):
                return False
            person = people[-1]


def _parts(rows: Iterable[tuple[str, Folded]], size: int) -> Iterable[list[tuple[str, Folded]]]:
    left = iter(rows)
    while part := list(islice(left, size)):
        yield part


def _add(fact: Fact, facts: dict[str, Folded], row: Mapping[str, Any]) -> None:
    """A row of `insight/segments/rows.folded` as data/segments/facts.py keeps it."""
    mine = facts.setdefault(row["node_id"], {})
    if fact.kind in ("first_day", "last_day"):
        mine[fact.key] = _day(row["local_date"])
    elif fact.kind == "last":
        mine[fact.key] = (_micros(row["at"]), row["tie"], row["message_id"], float(row["value"]))
    elif fact.kind == "then":
        mine.setdefault(fact.key, {})[_day(row["local_date"])] = (_micros(row["first"]), _micros(row["second"]))
    elif fact.days is None:
        mine[fact.key] = int(row["value"])
    else:
        mine.setdefault(fact.key, {})[_day(row["local_date"])] = int(row["value"])


def _day(day: date) -> int:
    return (day - _FIRST_DAY).days


def _micros(at: datetime | None) -> int | None:
    return None if at is None else from_datetime(at.replace(tzinfo=UTC))
