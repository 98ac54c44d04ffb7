"""`percorso match`: who may be one person although no identifier says so."""

from typing import Annotated, Any

import typer

from percorso.cli import match_rule
from percorso.cli.acting import note
from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.data.matching.model import DEFAULT_THRESHOLD
from percorso.ports import Proposal

Threshold = Annotated[float, typer.Option(help="Least probability, between 0 and 1, that a pair is one person.")]
Households = Annotated[bool, typer.Option("--households", help="Pairs that seem to live together instead.")]


def register(app: typer.Typer) -> None:
    match = typer.Typer(help="Find records of one and the same person.", no_args_is_help=True)
    app.add_typer(match, name="match")
    match_rule.register(match)

    @match.command()
    def propose(
        ctx: typer.Context,
        threshold: Threshold = DEFAULT_THRESHOLD,
        households: Households = False,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Compare everybody and propose pairs to be looked at, the surest first. Nobody is joined by it, unless a rule that
        accepts pairs is on."""
        with opener(ctx).open(dir, write=False) as company:
            proposed = company.proposer.propose(threshold)
            rule = company.accepter.rule()
            wanted = "household" if households else "person"
            rows = [_told(one) for one in proposed.found if one.kind == wanted]
            note(company, "match.asked", f"{threshold:g}")
            note(company, "people.listed", f"matches:{2 * len(rows)}")
        accepted = match_rule.accept(opener(ctx), dir) if rule is not None and rule.rule.on else None
        if json:
            show_json(rows)
            return
        show_table(rows)
        say(
            f"{proposed.model.records:,} people, {proposed.matching.compared:,} pairs compared, "
            f"{len(rows):,} proposed, {proposed.new:,} pairs were never proposed before"
        )
        if rule is not None and accepted is not None:
            say(f"{accepted:,} of them accepted by {rule.signature}")
        if rows and not households:
            say(
                "Nobody is joined yet: accept or refuse them on the page Match review, or join two by `percorso identity link`"
            )


def _told(proposal: Proposal) -> dict[str, Any]:
    a, b = sorted((proposal.record_a, proposal.record_b))
    return {"a": a, "b": b, "weight": proposal.weight, "probability": proposal.probability}
