"""`percorso export KIND:VALUE`: everything that is known of one person, to be given to them."""

import json as json_module
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from percorso.cli.acting import BY
from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json
from percorso.cli.person import Who, find
from percorso.model.errors import Conflict
from percorso.pipeline.exporting_page import page

Out = Annotated[
    Path, typer.Option("--out", help="A folder for bundle.json and bundle.html, or a file that ends in .json or .html.")
]
Language = Annotated[
    Literal["it", "en"] | None, typer.Option(help="Of the page [default: the company's].", show_default=False)
]


def register(app: typer.Typer) -> None:
    @app.command()
    def export(
        ctx: typer.Context, who: Who, out: Out, language: Language = None, dir: Dir = None, json: Json = False
    ) -> None:
        """Write all that is known of one person: identifiers, events, traits, consents, decisions, messages."""
        with opener(ctx).open(dir, write=False) as company:
            person_id = find(company, who)
            bundle = company.exporter.bundle(person_id)
            company.audit_export(person_id, BY)
            spoken: Literal["it", "en"] = language or ("it" if company.facts.language == "it" else "en")
        written = [write(path, bundle, spoken) for path in places(out)]
        if json:
            show_json(
                {"person_id": person_id, "files": [str(path) for path in written], "events": len(bundle["events"])}
            )
        else:
            for path in written:
                say(str(path))


def places(out: Path) -> list[Path]:
    if out.suffix in (".json", ".html"):
        return [out]
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    return [out / "bundle.json", out / "bundle.html"]


def write(path: Path, bundle: dict[str, Any], language: Literal["it", "en"]) -> Path:
    """For its owner only. Raises Conflict when it is there already."""
    text = page(bundle, language) if path.suffix == ".html" else json_module.dumps(bundle, ensure_ascii=False, indent=1)
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise Conflict(f"{path} exists already; choose another place") from error
    path.write_text(text, encoding="utf-8")
    return path
