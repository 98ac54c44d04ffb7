"""`percorso init`: make a company in a directory."""

from typing import Annotated, Any, Literal

import typer

from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json

Name = Annotated[str | None, typer.Option(help="Name of the company.", show_default=False)]
Zone = Annotated[
    str | None, typer.Option(help="IANA time zone of the company [default: Europe/Rome].", show_default=False)
]
Currency = Annotated[str | None, typer.Option(help="ISO currency [default: EUR].", show_default=False)]
Language = Annotated[
    Literal["it", "en"] | None, typer.Option(help="it or en, for people who told none.", show_default=False)
]
Quiet = Annotated[
    str | None,
    typer.Option(help="When nobody is written to, such as 21:00-08:00, or none.", show_default=False),
]
Pack = Annotated[
    list[str] | None,
    typer.Option("--pack", help="Pack by name or file; repeatable [default: retail].", show_default=False),
]


def facts_given(
    name: str | None,
    zone: str | None,
    currency: str | None,
    language: str | None,
    quiet: str | None,
    packs: list[str] | None,
) -> dict[str, Any]:
    """The facts that options gave; None where the settings decide."""
    given: dict[str, Any] = {"name": name, "zone": zone, "currency": currency, "language": language, "quiet": quiet}
    return {**given, "packs": tuple(packs) if packs else None}


def register(app: typer.Typer) -> None:
    @app.command()
    def init(
        ctx: typer.Context,
        dir: Dir = None,
        name: Name = None,
        zone: Zone = None,
        currency: Currency = None,
        language: Language = None,
        quiet: Quiet = None,
        pack: Pack = None,
        json: Json = False,
    ) -> None:
        """Make a company in a new directory; `up` does it too, with the same options."""
        facts = opener(ctx).create(dir, facts_given(name, zone, currency, language, quiet, pack))
        where = str(opener(ctx).directory(dir).root)
        if json:
            show_json(
                {"dir": where, "name": facts.name, "zone": facts.zone, "currency": facts.currency, "packs": facts.packs}
            )
        else:
            say(f"{facts.name} lives in {where} ({facts.zone}, {facts.currency}, packs {', '.join(facts.packs)}).")
            say("Next: percorso up" + (f" --dir {dir}" if dir else ""))
