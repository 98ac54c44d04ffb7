"""What every part of an opened company stands on: its databases, its facts, its log and state, and how it is closed."""

from collections.abc import Callable
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import structlog

from percorso.adapters.lock import DirectoryLock
from percorso.adapters.sql.config_store import ConfigStore
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.leader import Leader, Role
from percorso.adapters.system_clock import SystemClock
from percorso.main.birth import database_urls
from percorso.model.company import CompanyFacts
from percorso.model.config import Config
from percorso.model.directory import Directory
from percorso.model.errors import VersionMismatch
from percorso.model.identity import IdentityRules
from percorso.model.time import CivilClock
from percorso.ports import Clock, EventLog, State
from percorso.settings import Settings

if TYPE_CHECKING:
    from percorso.data.identity.identifiers import NodeIds
    from percorso.pipeline.forgetting_guard import Buried


class Opened:
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
        """The log, shut to whoever was erased."""
        from percorso.adapters.sql.log import SqlEventLog
        from percorso.pipeline.forgetting_guard import GuardedLog

        log = SqlEventLog(self.log_database)
        return GuardedLog(log, self.buried, self.node_ids, self.identity_rules, lambda: self.config.registers)

    @cached_property
    def buried(self) -> "Buried":
        """Who was erased, as this process knows it."""
        from percorso.adapters.sql.erasures import SqlTombstones
        from percorso.pipeline.forgetting_guard import Buried

        return Buried(SqlTombstones(self.state_database))

    @cached_property
    def node_ids(self) -> "NodeIds":
        """What gives identifiers their node ids, as they are now."""
        from percorso.data.identity.identifiers import NodeIds

        self.buried.look(now=True)
        return NodeIds(self.facts.secret, self.buried.generations)

    def identity_rules(self) -> IdentityRules:
        """The rules by which events name people."""
        return IdentityRules()

    @cached_property
    def state(self) -> State:
        from percorso.adapters.sql.state import SqlState

        # What is folded can be folded again: the log is on disk, and state and offset are committed together.
        database = self._closed_with(Database(database_urls(self.directory, self.settings)["state"], repeatable=True))
        return SqlState(database, self.log.log_id)

    @property
    def robots_in(self) -> bool:
        """Whether robots that look at pages count as people."""
        return self.settings.robots == "in"

    def leader(self, role: Role) -> Leader:
        """Whether this process does what only one may do; on files it does."""
        leader: Leader = self._closed_with(Leader(self.state_database, role))
        return leader

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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
