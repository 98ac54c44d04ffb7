"""How commands take their common options and how they speak: one clear line, or one JSON value."""

import json as json_module
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from percorso.model.errors import InvalidInput, PercorsoError

Dir = Annotated[
    Path | None,
    typer.Option(
        "--dir",
        help="Where the company's data lives [default: PERCORSO_DIR, else ./percorso-data].",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def say(line: str) -> None:
    """A line for people."""
    typer.echo(line)


def show_json(value: Any) -> None:
    """The result for programs: one JSON value on standard output."""
    typer.echo(json_module.dumps(value, ensure_ascii=False, default=str))


def show_table(rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows for people, as an aligned table with the keys of the first row as its head."""
    if not rows:
        say("(no rows)")
        return
    names = list(rows[0])
    cells = [[_cell(row.get(name)) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[i]) for line in cells)) for i, name in enumerate(names)]
    for line in [names, ["-" * width for width in widths], *cells]:
        say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def report(error: PercorsoError, *, as_json: bool) -> int:
    """Print an error and give the exit code: 2 when what was asked is wrong, else 1."""
    if as_json:
        show_json({"code": error.code, "message": error.message})
    else:
        print(f"percorso: {error.message}", file=sys.stderr)
    return 2 if isinstance(error, InvalidInput) else 1


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, Mapping | list | tuple):
        return json_module.dumps(value, ensure_ascii=False, default=str)
    return str(value)
