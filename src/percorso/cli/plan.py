"""`percorso plan`: the tracking plan as YAML: generated from what was seen, compared, put in force, checked."""

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.cli.quarantine import post_internal
from percorso.model.plan import Plan, read_plan
from percorso.pipeline.planning import changes

if TYPE_CHECKING:
    from percorso.pipeline.uses import PropertyUse

File = Annotated[Path, typer.Argument(metavar="FILE", help="YAML with the plan; see docs/plan.md.")]
Events = Annotated[list[str] | None, typer.Option("--event", help="Only this event anew; repeatable.")]
Event = Annotated[str | None, typer.Option("--event", help="Only this event.")]
Unused = Annotated[bool, typer.Option("--unused", help="Only what nobody looks at: a cost and a risk to privacy.")]
Accept = Annotated[bool, typer.Option("--accept-breaking", help="Put it in force although it refuses what passes now.")]


def register(app: typer.Typer) -> None:
    plan = typer.Typer(help="The tracking plan.", no_args_is_help=True)
    app.add_typer(plan, name="plan")

    @plan.command()
    def generate(ctx: typer.Context, event: Events = None, dir: Dir = None) -> None:
        """Print a plan of what was seen, as YAML. Nothing is put in force."""
        with opener(ctx).open(dir, write=False) as company:
            company.tallier.drain()
            made = company.planner.generated(event or ())
        typer.echo(opener(ctx).write_yaml(made.as_mapping()), nl=False)

    @plan.command()
    def diff(ctx: typer.Context, file: File, dir: Dir = None, json: Json = False) -> None:
        """Print what a file changes, and what that would have refused in the last 28 days."""
        new = _read(ctx, file)
        with opener(ctx).open(dir, write=False) as company:
            company.tallier.drain()
            told = changes(company.planner.plan(), new)
            breaks = [_plain(one) for one in company.planner.breaks(new)]
        if json:
            show_json({"changes": told, "breaks": breaks})
            return
        show_table([{"event": name, "change": what} for name, what in told.items()])
        if breaks:
            say("This would refuse what passes now:")
            show_table(breaks)

    @plan.command()
    def apply(
        ctx: typer.Context, file: File, accept_breaking: Accept = False, dir: Dir = None, json: Json = False
    ) -> None:
        """Put a plan in force, for what comes from now on."""
        new = _read(ctx, file)
        running = opener(ctx).server(dir)
        if running is not None:
            body = {"plan": new.as_mapping(), "accept_breaking": accept_breaking}
            versions = post_internal(running, "plan", body)["versions"]
        else:
            with opener(ctx).open(dir, write=True) as company:
                company.tallier.drain()
                applied = company.planner.apply(new, accept_breaking=accept_breaking)
            versions = {name: one.version for name, one in applied.plan.events.items()}
        if json:
            show_json({"versions": versions})
        else:
            show_table([{"event": name, "version": version} for name, version in versions.items()])

    @plan.command()
    def check(ctx: typer.Context, file: File, json: Json = False) -> None:
        """Check a plan file by itself; the exit code says whether it is right."""
        new = _read(ctx, file)
        if json:
            show_json({"events": len(new.events)})
        else:
            say(f"{file}: right, {len(new.events)} events")

    @plan.command()
    def drift(ctx: typer.Context, dir: Dir = None, json: Json = False) -> None:
        """Print how what came in the last seven days differs from the plan."""
        with opener(ctx).open(dir, write=False) as company:
            company.tallier.drain()
            rows = [_plain(one) for one in company.planner.drift()]
        if json:
            show_json(rows)
        else:
            show_table(rows)

    @plan.command()
    def uses(
        ctx: typer.Context, event: Event = None, unused: Unused = False, dir: Dir = None, json: Json = False
    ) -> None:
        """Print each property seen in the last 28 days, and which KPI, map, play, stage or rule looks at it."""
        from percorso.pipeline.uses import unused as that_nobody_uses

        with opener(ctx).open(dir, write=False) as company:
            company.tallier.drain()
            found = company.planner.uses(event).properties
        rows = [_property(one) for one in (that_nobody_uses(found) if unused else found)]
        if json:
            show_json(rows)
        else:
            show_table([row | {"types": "/".join(row["types"]), "uses": ", ".join(row["uses"])} for row in rows])


def _property(one: "PropertyUse") -> dict[str, Any]:
    return {
        "event": one.event,
        "property": one.path,
        "types": list(one.types),
        "events": one.events,
        "rate": round(one.events / one.of, 4),
        "first_seen": str(date(1970, 1, 1) + timedelta(days=one.first_day)),
        "personal": one.personal,
        "described": one.described,
        "uses": [use.kind if use.id == use.kind else f"{use.kind} {use.id}" for use in one.uses],
    }


def _read(ctx: typer.Context, file: Path) -> Plan:
    return read_plan(opener(ctx).read_yaml(file))


def _plain(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}
