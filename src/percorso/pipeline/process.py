"""log -> person -> profile -> position -> decisions -> outbox, for live traffic, imports and replay alike.

A micro-batch is one transaction: the events are read, the people they touch loaded once, everything folded in memory and
written once, together with the reader's offset. A crash repeats the batch and never skips it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from percorso.data.consent import Voices, fold_consents
from percorso.data.events import page_agent, read_event
from percorso.data.identity.identifiers import NodeIds, Seen, seen, window_of
from percorso.data.identity.overrides import decided
from percorso.data.identity.partition import both_ways
from percorso.data.identity.resolve import Named, Resolution, resolve
from percorso.data.identity.told import told
from percorso.data.profile import fold_facts
from percorso.data.touchpoint import TouchpointFinder
from percorso.execution.decide import Acts
from percorso.insight.feeling import FeelingReader, fold_feelings
from percorso.insight.position import StageFinder, fold_path, positions
from percorso.model.config import Config
from percorso.model.errors import Conflict, PercorsoError
from percorso.model.event import Event, Order, Placed
from percorso.model.identifier import DEVICE
from percorso.model.identity import IdentityRules, Override
from percorso.model.person import Evidence, Node, Position, Profile, StageEntry, merge_all
from percorso.model.subject import EventSubject
from percorso.model.verdict import IMPORT_LANE, LIVE_LANE
from percorso.pipeline.last_used import LastUsed
from percorso.pipeline.person_row import person_row
from percorso.ports import EventLog, LogEntry, State, StateTransaction

_log = structlog.get_logger()

LIVE_BATCH = 2_000
IMPORT_BATCH = 5_000
LIVE_ROUNDS = 4
PAIRS_KEPT = 100_000
NODES_KEPT = 20_000
"""Nodes as they were stored last: who was here a moment ago needs no loading. About 3 kB each."""
LINKS_KEPT = 100_000
PLACES_KEPT = 50_000
"""Positions as they were stored last: most events leave them as they are."""


class Decides(Protocol):
    """What chooses the plays; see execution/decide.py."""

    def cares(self, event: Event) -> bool:
        """Whether any play may match an event of this name."""
        ...

    def decide(self, event: Event, placed: Placed, subject: EventSubject) -> Acts: ...


@dataclass(slots=True)
class _Pending:
    """What a node still has to fold."""

    events: list[tuple[Event, str | None]] = field(default_factory=list)
    stages: list[tuple[str, StageEntry]] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)


class Processor:
    """Folds the log into state. One at a time: it owns the readers ``process/0`` and ``process/1``.

    decider    None folds without acting (replay)
    is_robot   whether a browser of this user agent is one; its events are labelled, and nobody's
    robots_in  robots are folded like people all the same
    rules      by which identifiers become people
    generations   node id -> how often whoever had that identifier was erased
    refresh    brings `generations` up to date before a batch; whether they changed
    """

    def __init__(
        self,
        log: EventLog,
        state: State,
        config: Config,
        secret: bytes,
        *,
        currency: str = "EUR",
        decider: Decides | None = None,
        is_robot: Callable[[str], bool] = lambda _: False,
        robots_in: bool = False,
        rules: IdentityRules = IdentityRules(),
        generations: Mapping[str, int] | None = None,
        refresh: Callable[[], bool] = lambda: False,
    ) -> None:
        self._log = log
        self._state = state
        self._decider = decider
        self.rules = rules
        self._voices = Voices(rules)
        self.ids = NodeIds(secret, generations)
        self._refresh = refresh
        self._currency = currency
        self._is_robot = is_robot
        self._robots_in = robots_in
        self._touchpoints = TouchpointFinder(config.touchpoints)
        self._stages = StageFinder(config.journeys)
        self._feelings = FeelingReader(config.feelings)
        self._seen: LastUsed[tuple[str | None, str | None, int, int], list[Seen]] = LastUsed(PAIRS_KEPT)
        self.links: LastUsed[tuple[str, str], Order] = LastUsed(LINKS_KEPT)
        self.overrides: dict[str, dict[str, Override]] | None = None
        self.nodes: LastUsed[str, Node] = LastUsed(NODES_KEPT)
        self.places: LastUsed[str, list[Position]] = LastUsed(PLACES_KEPT)
        self._offsets: dict[int, int] = {}
        self._live_rounds = 0

    def voices(self) -> Voices:
        """Who speaks in events, by the rules as they are now."""
        if self._voices.rules is not self.rules:
            self._voices = Voices(self.rules)
        return self._voices

    def forget(self) -> None:
        """Know nothing of what is stored; for whoever begins to fold where another may have folded."""
        self._offsets.clear()
        self._forget_stored()

    def _forget_stored(self) -> None:
        self.nodes.clear()
        self.places.clear()
        self.links.clear()
        self._seen.clear()
        self.overrides = None

    def drain(self) -> int:
        """Fold everything that is in the log; the number of events folded."""
        total = 0
        while count := self.step():
            total += count
        return total

    def step(self) -> int:
        """Fold one micro-batch; the number of events folded, 0 when there are none.

        Live traffic comes first, but after `LIVE_ROUNDS` live batches waiting imports get their turn.
        """
        lanes = (IMPORT_LANE, LIVE_LANE) if self._live_rounds >= LIVE_ROUNDS else (LIVE_LANE, IMPORT_LANE)
        for lane in lanes:
            entries = self._log.read(lane, self._offset(lane), LIVE_BATCH if lane == LIVE_LANE else IMPORT_BATCH)
            self._live_rounds = self._live_rounds + 1 if lane == LIVE_LANE and entries else 0
            if entries:
                self._fold(lane, entries)
                return len(entries)
        return 0

    def _offset(self, lane: int) -> int:
        if lane not in self._offsets:
            with self._state.transaction() as transaction:
                self._offsets[lane] = transaction.offset(f"process/{lane}")
        return self._offsets[lane]

    def _fold(self, lane: int, entries: Sequence[LogEntry]) -> None:
        """Fold a batch in one transaction; should that fail, one by one, so that a bad event stops nobody else."""
        try:
            self._fold_together(lane, entries)
        except (PercorsoError, OSError):
            raise  # the store or the log: nothing is wrong with the events
        except Exception:
            _log.exception("batch.failed", lane=lane, events=len(entries), first=entries[0].seq)
            for entry in entries:
                self._fold_alone(lane, entry)

    def _fold_together(self, lane: int, entries: Sequence[LogEntry], *, acts: bool = True) -> None:
        if self._refresh():
            self._forget_stored()  # identifiers have other node ids now
        try:
            with self._state.transaction() as transaction:
                self._check_place(transaction, lane)
                if self.overrides is None:
                    self.overrides = both_ways(transaction.overrides())
                batch = _Batch(self, transaction, entries, self.overrides, acts=acts)
                batch.run()
                transaction.set_offset(f"process/{lane}", entries[-1].seq)
        except BaseException:
            self._forget_stored()  # nobody knows what was stored
            raise
        self._offsets[lane] = entries[-1].seq
        batch.remember()

    def _fold_alone(self, lane: int, entry: LogEntry) -> None:
        """Fold one event; without deciding when that is what fails; else set it aside, placed nowhere."""
        for acts in (True, False):
            try:
                self._fold_together(lane, [entry], acts=acts)
            except (PercorsoError, OSError):
                raise
            except Exception as error:
                reason = type(error).__name__
            else:
                if not acts:
                    self._note(entry, f"not decided: {reason}")
                return
        with self._state.transaction() as transaction:
            self._check_place(transaction, lane)
            transaction.store_placed([Placed(entry.seq, None, None, None, None, None, None)])
            transaction.store_unfolded(entry, reason)
            transaction.set_offset(f"process/{lane}", entry.seq)
        self._offsets[lane] = entry.seq
        _log.error("event.set_aside", seq=entry.seq, reason=reason)

    def _note(self, entry: LogEntry, reason: str) -> None:
        with self._state.transaction() as transaction:
            transaction.store_unfolded(entry, reason)
        _log.error("event.undecided", seq=entry.seq, reason=reason)

    def _check_place(self, transaction: StateTransaction, lane: int) -> None:
        found, left = transaction.offset(f"process/{lane}"), self._offsets[lane]
        if found != left:
            raise Conflict(
                f"another process folds this log; stop it first (lane {lane} is at {found}, was left at {left})"
            )

    def robot(self, event: Event) -> bool:
        """Whether a page sent it that a robot looked at."""
        agent = page_agent(event)
        return agent is not None and self._is_robot(agent)

    def seen(self, event: Event, window: int, robot: bool) -> list[Seen]:
        """What an event names, strongest first."""
        if robot and not self._robots_in:
            return []
        context = event.context
        if event.traits or event.type == "alias" or "externalIds" in context or "claimed" in context:
            return seen(event, window, self.rules, self.ids)
        at = window if event.anonymous_id is not None else 0
        said = (event.user_id, event.anonymous_id, at, event.trust)  # all that such an event tells of who it is
        known = self._seen.find(said)
        if known is None:
            known = seen(event, window, self.rules, self.ids)
            self._seen.keep(said, known)
        return known

    def place(self, event: Event, node: Node | None, robot: bool) -> tuple[Placed, EventSubject, list[tuple[str, str]]]:
        """Whose the event is, where it happened and which stages it opens."""
        subject = EventSubject(event)
        touchpoint, channel, phase = self._touchpoints.find(event, subject)
        subject.touchpoint, subject.channel, subject.phase = touchpoint, channel, phase
        opened = self._stages.stages(event, subject)
        stage = next((stage for journey, stage in opened if journey == self._stages.main), None)
        key, person = (None, None) if node is None else (node.node_id, node.person_id)
        return Placed(event.seq, key, person, touchpoint, channel, phase, stage, robot), subject, opened

    def evidence(self, event: Event, placed: Placed, subject: EventSubject) -> list[Evidence]:
        return self._feelings.read(event, placed.touchpoint, subject)

    @property
    def currency(self) -> str:
        return self._currency

    @property
    def decider(self) -> Decides | None:
        return self._decider


class _Batch:
    """The folding of one micro-batch."""

    def __init__(
        self,
        processor: Processor,
        transaction: StateTransaction,
        entries: Sequence[LogEntry],
        overrides: Mapping[str, Mapping[str, Override]],
        *,
        acts: bool,
    ) -> None:
        self._processor = processor
        self._decider = processor.decider if acts else None
        self._transaction = transaction
        self._entries = entries
        self._overrides = overrides
        self._pending: dict[str, _Pending] = {}
        self._acts: list[Acts] = []
        self._family: dict[str, set[str]] = {}

    def run(self) -> None:
        events = [read_event(entry) for entry in self._entries]
        robots = [self._processor.robot(event) for event in events]
        named = [
            self._named(event, entry, robot) for event, entry, robot in zip(events, self._entries, robots, strict=True)
        ]
        self._resolution = resolution = self._resolve(named)
        self._nodes = resolution.nodes
        self._load_families(resolution, named)
        rows = [self._event(one.event, one.seen, robot) for one, robot in zip(named, robots, strict=True)]
        for node in list(self._pending):
            self._settle(node)
        self._store(resolution, rows)

    def _named(self, event: Event, entry: LogEntry, robot: bool) -> Named:
        its = self._processor.seen(event, window_of(entry.day, entry.hour), robot)
        return Named(event, its, decided(event, self._processor.rules))

    def _resolve(self, named: Sequence[Named]) -> Resolution:
        processor = self._processor
        return resolve(
            named,
            processor.rules,
            processor.ids,
            self._overrides,
            self._transaction,
            load=self._load,
            known=processor.links.find,
        )

    def _load(self, keys: Sequence[str]) -> dict[str, Node]:
        """The nodes of these keys that are stored."""
        known = self._processor.nodes.find_all(keys)
        if len(known) < len(keys):
            known.update(self._transaction.nodes([key for key in keys if key not in known]))
        return known

    def remember(self) -> None:
        """Keep what was stored, once it is."""
        self._processor.nodes.keep_all({key: self._nodes[key] for key in self._changed})
        self._processor.places.keep_all(self._moved_places)
        self._processor.places.drop(self._cleared)
        links = self._resolution.assertions
        self._processor.links.keep_all({ends: Order(*line[3:6]) for ends, line in links.items()})
        if self._resolution.overrides:
            self._processor.overrides = None

    def _load_families(self, resolution: Resolution, named: Iterable[Named]) -> None:
        """Bring in the other nodes of everybody touched, so that profiles can be merged."""
        stored = set(resolution.was.values())
        people = {self._nodes[one.seen[0].folds_under].person_id for one in named if one.seen}
        for node, person in resolution.moved().items():
            people.update((person, resolution.was[node]))
        # A person that is only now being made has no other nodes to load, unless it is a device of which this is
        # another session.
        old = stored | resolution.moved_to()
        old.update(node.person_id for node in self._nodes.values() if node.base is not None and node.kind == DEVICE)
        family = self._transaction.members_of(sorted(people & old))
        self._nodes.update(self._load([key for key in family if key not in self._nodes]))
        for member in self._nodes.values():
            self._family.setdefault(member.person_id, set()).add(member.node_id)
        self._touched = people

    def _event(self, event: Event, its: Sequence[Seen], robot: bool) -> Placed:
        processor = self._processor
        key = its[0].folds_under if its else None
        placed, subject, opened = processor.place(event, None if key is None else self._nodes[key], robot)
        if key is None:
            return placed
        pending = self._pending.get(key)
        if pending is None:
            pending = self._pending[key] = _Pending()
        pending.events.append((event, placed.touchpoint))
        for journey, stage in opened:
            entry = StageEntry(event.occurred_at, event.tie, event.message_id, stage, placed.touchpoint)
            pending.stages.append((journey, entry))
        pending.evidence.extend(processor.evidence(event, placed, subject))
        decider = self._decider
        if decider is not None and decider.cares(event):
            subject.profile = self._profile(placed.person_id)
            acts = decider.decide(event, placed, subject)
            if acts.decisions:
                self._acts.append(acts)
        return placed

    def _profile(self, person: str | None) -> Profile:
        """A person's profile after all events so far, merged over their nodes in one order."""
        members = sorted(self._family.get(person or "", ()))
        for member in members:
            self._settle(member)
        return merge_all(self._nodes[member].profile for member in members)

    def _settle(self, key: str) -> None:
        """Fold what waits for a node."""
        pending = self._pending.get(key)
        if pending is None or not pending.events:
            return
        node = self._nodes[key]
        before = node.profile
        events = pending.events
        profile = Profile(
            fold_facts(before.facts, events, self._processor.currency),
            fold_path(before.path, pending.stages) if pending.stages else before.path,
            fold_feelings(before.feelings, pending.evidence) if pending.evidence else before.feelings,
            fold_consents(before.consents, events, self._processor.voices()),
        )
        self._nodes[key] = Node(*node[:6], profile, *node[7:])
        self._pending[key] = _Pending()

    def _store(self, resolution: Resolution, rows: Sequence[Placed]) -> None:
        transaction = self._transaction
        moved = resolution.moved()
        self._changed = {*self._pending, *resolution.changed}
        transaction.store_nodes([self._nodes[key] for key in self._changed])
        if resolution.assertions:
            transaction.store_assertions(list(resolution.assertions.values()))
        if resolution.overrides:
            transaction.store_overrides(resolution.overrides)
        if moved:
            transaction.store_moved(moved)
            if self._decider is not None:
                transaction.append_later(told(resolution.was, self._nodes, self._entries[0].seq))
        self._store_people(moved, resolution)
        transaction.store_placed(rows)
        if self._acts:
            transaction.add_acts(
                [one for acts in self._acts for one in acts.decisions],
                [one for acts in self._acts for one in acts.messages],
                [one for acts in self._acts for one in acts.tasks],
            )

    def _store_people(self, moved: dict[str, str], resolution: Resolution) -> None:
        people, places, gone = [], {}, []
        known = self._processor.places
        before = {resolution.was[node] for node in moved}
        for person in self._touched:
            profile = self._profile(person)
            row = person_row(person, self._nodes.get(person), profile)
            if row is None:
                gone.append(person)
                continue
            people.append(row)
            if profile.path:
                now = positions(profile.path)
                if person in before or known.find(person) != now:
                    places[person] = now
        self._transaction.store_people(people, sorted(gone))
        self._transaction.store_positions(places, sorted(before.difference(gone)))
        self._moved_places, self._cleared = places, {*gone, *before.difference(places)}


def folded_of(processor: Processor, transaction: StateTransaction, node: Node, entries: Sequence[LogEntry]) -> Node:
    """The node with the profile that these events alone make, those of others left out."""
    batch = _Batch(processor, transaction, entries, {}, acts=False)
    batch._nodes = {node.node_id: node._replace(profile=Profile())}
    for entry in entries:
        event = read_event(entry)
        its = processor.seen(event, window_of(entry.day, entry.hour), processor.robot(event))
        batch._event(event, [one for one in its if one.folds_under == node.node_id][:1], False)
    batch._settle(node.node_id)
    return batch._nodes[node.node_id]
