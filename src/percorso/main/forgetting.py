"""Forgetting people: what the steps of an erasure work on, and what is written down for whoever asks."""

from functools import cached_property
from typing import TYPE_CHECKING

from percorso.main.analysing import Analysing
from percorso.main.folding import Folding
from percorso.model.errors import VersionMismatch
from percorso.ports import AuditRow

if TYPE_CHECKING:
    from percorso.adapters.tombstone_file import TombstoneFile
    from percorso.pipeline.calling_back import CallingBack
    from percorso.pipeline.exporting import Exporter
    from percorso.pipeline.forgetting import Forgetting
    from percorso.pipeline.reapplying import Reapplying
    from percorso.ports.erasure import ErasableLake, ErasableLog, ErasableState, PrivacyRequests, Searcher


class Erasing(Analysing, Folding):
    """What people ask of their data."""

    @cached_property
    def privacy_requests(self) -> "PrivacyRequests":
        from percorso.adapters.sql.erasures import SqlPrivacyRequests

        return SqlPrivacyRequests(self.state_database, self.facts.secret)

    @cached_property
    def forgetting(self) -> "Forgetting":
        """Does the steps; a process that holds the directory's lock waits for no other."""
        from percorso.pipeline.forgetting import Forgetting

        return Forgetting(
            requests=self.privacy_requests,
            state=self.erasable_state,
            log=self.erasable_log,
            lake=self.erasable_lake,
            search=self.searcher,
            buried=self.buried,
            listed=self.tombstone_list,
            ids=self.node_ids,
            rules=self.identity_rules,
            secret=self.facts.secret,
            audit=self.audit,
            clock=self.clock,
            alone=self._lock is not None,
        )

    @cached_property
    def tombstone_list(self) -> "TombstoneFile":
        """All erasures there ever were, outside the databases."""
        from percorso.adapters.tombstone_file import TombstoneFile

        return TombstoneFile(self.settings.tombstones or self.directory.tombstones, self.log.log_id)

    def reapplying(self, listed: "TombstoneFile | None" = None) -> "Reapplying":
        """What erases again whoever was erased since a copy was made."""
        from percorso.adapters.sql.erasures import SqlTombstones
        from percorso.adapters.sql.identifiers import every_identifier
        from percorso.pipeline.reapplying import Reapplying

        return Reapplying(
            listed=listed or self.tombstone_list,
            own=self.tombstone_list,
            tombstones=SqlTombstones(self.state_database),
            requests=self.privacy_requests,
            forgetting=self.forgetting,
            ids=self.node_ids,
            identifiers=lambda: every_identifier(self.state_database),
        )

    def check_erasures(self) -> None:
        """Raises VersionMismatch when the list of erasures is newer than the state: a copy was put in its place."""
        if self.tombstone_list.there() and (missing := self.reapplying().missing()):
            raise VersionMismatch(
                f"{len(missing)} erased identifiers are unknown here: an older copy was put in place. Whoever was erased "
                "since is in it again; run `percorso privacy reapply` before anything else"
            )

    @cached_property
    def calling_back(self) -> "CallingBack":
        """What tells whoever asked how far requests are."""
        from percorso.adapters.callback_post import CallbackPost
        from percorso.adapters.sql.callbacks import SqlCallbacks
        from percorso.pipeline.calling_back import CallingBack

        return CallingBack(
            requests=self.privacy_requests,
            callbacks=SqlCallbacks(self.store),
            poster=CallbackPost(self.settings.callback_hosts),
            company=self.facts.name,
            secret=self.facts.secret,
            clock=self.clock,
        )

    @cached_property
    def exporter(self) -> "Exporter":
        """What writes down all that is known of a person."""
        from percorso.pipeline.exporting import Exporter

        return Exporter(
            people=self.people,
            identity=self.identity,
            consents=self.consents,
            state=self.erasable_state,
            log=self.erasable_log,
            company=self.facts.name,
            clock=self.clock,
        )

    def audit_export(self, person_id: str, by: str) -> None:
        self.audit.record(AuditRow(self.clock.now(), by, "person.exported", person_id))

    @cached_property
    def erasable_state(self) -> "ErasableState":
        from percorso.adapters.sql.erasure_state import SqlErasableState

        return SqlErasableState(self.state_database, self.log.log_id, self.directory.root)

    @cached_property
    def erasable_log(self) -> "ErasableLog":
        from percorso.adapters.sql.erasure_log import SqlErasableLog

        return SqlErasableLog(self.log_database)

    def erasable_lake(self) -> "ErasableLake":
        from percorso.adapters.lake_erasure import ErasableParquet

        memory = f"{self.settings.memory_mb // 2}MB"
        return ErasableParquet(self.lake_folder, self.state_database, memory=memory, threads=self.settings.threads)

    def searcher(self) -> "Searcher":
        from percorso.adapters.erasure_search import StoreSearcher

        return StoreSearcher(
            log=self.log_database, state=self.state_database, lake=self.lake_folder, directory=self.directory.root
        )
