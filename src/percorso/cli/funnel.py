"""`percorso funnel`, `percorso cohorts`: who goes on to the next step, who comes again."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.cli.questions import From, To, day

if TYPE_CHECKING:
    from percorso.insight.funnel import Funnel, FunnelGroup


class Period(StrEnum):
    """How long a cohort's period is."""

    week = "week"
    month = "month"


Steps = Annotated[
    list[str],
    typer.Argument(
        metavar="STEP STEP...",
        help="In order: an event's name, touchpoint:ID, channel:ID or stage:ID, then @property=value where it matters.",
    ),
]
Days = Annotated[float, typer.Option("--within", metavar="DAYS", help="Within so many days of the first step.")]
FirstEntry = Annotated[bool, typer.Option("--first", help="Only from a person's first entry, not from any.")]
Without = Annotated[list[str] | None, typer.Option("--without", help="A step that ends an attempt; repeatable.")]
Strict = Annotated[bool, typer.Option("--strict", help="No other event may come between two steps.")]
By = Annotated[str | None, typer.Option("--by", help="Break down by a dimension of the first entry.")]
PeriodOf = Annotated[Period, typer.Option("--period", help="Weeks or months.")]
First = Annotated[str, typer.Option("--first", help="The event that makes a cohort; without it any.")]
Again = Annotated[str, typer.Option("--again", help="The event that counts as coming again; without it any.")]


def register(app: typer.Typer) -> None:
    @app.command()
    def funnel(
        ctx: typer.Context,
        steps: Steps,
        within: Days = 7.0,
        first: FirstEntry = False,
        without: Without = None,
        strict: Strict = False,
        by: By = None,
        start: From = None,
        end: To = None,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Of the people who did the first step, who did the others after it, in order and in time."""
        from percorso.insight.funnel_choice import FunnelChoice, read_step
        from percorso.pipeline.pathing import Pathing

        choice = FunnelChoice(
            steps=tuple(map(read_step, steps)),
            within_s=round(within * 86_400),
            entry="first" if first else "any",
            without=tuple(map(read_step, without or ())),
            strict=strict,
            by=by,
        )
        days = day(start, "--from"), day(end, "--to")
        with opener(ctx).open(dir, write=False) as company:
            found = Pathing(company.analyst).funnel(choice, *days)
        rows = [row for group in found.groups for row in _rows(found, group)]
        if json:
            show_json(rows)
        else:
            show_table([{key: value for key, value in row.items() if by or key != "by"} for row in rows])

    @app.command()
    def cohorts(
        ctx: typer.Context,
        period: PeriodOf = Period.week,
        first: First = "",
        again: Again = "",
        start: From = None,
        end: To = None,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Retention: of the people who came first in each week or month, who came again in each one after."""
        from percorso.insight.retention import RetentionChoice
        from percorso.pipeline.pathing import Pathing

        choice = RetentionChoice(period=period.value, first=first, again=again)
        days = day(start, "--from"), day(end, "--to")
        with opener(ctx).open(dir, write=False) as company:
            found = Pathing(company.analyst).retention(choice, *days)
        rows = [
            {
                "cohort": cohort.window.start.isoformat(),
                "people": cohort.people,
                "after": cell.after,
                "came": cell.share.count,
                "share": cell.share.value,
                "ci_low": cell.share.ci_low,
                "ci_high": cell.share.ci_high,
                "complete": cell.complete,
            }
            for cohort in found.cohorts
            for cell in cohort.cells
        ]
        if json:
            show_json(rows)
            return
        say(
            f"people of each {period.value}, and of these the share that came so many {period.value}s after; * not over yet"
        )
        most = max((len(cohort.cells) for cohort in found.cohorts), default=0)
        show_table(
            [
                {"cohort": cohort.window.start, "people": cohort.people}
                | {str(after): _cell(cohort.cells[after]) if after < len(cohort.cells) else "" for after in range(most)}
                for cohort in found.cohorts
            ]
        )


def _rows(found: "Funnel", group: "FunnelGroup") -> list[dict[str, Any]]:
    return [
        {
            "by": "(all)" if group.whole else group.by,
            "step": row.step,
            "reached": row.reached,
            "open": row.open,
            "lost": row.lost,
            "share": _short(row.of_previous.value),
            "total": _short(row.of_first.value),
            "ci_low": _short(row.of_first.ci_low),
            "ci_high": _short(row.of_first.ci_high),
            "median_s": row.median_s,
            "p90_s": row.p90_s,
        }
        for row in group.steps
    ]


def _cell(cell: Any) -> str:
    return f"{100 * (cell.share.value or 0):.0f}%{'' if cell.complete else '*'}"


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
