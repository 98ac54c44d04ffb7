"""`percorso quarantine`: what intake refused, listed, mended by rule, replayed, dismissed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import typer

from percorso.cli.acting import BY
from percorso.cli.choosing import choosing
from percorso.cli.opener import Opener, Server, opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.model.errors import InvalidInput, StoreUnavailable
from percorso.model.time import to_iso
from percorso.pipeline.mending import Tried
from percorso.ports import Chosen, Quarantined, QuarantineGroup

Rules = Annotated[
    Path | None, typer.Option("--rules", metavar="FILE", help="YAML with the rules; see docs/quality.md.")
]
State = Annotated[str, typer.Option("--state", help="waiting, replayed, dismissed or all.")]
Act = Annotated[bool, typer.Option("--act", help="Deliver what the plays make of the mended items.")]
Items = Annotated[bool, typer.Option("--items", help="Items instead of groups.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

STATES = ("waiting", "replayed", "dismissed", "all")
NOT_IN_TABLE = ("body", "rules", "first_at", "sample", "detail", "mended_seq", "settled_by")


def register(app: typer.Typer) -> None:
    quarantine = typer.Typer(help="Refused items: look, mend, replay.", no_args_is_help=True)
    app.add_typer(quarantine, name="quarantine")

    @quarantine.command("list")
    @choosing
    def list_items(
        ctx: typer.Context,
        *,
        chosen: Chosen,
        state: State = "waiting",
        items: Items = False,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Count refused items by reason, source and event; with --items list the newest 100."""
        if state not in STATES:
            raise InvalidInput(f"--state is one of {', '.join(STATES)}, not {state!r}")
        chosen = chosen._replace(state=None if state == "all" else state)
        with opener(ctx).open(dir, write=False) as company:
            kept = company.quarantine
            found: Sequence[Quarantined | QuarantineGroup] = (
                kept.newest(chosen, 100) if items else kept.groups(chosen, 100)
            )
        rows = [_plain(one) for one in found]
        if json:
            show_json(rows)
        else:
            show_table([{name: value for name, value in row.items() if name not in NOT_IN_TABLE} for row in rows])

    @quarantine.command()
    @choosing
    def preview(
        ctx: typer.Context,
        *,
        rules: Rules = None,
        chosen: Chosen,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Show what rules would make of the first 50 items. Nothing is stored."""
        with opener(ctx).open(dir, write=False) as company:
            found = company.mender.preview(chosen, _rules(ctx, rules))
        if json:
            show_json({"matched": found.matched, "tried": [_told(one) for one in found.tried]})
            return
        for one in found.tried:
            say(f"{one.row.id}  {one.row.event or '-'}  {one.verdict}{_why(one)}")
            if one.changed:
                say(f"    before  {one.row.body}\n    after   {one.after}")
        passing = sum(one.candidate is not None for one in found.tried)
        say(f"{passing} of the first {len(found.tried)} would be accepted now; {found.matched} items are chosen")

    @quarantine.command()
    @choosing
    def replay(
        ctx: typer.Context,
        *,
        rules: Rules = None,
        chosen: Chosen,
        act: Act = False,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Put the items that pass now into the log, each once; the others stay."""
        given = _rules(ctx, rules)
        running = opener(ctx).server(dir)
        if running is not None:
            done = post_internal(running, "quarantine/replay", {"chosen": _body(chosen), "rules": given, "act": act})
        else:
            with opener(ctx).open(dir, write=True) as company:
                made = company.mender.replay(chosen, given, by=BY, act=act)
                company.processor.drain()
            done = {"verdicts": dict(made.verdicts), "still": dict(made.still), "left": made.left}
        if json:
            show_json(done)
            return
        say("replayed: " + (_counts(done["verdicts"]) or "none"))
        if done["still"]:
            say("stay: " + _counts(done["still"]))
        if done["left"]:
            say(f"{done['left']} not yet tried: run the command again")

    @quarantine.command()
    @choosing
    def dismiss(
        ctx: typer.Context,
        *,
        chosen: Chosen,
        yes: Yes = False,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Say that nothing is to be done about items. They are kept, but no longer listed as waiting."""
        with opener(ctx).open(dir, write=False) as company:
            number = company.quarantine.count(chosen)
        if not yes and not json:
            typer.confirm(f"Dismiss {number} items?", abort=True)
        number = _dismiss(opener(ctx), dir, chosen)
        if json:
            show_json({"dismissed": number})
        else:
            say(f"dismissed: {number}")


def _plain(row: Quarantined | QuarantineGroup) -> dict[str, Any]:
    """With times as they are written."""
    times = {"received_at", "first_at", "last_at", "settled_at"}
    return {
        name: to_iso(value) if name in times and value is not None else value for name, value in row._asdict().items()
    }


def _dismiss(given: Opener, dir: Path | None, chosen: Chosen) -> int:
    running = given.server(dir)
    if running is not None:
        return int(post_internal(running, "quarantine/dismiss", _body(chosen))["dismissed"])
    with given.open(dir, write=True) as company:
        return company.mender.dismiss(chosen, by=BY)


def _rules(ctx: typer.Context, path: Path | None) -> Any:
    """The list below ``rules:`` of a file, none without a file."""
    if path is None:
        return []
    read = opener(ctx).read_yaml(path)
    if not isinstance(read, Mapping) or set(read) != {"rules"}:
        raise InvalidInput(f"{path} is a mapping with one key, 'rules'")
    return read["rules"]


def _body(chosen: Chosen) -> dict[str, Any]:
    times = {
        name: None if at is None else to_iso(at) for name, at in (("since", chosen.since), ("until", chosen.until))
    }
    named = {"reason": chosen.reason, "source": chosen.source, "event": chosen.event}
    return {**named, **times, "ids": list(chosen.ids)}


def post_internal(server: Server, what: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Ask the running server, which alone may write to its log."""
    try:
        answer = httpx.post(
            f"{server.url}/internal/{what}",
            json=body,
            headers={"authorization": f"Bearer {server.token.strip()}", "percorso-by": quote(BY)},
            timeout=300.0,
            trust_env=False,
        )
    except httpx.TransportError as error:
        raise StoreUnavailable("the running server does not answer; run the command again") from error
    told = answer.json() if answer.headers.get("content-type", "").startswith("application/json") else {}
    if answer.status_code != 200:
        message = str(told.get("message", answer.status_code))
        raise StoreUnavailable(message) if answer.status_code >= 500 else InvalidInput(message)
    found: dict[str, Any] = told
    return found


def _told(one: Tried) -> dict[str, Any]:
    return {
        "id": one.row.id,
        "event": one.row.event,
        "before": one.row.body,
        "after": one.after,
        "changed": one.changed,
        "verdict": one.verdict.value,
        "reason": one.reason,
        "detail": one.detail,
    }


def _why(one: Tried) -> str:
    return f" ({one.reason}: {one.detail})" if one.reason else ""


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {word}" for word, number in counts.items())
