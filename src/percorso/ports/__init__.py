"""What the inside asks of the outside: small Protocols whose docstring is the promise.

Every adapter of a port passes the same contract suite (tests/contracts). One file a port, with the records it speaks of.
"""

from percorso.ports.accounts import Accounts, ApiKey, User
from percorso.ports.audit import Act, Audit, AuditRow
from percorso.ports.clock import Clock
from percorso.ports.delivery import Channel, Later, Mail, Mailbox, Outbox
from percorso.ports.engine import Engine, EngineSession
from percorso.ports.event_log import EventLog, LogEntry, LogSize
from percorso.ports.lake import Lake, Unsealed
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
    "ApiKey",
    "Aside",
    "Audit",
    "AuditRow",
    "Channel",
    "Chosen",
    "Clock",
    "DayCount",
    "Dispatched",
    "Engine",
    "EngineSession",
    "EventLog",
    "Figures",
    "Lake",
    "LaneLag",
    "Later",
    "LogEntry",
    "LogSize",
    "Mail",
    "Mailbox",
    "Mark",
    "Outbox",
    "PeopleReader",
    "PersonRow",
    "Plans",
    "Quarantine",
    "QuarantineGroup",
    "Quarantined",
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
