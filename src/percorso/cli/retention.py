"""`percorso retention`: drop events that are older than their contracts keep them."""

from typing import Annotated

import typer

from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json

Dry = Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")]


def register(app: typer.Typer) -> None:
    @app.command()
    def retention(ctx: typer.Context, dry_run: Dry = False, dir: Dir = None, json: Json = False) -> None:
        """Drop events older than `keep_days` of their contract, and fold the others again. A running server begins at once
        and does it beside everything else."""
        running = opener(ctx).server(dir) is not None
        with opener(ctx).open(dir, write=not dry_run and not running) as company:
            counts = {name: len(some) for name, some in sorted(company.retention.due().items())}
            if running and not dry_run:
                company.retention.ask()
            elif not dry_run:
                counts = dict(company.retention.drop())
        if json:
            show_json({"dropped": not dry_run, "events": counts})
            return
        for name, number in counts.items():
            say(f"  {name:<24} {number}")
        say(
            f"{sum(counts.values())} events {'would go' if dry_run else 'go, by the running server' if running else 'dropped'}"
        )
