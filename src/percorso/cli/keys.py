"""`percorso keys`: write keys send events from pages, secret keys send from servers and call the API, identity keys sign."""

from typing import Annotated, Literal

import typer

from percorso.cli.acting import BY
from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.model.audit import AuditRow
from percorso.model.errors import NotFound
from percorso.model.time import to_iso

Kind = Annotated[
    Literal["write", "secret", "identity"],
    typer.Option(
        help="write sends events from pages and apps, and may be public; secret sends them from servers and calls the "
        "API; identity signs who uses a page."
    ),
]
Name = Annotated[
    str | None,
    typer.Option(help="The source of its events [default: web, command line, identity].", show_default=False),
]
_NAMES = {"write": "web", "secret": "command line", "identity": "identity"}


def register(app: typer.Typer) -> None:
    keys = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)
    app.add_typer(keys, name="keys")

    @keys.command()
    def create(ctx: typer.Context, kind: Kind, name: Name = None, dir: Dir = None, json: Json = False) -> None:
        """Make a key. It is shown once: only its hash is kept."""
        with opener(ctx).open(dir, write=False) as company:
            made, key = company.make_key(kind, name or _NAMES[kind])
            company.audit.record(AuditRow(company.clock.now(), BY, "key.created", made.key_id))
        if json:
            show_json({"key": key, "key_id": made.key_id, "kind": made.kind, "name": made.name})
        else:
            say(key)

    @keys.command("list")
    def list_(ctx: typer.Context, dir: Dir = None, json: Json = False) -> None:
        """The keys, newest first; never their text."""
        with opener(ctx).open(dir, write=False) as company:
            rows = [
                {
                    "key_id": key.key_id,
                    "kind": key.kind,
                    "name": key.name,
                    "ends_with": key.hint,
                    "created_at": to_iso(key.created_at),
                    "revoked_at": None if key.revoked_at is None else to_iso(key.revoked_at),
                }
                for key in company.accounts.all_keys()
            ]
        if json:
            show_json(rows)
        else:
            show_table(rows)

    @keys.command()
    def revoke(ctx: typer.Context, key_id: str, dir: Dir = None, json: Json = False) -> None:
        """End a key; a running server notices within seconds."""
        with opener(ctx).open(dir, write=False) as company:
            if not company.accounts.revoke_key(key_id, company.clock.now()):
                raise NotFound(f"there is no key {key_id} in force; see `percorso keys list`")
            company.audit.record(AuditRow(company.clock.now(), BY, "key.revoked", key_id))
        if json:
            show_json({"key_id": key_id, "revoked": True})
        else:
            say(f"Key {key_id} is revoked.")
