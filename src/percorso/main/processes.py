"""The processes of `percorso up`. Each gets the company and runs until SIGTERM."""

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import structlog

from percorso.adapters.sql.leader import Leader
from percorso.main.company import Company
from percorso.main.serving import serve_app, unix_socket
from percorso.model.errors import StoreUnavailable
from percorso.pipeline.backoff import keep_at
from percorso.pipeline.garbage import settle_memory

_log = structlog.get_logger()

IDLE_S = 0.02
"""How long the worker waits when the log has nothing new: the floor of event-to-profile time."""
LONGEST_IDLE_S = 0.1
SEAL_EVERY_S = 5.0
LOOK_EVERY_S = 2.0
"""How soon a new or changed source is noticed."""
TALLY_EVERY_S = 15.0
NOTE_EVERY_S = 0.5
"""How soon a choice is in the consent ledger."""
FOLLOW_EVERY_S = 0.25
"""How soon members of segments are what the last events make them."""
RULES_EVERY_S = 1.0
"""How soon rules of identity that somebody wants in force are."""
STANDBY_S = 1.0
"""How often a process that does not lead asks whether it may."""
CALL_BACK_EVERY_S = 5.0
"""How soon whoever asked for an erasure hears how far it is."""
MATCH_EVERY_S = 1.0
"""How soon everybody is compared when somebody asks."""
NICE = 10


def run_api(company: Company, fd: int) -> None:
    """Collector, API and pages; the only process that appends to the log."""
    from percorso.main.web import api_app

    settle_memory()
    serve_app(api_app(company), socket.socket(fileno=fd))


def run_worker(company: Company, _fd: int) -> None:
    """Folds the log into state."""
    stop = stopping()
    processor = company.processor
    leader = company.leader("process")
    leading = False
    settle_memory()
    idle = IDLE_S
    look_at_rules = 0.0
    while not stop.is_set():
        if not leader.leads():
            leading = False
            stop.wait(STANDBY_S)
            continue
        if not leading:
            processor.forget()  # another may have folded meanwhile
            leading = True
        try:
            if time.monotonic() >= look_at_rules:
                look_at_rules = time.monotonic() + RULES_EVERY_S
                apply_rules(company)
                forget_in_state(company)
                keep_no_longer(company)
            folded = processor.step()
        except StoreUnavailable as error:
            _log.warning("worker.waiting", why=error.message)
            stop.wait(error.retry_after_s)
            continue
        idle = IDLE_S if folded else min(idle * 1.5, LONGEST_IDLE_S)
        if not folded:
            stop.wait(idle)


def apply_rules(company: Company) -> None:
    """Put the rules of identity in force that somebody asked for; when that fails it is told, and folding goes on."""
    if not company.ruling.due():
        return
    try:
        company.apply_rules()
    except StoreUnavailable:
        raise
    except Exception:
        _log.exception("identity.rules_failed")


def forget_in_state(company: Company) -> None:
    """The step of erasures that belongs to whoever folds; when it fails it is told and tried again, and folding goes on."""
    try:
        company.forgetting.purge(company.processor)
    except StoreUnavailable:
        raise
    except Exception:
        company.processor.forget()
        _log.exception("privacy.purge_failed")


def keep_no_longer(company: Company) -> None:
    """The next step of dropping what was kept long enough; when it fails it is told and tried again, and folding goes on."""
    try:
        company.retention.step_in_log()
    except StoreUnavailable as error:
        _log.warning("retention.waiting", why=error.message)
    except Exception:
        company.processor.forget()
        _log.exception("retention.failed")


def run_analysis(company: Company, _fd: int) -> None:
    """Answers questions about everybody, on a unix socket, seals the log into the lake and writes the consent
    ledger. Polite to the others."""
    from percorso.http.analysis import create_analysis_app
    from percorso.http.board_files import Printing
    from percorso.main.unifying import previews_of

    os.nice(NICE)
    path = company.directory.analyse_socket
    listening = unix_socket(path)
    stop = threading.Event()
    beside = [
        threading.Thread(target=keep_at, args=(step, stop), kwargs={"name": name, "rest_s": rest_s}, name=name)
        for name, step, rest_s in (
            ("archive", sealing_of(company), SEAL_EVERY_S),
            ("tally", company.tallier.step, TALLY_EVERY_S),
            ("consents", company.notary.step, NOTE_EVERY_S),
            ("segments", following_of(company), FOLLOW_EVERY_S),
            ("callbacks", company.calling_back.step, CALL_BACK_EVERY_S),
            ("matches", comparing_of(company), MATCH_EVERY_S),
        )
    ]
    for thread in beside:
        thread.start()
    try:
        printing = Printing(printer=company.printer, company=company.facts.name)
        serve_app(create_analysis_app(company.analyst, previews_of(company), company.segmenting, printing), listening)
    finally:
        stop.set()
        for thread in beside:
            thread.join()
        with suppress(FileNotFoundError):
            path.unlink()


def following_of(company: Company) -> Callable[[], int]:
    """A step that keeps the members of segments."""
    leader, follower = company.leader("segments"), company.follower

    def step() -> int:
        return follower.step() if leader.leads() else 0

    return step


def comparing_of(company: Company) -> Callable[[], int]:
    """A step that compares everybody when somebody asked; what a rule accepts of it the process decides that may append."""
    from percorso.cli.quarantine import post_internal
    from percorso.main.opener import running_server

    def accept() -> int | None:
        rule = company.accepter.rule()
        if rule is None or not rule.rule.on:
            return None
        server = running_server(company.directory)
        if server is None:
            raise StoreUnavailable("the server's address is not written down yet")
        return int(post_internal(server, "matches/run", {})["accepted"])

    leader, rounds = company.leader("match"), company.rounds_done(accept)

    def step() -> int:
        return rounds.step() if leader.leads() else 0

    return step


def sealing_of(company: Company) -> Callable[[], int]:
    """A step that seals what is ready, and then does of erasures what belongs to whoever archives."""
    leader = company.leader("archive")

    def step() -> int:
        if not leader.leads():
            return 0
        if sealed := company.archiver.step():
            return sealed
        company.forgetting.look()
        company.forgetting.finish()
        company.retention.step_in_lake()
        return 0

    return step


def run_delivery(company: Company, _fd: int) -> None:
    """Sends what is due."""

    async def deliver() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        leader = company.leader("deliver")
        while not leader.leads() and not stop.is_set():
            await standing_by(stop)
        deliverer = company.deliverer
        leading = asyncio.create_task(stop_without(leader, stop))
        await deliverer.run(stop)
        leading.cancel()
        await deliverer.close()

    asyncio.run(deliver())


async def standing_by(stop: asyncio.Event) -> None:
    """A while, shorter when told to stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(STANDBY_S):
            await stop.wait()


async def stop_without(leader: Leader, stop: asyncio.Event) -> None:
    """Stop when somebody else may lead; the supervisor starts this process again, to stand by."""
    while leader.leads() and not stop.is_set():
        await standing_by(stop)
    if stop.is_set():
        return
    _log.warning("leader.lost")
    stop.set()


def run_receive(company: Company, _fd: int) -> None:
    """Takes from the company's sources, and posts what comes to the collector: it alone appends to the log."""
    from percorso.cli.running import RunningServer
    from percorso.main.opener import running_server
    from percorso.main.sources import Reception

    stop = stopping()
    server = running_server(company.directory)
    if server is None:
        raise StoreUnavailable("the server's address is not written down yet")
    sink = RunningServer(server, stop)
    reception = Reception(company.directory, company.sources, sink)
    try:
        while not stop.is_set():
            reception.look()
            stop.wait(LOOK_EVERY_S)
    finally:
        reception.end()
        sink.close()


def run_trickle(company: Company, _fd: int) -> None:
    """The demo's live traffic, posted like anybody's."""
    from percorso.main.example import trickle

    trickle(company, stopping())


def stopping() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


PROCESSES: dict[str, Callable[[Company, int], None]] = {
    "api": run_api,
    "worker": run_worker,
    "analysis": run_analysis,
    "delivery": run_delivery,
    "receive": run_receive,
    "trickle": run_trickle,
}
