"""`percorso paths`: in which order people did what."""

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.cli.questions import From, To, day

if TYPE_CHECKING:
    from percorso.insight.paths.choice import PathChoice


class StepKind(StrEnum):
    """What a step is called by."""

    name = "name"
    touchpoint = "touchpoint"
    channel = "channel"
    stage = "stage"
    touchpoint_name = "touchpoint_name"


class Per(StrEnum):
    """Where a path ends."""

    person = "person"
    session = "session"


By = Annotated[StepKind, typer.Option("--by-step", help="What a step is called by.")]
PathPer = Annotated[Per, typer.Option("--per", help="A path is all that a person did, or each visit of theirs.")]
Only = Annotated[list[str] | None, typer.Option("--name", help="Only events of this name; repeatable.")]
Without = Annotated[list[str] | None, typer.Option("--without", help="No events of this name; repeatable.")]
Once = Annotated[bool, typer.Option("--once", help="Count a step that follows its like at once as one with it.")]
Top = Annotated[int, typer.Option("--top", min=1, help="So many rows.")]
Pivot = Annotated[str, typer.Argument(metavar="PIVOT", help="A step, such as an event's name.")]
Columns = Annotated[int, typer.Option("--steps", help="So many steps, up to 10.")]
Each = Annotated[int, typer.Option("--top", help="So many of each step, up to 50; the others are told as one.")]
SameOrder = Annotated[bool, typer.Option("--same-order", help="Only between events of one order.")]
Declared = Annotated[str, typer.Argument(metavar="JOURNEY", help="A journey's id.")]
Every = Annotated[bool, typer.Option("--every", help="From every occurrence, not the first of each path.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="In which order people did what.", no_args_is_help=True)
    app.add_typer(group, name="paths")

    @group.command()
    def transitions(
        ctx: typer.Context,
        by: By = StepKind.name,
        per: PathPer = Per.person,
        names: Only = None,
        without: Without = None,
        once: Once = False,
        start: From = None,
        end: To = None,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """From each step to the next: how often, by how many people, the median seconds between."""
        from percorso.pipeline.pathing import Pathing

        choice, days = _choice(by, per, names, without, once), _days(start, end)
        with opener(ctx).open(dir, write=False) as company:
            found = Pathing(company.analyst).transitions(choice, *days)
        rows = [one.as_json() for one in found.transitions]
        if json:
            show_json(rows)
        else:
            say(f"{found.paths} paths of {found.people} people")
            show_table(rows)

    @group.command()
    def variants(
        ctx: typer.Context,
        by: By = StepKind.name,
        per: PathPer = Per.person,
        names: Only = None,
        without: Without = None,
        once: Once = False,
        top: Top = 100_000,
        start: From = None,
        end: To = None,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """The different ways from beginning to end, the most frequent first."""
        from percorso.pipeline.pathing import Pathing

        choice, days = _choice(by, per, names, without, once), _days(start, end)
        with opener(ctx).open(dir, write=False) as company:
            found = Pathing(company.analyst).variants(choice, *days, top)
        if json:
            show_json([one.as_json() for one in found.variants])
        else:
            say(f"{found.paths} paths of {found.people} people, {found.total} different")
            show_table([{"count": one.count, "path": " > ".join(one.path)} for one in found.variants])

    @group.command()
    def hops(
        ctx: typer.Context,
        same_order: SameOrder = False,
        names: Only = None,
        without: Without = None,
        start: From = None,
        end: To = None,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """From one channel to another within a day, such as web to phone."""
        from percorso.pipeline.pathing import Pathing

        choice, days = _choice(StepKind.channel, Per.person, names, without, False), _days(start, end)
        with opener(ctx).open(dir, write=False) as company:
            found = Pathing(company.analyst).hops(choice, *days, same_order=same_order)
        rows = [
            {"from": one.start, "to": one.end, "count": one.count, "people": one.people, "median_s": one.median_s}
            for one in found.hops
        ]
        if json:
            show_json(rows)
        else:
            show_table(rows)

    @group.command()
    def conformance(
        ctx: typer.Context,
        journey: Declared,
        start: From = None,
        end: To = None,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """How many go a journey as it is declared, and how the others leave it."""
        from percorso.pipeline.pathing import Pathing

        days = _days(start, end)
        with opener(ctx).open(dir, write=False) as company:
            found = Pathing(company.analyst).conformance(journey, *days)
        rows = [{"kind": one.kind, "from": one.start, "to": one.end, "people": one.people} for one in found.deviations]
        share = found.on_path
        if json:
            told = {"value": share.value, "ci_low": share.ci_low, "ci_high": share.ci_high, "n": share.n}
            show_json({"on_path": told, "to_the_end": found.to_the_end, "deviations": rows})
        elif share.value is None or share.ci_low is None or share.ci_high is None:
            say("nobody opened a stage of it in these days")
        else:
            say(
                f"{share.count} of {share.n} people go it as declared: {share.value:.1%} [{share.ci_low:.1%}, {share.ci_high:.1%}]"
            )
            say(f"{found.to_the_end} of them to the end")
            show_table(rows)

    def beside(direction: str, about: str) -> None:
        @group.command(name=direction, help=about)
        def command(
            ctx: typer.Context,
            pivot: Pivot,
            steps: Columns = 3,
            top: Each = 8,
            every: Every = False,
            by: By = StepKind.name,
            per: PathPer = Per.person,
            names: Only = None,
            without: Without = None,
            once: Once = False,
            start: From = None,
            end: To = None,
            dir: Dir = None,
            json: Json = False,
        ) -> None:
            from percorso.insight.paths.around import AroundChoice
            from percorso.pipeline.pathing import Pathing

            choice, days = _choice(by, per, names, without, once), _days(start, end)
            way: Any = direction
            asked = AroundChoice(pivot=pivot, direction=way, columns=steps, top=top, every=every)
            with opener(ctx).open(dir, write=False) as company:
                found = Pathing(company.analyst).around(choice, *days, asked)
            edge = "exit" if direction == "after" else "start"
            rows = [
                {
                    "step": cell.column,
                    "what": cell.step if cell.kind == "step" else edge if cell.kind == "edge" else "other",
                    "count": cell.count,
                    "people": cell.people,
                    "share": round(cell.share, 4),
                }
                for cell in found.cells
                if cell.column > 0
            ]
            if json:
                show_json(rows)
            else:
                say(f"{found.total} times {pivot}, by {found.people} people")
                show_table(rows)

    beside("before", "What came before a step; what is not told apart is other, and start where a path had not begun.")
    beside("after", "What came after a step; what is not told apart is other, and exit where a path had ended.")


def _choice(by: StepKind, per: Per, names: list[str] | None, without: list[str] | None, once: bool) -> "PathChoice":
    from percorso.insight.paths.choice import PathChoice

    return PathChoice(
        step=by.value, per=per.value, names=tuple(names or ()), without_names=tuple(without or ()), once=once
    )


def _days(start: str | None, end: str | None) -> tuple[date | None, date | None]:
    return day(start, "--from"), day(end, "--to")
