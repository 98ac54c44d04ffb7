"""`percorso users`: who may sign in; the way back in when a password is lost."""

import secrets
from typing import Annotated, Literal

import typer

from percorso.cli.acting import BY
from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json
from percorso.model.errors import InvalidInput

Role = Annotated[
    Literal["admin", "manager", "agent", "viewer"],
    typer.Option(help="What they may do; kept for whom is there already."),
]


def register(app: typer.Typer) -> None:
    users = typer.Typer(help="Let people of the company sign in.", no_args_is_help=True)
    app.add_typer(users, name="users")

    @users.command()
    def put(ctx: typer.Context, email: str, role: Role = "manager", dir: Dir = None, json: Json = False) -> None:
        """Somebody new, or a new password for whom is there already: their open sessions end. It is shown once."""
        if email.count("@") != 1 or email != email.strip() or len(email) > 254:
            raise InvalidInput(f"{email!r} is no email address")
        password = secrets.token_urlsafe(12)
        with opener(ctx).open(dir, write=False) as company:
            company.put_user(email.lower(), password, role, BY)
        if json:
            show_json({"email": email.lower(), "password": password})
        else:
            say(f"{email.lower()} may sign in with the password {password}")
