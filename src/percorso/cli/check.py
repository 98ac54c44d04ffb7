"""`percorso check` and `percorso openapi`: is the data whole; what does the API look like."""

import json as json_module
from typing import Annotated

import typer

from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json

Tracking = Annotated[bool, typer.Option("--tracking", help="Of the tracking API, to which events are sent.")]


def register(app: typer.Typer) -> None:
    @app.command()
    def check(ctx: typer.Context, dir: Dir = None, json: Json = False) -> None:
        """Check that log, state and lake are whole and agree. Exit code 1 when something is wrong."""
        found = opener(ctx).check(dir)
        if json:
            show_json({"ok": all(one["ok"] for one in found), "checks": found})
        else:
            for one in found:
                say(f"{'ok  ' if one['ok'] else 'FAIL'}  {one['check']}: {one['detail']}")
        if not all(one["ok"] for one in found):
            raise typer.Exit(1)

    @app.command()
    def openapi(ctx: typer.Context, tracking: Tracking = False) -> None:
        """Print the OpenAPI document of the API."""
        document = opener(ctx).openapi(tracking=tracking)
        typer.echo(json_module.dumps(document, indent=2, sort_keys=True, ensure_ascii=False))
