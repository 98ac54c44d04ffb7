"""`percorso retention`: drop events that are older than their contracts keep them."""

from typing import Annotated

import typer

from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json

Dry = Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")]


def register(app: typer.Typer) -> None:
    @app.command()
    def retention(ctx: typer.Context, dry_run: Dry = False, dir: Dir = None, json: Json = False) -> None:
        """Drop events older than `keep_days` of their contract, and fold the others again. Not while a server runs."""
        with opener(ctx).open(dir, write=not dry_run) as company:
            if dry_run:
                counts = {name: len(some) for name, some in sorted(company.retention.due().items())}
            else:
                counts = dict(company.retention.drop())
        if json:
            show_json({"dropped": not dry_run, "events": counts})
            return
        for name, number in counts.items():
            say(f"  {name:<24} {number}")
        say(f"{sum(counts.values())} events {'would go' if dry_run else 'dropped'}")
