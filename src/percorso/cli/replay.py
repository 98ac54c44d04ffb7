"""`percorso replay`: fold the log again and compare."""

from typing import Annotated

import typer

from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json, show_table

Check = Annotated[
    bool, typer.Option("--check", help="Only compare; works beside a running server. Exit code 1 when they differ.")
]


def register(app: typer.Typer) -> None:
    @app.command()
    def replay(ctx: typer.Context, dir: Dir = None, check: Check = False, json: Json = False) -> None:
        """Make people, profiles and positions again from the log. Sends nothing and decides nothing."""
        result = opener(ctx).replay(dir, swap=not check)
        if json:
            show_json(result)
        else:
            show_table(
                [
                    {"table": name, "live": row["live"], "replay": row["replay"], "equal": row["equal"]}
                    for name, row in result["tables"].items()
                ]
            )
            ending = "put in place" if result["swapped"] else "compared"
            say(f"{result['events']} events folded and {ending}; {'equal' if result['equal'] else 'NOT equal'}.")
        if check and not result["equal"]:
            raise typer.Exit(1)
