"""`percorso up`: everything on one machine, with one command."""

import json
import os
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import httpx
import typer

from percorso.cli.init import Currency, Language, Name, Pack, Quiet, Zone, facts_given
from percorso.cli.logs import set_up_logs
from percorso.cli.opener import Listening, Opener, opener
from percorso.cli.output import Dir, say
from percorso.cli.supervise import Child, Supervisor
from percorso.model.directory import Directory
from percorso.model.errors import Conflict, StoreUnavailable

PROCESSES = ("api", "worker", "analysis", "delivery", "receive")
READY_WITHIN_S = 60.0

Host = Annotated[str | None, typer.Option(help="Address to listen on [default: 127.0.0.1].", show_default=False)]
Port = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="Port to listen on; 0 = any free one [default: 8321].", show_default=False),
]


def register(app: typer.Typer) -> None:
    @app.command()
    def up(
        ctx: typer.Context,
        dir: Dir = None,
        host: Host = None,
        port: Port = None,
        name: Name = None,
        zone: Zone = None,
        currency: Currency = None,
        language: Language = None,
        quiet: Quiet = None,
        pack: Pack = None,
    ) -> None:
        """Start everything: collector and pages, processing, analysis, delivery. Makes the company at first start."""
        given = opener(ctx)
        facts = facts_given(name, zone, currency, language, quiet, pack)
        if given.exists(dir):
            told = [name for name, value in facts.items() if value is not None]
            if told:
                raise Conflict(
                    f"there is a company already, so {', '.join(told)} cannot be chosen any more; leave it out"
                )
        else:
            given.listen(host, port)  # before anything is made: the port may be taken
            given.create(dir, facts)
        serve(given, dir, host, port)


def serve(
    given: Opener,
    dir: Path | None,
    host: str | None,
    port: int | None,
    *,
    extra: Sequence[str] = (),
    greeting: Callable[[str], Sequence[str]] | None = None,
) -> None:
    """Hold the directory, start the processes, say where they are, and keep them until told to stop.

    extra     further processes of `up` (the demo's traffic)
    greeting  lines to print beside the address; how to sign in by default
    """
    directory = given.directory(dir)
    set_up_logs(given.log_level)
    held = given.lock(dir)
    try:
        given.prepare(dir)
        listening = given.listen(host, port)
        prepare_run(directory, listening)
        given.preload()
        supervisor = Supervisor(children(given, dir, listening, extra))
        supervisor.stop_on_signals()
        announce = Announcement(listening.local_url, greeting or (lambda url: sign_in_lines(given, dir, url)))
        supervisor.run(announce.when_ready)
    finally:
        for path in (directory.server, directory.token, directory.setup_token):
            path.unlink(missing_ok=True)
        held.release()


def children(given: Opener, dir: Path | None, listening: Listening, extra: Sequence[str]) -> list[Child]:
    """The processes of `up`."""

    def child(name: str) -> Child:
        return Child(name=name, run=lambda: given.run(name, dir, listening.fd))

    return [child(name) for name in (*PROCESSES, *extra)]


def prepare_run(directory: Directory, listening: Listening) -> None:
    """Fresh tokens and the server's address, for this machine's user only."""
    directory.analyse_socket.unlink(missing_ok=True)
    write_private(directory.token, secrets.token_urlsafe(32))
    write_private(directory.setup_token, secrets.token_urlsafe(24))
    write_private(directory.server, json.dumps({"url": listening.local_url, "pid": os.getpid()}))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(text)
    partial.rename(path)


def sign_in_lines(given: Opener, dir: Path | None, url: str) -> list[str]:
    """How to sign in: the one-time link while nobody can yet."""
    with given.open(dir, write=False) as company:
        if company.accounts.count_users():
            return [f"Sign in at {url}"]
    token = given.directory(dir).setup_token.read_text()
    return [f"First sign-in (works once): {url}/setup?token={token}"]


class Announcement:
    """Prints the address once the server answers; gives up when it does not in time."""

    def __init__(self, url: str, greeting: Callable[[str], Sequence[str]]) -> None:
        self._url = url
        self._greeting = greeting
        self._client: httpx.Client | None = httpx.Client(timeout=1.0, trust_env=False)
        self._deadline = time.monotonic() + READY_WITHIN_S

    def when_ready(self) -> None:
        """One look; raises StoreUnavailable when the server is not there in time."""
        if self._client is None:
            return
        with suppress(httpx.HTTPError):
            if self._client.get(f"{self._url}/healthz").status_code == httpx.codes.OK:
                say(f"Percorso is up: {self._url}")
                for line in self._greeting(self._url):
                    say(line)
                self._client.close()
                self._client = None
                return
        if time.monotonic() > self._deadline:
            raise StoreUnavailable("the server did not start in time; the log lines above say why")
