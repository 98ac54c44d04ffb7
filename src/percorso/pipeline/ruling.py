"""The rules of identity in force, those that are wanted, what they would change, and changing it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from percorso.data.identity.changes import Changes
from percorso.model.errors import Conflict, NotFound, StoreUnavailable
from percorso.model.identity import IdentityRules
from percorso.model.identity_rules import needs_replay
from percorso.model.person import Node
from percorso.model.time import SECOND
from percorso.pipeline.reresolve import Reresolver, Told
from percorso.ports import Clock
from percorso.ports.identity import Applying, RuleBook, RulesVersion

_log = structlog.get_logger()

NEAR = 50_000
"""A log of so many events is folded again within seconds, for a preview."""
TELL_EVERY = SECOND

Aside = Callable[[IdentityRules], tuple[Mapping[str, Node], Mapping[str, Node]]]
"""Folds the whole log by other rules, aside: all nodes as they are, and as they would be."""
Refold = Callable[[IdentityRules, Told], Callable[[], None]]
"""Folds the whole log by other rules and puts that in place; what it returns is called when they are in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What rules would do.

    replay    they change what events name, so the log must be folded again
    changes   None when that is too long to be done for a look (`NEAR`)
    """

    replay: bool
    changes: Changes | None


class Ruling:
    """`apply` only in the process that folds, between two batches.

    in_force   the rules that people are made by
    events     how many the log has
    """

    def __init__(
        self,
        book: RuleBook,
        reresolver: Reresolver,
        clock: Clock,
        *,
        in_force: Callable[[], RulesVersion],
        aside: Aside,
        refold: Refold,
        events: Callable[[], int],
    ) -> None:
        self._book = book
        self._reresolver = reresolver
        self.in_force = in_force
        self._clock = clock
        self._aside = aside
        self._refold = refold
        self._events = events

    def wanted(self) -> RulesVersion:
        """The rules that shall be: those in force when nobody wants others."""
        return self._book.wanted() or self.in_force()

    def applying(self) -> Applying | None:
        return self._book.applying()

    def want(self, rules: IdentityRules, by: str) -> RulesVersion:
        """Note rules to be put in force. Raises Conflict while others are being applied."""
        self._check_idle()
        wanted = self.wanted()
        return wanted if wanted.rules == rules else self._book.want(rules, by, self._clock.now())

    def ask(self) -> Applying:
        """Ask the process that folds to put in force what is wanted. Raises Conflict while it does so, NotFound without any."""
        self._check_idle()
        wanted, last = self.wanted(), self._book.applying()
        failed = last is not None and last.state == "failed"
        if wanted.rules == self.in_force().rules and not failed:
            raise NotFound("the rules that are wanted are in force already: change them first")
        asked = Applying(wanted.version, "asked", self._clock.now())
        self._book.tell(asked)
        return asked

    def due(self) -> bool:
        """Whether somebody asked, or was cut short."""
        found = self._book.applying()
        return found is not None and found.state in ("asked", "running")

    def preview(self, rules: IdentityRules) -> Preview:
        """What rules would change; nothing does."""
        if not needs_replay(self.in_force().rules, rules):
            return Preview(replay=False, changes=self._reresolver.preview(rules))
        if self._events() > NEAR:
            return Preview(replay=True, changes=None)
        changes = Changes()
        changes.add(*self._aside(rules))
        return Preview(replay=True, changes=changes)

    def apply(self, told: Told = lambda *_: None) -> RulesVersion:
        """Put in force what is wanted, for everybody known; how far it is can be read meanwhile."""
        wanted = self.wanted()
        replay = needs_replay(self.in_force().rules, wanted.rules)
        progress = _Progress(
            self._book, self._clock, told, Applying(wanted.version, "running", self._clock.now(), 0, 0, replay)
        )
        _log.info("identity.applying", version=wanted.version, replay=replay)
        try:
            made = self._made_by(wanted, replay, progress)
        except StoreUnavailable:
            raise  # it is begun again
        except Exception as error:
            progress.ended("failed", {"error": type(error).__name__})
            raise
        progress.ended("done", made)
        _log.info("identity.applied", version=wanted.version, **made)
        return wanted

    def _made_by(self, wanted: RulesVersion, replay: bool, told: Told) -> dict[str, Any]:
        if replay:
            settle = self._refold(wanted.rules, told)
            self._book.put_in_force(wanted._replace(at=self._clock.now()))
            settle()
            return {}
        self._book.put_in_force(wanted._replace(at=self._clock.now()))
        changes = self._reresolver.apply(wanted.rules, told)
        return {"merges": changes.merges, "splits": changes.splits, "moved": changes.moved}

    def _check_idle(self) -> None:
        if self.due():
            raise Conflict("rules are being applied; wait until that is done")


class _Progress:
    """Tells how far it is: whoever waits at once, everybody else once a second."""

    def __init__(self, book: RuleBook, clock: Clock, told: Told, first: Applying) -> None:
        self._book = book
        self._clock = clock
        self._told = told
        self._now = first
        book.tell(first)

    def __call__(self, done: int, total: int) -> None:
        self._told(done, total)
        at = self._clock.now()
        if at - self._now.at >= TELL_EVERY:
            self._now = self._now._replace(at=at, done=done, total=total)
            self._book.tell(self._now)

    def ended(self, state: Any, detail: Mapping[str, Any]) -> None:
        self._book.tell(self._now._replace(state=state, at=self._clock.now(), detail=detail))
