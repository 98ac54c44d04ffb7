"""The tables of a company beside its log and state, each behind its port."""

from functools import cached_property
from typing import TYPE_CHECKING

from percorso.main.opened import Opened
from percorso.model.identifier import DEVICE, Identifier, normalise
from percorso.model.identity import IdentityRules
from percorso.model.identity_rules import read_rules
from percorso.ports import (
    Accounts,
    Audit,
    ConsentLedger,
    Identity,
    Mailbox,
    Outbox,
    PeopleReader,
    Plans,
    Proposals,
    Quarantine,
    RuleBook,
    RulesVersion,
    Tallies,
    Tasks,
    Watch,
)
from percorso.ports.frictions import FrictionBook
from percorso.ports.membership import Members, MembershipStore

if TYPE_CHECKING:
    from percorso.pipeline.consenting import Notary
    from percorso.pipeline.kpi_book import KpiBook
    from percorso.pipeline.segment_book import SegmentBook


BY_PACKS = "packs"
"""Who put in force what the packs say."""


class Stores(Opened):
    """Who may come in, who is known, what was sent, what was refused, what is planned and counted."""

    @cached_property
    def accounts(self) -> Accounts:
        from percorso.adapters.sql.accounts import SqlAccounts

        return SqlAccounts(self.state_database)

    @cached_property
    def audit(self) -> Audit:
        from percorso.adapters.sql.audit import SqlAudit

        return SqlAudit(self.state_database)

    @cached_property
    def people(self) -> PeopleReader:
        from percorso.adapters.sql.people import SqlPeople

        return SqlPeople(self.state_database)

    def identifiers_of(self, value: str) -> list[tuple[Identifier, str]]:
        """(identifier, person id) of every identifier with this value, as it is or in one of its kinds' spelling."""
        from percorso.adapters.sql.identifiers import identifiers_of

        spelt = (normalise(kind, value) for kind in ("email", "phone", "user_id"))
        return identifiers_of(self.state_database, {value, *(one.value for one in spelt if one is not None)})

    @cached_property
    def outbox(self) -> Outbox:
        from percorso.adapters.sql.outbox import SqlOutbox

        return SqlOutbox(self.state_database)

    @cached_property
    def mailbox(self) -> Mailbox:
        from percorso.adapters.sql.mailbox import SqlMailbox

        return SqlMailbox(self.state_database)

    @cached_property
    def tasks(self) -> Tasks:
        from percorso.adapters.sql.tasks import SqlTasks

        return SqlTasks(self.state_database)

    @cached_property
    def frictions(self) -> FrictionBook:
        from percorso.adapters.sql.frictions import SqlFrictions

        return SqlFrictions(self.state_database)

    @cached_property
    def proposals(self) -> Proposals:
        from percorso.adapters.sql.proposals import SqlProposals

        return SqlProposals(self.state_database)

    @cached_property
    def identity(self) -> Identity:
        from percorso.adapters.sql.identity import SqlIdentity

        return SqlIdentity(self.state_database, lambda device: self.node_ids.of(Identifier(DEVICE, device)))

    @cached_property
    def rule_book(self) -> RuleBook:
        from percorso.adapters.sql.rule_book import SqlRuleBook

        return SqlRuleBook(self.store)

    def rules_in_force(self) -> RulesVersion:
        """The rules of identity that people are made by: those put in force, at first what the packs say."""
        return self.rule_book.in_force() or RulesVersion(
            0, read_rules(self.config.identity), BY_PACKS, self.clock.now()
        )

    def identity_rules(self) -> IdentityRules:
        return self.rules_in_force().rules

    def settled_rules(self) -> IdentityRules:
        """The same before something is folded: they stay in force, whatever the packs will say."""
        found = self.rules_in_force()
        if self.rule_book.in_force() is None:
            self.rule_book.put_in_force(found)
        return found.rules

    @cached_property
    def watch(self) -> Watch:
        from percorso.adapters.sql.watch import SqlWatch

        return SqlWatch(self.log_database, self.state_database)

    @cached_property
    def quarantine(self) -> Quarantine:
        from percorso.adapters.sql.quarantine import SqlQuarantine

        return SqlQuarantine(self.log_database)

    @cached_property
    def consents(self) -> ConsentLedger:
        from percorso.adapters.sql.consents import SqlConsents

        return SqlConsents(self.state_database, self.log.log_id)

    @cached_property
    def notary(self) -> "Notary":
        """What writes the consent ledger."""
        from percorso.pipeline.consenting import Notary

        return Notary(self.log, self.consents, self.facts.secret, self.identity_rules)

    @cached_property
    def members(self) -> Members:
        """Who is in which segment."""
        from percorso.adapters.sql.segments_read import SqlMembers

        return SqlMembers(self.state_database)

    @cached_property
    def membership(self) -> MembershipStore:
        from percorso.adapters.sql.segments_state import SqlMembership

        return SqlMembership(self.state_database, self.log.log_id)

    @cached_property
    def segments(self) -> "SegmentBook":
        """What publishes segments."""
        from percorso.adapters.sql.segments_book import SqlSegmentRecords
        from percorso.pipeline.segment_book import SegmentBook

        return SegmentBook(SqlSegmentRecords(self.store), self.membership, self.clock, self.node_ids.of)

    @cached_property
    def kpi_book(self) -> "KpiBook":
        """The company's targets, and its own KPIs."""
        from percorso.adapters.sql.kpi_books import SqlOwnKpis, SqlTargets
        from percorso.pipeline.kpi_book import KpiBook

        return KpiBook(
            stored_targets=SqlTargets(self.store),
            own=SqlOwnKpis(self.store),
            clock=self.clock,
            today=lambda: self.civil.civil_date(self.clock.now()),
            segments=lambda: self.segments.all(),
        )

    @cached_property
    def plans(self) -> Plans:
        from percorso.adapters.sql.plans import SqlPlans

        return SqlPlans(self.store)

    @cached_property
    def tallies(self) -> Tallies:
        from percorso.adapters.sql.tallies import SqlTallies

        return SqlTallies(self.log_database, self.state_database)
