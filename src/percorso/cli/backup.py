"""`percorso backup` and `percorso restore`."""

from pathlib import Path
from typing import Annotated

import typer

from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json

To = Annotated[Path, typer.Argument(metavar="DEST", help="A new or empty folder.")]
Source = Annotated[Path, typer.Argument(metavar="SOURCE", help="A folder that `percorso backup` wrote.")]

Tombstones = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The list of erasures; default that of PERCORSO_TOMBSTONES.", show_default=False),
]
Lone = Annotated[bool, typer.Option("--no-tombstones", help="Restore although the list of erasures is lost.")]


def register(app: typer.Typer) -> None:
    @app.command()
    def backup(ctx: typer.Context, to: To, dir: Dir = None, json: Json = False) -> None:
        """Copy the company into a folder while everything runs."""
        done = opener(ctx).backup(dir, to)
        if json:
            show_json(done)
        else:
            say(f"Backed up to {done['to']}: {done['files']} files, {done['bytes'] / 1e6:.1f} MB.")

    @app.command()
    def restore(
        ctx: typer.Context,
        source: Source,
        tombstones: Tombstones = None,
        no_tombstones: Lone = False,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Make a new directory from a backup. Messages that waited then are not sent, and whoever was erased since is
        erased again, by the list of erasures."""
        done = opener(ctx).restore(dir, source, tombstones, lone=no_tombstones)
        if json:
            show_json(done)
        else:
            say(
                f"Restored the backup of {done['made_at']} into {done['dir']}; {done['held']} waiting messages held back."
            )
            if done["listed"]:
                say(f"{done['erased']} identifiers of people erased since were in it, and are no more.")
            else:
                say("There was no list of erasures: whoever was erased after this backup is in it again.")
            there = f" --dir {dir}" if dir else ""
            say(f"Next: percorso check{there}, then percorso up{there}")
