"""What the inside asks of the outside: small Protocols whose docstring is the promise.

Every adapter of a port passes the same contract suite (tests/contracts). One file a port, with the records it speaks of.
"""

from percorso.ports.accounts import Accounts, ApiKey, User
from percorso.ports.audit import Act, Acts, Audit, Audited, AuditRow
from percorso.ports.clock import Clock
from percorso.ports.consents import ConsentLedger, LedgerPlace
from percorso.ports.delivery import Channel, Later, Mail, Mailbox, Outbox
from percorso.ports.engine import Engine, EngineSession
from percorso.ports.event_log import EventLog, LogEntry, LogSize
from percorso.ports.identity import Applying, Identity, RuleBook, RulesVersion
from percorso.ports.lake import Lake, Unsealed
from percorso.ports.matching import KnownPeople, KnownPerson, Matcher, MatchRules, Proposal, Proposals, Records
from percorso.ports.people import Dispatched, PeopleReader
from percorso.ports.plans import Plans
from percorso.ports.quarantine import Chosen, Quarantine, Quarantined, QuarantineGroup, Settled
from percorso.ports.state import PersonRow, State, StateTransaction
from percorso.ports.tallies import Aside, DayCount, ShapeCount, Tallies, Tally, TallyMark, Unfolded, WordCount
from percorso.ports.tasks import TaskRow, Tasks
from percorso.ports.watch import Figures, LaneLag, Mark, Seen, SeenPerson, Watch

__all__ = [
    "Accounts",
    "Act",
    "Acts",
    "ApiKey",
    "Applying",
    "Aside",
    "Audit",
    "AuditRow",
    "Audited",
    "Channel",
    "Chosen",
    "Clock",
    "ConsentLedger",
    "DayCount",
    "Dispatched",
    "Engine",
    "EngineSession",
    "EventLog",
    "Figures",
    "Identity",
    "KnownPeople",
    "KnownPerson",
    "Lake",
    "LaneLag",
    "Later",
    "LedgerPlace",
    "LogEntry",
    "LogSize",
    "Mail",
    "Mailbox",
    "Mark",
    "MatchRules",
    "Matcher",
    "Outbox",
    "PeopleReader",
    "PersonRow",
    "Plans",
    "Proposal",
    "Proposals",
    "Quarantine",
    "QuarantineGroup",
    "Quarantined",
    "Records",
    "RuleBook",
    "RulesVersion",
    "Seen",
    "SeenPerson",
    "Settled",
    "ShapeCount",
    "State",
    "StateTransaction",
    "Tallies",
    "Tally",
    "TallyMark",
    "TaskRow",
    "Tasks",
    "Unfolded",
    "Unsealed",
    "User",
    "Watch",
    "WordCount",
]
