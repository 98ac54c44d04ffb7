"""A company's data, opened: the one place that chooses adapters.

Parts are made when first asked for, so that a process pays only for what it uses.
"""

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import structlog

from percorso.adapters.lock import DirectoryLock
from percorso.adapters.sql.config_store import ConfigStore
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.leader import Leader, Role
from percorso.adapters.system_clock import SystemClock
from percorso.main.birth import database_urls, has_company, migrate, migrate_when_free
from percorso.model.company import CompanyFacts
from percorso.model.config import Config
from percorso.model.directory import Directory
from percorso.model.errors import NotFound, VersionMismatch
from percorso.model.identifier import Identifier, normalise
from percorso.model.time import CivilClock
from percorso.ports import (
    Accounts,
    ApiKey,
    Audit,
    AuditRow,
    Channel,
    Clock,
    Engine,
    EventLog,
    Lake,
    Mailbox,
    Outbox,
    PeopleReader,
    Plans,
    Quarantine,
    State,
    Tallies,
    Tasks,
    User,
    Watch,
)
from percorso.settings import Settings

if TYPE_CHECKING:
    from percorso.execution.decide import Decider
    from percorso.main.sources import Sources
    from percorso.model.plan import Plan
    from percorso.pipeline.analyse import Analyst
    from percorso.pipeline.answering import Answers
    from percorso.pipeline.archive import Archiver
    from percorso.pipeline.collect import Collector
    from percorso.pipeline.deliver import Deliverer
    from percorso.pipeline.mending import Mender
    from percorso.pipeline.planning import Planner
    from percorso.pipeline.process import Processor
    from percorso.pipeline.tally import Tallier


class Company:
    """Use it as a context manager, or close it. ``lock`` is None when another process of ours holds the directory."""

    def __init__(self, directory: Directory, settings: Settings, lock: DirectoryLock | None) -> None:
        self.directory = directory
        self.settings = settings
        self.clock: Clock = SystemClock()
        self._lock = lock
        self._closing: list[Callable[[], None]] = []
        urls = database_urls(directory, settings)
        self.log_database = self._closed_with(Database(urls["log"]))
        self.state_database = self._closed_with(Database(urls["state"]))
        self.store = ConfigStore(self.state_database)
        self.facts: CompanyFacts = self.store.facts()
        self.civil = CivilClock(self.facts.zone)

    def _closed_with(self, part: Any) -> Any:
        """Remember a part to be closed, last made first."""
        self._closing.append(part.close)
        return part

    @cached_property
    def config(self) -> Config:
        """The configuration in force: the company's packs, in order."""
        from percorso.main.configuration import configuration

        return configuration(self.directory, self.facts.packs)

    @cached_property
    def log(self) -> EventLog:
        from percorso.adapters.sql.log import SqlEventLog

        return SqlEventLog(self.log_database)

    @cached_property
    def state(self) -> State:
        from percorso.adapters.sql.state import SqlState

        # What is folded can be folded again: the log is on disk, and state and offset are committed together.
        database = self._closed_with(Database(database_urls(self.directory, self.settings)["state"], repeatable=True))
        return SqlState(database, self.log.log_id)

    @cached_property
    def collector(self) -> "Collector":
        from percorso.pipeline.collect import Collector

        collector = Collector(self.log, self.civil, self.clock)
        collector.plan = self._plan_in_force()
        return collector

    @cached_property
    def processor(self) -> "Processor":
        """What folds the log into state, and decides."""
        from percorso.execution.decide import Decider

        return self.folding(self.log, self.state, Decider(self.config))

    @property
    def robots_in(self) -> bool:
        """Whether robots that look at pages count as people."""
        return self.settings.robots == "in"

    def folding(self, log: EventLog, state: State, decider: "Decider | None") -> "Processor":
        """What folds a log into a state by this company's rules."""
        from percorso.adapters.robots import is_robot
        from percorso.pipeline.process import Processor

        return Processor(
            log,
            state,
            self.config,
            self.facts.secret,
            currency=self.facts.currency,
            decider=decider,
            is_robot=is_robot,
            robots_in=self.robots_in,
        )

    def leader(self, role: Role) -> Leader:
        """Whether this process does what only one may do; on files it does."""
        leader: Leader = self._closed_with(Leader(self.state_database, role))
        return leader

    @cached_property
    def outbox(self) -> Outbox:
        from percorso.adapters.sql.outbox import SqlOutbox

        return SqlOutbox(self.state_database)

    @cached_property
    def mailbox(self) -> Mailbox:
        from percorso.adapters.sql.mailbox import SqlMailbox

        return SqlMailbox(self.state_database)

    @cached_property
    def accounts(self) -> Accounts:
        from percorso.adapters.sql.accounts import SqlAccounts

        return SqlAccounts(self.state_database)

    @cached_property
    def people(self) -> PeopleReader:
        from percorso.adapters.sql.people import SqlPeople

        return SqlPeople(self.state_database)

    @cached_property
    def tasks(self) -> Tasks:
        from percorso.adapters.sql.tasks import SqlTasks

        return SqlTasks(self.state_database)

    @cached_property
    def audit(self) -> Audit:
        from percorso.adapters.sql.audit import SqlAudit

        return SqlAudit(self.state_database)

    @cached_property
    def watch(self) -> Watch:
        from percorso.adapters.sql.watch import SqlWatch

        return SqlWatch(self.log_database, self.state_database)

    @cached_property
    def quarantine(self) -> Quarantine:
        from percorso.adapters.sql.quarantine import SqlQuarantine

        return SqlQuarantine(self.log_database)

    @cached_property
    def mender(self) -> "Mender":
        from percorso.pipeline.mending import Mender

        mender = Mender(self.quarantine, self.log, self.civil, self.clock)
        mender.plan = self._plan_in_force()
        return mender

    @cached_property
    def channels(self) -> Mapping[str, Channel]:
        """Mail by SMTP when a server is set, else into the built-in inbox."""
        chosen = self.settings
        if chosen.smtp_host is None:
            from percorso.adapters.inbox_channel import InboxChannel

            return {"email": InboxChannel(self.mailbox, self.clock)}
        from percorso.adapters.smtp import SmtpChannel, SmtpSettings

        password = None if chosen.smtp_password is None else chosen.smtp_password.get_secret_value()
        smtp = SmtpSettings(
            host=chosen.smtp_host,
            port=chosen.smtp_port,
            sender=chosen.smtp_from,
            tls=chosen.smtp_tls,
            user=chosen.smtp_user,
            password=password,
            allow=chosen.smtp_allow,
        )
        return {"email": SmtpChannel(smtp, self.clock)}

    @property
    def base_url(self) -> str:
        """The public address of this company's server, for the links of its messages."""
        if self.settings.base_url is not None:
            return self.settings.base_url.rstrip("/")
        if self.directory.server.exists():
            return str(json.loads(self.directory.server.read_text())["url"])
        return f"http://{self.settings.host}:{self.settings.port}"

    @property
    def link_domains(self) -> tuple[str, ...]:
        """Hosts that links of ours may lead to: those of the settings, and this server's own."""
        own = urlsplit(self.base_url).hostname
        return (*self.settings.link_domains, *((own,) if own else ()))

    @cached_property
    def deliverer(self) -> "Deliverer":
        from percorso.execution.gate import GateRules
        from percorso.execution.render import Letterhead
        from percorso.pipeline.deliver import Deliverer

        facts = self.facts
        return Deliverer(
            outbox=self.outbox,
            people=self.people,
            channels=self.channels,
            config=self.config,
            rules=GateRules(
                zone=facts.zone,
                default_consent=facts.default_consent,
                quiet_from=facts.quiet[0],
                quiet_until=facts.quiet[1],
            ),
            letterhead=Letterhead(company=facts.name, language=facts.language, base_url=self.base_url),
            secret=facts.secret,
            clock=self.clock,
        )

    @cached_property
    def answers(self) -> "Answers":
        from percorso.pipeline.answering import Answers

        return Answers(
            collector=self.collector,
            outbox=self.outbox,
            people=self.people,
            config=self.config,
            company=self.facts.name,
            secret=self.facts.secret,
            clock=self.clock,
        )

    @cached_property
    def sources(self) -> "Sources":
        """What events come from by themselves."""
        from percorso.main.sources import Sources

        return Sources(self.directory, self.clock)

    @cached_property
    def lake_folder(self) -> Path:
        return Path(self.settings.lake_url) if self.settings.lake_url else self.directory.lake

    @cached_property
    def lake(self) -> Lake:
        from percorso.adapters.lake import ParquetLake

        lake: Lake = self._closed_with(
            ParquetLake(
                self.lake_folder,
                log=self.log_database,
                state=self.state_database,
                memory=f"{self.settings.memory_mb // 2}MB",
                threads=self.settings.threads,
            )
        )
        return lake

    @cached_property
    def engine(self) -> Engine:
        from percorso.adapters.duckdb_engine import DuckEngine

        engine: Engine = self._closed_with(
            DuckEngine(
                self.lake_folder,
                log=self.log_database,
                state=self.state_database,
                memory=f"{self.settings.memory_mb}MB",
                threads=self.settings.threads,
            )
        )
        return engine

    @cached_property
    def archiver(self) -> "Archiver":
        from percorso.pipeline.archive import Archiver

        return Archiver(self.lake, self.civil, self.clock)

    @cached_property
    def analyst(self) -> "Analyst":
        from percorso.pipeline.analyse import Analyst

        return Analyst(
            engine=self.engine,
            config=self.config,
            civil=self.civil,
            clock=self.clock,
            tallies=self.tallies,
            planned=lambda: frozenset(self.plans.plan().events),
            robots_in=self.robots_in,
        )

    @cached_property
    def tallies(self) -> Tallies:
        from percorso.adapters.sql.tallies import SqlTallies

        return SqlTallies(self.log_database, self.state_database)

    @cached_property
    def plans(self) -> Plans:
        from percorso.adapters.sql.plans import SqlPlans

        return SqlPlans(self.store)

    @cached_property
    def planner(self) -> "Planner":
        """The tracking plan; what it puts in force the collector of this process asks at once."""
        from percorso.pipeline.planning import Planner

        return Planner(self.plans, self.tallies, self.civil, self.clock, self.config, self._put_in_force)

    def _plan_in_force(self) -> "Plan | None":
        """None when it lets everything pass."""
        plan = self.plans.plan()
        return None if plan.is_open else plan

    def _put_in_force(self, plan: "Plan") -> None:
        self.collector.plan = self.mender.plan = None if plan.is_open else plan

    @cached_property
    def tallier(self) -> "Tallier":
        """What counts events by day, for the page of quality."""
        from percorso.pipeline.tally import Tallier

        return Tallier(self.engine, self.tallies, self.log.log_id)

    def make_key(self, kind: str, name: str) -> tuple[ApiKey, str]:
        """A new API key and its text, which is kept nowhere."""
        from percorso.http.keys import make_key

        text, key = make_key(self.accounts, kind, name, self.clock.now())
        return key, text

    def put_user(self, email: str, password: str, role: str) -> None:
        """Somebody who may sign in; a new password for whom is there already."""
        from percorso.http.passwords import Passwords

        hashed = Passwords().hash(password)
        known = self.accounts.user_by_email(email)
        if known is not None:
            self.accounts.set_password(known.user_id, hashed)
            self.accounts.close_sessions(known.user_id)
            self.audit.record(AuditRow(self.clock.now(), "command line", "password.set", known.user_id))
            return
        user = User(user_id=uuid4().hex, email=email, password=hashed, role=role, created_at=self.clock.now())
        self.accounts.add_user(user)
        self.audit.record(AuditRow(self.clock.now(), "command line", "user.created", user.user_id))

    def identifiers_of(self, value: str) -> list[tuple[Identifier, str]]:
        """(identifier, person id) of every identifier with this value, as it is or in one of its kinds' spelling."""
        from percorso.adapters.sql.identifiers import identifiers_of

        spelt = (normalise(kind, value) for kind in ("email", "phone", "user_id"))
        return identifiers_of(self.state_database, {value, *(one.value for one in spelt if one is not None)})

    def check_offsets(self) -> None:
        """Raises VersionMismatch when the state was folded from another log or from more than this log holds."""
        with self.state.transaction() as transaction:
            furthest = max(transaction.offset(f"process/{lane}") for lane in (0, 1))
        head = self.log.size().head
        if furthest > head:
            raise VersionMismatch(
                f"the state is folded up to event {furthest}, but the log ends at {head}: restore both from one backup"
            )

    def note_configuration(self) -> None:
        """Remember the configuration in force, and tell when it is another than last time."""
        before = self.store.remember_version(self.config.version)
        if before is not None:
            structlog.get_logger().info("configuration.changed", before=before, now=self.config.version)

    def close(self) -> None:
        """Close every part, then give the directory back."""
        while self._closing:
            self._closing.pop()()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> "Company":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_company(directory: Directory | Path | str, settings: Settings | None = None, *, write: bool = True) -> Company:
    """Open a company's data.

    With `write` this process owns the directory: raises DirectoryLocked while another does. An older directory is
    migrated after a safety copy; raises VersionMismatch when it is newer, NotFound when there is no company in it.
    """
    place = directory if isinstance(directory, Directory) else Directory.at(directory)
    chosen = settings or Settings()
    if not has_company(place, chosen):
        raise NotFound(f"there is no company in {place.root} yet: run `percorso init` or `percorso up`")
    if not write:
        migrate_when_free(place, chosen)
        return Company(place, chosen, None)
    lock = DirectoryLock(place.lock)
    try:
        migrate(place, chosen)
        return Company(place, chosen, lock)
    except BaseException:
        lock.release()
        raise
