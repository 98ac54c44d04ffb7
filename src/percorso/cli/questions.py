"""`percorso kpi`, `percorso sql`, `percorso events trace`: questions to the data from the command line."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from percorso.cli import tail
from percorso.cli.opener import OpenCompany, opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.cli.trace import show_story, story
from percorso.model.errors import InvalidInput

if TYPE_CHECKING:
    from percorso.insight.kpi.result import KpiRow

MOST_ROWS = 100_000

KpiName = Annotated[str, typer.Argument(metavar="NAME", help="nps, csat, repeat_purchase or asa.")]
By = Annotated[
    list[str] | None, typer.Option("--by", help="Break down by a dimension, such as touchpoint or week; repeatable.")
]
From = Annotated[str | None, typer.Option("--from", metavar="DATE", help="First day, in the company's zone.")]
To = Annotated[str | None, typer.Option("--to", metavar="DATE", help="The day after the last.")]
Query = Annotated[str, typer.Argument(metavar="QUERY", help="One SELECT over the tables of docs/lake.md.")]
MessageId = Annotated[str, typer.Argument(metavar="MESSAGE_ID", help="The messageId that the source gave.")]


def register(app: typer.Typer) -> None:
    @app.command()
    def kpi(
        ctx: typer.Context,
        name: KpiName,
        by: By = None,
        start: From = None,
        end: To = None,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Print a KPI with its interval, its n and whether its window is complete."""
        first, last = _day(start, "--from"), _day(end, "--to")
        with opener(ctx).open(dir, write=False) as company:
            answer = company.analyst.kpi(name, by or [], first, last)
        rows = answer.rows[1:] if by else answer.rows
        if json:
            show_json([row.as_json() for row in rows])
        else:
            say(f"{answer.definition.definition}  {answer.definition.about['en']}")
            show_table([_line(row) for row in rows])

    @app.command()
    def sql(ctx: typer.Context, query: Query, dir: Dir = None, json: Json = False) -> None:
        """Run one read-only query over events, people, identifiers, positions, decisions, messages and verdicts."""
        with opener(ctx).open(dir, write=False) as company, company.engine.session() as session:
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


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise InvalidInput(f"{option} wants a day such as 2026-03-01, not {text!r}") from None


def _line(row: "KpiRow") -> dict[str, Any]:
    """A row for people."""
    return {
        **row.by,
        "value": _short(row.value),
        "95 %": "-" if row.ci_low is None else f"{_short(row.ci_low)} .. {_short(row.ci_high)}",
        "n": row.n,
        "from": row.window.start,
        "to": row.window.end,
        "complete": "yes" if row.complete else "not yet",
    }


def _short(value: float | None) -> str | None:
    return None if value is None else f"{value:.4g}"
