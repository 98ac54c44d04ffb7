"""What the routes use: ports and facts, chosen and built by main."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import httpx
from fastapi import Depends, Request

from percorso.http.keyring import KeyRing
from percorso.http.live_feed import Feed
from percorso.http.passwords import Door
from percorso.http.reads import Reads
from percorso.http.recent import RecentAnswers
from percorso.model.company import CompanyFacts
from percorso.model.config import Config
from percorso.model.consent import Permissions, permissions
from percorso.model.directory import Directory
from percorso.model.source import SourceStatus
from percorso.model.time import CivilClock
from percorso.pipeline.accepting import Accepter
from percorso.pipeline.calling_back import CallingBack
from percorso.pipeline.collect import Collector
from percorso.pipeline.consenting import Notary
from percorso.pipeline.exporting import Exporter
from percorso.pipeline.forgetting import Forgetting
from percorso.pipeline.kpi_book import KpiBook
from percorso.pipeline.match_round import RoundsAsked
from percorso.pipeline.mending import Mender
from percorso.pipeline.named_in import NamedIn
from percorso.pipeline.planning import Planner
from percorso.pipeline.ruling import Ruling
from percorso.pipeline.segment_book import SegmentBook
from percorso.pipeline.unifying import Unifier
from percorso.ports import (
    Accounts,
    Audit,
    Clock,
    ConsentLedger,
    Mailbox,
    Outbox,
    PeopleReader,
    Proposals,
    Quarantine,
    Tasks,
    Watch,
)
from percorso.ports.erasure import PrivacyRequests
from percorso.ports.frictions import FrictionBook
from percorso.ports.membership import Members


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything the main app needs.

    audited   what was found last when the audit log was followed
    warned    what stood out last when the ledger of identity was read
    analysis  a client whose base URL is the analysis app (over its unix socket)
    directory holds the tokens of /internal and, until somebody signed up, of /setup
    pages     the built UI; a page says so when it is not there
    sources   how what events come from by themselves fares
    https     people reach us over https, whatever the proxy in front speaks with us
    """

    version: str
    company: CompanyFacts
    config: Config
    clock: Clock
    civil: CivilClock
    collector: Collector
    accounts: Accounts
    audit: Audit
    audited: RecentAnswers
    warned: RecentAnswers
    reads: Reads
    people: PeopleReader
    unifier: Unifier
    ruling: Ruling
    proposals: Proposals
    accepter: Accepter
    rounds: RoundsAsked
    tasks: Tasks
    frictions: FrictionBook
    kpi_book: KpiBook
    mailbox: Mailbox
    outbox: Outbox
    quarantine: Quarantine
    mender: Mender
    named_in: NamedIn
    planner: Planner
    watch: Watch
    consents: ConsentLedger
    notary: Notary
    forgetting: Forgetting
    segments: SegmentBook
    members: Members
    requests: PrivacyRequests
    calling_back: CallingBack
    exporter: Exporter
    keys: KeyRing
    door: Door
    feed: Feed
    analysis: httpx.AsyncClient
    directory: Directory
    pages: Path
    https: bool = False
    sources: Callable[[], Sequence[SourceStatus]] = tuple

    @property
    def permissions(self) -> Permissions:
        """What the company may do for which purpose."""
        return permissions(self.config.purposes, self.company.default_consent)


def services_of(request: Request) -> Services:
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


Given = Annotated[Services, Depends(services_of)]
