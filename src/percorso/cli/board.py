"""`percorso board`: every KPI as it stands, in the shell, as CSV or as PDF."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.model.errors import InvalidInput

if TYPE_CHECKING:
    from percorso.insight.board import Tile

LANGUAGES = ("it", "en")

Csv = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write it as CSV.")]
Pdf = Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help="Write it as PDF.")]
Language = Annotated[
    str | None, typer.Option("--language", metavar="it|en", help="Of the PDF [default: the company's].")
]


def register(app: typer.Typer) -> None:
    @app.command()
    def board(
        ctx: typer.Context,
        csv: Csv = None,
        pdf: Pdf = None,
        language: Language = None,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Print how every KPI stands, against the 28 days before and against its targets."""
        from percorso.pipeline.board_csv import board_csv
        from percorso.pipeline.board_sheet import board_sheet

        if language not in (None, *LANGUAGES):
            raise InvalidInput(f"--language is it or en, not {language!r}")
        with opener(ctx).open(dir, write=False) as company:
            found = company.analyst.board()
            name = company.facts.name
            spoken = language or (company.facts.language if company.facts.language in LANGUAGES else "en")
            if csv is not None:
                csv.write_text(board_csv(found), encoding="utf-8-sig", newline="")
            if pdf is not None:
                pdf.write_bytes(company.printer.pdf(board_sheet(found, name, spoken)))
        files = [str(path) for path in (csv, pdf) if path is not None]
        if json:
            show_json({"files": files} if files else [_row(tile) for tile in found.tiles])
        elif files:
            say(f"{' and '.join(files)}: {found.window.start} to {found.window.end}")
        else:
            show_table([_line(tile) for tile in found.tiles if tile.now.n])


def _row(tile: "Tile") -> dict[str, Any]:
    apart = tile.difference
    told = apart and {name: getattr(apart, name) for name in ("value", "ci_low", "ci_high", "is_clear")}
    targets = [
        {"kpi": one.variant, "segment": one.segment, "target": one.value, "verdict": one.verdict}
        for one in tile.targets
    ]
    return {**tile.now.as_json(), "before": tile.before.as_json(), "difference": told, "targets": targets}


def _line(tile: "Tile") -> dict[str, Any]:
    now, apart = tile.now, tile.difference
    return {
        "kpi": now.definition,
        "value": None if now.value is None else f"{now.value:.4g}",
        "95 %": "-" if now.ci_low is None or now.ci_high is None else f"{now.ci_low:.4g} .. {now.ci_high:.4g}",
        "n": now.n,
        "against before": None
        if apart is None
        else f"{apart.value:+.4g}{'' if apart.is_clear else ' (may be chance)'}",
        "targets": ", ".join(one.verdict for one in tile.targets) or None,
    }
