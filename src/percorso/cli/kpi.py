"""`percorso kpi`: numbers with their interval, their n and what they are compared with, from the command line."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from percorso.cli import kpi_book
from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.cli.questions import From, To, day
from percorso.model.errors import InvalidInput

if TYPE_CHECKING:
    from percorso.insight.kpi.about import Known
    from percorso.insight.kpi.compare import Comparison
    from percorso.insight.kpi.result import About, Compared, KpiAnswer, KpiRow

KpiName = Annotated[
    str | None, typer.Argument(metavar="NAME", help="A KPI such as nps, or one of its variants; --list names them.")
]
Variant = Annotated[str | None, typer.Option("--variant", metavar="V", help="A variant of it, such as csat_mean.")]
By = Annotated[
    list[str] | None, typer.Option("--by", help="Break down by a dimension, such as touchpoint or week; repeatable.")
]
CompareFrom = Annotated[
    str | None, typer.Option("--compare-from", metavar="DATE", help="First day of other days to compare with.")
]
CompareTo = Annotated[str | None, typer.Option("--compare-to", metavar="DATE", help="The day after their last.")]
Against = Annotated[
    str | None, typer.Option("--against", metavar="GROUP", help="A group of --by with which the others are compared.")
]
List = Annotated[bool, typer.Option("--list", help="Name every KPI and its variants, and what they mean.")]


class KpiGroup(TyperGroup):
    """`percorso kpi nps` is `percorso kpi show nps`: the number is what is asked for most."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        is_command = args and (args[0] in self.commands or args[0] in ("-h", "--help"))
        return super().parse_args(ctx, args if is_command else ["show", *args])


def register(app: typer.Typer) -> None:
    kpi = typer.Typer(cls=KpiGroup, help="KPIs: `percorso kpi NAME` prints one.")
    app.add_typer(kpi, name="kpi")
    kpi_book.register(kpi)

    @kpi.command()
    def show(
        ctx: typer.Context,
        name: KpiName = None,
        variant: Variant = None,
        by: By = None,
        start: From = None,
        end: To = None,
        compare_from: CompareFrom = None,
        compare_to: CompareTo = None,
        against: Against = None,
        listed: List = False,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Print a KPI with its interval, its n and whether its window is complete."""
        from percorso.pipeline.kpis import KpiQuestion, Kpis

        if listed:
            with opener(ctx).open(dir, write=False) as company:
                _show_list(company.analyst.known(), json)
            return
        if name is None:
            raise InvalidInput("name a KPI, such as nps; `percorso kpi --list` names them all")
        asked = KpiQuestion(
            name=name,
            variant=variant,
            by=by or [],
            start=day(start, "--from"),
            end=day(end, "--to"),
            against=_against(day(compare_from, "--compare-from"), day(compare_to, "--compare-to"), against),
        )
        with opener(ctx).open(dir, write=False) as company:
            answer = Kpis(company.analyst).answer(asked)
        _show(answer, bool(by), json)


def _show(answer: "KpiAnswer", broken_down: bool, json: bool) -> None:
    """The whole or, broken down, the groups alone."""
    compared = answer.compared or (None,) * len(answer.rows)
    rows = list(zip(answer.rows, compared, strict=True))[1 if broken_down else 0 :]
    if json:
        show_json([row.as_json() | (_compared(other) if answer.compared else {}) for row, other in rows])
        return
    say(f"{answer.definition.definition}  {answer.definition.about['en']}")
    if answer.overlaps:
        say("Somebody may be in several of these groups: they do not add up to the whole.")
    show_table([_line(row) | (_against_line(other) if answer.compared else {}) for row, other in rows])


def _show_list(known: "Known", json: bool) -> None:
    from percorso.insight.kpi.about import about, newest

    told = [about(one, variants) for variants in known.values() for one in newest(variants)]
    if json:
        show_json([_about(one) for one in told])
    else:
        show_table([{"kpi": one.kpi, "variant": one.definition, "what it means": one.about["en"]} for one in told])


def _about(one: "About") -> dict[str, Any]:
    return {
        "kpi": one.kpi,
        "variant": one.variant,
        "definition": one.definition,
        "name": dict(one.name),
        "about": dict(one.about),
        "unit": one.unit,
        "better": one.better,
    }


def _against(start: date | None, end: date | None, group: str | None) -> "Comparison":
    from percorso.insight.kpi.compare import Comparison
    from percorso.insight.windows import Window

    if start is None and end is None:
        return Comparison(group=group)
    if start is None or end is None or end < start:
        raise InvalidInput("to compare with other days give --compare-from and --compare-to, in this order")
    return Comparison(days=Window(start=start, end=end), group=group)


def _compared(other: "Compared | None") -> dict[str, Any]:
    if other is None:
        return {"compared": None, "difference": None}
    apart = other.difference
    told = (
        {"value": apart.value, "ci_low": apart.ci_low, "ci_high": apart.ci_high, "is_clear": apart.is_clear}
        if apart
        else None
    )
    return {"compared": other.other.as_json(), "difference": told}


def _line(row: "KpiRow") -> dict[str, Any]:
    """A row for people."""
    return {
        **row.by,
        "value": _short(row.value) if row.currency is None else f"{_short(row.value)} {row.currency}",
        "95 %": "-" if row.ci_low is None else f"{_short(row.ci_low)} .. {_short(row.ci_high)}",
        "n": row.n,
        **({"people": row.people} if row.people is not None else {}),
        **{name: _short(value) for name, value in row.beside.items()},
        "from": row.window.start,
        "to": row.window.end,
        "complete": "yes" if row.complete else "not yet",
    }


def _against_line(other: "Compared | None") -> dict[str, Any]:
    if other is None or other.difference is None:
        return {"other": None, "difference": None, "its 95 %": None}
    apart = other.difference
    return {
        "other": _short(other.other.value),
        "difference": f"{apart.value:+.4g}",
        "its 95 %": f"{_short(apart.ci_low)} .. {_short(apart.ci_high)}",
    }


def _short(value: float | None) -> str | None:
    return None if value is None else f"{value:.4g}"
