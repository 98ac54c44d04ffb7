"""A company's data, opened: the one place that chooses adapters.

A company is its stages, each a file with a base class of its own: what is `collecting`, `folding`, `unifying`,
`delivering` and `analysing`, over the `stores` of what is `opened`. Parts are made when first asked for, so that a
process pays only for what it uses.
"""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from percorso.adapters.lock import DirectoryLock
from percorso.main.birth import check_restored, has_company, migrate, migrate_when_free
from percorso.main.delivering import Delivering
from percorso.main.forgetting import Erasing
from percorso.main.unifying import Unifying
from percorso.model.directory import Directory
from percorso.model.errors import NotFound
from percorso.ports import ApiKey, AuditRow, User
from percorso.settings import Settings

if TYPE_CHECKING:
    from percorso.pipeline.answering import Answers
    from percorso.pipeline.match_round import RoundsAsked, RoundsDone
    from percorso.pipeline.preferences import Preferences
    from percorso.pipeline.retention import Retention


class Company(Unifying, Delivering, Erasing):
    """All stages, and what takes more than one of them."""

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
    def preferences(self) -> "Preferences":
        """What opens people's own pages."""
        from percorso.model.consent import permissions
        from percorso.pipeline.preferences import Preferences

        return Preferences(
            collector=self.collector,
            people=self.people,
            ledger=self.consents,
            allowed=permissions(self.config.purposes, self.facts.default_consent),
            secret=self.facts.secret,
            clock=self.clock,
        )

    @cached_property
    def rounds_asked(self) -> "RoundsAsked":
        """What takes the wish that everybody be compared."""
        from percorso.adapters.sql.match_rounds import SqlMatchRounds
        from percorso.pipeline.match_round import RoundsAsked

        return RoundsAsked(SqlMatchRounds(self.store, self.clock), self.clock)

    def rounds_done(self, accept: Callable[[], int | None]) -> "RoundsDone":
        """What compares everybody when somebody asked. `accept`: see there."""
        from percorso.adapters.sql.match_rounds import SqlMatchRounds
        from percorso.pipeline.match_round import RoundsDone

        return RoundsDone(SqlMatchRounds(self.store, self.clock), self.clock, self.proposer.propose, accept)

    @cached_property
    def retention(self) -> "Retention":
        """What drops events that were kept long enough."""
        from percorso.adapters.sql.rounds import SqlRounds
        from percorso.pipeline.retention import Retention

        return Retention(
            contracts=self.config.contracts,
            state=self.erasable_state,
            log=self.erasable_log,
            lake=self.erasable_lake,
            rounds=SqlRounds(self.store, self.clock),
            refold=self.fold_anew,
            clock=self.clock,
            civil=self.civil,
            hour=None if self.settings.retention_hour == "never" else self.settings.retention_hour,
        )

    def fold_anew(self) -> None:
        """Make the state again from the log, in place. Where the log is folded, between two batches; live events wait."""
        from percorso.main.replaying import IN_FOLD, fold_aside, folded_to, put_in_place

        self.processor.drain()
        with self._aside() as aside:
            with self.state_database.read() as connection:
                places = folded_to(connection)
            fold_aside(self, aside, places)
            put_in_place(aside, self.state_database, IN_FOLD)
        self.processor.forget()

    def make_key(self, kind: str, name: str) -> tuple[ApiKey, str]:
        """A new API key and its text, which is kept nowhere."""
        from percorso.http.keys import make_key

        text, key = make_key(self.accounts, kind, name, self.clock.now(), self.facts.secret)
        return key, text

    def put_user(self, email: str, password: str, role: str, by: str = "command line") -> None:
        """Somebody who may sign in; a new password for whom is there already."""
        from percorso.http.passwords import Passwords

        hashed = Passwords().hash(password)
        known = self.accounts.user_by_email(email)
        if known is not None:
            self.accounts.set_password(known.user_id, hashed)
            self.accounts.close_sessions(known.user_id)
            self.audit.record(AuditRow(self.clock.now(), by, "password.set", known.user_id))
            return
        user = User(user_id=uuid4().hex, email=email, password=hashed, role=role, created_at=self.clock.now())
        self.accounts.add_user(user)
        self.audit.record(AuditRow(self.clock.now(), by, "user.created", user.user_id))


def open_company(
    directory: Directory | Path | str, settings: Settings | None = None, *, write: bool = True, restored: bool = False
) -> Company:
    """Open a company's data. `restored`: whoever was erased since its copy was made is still to be taken out of it.

    With `write` this process owns the directory: raises DirectoryLocked while another does. An older directory is
    migrated after a safety copy; raises VersionMismatch when it is newer, NotFound when there is no company in it.
    """
    place = directory if isinstance(directory, Directory) else Directory.at(directory)
    chosen = settings or Settings()
    if not restored:
        check_restored(place)
    if not has_company(place, chosen):
        raise NotFound(f"there is no company in {place.root} yet: run `percorso init` or `percorso up`")
    if not write:
        migrate_when_free(place, chosen)
        return Company(place, chosen, None)
    lock = DirectoryLock(place.lock)
    try:
        migrate(place, chosen)
        company = Company(place, chosen, lock)
        if not restored:
            company.check_erasures()
        return company
    except BaseException:
        lock.release()
        raise
