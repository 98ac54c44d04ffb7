"""The segments in force, ready for use: what each event says for them, and which of them it may change."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from percorso.data.consent import CONSENT_UPDATED
from percorso.data.profile import READS as PROFILE_READS
from percorso.data.segments.matching import Compiled, compile_segment
from percorso.insight.feeling import FeelingReader
from percorso.insight.position import StageFinder
from percorso.model.condition import Condition
from percorso.model.config import Config
from percorso.model.dispatch import Dispatch
from percorso.model.event import Event
from percorso.model.segment import Kind, Segment
from percorso.model.segment_condition import Fact, SegmentCondition, facts_of, in_order, reads_of, segments_of
from percorso.model.subject import EventSubject

_SPENDS = frozenset(PROFILE_READS) - {CONSENT_UPDATED}
NONE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Ready:
    """One segment. `compiled`: None of a list;  `index`: its place in `Rules.segments`."""

    index: int
    id: str
    version: int
    kind: Kind
    compiled: Compiled | None
    announce: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition on events, with the facts that it makes ((fact, whether its second events)) and the segments these touch."""

    index: int
    event: Condition
    facts: list[tuple[Fact, bool]]
    segments: set[int]


class Rules:
    """All segments in force, each after those that it refers to."""

    def __init__(self, segments: Mapping[str, Segment], config: Config) -> None:
        used = {one.id: one for one in segments.values() if not one.is_archived}
        trees = {one.id: one.parsed() for one in used.values() if one.kind == "live"}
        order = [*sorted(used.keys() - trees.keys()), *in_order(trees)]
        self.segments = [_ready(at, used[name], trees.get(name)) for at, name in enumerate(order)]
        self.index = {one.id: one.index for one in self.segments}
        self.facts: dict[str, Fact] = {fact.key: fact for tree in trees.values() for fact in facts_of(tree)}
        self.everything = frozenset(range(len(self.segments)))
        self.lists = frozenset(one.index for one in self.segments if one.compiled is None)
        self.timed = frozenset(
            one.index for one in self.segments if one.compiled is not None and one.compiled.turns is not None
        )
        self._by_fact: dict[str, set[int]] = {}
        self._by_read: dict[tuple[str, ...], set[int]] = {}
        self.referrers: dict[int, set[int]] = {}
        profiled: set[int] = set()
        for name, tree in trees.items():
            self._note(self.index[name], tree, profiled)
        self.profiled = frozenset(profiled)
        self._dispatch: Dispatch[Asked] = Dispatch([(one.event, one) for one in self._asked()])
        self._stages = StageFinder(config.journeys)
        self._feelings = FeelingReader(config.feelings)
        self._spends = self._reading("orders", "spend")
        self._consents = self._reading("consent")
        self._staged = self._reading("stage", "stage_days")
        self._felt = self._reading("mood", "effort")
        self._aside = any(path[0].startswith("stage") and path[1] != self._stages.main for path in self._by_read)
        self._traits = {path[1]: frozenset(found) for path, found in self._by_read.items() if path[0] == "traits"}

    def _note(self, index: int, tree: SegmentCondition, profiled: set[int]) -> None:
        for fact in facts_of(tree):
            self._by_fact.setdefault(fact.key, set()).add(index)
        for path in reads_of(tree):
            self._by_read.setdefault(path, set()).add(index)
            profiled.add(index)
        for other in segments_of(tree):
            if other in self.index:
                self.referrers.setdefault(self.index[other], set()).add(index)

    def _asked(self) -> Iterable["Asked"]:
        """Each condition on events once, with the facts that it makes."""
        found: dict[str, Asked] = {}
        for fact in self.facts.values():
            for event, second in ((fact.event, False), (fact.then, True)):
                if event is not None:
                    key = json.dumps(event, sort_keys=True)
                    asked = found.setdefault(key, Asked(len(found), event, [], set()))
                    asked.facts.append((fact, second))
                    asked.segments.update(self._by_fact[fact.key])
        return found.values()

    def _reading(self, *roots: str) -> frozenset[int]:
        return frozenset(at for path, found in self._by_read.items() if path[0] in roots for at in found)

    def met(self, event: Event, subject: EventSubject) -> list["Asked"]:
        """What is asked of events that this one meets."""
        return [asked for test, asked in self._dispatch.candidates(event.name) if test(subject)]

    def touched(self, event: Event, subject: EventSubject, opened: bool) -> set[int]:
        """The segments that may change by what an event says of the person; those by facts, and that refer to them, left out."""
        found: set[int] = set()
        if self._spends and event.name in _SPENDS:
            found |= self._spends
        if self._consents and (event.name == CONSENT_UPDATED or "consent" in event.context):
            found |= self._consents
        if self._traits and event.traits and event.type != "group":
            for name in event.traits:
                found |= self._traits.get(name, NONE)
        if self._staged and (opened or (self._aside and self._stages.stages(event, subject))):
            found |= self._staged
        if self._felt and self._feelings.read(event, subject.touchpoint, subject):
            found |= self._felt
        return found


def _ready(at: int, segment: Segment, tree: SegmentCondition | None) -> Ready:
    compiled = None if tree is None else compile_segment(tree)
    return Ready(at, segment.id, segment.version, segment.kind, compiled, segment.announce)
