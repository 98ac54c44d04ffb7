"""The log's door: what names somebody who was erased does not come in again."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from percorso.data.erasure_rule import Word, generations, named, word_on
from percorso.data.events import read_event
from percorso.data.identity.anywhere import InEvents, Reading, in_refused
from percorso.data.identity.identifiers import OWN_SOURCE, NodeIds, calls_it_claimed, is_claimed, known
from percorso.model.erasure import Tombstone
from percorso.model.event import Event
from percorso.model.identifier import RANK, Identifier, normalise
from percorso.model.identity import IdentityRules
from percorso.model.verdict import Candidate, ItemVerdict, Refused, Verdict
from percorso.pipeline.last_used import LastUsed
from percorso.ports import EventLog, LogEntry, LogSize
from percorso.ports.erasure import Tombstones

LOOK_EVERY_S = 0.5
"""How soon a process hears of an erasure that another one was asked for."""
ERASED = "erased"
"""The reason of what is suppressed."""
SAID = "whom it names was erased; only a registration of their own, live, lets them in again"
PAIRS_KEPT = 100_000


class _Context(msgspec.Struct, gc=False):
    traits: Any = None
    externalIds: Any = None


class _Body(msgspec.Struct, gc=False):
    """What of an item names people, when it is as it should be."""

    type: str
    userId: str | None = None
    anonymousId: str | None = None
    traits: Any = None
    context: _Context | None = None


_Said: TypeAlias = tuple[str | None, str | None, int]
"""User id, device id, trust."""
_Spelt: TypeAlias = tuple[str, str, int, bool]
"""Kind and value as they are written, trust, and whether Percorso itself calls it claimed."""
_ANYHOW = -1
"""The trust of what was refused: of its identifiers both counts, proven or claimed."""
_decode = msgspec.json.Decoder(_Body).decode


class Buried:
    """Who was erased, as one process knows it. Any thread; `look` asks at most every `LOOK_EVERY_S`."""

    def __init__(self, tombstones: Tombstones) -> None:
        self._tombstones = tombstones
        self.version = -1
        self._looked_at = 0.0
        self.known: Mapping[str, Tombstone] = {}
        self.generations: dict[str, int] = {}
        """Changed in place: who gives node ids holds it."""

    def look(self, *, now: bool = False) -> None:
        """Bring it up to date, if anything changed."""
        at = time.monotonic()
        if not now and at - self._looked_at < LOOK_EVERY_S:
            return
        self._looked_at = at
        version = self._tombstones.version()
        if version == self.version:
            return
        changed = self._tombstones.since(self.version)
        self.known = {**self.known, **{one.node_id: one for one in changed}}
        for one in changed:
            self.generations.pop(one.node_id, None)
        self.generations.update(generations(changed))
        self.version = version

    def watcher(self) -> Callable[[], bool]:
        """Looks now, and says whether anything changed since it was asked last: before something is folded that was let in
        a moment ago."""
        seen = self.version

        def changed() -> bool:
            nonlocal seen
            self.look(now=True)
            before, seen = seen, self.version
            return before != seen

        return changed

    def open(self, some: Sequence[Tombstone], event: Event) -> None:
        """Somebody registered anew."""
        self._tombstones.open([one.node_id for one in some if one.opened_at is None], event.occurred_at)
        self.look(now=True)


class GuardedLog:
    """`ports.EventLog` that suppresses what names an erased person; of that it keeps a count and nothing else.

    An event names people by its identity, by which they may come back, and anywhere else (data/identity/anywhere.py), where it
    stays out.

    registers   names of events by which people register
    """

    def __init__(
        self,
        log: EventLog,
        buried: Buried,
        ids: NodeIds,
        rules: Callable[[], IdentityRules],
        registers: Callable[[], Collection[str]],
    ) -> None:
        self._log = log
        self._buried = buried
        self._ids = ids
        self._rules = rules
        self._registers = registers
        self._clean: LastUsed[_Said, bool] = LastUsed(PAIRS_KEPT)
        self._harmless: LastUsed[_Spelt, bool] = LastUsed(PAIRS_KEPT)
        self._anywhere = InEvents(RANK)
        self._clean_by: tuple[int, IdentityRules | None] = buried.version, None

    @property
    def log_id(self) -> str:
        return self._log.log_id

    def append(self, candidates: Sequence[Candidate], refused: Sequence[Refused] = ()) -> list[ItemVerdict]:
        self._buried.look()
        if not self._buried.known:
            return self._log.append(candidates, refused)
        rules = self._rules()
        self._begin(rules)
        stays = [self._may_come(one, rules) for one in candidates]
        kept = [one for one, may in zip(candidates, stays, strict=True) if may]
        aside = [_nothing_of(one) if self._names_erased(one, rules) else one for one in refused]
        aside += [_nothing_of(one) for one, may in zip(candidates, stays, strict=True) if not may]
        given = iter(self._log.append(kept, aside))
        return [next(given) if may else _verdict(one) for one, may in zip(candidates, stays, strict=True)]

    def _begin(self, rules: IdentityRules) -> None:
        """Forget what was found harmless before somebody else was erased, or by other rules."""
        if self._clean_by == (self._buried.version, rules):
            return
        self._clean.clear()
        self._harmless.clear()
        self._anywhere = InEvents({*RANK, *rules.classes})
        self._clean_by = self._buried.version, rules

    def _may_come(self, candidate: Candidate, rules: IdentityRules) -> bool:
        said = None if self._anywhere.may_name(candidate.body) else _plainly_said(candidate)
        if said is None:
            anywhere = self._named_anywhere(candidate, rules)
            return not anywhere or self._let_in(candidate, rules, anywhere)
        if self._clean.find(said):
            return True
        if not named(read_event(_entry(candidate)), rules, self._ids, self._buried.known):
            self._clean.keep(said, True)
            return True
        return self._let_in(candidate, rules, set())

    def _let_in(self, candidate: Candidate, rules: IdentityRules, anywhere: set[Tombstone]) -> bool:
        """Whether an event comes in that names these of the erased. Those that its identity does not read are only mentioned:
        by that nobody registers."""
        event = read_event(_entry(candidate))
        found = named(event, rules, self._ids, self._buried.known)
        if word_on(event, candidate.lane, anywhere.difference(found), ()) is not Word.PASS:
            return False
        word = word_on(event, candidate.lane, found, self._registers())
        if word is Word.OPEN:
            self._buried.open(found, event)
        return word is not Word.SUPPRESS

    def _named_anywhere(self, candidate: Candidate, rules: IdentityRules) -> set[Tombstone]:
        """The tombstones of whatever an event could be read to name."""
        out, trust, own = set(), candidate.trust, candidate.source == OWN_SOURCE
        said_so = own and calls_it_claimed(read_event(_entry(candidate)))
        for kind, value in self._anywhere.read(candidate.body):
            spelt = kind, value, trust, said_so
            if self._harmless.find(spelt):
                continue
            one = known(kind, value, rules)
            stone = None if one is None else self._stone(one._replace(claimed=is_claimed(kind, trust, said_so)))
            if stone is None:
                self._harmless.keep(spelt, True)
            else:
                out.add(stone)
        return out

    def _stone(self, identifier: Identifier) -> Tombstone | None:
        return self._buried.known.get(self._ids.first(identifier))

    def _names_erased(self, refused: Refused, rules: IdentityRules) -> bool:
        """Whether anything in a refused item, however broken, is an erased identifier."""
        return any(self._is_erased(one, rules) for one in in_refused(refused.body, self._anywhere.kinds))

    def _is_erased(self, reading: Reading, rules: IdentityRules) -> bool:
        spelt = *reading, _ANYHOW, False
        if self._harmless.find(spelt):
            return False
        one = normalise(*reading, rules.region)
        if one is not None and any(self._stone(one._replace(claimed=claimed)) for claimed in (False, True)):
            return True
        self._harmless.keep(spelt, True)
        return False

    def read(self, lane: int, after: int, limit: int) -> list[LogEntry]:
        return self._log.read(lane, after, limit)

    def size(self) -> LogSize:
        return self._log.size()

    def close(self) -> None:
        self._log.close()


def _plainly_said(candidate: Candidate) -> _Said | None:
    """Whom an event names, when its two ids are all that it says of them. What Percorso itself says is looked at closer."""
    if candidate.source == OWN_SOURCE:
        return None
    try:
        body = _decode(candidate.body)
    except msgspec.ValidationError:
        return None
    context = body.context
    if body.traits or body.type == "alias" or (context is not None and (context.traits or context.externalIds)):
        return None
    text, user, device = candidate.body, body.userId, body.anonymousId
    if text.count('"userId"') > (user is not None) or text.count('"anonymousId"') > (device is not None):
        return None  # one is named elsewhere, too
    return user, device, candidate.trust


def _entry(one: Candidate) -> LogEntry:
    known = (one.lane, one.source, one.message_id, one.occurred_at, one.received_at, one.day, one.hour, one.tie)
    return LogEntry(0, *known, one.historical, one.body.encode(), one.trust)


def _verdict(one: Candidate) -> ItemVerdict:
    return ItemVerdict(message_id=one.message_id, verdict=Verdict.SUPPRESSED, reason=ERASED, detail=SAID)


def _nothing_of(one: Candidate | Refused) -> Refused:
    """What is counted and told of nobody."""
    return Refused(
        source=one.source,
        message_id=None,
        received_at=one.received_at,
        reason=ERASED,
        detail=SAID,
        body=b"",
        verdict=Verdict.SUPPRESSED,
    )
