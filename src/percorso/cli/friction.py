"""`percorso friction`: where paths hurt, what it costs, and how sure that is."""

from typing import TYPE_CHECKING, Any

import typer

from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.cli.questions import From, To, day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from percorso.insight.friction.found import Friction


def register(app: typer.Typer) -> None:
    @app.command()
    def friction(ctx: typer.Context, start: From = None, end: To = None, dir: Dir = None, json: Json = False) -> None:
        """Where paths hurt: signals by touchpoint and stage, ranked by what they cost in a year."""
        from percorso.pipeline.friction import FrictionFinder

        days = day(start, "--from"), day(end, "--to")
        with opener(ctx).open(dir, write=False) as company:
            found = FrictionFinder(company.analyst).found(*days)
            status = {step.friction: step.status for step in company.frictions.steps()}
        rows = [_row(one, status) for one in found.frictions]
        if json:
            show_json(rows)
            return
        window, prices = found.window, found.prices
        say(f"{window.start} to {window.end}; a contact is priced at {prices.contact_cost:g} {prices.currency}")
        show_table([_line(row) for row in rows if row["grade"] != "few"])
        few = sum(row["grade"] == "few" for row in rows)
        if few:
            say(f"{few} more with too few visits to say; --json has them")


def _row(one: "Friction", status: "Mapping[str, str]") -> dict[str, Any]:
    effect = one.effects.get(one.outcome) if one.outcome else None
    value = one.value[0] if one.value else None
    return {
        "key": one.key,
        "signal": one.signal,
        "stage": one.stage,
        "touchpoint": one.touchpoint,
        "subject": one.subject,
        "people": one.people,
        "visits": one.visits,
        "of": one.of,
        "outcome": one.outcome,
        "excess": effect.excess if effect else None,
        "excess_ci": [effect.ci_low, effect.ci_high] if effect else None,
        "q": one.q_value,
        "value": value.a_year if value else None,
        "ci": [value.ci_low, value.ci_high] if value else None,
        "currency": value.currency if value else None,
        "values": {part.currency: {"value": part.a_year, "ci": [part.ci_low, part.ci_high]} for part in one.value},
        "grade": one.grade,
        "status": status.get(one.key, "found"),
    }


def _line(row: dict[str, Any]) -> dict[str, Any]:
    """A row for people: fewer columns, rounded."""
    money = None
    if row["value"] is not None:
        low, high = row["ci"]
        money = f"{row['value']:,.0f} [{low:,.0f}, {high:,.0f}] {row['currency']}"
    excess = None if row["excess"] is None else f"{row['outcome']} {100 * row['excess']:+.1f} points"
    place = f"{row['touchpoint']} / {row['stage'] or '-'}"
    named = {"signal": row["signal"], "touchpoint / stage": place, "about": row["subject"], "people": row["people"]}
    q = None if row["q"] is None else f"{row['q']:.1g}"
    return {**named, "excess": excess, "q": q, "a year": money, "grade": row["grade"], "status": row["status"]}
