"""The web process: the tracking API in front, the resources and pages behind it, and the relay of our own events."""

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from percorso.adapters.identity_tokens import IdentityTokens
from percorso.adapters.receive.qr_files import QrFiles
from percorso.http.answer import answer_router
from percorso.http.app import create_app, default_pages
from percorso.http.collect import collecting
from percorso.http.hooks import hooks_router
from percorso.http.keyring import KeyRing
from percorso.http.live_feed import Feed
from percorso.http.passwords import Door
from percorso.http.preferences import preference_router
from percorso.http.qr import qr_router
from percorso.http.reads import Reads
from percorso.http.recent import RecentAnswers
from percorso.http.services import Services
from percorso.main.company import Company
from percorso.main.sources import FileHooks
from percorso.pipeline.importing import LogSink
from percorso.pipeline.relay import Relay
from percorso.version import __version__

ANALYSIS_TIMEOUT_S = 120.0
WARNED_FRESH_S = 30.0
"""So old may be what is said of identifiers that stand out: the whole ledger is read for it."""
AUDITED_FRESH_S = 10.0
"""A million rows take as long to follow."""


def services_of(company: Company) -> Services:
    """What the routes use, on this company."""
    # A socket of this machine speaks no TLS: without certificates to read a process is ready sooner.
    transport = httpx.AsyncHTTPTransport(
        uds=str(company.directory.analyse_socket), verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    )
    keys = KeyRing(company.accounts, company.clock)
    company.collector.proves = IdentityTokens(company.facts.secret, keys.identity_keys)
    return Services(
        version=__version__,
        company=company.facts,
        config=company.config,
        clock=company.clock,
        civil=company.civil,
        collector=company.collector,
        accounts=company.accounts,
        audit=company.audit,
        audited=RecentAnswers(AUDITED_FRESH_S),
        warned=RecentAnswers(WARNED_FRESH_S),
        reads=Reads(company.audit),
        people=company.people,
        unifier=company.unifier,
        ruling=company.ruling,
        proposals=company.proposals,
        accepter=company.accepter,
        rounds=company.rounds_asked,
        tasks=company.tasks,
        frictions=company.frictions,
        mailbox=company.mailbox,
        outbox=company.outbox,
        quarantine=company.quarantine,
        mender=company.mender,
        named_in=company.named_in,
        forgetting=company.forgetting,
        segments=company.segments,
        kpi_book=company.kpi_book,
        members=company.members,
        requests=company.privacy_requests,
        calling_back=company.calling_back,
        exporter=company.exporter,
        planner=company.planner,
        watch=company.watch,
        consents=company.consents,
        notary=company.notary,
        keys=keys,
        door=Door(),
        feed=Feed(company.watch),
        analysis=httpx.AsyncClient(transport=transport, base_url="http://analysis", timeout=ANALYSIS_TIMEOUT_S),
        directory=company.directory,
        pages=default_pages(),
        sources=company.sources.every_status,
        https=company.base_url.startswith("https://"),
    )


def api_app(company: Company) -> Any:
    """The ASGI app that the API process serves."""
    services = services_of(company)
    hooks = FileHooks(company.directory, company.sources, LogSink(company.collector, company.clock))
    codes = QrFiles(company.directory.qr_codes)
    routers = [
        answer_router(company.answers, company.civil),
        preference_router(company.preferences, company.facts.name, company.civil),
        hooks_router(hooks, company.clock),
        qr_router(codes, company.link_domains, company.collector, company.clock),
    ]
    app = create_app(services, routers)
    app.router.lifespan_context = lambda app: running(company, services, app)
    return collecting(app, company.collector, services.keys.source)


@asynccontextmanager
async def running(company: Company, services: Services, _app: FastAPI) -> AsyncIterator[None]:
    """The collector's writer, the relay, the writer of who looked at whom and the watch over the keys run as long as the
    app does; all that was taken is written before it ends."""
    stop = threading.Event()
    relay = threading.Thread(target=Relay(company.outbox, company.collector).run, args=(stop,), name="relay")
    company.collector.start()
    relay.start()
    services.reads.start()
    watch = asyncio.create_task(services.keys.watch())
    try:
        yield
    finally:
        watch.cancel()
        stop.set()
        relay.join()
        services.reads.stop()
        company.collector.stop()
        await services.analysis.aclose()
