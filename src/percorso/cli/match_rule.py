"""`percorso match rule`: the rule that accepts pairs which are sure enough."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from percorso.cli.acting import BY
from percorso.cli.opener import Opener, opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.cli.quarantine import post_internal
from percorso.model.errors import NotFound
from percorso.model.match_rule import MatchRule
from percorso.model.time import to_iso

if TYPE_CHECKING:
    from pathlib import Path

    from percorso.pipeline.accepting import Acceptance

Precision = Annotated[
    float, typer.Option(min=0.5, max=1.0, help="Least share of what it accepts that must be one person.")
]
Name = Annotated[str, typer.Argument(help="What its decisions are signed with.")]
Version = Annotated[int, typer.Argument(help="As `percorso match rule show` tells.")]


def register(match: typer.Typer) -> None:
    rule = typer.Typer(help="Accept pairs that are sure enough by a rule; off by default.", no_args_is_help=True)
    match.add_typer(rule, name="rule")

    @rule.command()
    def show(ctx: typer.Context, dir: Dir = None, json: Json = False) -> None:
        """Print the rule with all its versions, the latest first: that one counts."""
        with opener(ctx).open(dir, write=False) as company:
            rows = [
                {
                    "version": one.version,
                    "name": one.rule.name,
                    "precision": one.rule.precision,
                    "on": one.rule.on,
                    "by": one.by,
                    "at": to_iso(one.at),
                    "accepted": accepted,
                }
                for one, accepted in company.accepter.versions()
            ]
        if json:
            show_json(rows)
        elif rows:
            show_table(rows)
        else:
            say("There is no rule: people decide on every pair.")

    @rule.command()
    def preview(ctx: typer.Context, precision: Precision = 0.99, dir: Dir = None, json: Json = False) -> None:
        """Print what a rule would accept now, and how much of it wrongly. Nothing changes."""
        with opener(ctx).open(dir, write=False) as company:
            found = company.accepter.preview(MatchRule(name="preview", precision=precision))
        if json:
            show_json(as_row(found))
        else:
            _say_preview(found)

    @rule.command()
    def on(ctx: typer.Context, name: Name, precision: Precision = 0.99, dir: Dir = None, json: Json = False) -> None:
        """Switch a rule on: from now on each `percorso match propose` ends with it. `preview` first."""
        _want(opener(ctx), dir, MatchRule(name=name, precision=precision, on=True))
        _say(json, {"name": name, "precision": precision, "on": True}, f"the rule {name} is on")

    @rule.command()
    def off(ctx: typer.Context, dir: Dir = None, json: Json = False) -> None:
        """Switch the rule off. What it accepted stays."""
        with opener(ctx).open(dir, write=False) as company:
            found = company.accepter.rule()
        if found is None:
            raise NotFound("there is no rule that accepts pairs")
        rule = MatchRule(name=found.rule.name, precision=found.rule.precision)
        _want(opener(ctx), dir, rule)
        _say(json, {"name": rule.name, "precision": rule.precision, "on": False}, f"the rule {rule.name} is off")

    @rule.command()
    def run(ctx: typer.Context, dir: Dir = None, json: Json = False) -> None:
        """Accept now what the rule accepts."""
        accepted = accept(opener(ctx), dir)
        _say(json, {"accepted": accepted}, f"{accepted:,} pairs accepted")

    @rule.command()
    def withdraw(ctx: typer.Context, version: Version, dir: Dir = None, json: Json = False) -> None:
        """Take back all that a version of the rule accepted, and switch it off. The pairs are for people from then on."""
        running = opener(ctx).server(dir)
        if running is not None:
            number = post_internal(running, "matches/withdraw", {"version": version})["withdrawn"]
        else:
            with opener(ctx).open(dir, write=True) as company:
                number = company.accepter.withdraw(version, BY)
                company.processor.drain()
        _say(json, {"withdrawn": number}, f"{number:,} pairs are open again")


def accept(given: Opener, dir: "Path | None") -> int:
    """Run the rule; how many pairs it accepted."""
    running = given.server(dir)
    if running is not None:
        return int(post_internal(running, "matches/run", {})["accepted"])
    with given.open(dir, write=True) as company:
        accepted = company.accepter.run().accepted
        company.processor.drain()
    return accepted


def _want(given: Opener, dir: "Path | None", rule: MatchRule) -> None:
    running = given.server(dir)
    if running is not None:
        post_internal(running, "matches/rule", {"name": rule.name, "precision": rule.precision, "on": rule.on})
        return
    with given.open(dir, write=True) as company:
        company.accepter.want(rule, BY)


def as_row(found: "Acceptance") -> dict[str, Any]:
    """What a rule accepts as JSON."""
    told = found.trusted
    return {
        "precision": found.rule.precision,
        "accepted": found.accepted,
        "wrong": round(told.wrong, 3),
        "wrong_least": round(told.wrong_least, 3),
        "wrong_most": round(told.wrong_most, 3),
        "left": dict(sorted(found.left.items())),
        "bands": [{**one._asdict(), "taken": number < told.taken} for number, one in enumerate(told.bands)],
    }


def _say_preview(found: "Acceptance") -> None:
    told = found.trusted
    show_table([_band(one._asdict(), number < told.taken) for number, one in enumerate(told.bands)])
    if told.cut is None:
        say(
            "It would accept nothing: people have said too little of the surest pairs, or not that they are one person."
        )
        return
    say(
        f"It would accept {found.accepted:,} pairs; {told.wrong:.1f} of them are expected to be two people "
        f"({told.wrong_least:.1f} to {told.wrong_most:.1f})."
    )
    for reason, pairs in sorted(found.left.items()):
        say(f"  {pairs:,} more are left to people: {_LEFT[reason]}")


def _band(one: Mapping[str, Any], taken: bool) -> dict[str, Any]:
    ends = "-".join("" if one[end] is None else f"{one[end]:g}" for end in ("low", "high"))
    said = one["accepted"] + one["refused"]
    return {
        "weight": ends,
        "open": one["pairs"],
        "model": "" if one["model"] is None else f"{one['model']:.4f}",
        "accepted": f"{one['accepted']} of {said}",
        "at_least": f"{one['least']:.4f}" if said else "",
        "taken": "yes" if taken else "",
    }


_LEFT = {
    "decided": "somebody decided of them before",
    "apart": "somebody said that they, or others they would be joined with, are not one",
    "limit": "together they would have more of a kind than a person has",
    "gone": "one of the two is no longer known",
}


def _say(json: bool, told: Mapping[str, Any], text: str) -> None:
    if json:
        show_json(told)
    else:
        say(text)
