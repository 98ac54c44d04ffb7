"""`percorso qr`: a code for paper that leads to the web."""

from pathlib import Path
from typing import Annotated

import typer

from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json
from percorso.model.errors import InvalidInput
from percorso.model.fields import valid_id

Touchpoint = Annotated[str, typer.Option(help="Where it hangs, such as store.window.")]
To = Annotated[str, typer.Option(help="The page it leads to: a whole address on a host of PERCORSO_LINK_DOMAINS.")]
Campaign = Annotated[str | None, typer.Option(help="The campaign it belongs to.", show_default=False)]
Out = Annotated[Path, typer.Option(help="The picture: .svg, .pdf, .png or .eps.")]


def register(app: typer.Typer) -> None:
    @app.command()
    def qr(
        ctx: typer.Context,
        touchpoint: Touchpoint,
        to: To,
        out: Out,
        campaign: Campaign = None,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Draw a QR code: a scan becomes an event at the touchpoint, and the person goes on to the page."""
        if not valid_id(touchpoint):
            raise InvalidInput(f"{touchpoint!r} is no touchpoint's id, such as store.window")
        given = opener(ctx)
        with given.open(dir, write=False) as company:
            now, known = company.clock.now(), {one.id for one in company.config.touchpoints}
        made, address = given.codes(dir).make(to, touchpoint, campaign, out, now)
        if json:
            show_json({"code": made.code, "address": address, "to": made.to, "out": str(out)})
            return
        say(f"{out}: {address} leads to {made.to}")
        if touchpoint not in known:
            say(f"No pack in force describes {touchpoint}; its scans count without channel and phase.")
