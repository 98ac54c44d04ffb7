"""`percorso kpi target`, `targets`, `define`, `retire`: what the company says of its KPIs."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from percorso.cli.acting import BY
from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.cli.quarantine import post_internal
from percorso.cli.questions import day
from percorso.model.errors import InvalidInput

if TYPE_CHECKING:
    from percorso.cli.opener import OpenCompany
    from percorso.insight.kpi.target import Standing
    from percorso.model.audit import Act

VERDICTS = {
    "met": "met",
    "missed": "not met",
    "open": "cannot be told: the interval holds the target",
    "few": "cannot be told: fewer than 10 cases",
}

Name = Annotated[str, typer.Argument(metavar="NAME", help="A KPI or one of its variants, such as csat or csat_mean.")]
Own = Annotated[str, typer.Argument(metavar="NAME", help="A KPI of your own.")]
File = Annotated[Path, typer.Argument(help="YAML with kpi, name, measure, events and better; see docs/kpis.md.")]
Value = Annotated[float | None, typer.Option("--value", help="What it is to be, in its unit; a share as 0 to 1.")]
Owner = Annotated[str | None, typer.Option("--owner", help="Who answers for it.")]
Due = Annotated[str | None, typer.Option("--due", metavar="DATE", help="The day by which, today or later.")]
Segment = Annotated[str | None, typer.Option("--segment", metavar="ID", help="For the people of one segment alone.")]
Drop = Annotated[bool, typer.Option("--drop", help="Nobody wants this target any more.")]
Check = Annotated[bool, typer.Option("--check", help="Say what it would be, and publish nothing.")]


def register(kpi: typer.Typer) -> None:
    @kpi.command()
    def target(
        ctx: typer.Context,
        name: Name,
        value: Value = None,
        owner: Owner = None,
        due: Due = None,
        segment: Segment = None,
        drop: Drop = False,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Set a KPI's target, change it, or drop it."""
        if drop:
            _drop(ctx, dir, name, segment)
        else:
            _set(ctx, dir, name, segment, value, owner, due)
        if json:
            show_json({"kpi": name, "segment": segment, "dropped": drop})
        else:
            say(
                f"{name} has no target any more"
                if drop
                else f"{name} is to be {value:g} by {due}; {owner} answers for it"
            )

    @kpi.command()
    def targets(ctx: typer.Context, dir: Dir = None, json: Json = False) -> None:
        """Print how each target stands."""
        from percorso.pipeline.kpis import Kpis

        with opener(ctx).open(dir, write=False) as company:
            found = Kpis(company.analyst).standings()
        if json:
            show_json([_told(one) for one in found])
        elif found:
            show_table([_line(one) for one in found])
        else:
            say("There is no target yet: percorso kpi target csat --value 0.85 --owner NAME --due DATE")

    @kpi.command()
    def define(ctx: typer.Context, file: File, check: Check = False, dir: Dir = None, json: Json = False) -> None:
        """Publish a KPI of your own, or the next version of it."""
        body = opener(ctx).read_yaml(file)
        if check:
            _show_draft(ctx, dir, body, json)
            return
        said = _publish(ctx, dir, body)
        if json:
            show_json(said)
        else:
            say(f"{said['kpi']}@{said['version']} is in force: percorso kpi {said['kpi']}")

    @kpi.command()
    def retire(ctx: typer.Context, name: Own, dir: Dir = None, json: Json = False) -> None:
        """Take a KPI of your own off the board."""
        running = opener(ctx).server(dir)
        if running is not None:
            post_internal(running, f"kpis/own/{quote(name, safe='')}/retire", {})
        else:
            with opener(ctx).open(dir, write=True) as company:
                company.kpi_book.retire(name)
                _note(company, "kpi.retired", name)
        if json:
            show_json({"retired": name})
        else:
            say(f"{name} is retired; publish it again to bring it back")


def _set(
    ctx: typer.Context,
    dir: Path | None,
    name: str,
    segment: str | None,
    value: float | None,
    owner: str | None,
    due: str | None,
) -> None:
    from percorso.model.kpi_target import TargetDraft

    by = day(due, "--due")
    if value is None or owner is None or by is None:
        raise InvalidInput("a target wants --value, --owner and --due")
    draft = TargetDraft(kpi=name, segment=segment, value=value, owner=owner, due=by)
    running = opener(ctx).server(dir)
    if running is not None:
        post_internal(running, "kpis/targets", {**asdict(draft), "due": by.isoformat()})
        return
    with opener(ctx).open(dir, write=True) as company:
        made = company.kpi_book.set_target(draft, BY)
        _note(company, "kpi.target_set", f"{made.key}@{made.version}")


def _drop(ctx: typer.Context, dir: Path | None, name: str, segment: str | None) -> None:
    running = opener(ctx).server(dir)
    if running is not None:
        asked = "" if segment is None else f"?segment={quote(segment, safe='')}"
        post_internal(running, f"kpis/targets/{quote(name, safe='')}/drop{asked}", {})
        return
    with opener(ctx).open(dir, write=True) as company:
        gone = company.kpi_book.drop_target(name, segment, BY)
        _note(company, "kpi.target_dropped", gone.key)


def _publish(ctx: typer.Context, dir: Path | None, body: Any) -> Mapping[str, Any]:
    from percorso.model.own_kpi import read_own

    own = read_own(body)
    running = opener(ctx).server(dir)
    if running is not None:
        made = post_internal(running, "kpis/own", {"definition": dict(body)})
        return {"kpi": made["kpi"], "version": made["version"]}
    with opener(ctx).open(dir, write=True) as company:
        published = company.kpi_book.publish(own, BY)
        _note(company, "kpi.published", published.id)
    return {"kpi": own.kpi, "version": published.version}


def _show_draft(ctx: typer.Context, dir: Path | None, body: Any, json: bool) -> None:
    from percorso.model.own_kpi import read_own
    from percorso.pipeline.kpis import Kpis

    own = read_own(body)
    with opener(ctx).open(dir, write=False) as company:
        (row,) = Kpis(company.analyst).draft(own, None, None).rows
    if json:
        show_json(row.as_json())
    else:
        interval = "-" if row.ci_low is None or row.ci_high is None else f"{row.ci_low:.4g} .. {row.ci_high:.4g}"
        value = None if row.value is None else f"{row.value:.4g}"
        show_table([{"definition": row.definition, "value": value, "95 %": interval, "n": row.n, "people": row.people}])


def _told(one: "Standing") -> dict[str, Any]:
    return {
        "kpi": one.variant,
        "segment": one.segment,
        "target": one.value,
        "better": one.better,
        "owner": one.owner,
        "due": one.due.isoformat(),
        "days_left": one.days_left,
        "verdict": one.verdict,
        "final": one.is_final,
        "now": one.row.as_json(),
    }


def _line(one: "Standing") -> dict[str, Any]:
    row = one.row
    interval = "-" if row.ci_low is None or row.ci_high is None else f"{row.ci_low:.4g} .. {row.ci_high:.4g}"
    return {
        "kpi": one.variant,
        "segment": one.segment,
        "target": f"{'at least' if one.better == 'higher' else 'at most'} {one.value:g}",
        "by": one.due,
        "days left": one.days_left,
        "owner": one.owner,
        "value": None if row.value is None else f"{row.value:.4g}",
        "95 %": interval,
        "n": row.n,
        "stands": "not met yet" if one.verdict == "missed" and not one.is_final else VERDICTS[one.verdict],
    }


def _note(company: "OpenCompany", act: "Act", target: str) -> None:
    from percorso.ports import AuditRow

    company.audit.record(AuditRow(company.clock.now(), BY, act, target))
