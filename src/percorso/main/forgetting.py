"""Forgetting people: what the steps of an erasure work on, and what is written down for whoever asks."""

from functools import cached_property
from typing import TYPE_CHECKING

from percorso.main.analysing import Analysing
from percorso.main.folding import Folding
from percorso.ports import AuditRow

if TYPE_CHECKING:
    from percorso.model.erasure import PrivacyRequest
    from percorso.pipeline.exporting import Exporter
    from percorso.pipeline.forgetting import Forgetting
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
            ids=self.node_ids,
            rules=self.identity_rules,
            secret=self.facts.secret,
            clock=self.clock,
            alone=self._lock is not None,
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

    def audit_request(self, request: "PrivacyRequest", by: str) -> None:
        self.audit.record(AuditRow(self.clock.now(), by, "privacy.requested", request.request_id))

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
