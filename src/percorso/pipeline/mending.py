"""Quarantine -> rules -> the ordinary intake -> log: refused items mended, looked at first, then replayed, each once.

What passes keeps its first reception time and its source; an item that names no message gets an id made of its place in
the quarantine, so that a replay after a crash finds it stored. Mended items belong to the import lane. They decide and,
unless told to act, deliver nothing: nobody is to hear today of what went wrong last week.
"""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from percorso.data.intake import MAX_ITEM_BYTES, Intake, Item, read_item
from percorso.data.mending import MendingRule, mend, read_rules
from percorso.model.identity import Trust
from percorso.model.plan import Plan
from percorso.model.time import CivilClock
from percorso.model.verdict import IMPORT_LANE, Candidate, Refused, Verdict
from percorso.ports import Chosen, Clock, EventLog, Quarantine, Quarantined, Settled

PREVIEWED = 50
BATCH = 500
MOST = 20_000
"""Items one replay takes at most; it says how many are left."""

CUT = "its body was longer than is kept; send it again from its source"
UNREADABLE = "what came is no JSON object, so that no rule can reach into it; send it again, or dismiss it"
SAME_ID = "another event has this messageId; remove messageId to give this one an id of its own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A refused item after the rules: what intake would say of it now.

    after   the mended item, JSON; None when it cannot be read at all
    verdict accepted, quarantined or conflict; accepted ones may yet turn out to be repeats
    """

    row: Quarantined
    after: str | None
    changed: bool
    verdict: Verdict
    reason: str | None
    detail: str | None
    candidate: Candidate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """matched: how many items are chosen; tried: the oldest of them."""

    matched: int
    tried: tuple[Tried, ...]


@dataclass(slots=True, kw_only=True)
class Replayed:
    """verdicts: of the items that left the quarantine; still: reason -> items that stay; left: chosen but not yet tried."""

    verdicts: Counter[str] = field(default_factory=Counter)
    still: Counter[str] = field(default_factory=Counter)
    left: int = 0


class Mender:
    """Mends what intake refused. Any thread; replays wait for one another."""

    def __init__(self, quarantine: Quarantine, log: EventLog, civil: CivilClock, clock: Clock) -> None:
        self._quarantine = quarantine
        self._log = log
        self._civil = civil
        self._clock = clock
        self._lock = threading.Lock()
        self.plan: Plan | None = None
        """The tracking plan that mended items must meet."""

    def preview(self, chosen: Chosen, rules: object) -> Preview:
        """The first items and what would become of them. Nothing is stored. Raises InvalidConfig for a wrong rule."""
        read = read_rules(rules)
        rows = self._quarantine.oldest(chosen._replace(state="waiting"), PREVIEWED)
        matched = self._quarantine.count(chosen._replace(state="waiting"))
        return Preview(matched=matched, tried=tuple(self._try(row, read, historical=True) for row in rows))

    def replay(self, chosen: Chosen, rules: object, *, by: str, act: bool = False, limit: int = MOST) -> Replayed:
        """Put the items that pass now into the log; the others stay. Each item is replayed once, however often asked.

        `act`: what the plays make of them is delivered.
        """
        read = read_rules(rules)
        told = msgspec.json.encode(rules).decode() if read else None
        waiting = chosen._replace(state="waiting")
        done, after, tried = Replayed(), 0, 0
        with self._lock:
            while tried < limit:
                rows = self._quarantine.oldest(waiting, min(BATCH, limit - tried), after)
                if not rows:
                    return done
                after, tried = rows[-1].id, tried + len(rows)
                outcomes = [self._try(row, read, historical=not act) for row in rows]
                self._store(outcomes, by, told, done)
            done.left = max(0, self._quarantine.count(waiting) - done.still.total())
            return done

    def dismiss(self, chosen: Chosen, *, by: str) -> int:
        """Say of items that nothing is to be done; they stay where they are, settled."""
        with self._lock:
            return self._quarantine.dismiss(chosen, by=by, at=self._clock.now())

    def _store(self, outcomes: Sequence[Tried], by: str, rules: str | None, done: Replayed) -> None:
        done.still.update(str(one.reason) for one in outcomes if one.candidate is None)
        passed = [(one.row, one.candidate) for one in outcomes if one.candidate is not None]
        if not passed:
            return
        verdicts = self._log.append([candidate for _, candidate in passed])
        settled = [
            Settled(row.id, verdict.verdict.value, candidate.message_id, verdict.seq)
            for (row, candidate), verdict in zip(passed, verdicts, strict=True)
        ]
        self._quarantine.settle(settled, by=by, at=self._clock.now(), rules=rules)
        done.verdicts.update(one.outcome for one in settled)

    def _try(self, row: Quarantined, rules: Sequence[MendingRule], *, historical: bool) -> Tried:
        before = _object(row.body)
        if before is None:
            cut = len(row.body.encode()) >= MAX_ITEM_BYTES
            reason, detail = ("cut", CUT) if cut else (row.reason or "malformed", UNREADABLE)
            return _stays(row, None, False, Verdict.QUARANTINED, reason, detail)
        after = mend(before, row.source, rules, self._civil)
        changed = after != before
        if row.verdict == Verdict.CONFLICT and after.get("messageId") == before.get("messageId"):
            text = msgspec.json.encode(after).decode()
            return _stays(row, text, changed, Verdict.CONFLICT, "conflict", SAME_ID)
        if after.get("messageId") in (None, ""):
            after["messageId"] = f"mended-{self._log.log_id}-{row.id}"
        body = msgspec.json.encode(after)
        outcome = read_item(Item(body, row.line or 0, row.line), self._intake(row, historical))
        if isinstance(outcome, Refused):
            return _stays(row, body.decode(), changed, Verdict.QUARANTINED, outcome.reason, outcome.detail)
        return Tried(
            row=row,
            after=body.decode(),
            changed=changed,
            verdict=Verdict.ACCEPTED,
            reason=None,
            detail=None,
            candidate=outcome,
        )

    def _intake(self, row: Quarantined, historical: bool) -> Intake:
        """As the item was first taken: an imported row may be nobody's, a live one may not."""
        return Intake(
            row.source,
            IMPORT_LANE,
            historical,
            row.received_at,
            self._civil,
            unknown_ok=row.line is not None,
            plan=self.plan,
            trust=(Trust.PUBLIC if row.line is None else Trust.SERVER).value,
        )


def _stays(row: Quarantined, after: str | None, changed: bool, verdict: Verdict, reason: str, detail: str) -> Tried:
    return Tried(row=row, after=after, changed=changed, verdict=verdict, reason=reason, detail=detail, candidate=None)


def _object(body: str) -> Mapping[str, Any] | None:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None
    return found if isinstance(found, dict) else None
