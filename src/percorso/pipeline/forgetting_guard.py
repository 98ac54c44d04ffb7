"""The log's door: what names somebody who was erased does not come in again."""

import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from percorso.data.erasure_rule import Word, generations, named, word_on
from percorso.data.events import read_event
from percorso.data.identity.identifiers import OWN_SOURCE, NodeIds
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


_Said: TypeAlias = tuple[str | None, str | None, int, bool]
"""User id, device id, trust, whether Percorso itself says it."""
_decode = msgspec.json.Decoder(_Body).decode
_WORD = re.compile(r"[^\s,;\"'{}\[\]<>]+")


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
        self.known = {one.node_id: one for one in self._tombstones.all()}
        self.generations.clear()
        self.generations.update(generations(self.known.values()))
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
        self._clean_at = buried.version

    @property
    def log_id(self) -> str:
        return self._log.log_id

    def append(self, candidates: Sequence[Candidate], refused: Sequence[Refused] = ()) -> list[ItemVerdict]:
        self._buried.look()
        if self._buried.version != self._clean_at:
            self._clean.clear()
            self._clean_at = self._buried.version
        if not self._buried.known:
            return self._log.append(candidates, refused)
        rules = self._rules()
        stays = [self._may_come(one, rules) for one in candidates]
        kept = [one for one, may in zip(candidates, stays, strict=True) if may]
        aside = [_nothing_of(one) if self._names_erased(one, rules) else one for one in refused]
        aside += [_nothing_of(one) for one, may in zip(candidates, stays, strict=True) if not may]
        given = iter(self._log.append(kept, aside))
        return [next(given) if may else _verdict(one) for one, may in zip(candidates, stays, strict=True)]

    def _may_come(self, candidate: Candidate, rules: IdentityRules) -> bool:
        said = _plainly_said(candidate)
        if said is not None and self._clean.find(said):
            return True
        event = read_event(_entry(candidate))
        found = named(event, rules, self._ids, self._buried.known)
        if not found:
            if said is not None:
                self._clean.keep(said, True)
            return True
        word = word_on(event, candidate.lane, found, self._registers())
        if word is Word.OPEN:
            self._buried.open(found, event)
        return word is not Word.SUPPRESS

    def _names_erased(self, refused: Refused, rules: IdentityRules) -> bool:
        """Whether anything in a refused item, however broken, is an erased identifier."""
        known, kinds = self._buried.known, {*RANK, *rules.classes}
        for text in texts_of(refused.body):
            for kind in kinds:
                one = normalise(kind, text, rules.region)
                if one is not None and any(
                    self._ids.first(Identifier(kind, one.value, claimed)) in known for claimed in (False, True)
                ):
                    return True
        return False

    def read(self, lane: int, after: int, limit: int) -> list[LogEntry]:
        return self._log.read(lane, after, limit)

    def size(self) -> LogSize:
        return self._log.size()

    def close(self) -> None:
        self._log.close()


def _plainly_said(candidate: Candidate) -> _Said | None:
    """Whom an event names, when its two ids are all that it says of them."""
    try:
        body = _decode(candidate.body)
    except msgspec.ValidationError:
        return None
    context = body.context
    if body.traits or body.type == "alias" or (context is not None and (context.traits or context.externalIds)):
        return None
    return body.userId, body.anonymousId, candidate.trust, candidate.source == OWN_SOURCE


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


def texts_of(body: bytes) -> Iterator[str]:
    """Every text of a body: the values of its JSON, else its words."""
    try:
        yield from _values(msgspec.json.decode(body))
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        yield from _WORD.findall(body.decode("utf-8", "replace"))


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, str | int) and not isinstance(value, bool):
        yield str(value)
        if isinstance(value, str) and " " in value:
            yield from _WORD.findall(value)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _values(one)
    elif isinstance(value, list):
        for one in value:
            yield from _values(one)
