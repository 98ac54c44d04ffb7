"""The command line, put together from one module a command."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from percorso.cli import (
    audit,
    backup,
    board,
    check,
    consent,
    demo,
    export,
    forget,
    friction,
    funnel,
    identity,
    importing,
    init,
    keys,
    kpi,
    match,
    paths,
    person,
    plan,
    qr,
    quarantine,
    questions,
    replay,
    retention,
    segment,
    sources,
    up,
    users,
)
from percorso.cli.logs import set_up_logs
from percorso.cli.opener import Opener
from percorso.cli.output import report, say
from percorso.model.errors import PercorsoError
from percorso.version import __version__

COMMANDS = (
    init,
    up,
    demo,
    importing,
    sources,
    qr,
    person,
    identity,
    match,
    consent,
    forget,
    export,
    kpi,
    board,
    questions,
    paths,
    funnel,
    friction,
    segment,
    quarantine,
    plan,
    keys,
    users,
    audit,
    replay,
    retention,
    backup,
    check,
)


def build() -> typer.Typer:
    """The whole command line; `run` hands it an opener."""
    app = typer.Typer(
        name="percorso",
        help="One path per person, from the event at a touchpoint to the answer.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(root)
    for command in COMMANDS:
        command.register(app)
    return app


def _tell_version(asked: bool) -> None:
    if asked:
        say(f"percorso {__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and stop.")
]


def root(version: Version = False) -> None:
    """One path per person, from the event at a touchpoint to the answer."""


def run(opener: Opener, arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; expected errors become one line."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    set_up_logs("warning")
    try:
        build()(given, prog_name="percorso", obj=opener, standalone_mode=True)
    except PercorsoError as error:
        return report(error, as_json="--json" in given)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0 if done.code is None else 1
    return 0
