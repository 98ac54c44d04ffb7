"""`percorso consent`: what a person allowed, with its proof, and whether the ledger holds."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

import typer

from percorso.cli.acting import note, saw_person
from percorso.cli.opener import OpenCompany, opener
from percorso.cli.output import Dir, Json, say, show_json
from percorso.cli.person import Who, find
from percorso.data.consent_receipt import receipt
from percorso.data.consent_state import Held
from percorso.data.consent_state import held as held_purposes
from percorso.execution.answer import Signer, preferences_path
from percorso.model.consent import permissions
from percorso.model.consent_chain import LedgerRow, breaks
from percorso.model.person import merge_all
from percorso.model.time import to_iso

Language = Annotated[str, typer.Option(help="Of the names of purposes.")]


def register(app: typer.Typer) -> None:
    consent = typer.Typer(help="What people allowed, with its proof.", no_args_is_help=True)
    app.add_typer(consent, name="consent")

    @consent.command("show")
    def show_(ctx: typer.Context, who: Who, dir: Dir = None, json: Json = False) -> None:
        """What holds for one person by purpose and channel, who decided it, and every choice behind it."""
        with opener(ctx).open(dir, write=False) as company:
            told = describe(company, saw_person(company, find(company, who)))
        if json:
            show_json(told)
        else:
            show(told)

    @consent.command()
    def receipts(ctx: typer.Context, who: Who, language: Language = "en", dir: Dir = None) -> None:
        """A receipt of each choice of one person, as JSON in the shape of ISO/IEC TS 27560."""
        with opener(ctx).open(dir, write=False) as company:
            rows = ledger_of(company, saw_person(company, find(company, who)))
            purposes = {purpose.id: purpose for purpose in company.config.purposes}
            made = [receipt(row, purposes, company.facts.name, language) for row in rows]
        show_json([one for one in made if one is not None])

    @consent.command()
    def link(ctx: typer.Context, who: Who, dir: Dir = None, json: Json = False) -> None:
        """The link to a person's own page. Whoever has it can read and change their choices: give it to nobody else."""
        with opener(ctx).open(dir, write=False) as company:
            person_id = find(company, who)
            note(company, "preferences.linked", person_id)
            url = link_of(company, person_id)
        if json:
            show_json({"url": url})
        else:
            say(url)

    @consent.command()
    def verify(ctx: typer.Context, dir: Dir = None, json: Json = False) -> None:
        """Walk every chain of the ledger. Exit code 1 when one does not hold; the first break of each is named."""
        with opener(ctx).open(dir, write=False) as company:
            company.notary.drain()
            told = verified(company.consents.all())
        if json:
            show_json(told)
        else:
            for one in told["breaks"]:
                say(f"FAIL  {one['node_id']} at event {one['seq']}: {one['why']}")
            broken = len(told["breaks"])
            say(f"{told['rows']} choices; {f'{broken} chains do not hold' if broken else 'every chain holds'}")
        if not told["ok"]:
            raise typer.Exit(1)


def describe(company: OpenCompany, person_id: str) -> dict[str, Any]:
    """What holds, and the choices behind it, as JSON."""
    profile = merge_all(node.profile for node in company.people.nodes(person_id))
    allowed, now = permissions(company.config.purposes, company.facts.default_consent), company.clock.now()
    return {
        "person_id": person_id,
        "profiled": allowed.profiles(profile.consents, now),
        "purposes": {
            one.purpose.id: {held.channel: _holds(held) for held in one.channels}
            for one in held_purposes(profile.consents, allowed, now)
        },
        "choices": [_row(row) for row in ledger_of(company, person_id)],
    }


def ledger_of(company: OpenCompany, person_id: str) -> list[LedgerRow]:
    """Every choice of the person's identifiers, in the order they came, the latest included."""
    company.notary.drain()
    return company.consents.of([node.node_id for node in company.people.nodes(person_id)])


def link_of(company: OpenCompany, person_id: str) -> str:
    path = preferences_path(person_id, company.facts.language, Signer(company.facts.secret), company.clock.now())
    return company.base_url + path


def verified(rows: Iterable[LedgerRow]) -> dict[str, Any]:
    """How many rows there are and where each broken chain breaks."""
    count = 0

    def counted() -> Iterator[LedgerRow]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    found = [{"node_id": one.row.node_id, "seq": one.row.seq, "why": one.why} for one in breaks(counted())]
    return {"ok": not found, "rows": count, "breaks": found}


def _holds(held: Held) -> dict[str, Any]:
    choice = held.choice
    return {
        "allowed": held.allowed,
        "state": held.state,
        "since": None if choice is None else to_iso(choice.occurred_at),
        "said_by": None if choice is None else choice.voice,
        "message_id": None if choice is None else choice.message_id,
    }


def _row(row: LedgerRow) -> dict[str, Any]:
    said = row.said()
    times: dict[str, Any] = {name: to_iso(said[name]) for name in ("occurred_at", "expires_at") if name in said}
    return {"seq": row.seq, **said, **times, "erased": not said, "commitment": row.commitment, "hash": row.hash}


def show(told: Mapping[str, Any]) -> None:
    """Consents for people."""
    for purpose, channels in told["purposes"].items():
        for channel, holds in channels.items():
            why = (
                f"{holds['state']} on {holds['since']} by {holds['said_by']}" if holds["state"] else "nothing was said"
            )
            where = "" if channel == "*" else f" {channel}"
            say(f"  {'yes' if holds['allowed'] else 'no ':<4} {purpose}{where}: {why}")
    say(f"{len(told['choices'])} choices in the ledger")
