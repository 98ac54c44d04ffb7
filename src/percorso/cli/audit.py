"""`percorso audit`: whether the audit log is whole, and the log as lines."""

from typing import Annotated

import typer

from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json
from percorso.model.audit import Broken, Head, read_head
from percorso.model.errors import InvalidInput
from percorso.model.time import to_iso

Noted = Annotated[
    str | None, typer.Option("--head", metavar="NUMBER:HASH", help="A head noted earlier, which must lie in the chain.")
]

SAID = {
    "changed": "is not what was written",
    "missing": "is missing",
    "added": "was not written by Percorso",
}


def register(app: typer.Typer) -> None:
    audit = typer.Typer(help="The audit log: who did what, in a chain of hashes.", no_args_is_help=True)
    app.add_typer(audit, name="audit")

    @audit.command()
    def verify(ctx: typer.Context, head: Noted = None, dir: Dir = None, json: Json = False) -> None:
        """Follow the chain from the first row and print its head; exit code 1 at the first broken row."""
        noted = _noted(head)
        with opener(ctx).open(dir, write=False) as company:
            found = company.audit.verify(noted)
        broken = found.broken
        if json:
            show_json({"verified": found.head.number, "head": str(found.head), "broken": broken and broken._asdict()})
        elif broken is None:
            say(f"All rows up to {found.head.number} are as they were written. Head: {found.head}")
        else:
            say(_told(broken, found.head))
        if broken is not None:
            raise typer.Exit(1)

    @audit.command()
    def export(ctx: typer.Context, dir: Dir = None, json: Json = False) -> None:
        """Print every row with its hash, oldest first, a line each; with --json each line is a JSON value."""
        with opener(ctx).open(dir, write=False) as company:
            for row in company.audit.all():
                if json:
                    show_json(row._asdict())
                else:
                    say(f"{row.number}\t{to_iso(row.at)}\t{row.actor}\t{row.act}\t{row.target or '-'}\t{row.hash}")


def _noted(text: str | None) -> Head | None:
    try:
        return None if text is None else read_head(text)
    except ValueError:
        raise InvalidInput("--head wants what `percorso audit verify` printed, such as 42:9f86d0...") from None


def _told(broken: Broken, head: Head) -> str:
    return f"Row {broken.number} {SAID[broken.why]}; up to row {head.number} all are as they were written."
