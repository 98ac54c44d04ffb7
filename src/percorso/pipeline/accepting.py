"""open proposals -> decisions: the rule that accepts pairs which are sure enough, as people's own verdicts bear out.

What it decides is an event like anybody's, signed with the rule and its version; one by one or all of a version can be
taken back, and what people took back or refused it never decides again.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import structlog

from percorso.data.matching.precision import Said, Scored, Trusted, trusted
from percorso.insight.interval import wilson
from percorso.model.audit import Act, AuditRow
from percorso.model.errors import Conflict, NotFound
from percorso.model.identifier import Identifier
from percorso.model.identity import IdentityRules, OverrideKind
from percorso.model.match_rule import MatchRule, MatchRuleVersion, is_rule
from percorso.model.matching import ProposalState
from percorso.pipeline.accepting_bounds import Bounds, Reason
from percorso.pipeline.unifying import Unifier
from percorso.ports import Audit, Clock, Identity, MatchRules, Proposal, Proposals

_log = structlog.get_logger()

_PAGE = 1_000
AT_ONCE = 500
_DECIDED: tuple[ProposalState, ...] = ("accepted", "refused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What a rule would accept, or did.

    trusted    by which bands of weight, with how many expected wrong
    accepted   how many pairs
    left       why pairs above the cut are left to people -> how many
    """

    rule: MatchRule
    trusted: Trusted
    accepted: int
    left: Mapping[Reason, int]


class Accepter:
    """Appends to the log: only where that may be done."""

    def __init__(
        self,
        *,
        rules: MatchRules,
        proposals: Proposals,
        identity: Identity,
        unifier: Unifier,
        identity_rules: Callable[[], IdentityRules],
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._rules = rules
        self._proposals = proposals
        self._identity = identity
        self._unifier = unifier
        self._identity_rules = identity_rules
        self._audit = audit
        self._clock = clock

    def rule(self) -> MatchRuleVersion | None:
        """The rule that counts, on or off."""
        return self._rules.latest()

    def versions(self) -> list[tuple[MatchRuleVersion, int]]:
        """All there ever were, the latest first, with how many pairs each has accepted that still are."""
        return [(one, len(self._accepted_by(one))) for one in self._rules.all()]

    def want(self, rule: MatchRule, by: str) -> MatchRuleVersion:
        """Put a rule in place of the one before, switched on or off. It accepts nothing by that alone."""
        before = self._rules.latest()
        if before is not None and before.rule == rule:
            return before
        now = self._clock.now()
        made = self._rules.put(rule, by, now)
        self._audit.record(AuditRow(now, by, "match.rule_changed", str(made.version)))
        return made

    def preview(self, rule: MatchRule) -> Acceptance:
        """What a rule would accept now. Nothing changes."""
        return self._chosen(rule)[0]

    def run(self) -> Acceptance:
        """Accept what the rule that counts accepts. Raises NotFound when there is none, Conflict when it is off."""
        version = self._rules.latest()
        if version is None:
            raise NotFound("there is no rule that accepts pairs: set one first")
        if not version.rule.on:
            raise Conflict(f"the rule {version.rule.name} is off: switch it on first")
        found, pairs = self._chosen(version.rule)
        for start in range(0, len(pairs), AT_ONCE):
            self._accept(pairs[start : start + AT_ONCE], version)
        _log.info("matches.accepted", rule=version.signature, accepted=found.accepted)
        return found

    def withdraw(self, version: int, by: str) -> int:
        """Take back all that a version of the rule accepted and nobody decided since; how many. A rule that counts is
        switched off by it. Raises NotFound."""
        found = next((one for one in self._rules.all() if one.version == version), None)
        if found is None:
            raise NotFound(f"there never was a version {version} of the rule")
        if found == self._rules.latest() and found.rule.on:
            self.want(MatchRule(name=found.rule.name, precision=found.rule.precision), by)
        pairs = self._accepted_by(found)
        others = {(one.a, one.b) for one in self._identity.overrides() if one.by != found.signature}
        for start in range(0, len(pairs), AT_ONCE):
            some = pairs[start : start + AT_ONCE]
            theirs = [one for one in some if (one.node_a, one.node_b) not in others]
            self._say("none", theirs, by, f"all of {found.signature}", found)
            for one in theirs:
                self._note(one, "open", by, "identity.withdrawn")
        return len(pairs)

    def _chosen(self, rule: MatchRule) -> tuple[Acceptance, list[Proposal]]:
        open_ = list(self._all("open"))
        said = [
            Said(one.weight, state == "accepted")
            for state in _DECIDED
            for one in self._all(state)
            if not is_rule(one.decided_by)
        ]
        found = trusted([Scored(one.weight, one.probability) for one in open_], said, rule.precision, _interval)
        if found.cut is None:
            return Acceptance(rule=rule, trusted=found, accepted=0, left={}), []
        bounds = Bounds(self._identity, self._identity_rules(), list(self._all("refused")))
        left: Counter[Reason] = Counter()
        taken = []
        above = [one for one in open_ if one.weight >= found.cut]
        for start in range(0, len(above), AT_ONCE):
            some = above[start : start + AT_ONCE]
            bounds.know(some)
            for one in some:
                reason = bounds.join(one)
                if reason is None:
                    taken.append(one)
                else:
                    left[reason] += 1
        return Acceptance(rule=rule, trusted=found, accepted=len(taken), left=dict(left)), taken

    def _all(self, state: ProposalState) -> Iterator[Proposal]:
        after = None
        while some := self._proposals.those(state, _PAGE, kind="person", after=after):
            yield from some
            after = some[-1]

    def _accepted_by(self, version: MatchRuleVersion) -> list[Proposal]:
        return [one for one in self._proposals.decided(version.signature) if one.state == "accepted"]

    def _accept(self, pairs: Sequence[Proposal], version: MatchRuleVersion) -> None:
        self._say("link", pairs, version.signature, None, version)
        for one in pairs:
            self._note(one, "accepted", version.signature, "match.decided")

    def _say(
        self, kind: OverrideKind, pairs: Sequence[Proposal], by: str, why: str | None, version: MatchRuleVersion
    ) -> None:
        known = self._identity.nodes(sorted({key for one in pairs for key in (one.node_a, one.node_b)}))
        names = {key: Identifier(node.kind, node.value, node.claimed) for key, node in known.items()}
        there = [one for one in pairs if one.node_a in names and one.node_b in names]
        self._unifier.decide_many(
            kind,
            [
                (
                    f"match-{kind}-{version.version}-{one.node_a}-{one.node_b}",
                    names[one.node_a],
                    names[one.node_b],
                    why or f"weight {one.weight:g}, model {one.model_id}",
                )
                for one in there
            ],
            by,
        )

    def _note(self, one: Proposal, state: ProposalState, by: str, act: Act) -> None:
        now = self._clock.now()
        self._proposals.decide(one.node_a, one.node_b, state, by=by, at=now)
        self._audit.record(AuditRow(now, by, act, f"{one.node_a} {one.node_b}"))


def _interval(accepted: int, said: int) -> tuple[float, float]:
    found = wilson(accepted, said)
    return found.low or 0.0, 1.0 if found.high is None else found.high
