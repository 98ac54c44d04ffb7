"""`percorso sql`, `percorso events trace`: questions to the data from the command line."""

from datetime import date, datetime
from typing import Annotated, Any

import typer

from percorso.cli import tail
from percorso.cli.acting import asked_sql
from percorso.cli.opener import OpenCompany, opener
from percorso.cli.output import Dir, Json, show_json, show_table
from percorso.cli.trace import show_story, story
from percorso.model.errors import InvalidInput

MOST_ROWS = 100_000

From = Annotated[str | None, typer.Option("--from", metavar="DATE", help="First day, in the company's zone.")]
To = Annotated[str | None, typer.Option("--to", metavar="DATE", help="The day after the last.")]
Query = Annotated[str, typer.Argument(metavar="QUERY", help="One SELECT over the tables of docs/lake.md.")]
MessageId = Annotated[str, typer.Argument(metavar="MESSAGE_ID", help="The messageId that the source gave.")]


def register(app: typer.Typer) -> None:
    @app.command()
    def sql(ctx: typer.Context, query: Query, dir: Dir = None, json: Json = False) -> None:
        """Run one read-only query over events, people, identifiers, positions, decisions, messages and verdicts."""
        with opener(ctx).open(dir, write=False) as company, company.engine.session() as session:
            asked_sql(company, query)
            rows = session.sql(query, MOST_ROWS)
        if json:
            show_json(rows)
        else:
            show_table(rows)

    events = typer.Typer(help="Single events.", no_args_is_help=True)
    app.add_typer(events, name="events")
    tail.register(events)

    @events.command()
    def trace(ctx: typer.Context, message_id: MessageId, dir: Dir = None, json: Json = False) -> None:
        """Tell an event's whole story: verdict, person, folds, decisions, messages."""
        with opener(ctx).open(dir, write=False) as company:
            told = _story(company, message_id)
        if json:
            show_json(told)
        else:
            show_story(told)


def _story(company: OpenCompany, message_id: str) -> dict[str, Any]:
    with company.engine.session() as session:
        return story(session, company.people, message_id)


def day(text: str | None, option: str) -> date | None:
    """A day as an option says it. Raises InvalidInput."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise InvalidInput(f"{option} wants a day such as 2026-03-01, not {text!r}") from None
