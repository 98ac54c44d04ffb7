"""`percorso demo`: the example company, with its year of history and live traffic."""

import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from percorso.cli.acting import BY
from percorso.cli.opener import Opener, opener
from percorso.cli.output import say
from percorso.cli.up import Host, Port, serve
from percorso.model.errors import Conflict

COMPANY = "Torrefazione Aurora"
PACKS = ("retail", "subscription", "service", "b2b")
FACTS = {
    "name": COMPANY,
    "packs": PACKS,
    "zone": "Europe/Rome",
    "currency": "EUR",
    "language": "it",
    "quiet": "none",  # its mail reaches nobody, and a visitor may come at night
}
EMAIL = "demo@example.com"
TELL_EVERY_S = 10.0
"""How often a load says how far it is where there is no terminal."""
DEFAULT_DIR = Path("demo-data")

DemoDir = Annotated[Path, typer.Option("--dir", help="Where the example company's data lives.")]
People = Annotated[int, typer.Option(min=20, help="How many people the example company has.")]
Seed = Annotated[int, typer.Option(help="Another seed, another company.")]
Live = Annotated[bool, typer.Option("--live/--no-live", help="Keep live traffic going.")]
LoadOnly = Annotated[bool, typer.Option("--load-only", help="Load the year and stop.")]


def register(app: typer.Typer) -> None:
    @app.command()
    def demo(
        ctx: typer.Context,
        dir: DemoDir = DEFAULT_DIR,
        people: People = 5_000,
        seed: Seed = 7,
        host: Host = None,
        port: Port = None,
        live: Live = True,
        load_only: LoadOnly = False,
    ) -> None:
        """Start the example company: loads its year at first, then keeps live traffic going."""
        given = opener(ctx)
        running = given.server(dir)
        if running is not None:
            raise Conflict(f"it runs already at {running.url} (process {running.pid})")
        if not given.exists(dir):
            given.create(dir, FACTS)
        load(given, dir, people, seed)
        if load_only:
            return
        password = secrets.token_urlsafe(12)
        with given.open(dir, write=False) as company:
            company.put_user(EMAIL, password, "admin", BY)

        def greeting(url: str) -> Sequence[str]:
            return [f"Sign in at {url} as {EMAIL} with the password {password}"]

        serve(given, dir, host, port, extra=["trickle"] if live else [], greeting=greeting)


def load(given: Opener, dir: Path | None, people: int, seed: int) -> None:
    """Load the year, telling how far it is; nothing is done when it was loaded before."""
    started, terminal = time.monotonic(), sys.stderr.isatty()
    every, last = (0.0 if terminal else TELL_EVERY_S), started

    def told(events: int) -> None:
        nonlocal last
        if events and time.monotonic() - last >= every:
            last = time.monotonic()
            line = f"{events:>9,} events, {events / max(last - started, 0.001):,.0f}/s"
            print(f"\r{line} " if terminal else line, end="" if terminal else "\n", file=sys.stderr, flush=True)

    events = given.load_example(dir, people=people, seed=seed, told=told)
    if events:
        say(f"\nLoaded {events:,} events in {time.monotonic() - started:.0f} s.")
