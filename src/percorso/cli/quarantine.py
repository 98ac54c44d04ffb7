"""`percorso quarantine`: what intake refused, listed, mended by rule, replayed, dismissed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from percorso.cli.opener import Opener, Server, opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.model.errors import InvalidInput, StoreUnavailable
from percorso.model.time import Micros, parse_iso, to_iso
from percorso.pipeline.mending import Tried
from percorso.ports import Chosen

Reason = Annotated[str | None, typer.Option("--reason", help="Only items refused for this reason.")]
Source = Annotated[str | None, typer.Option("--source", help="Only items of this source.")]
Event = Annotated[str | None, typer.Option("--event", help="Only events of this name.")]
Since = Annotated[str | None, typer.Option("--since", metavar="TIME", help="Received at or after, ISO 8601.")]
Until = Annotated[str | None, typer.Option("--until", metavar="TIME", help="Received before, ISO 8601.")]
Id = Annotated[list[int] | None, typer.Option("--id", help="Only this item; repeatable.")]
Rules = Annotated[
    Path | None, typer.Option("--rules", metavar="FILE", help="YAML with the rules; see docs/quality.md.")
]
State = Annotated[str, typer.Option("--state", help="waiting, replayed, dismissed or all.")]
Act = Annotated[bool, typer.Option("--act", help="Deliver what the plays make of the mended items.")]
Items = Annotated[bool, typer.Option("--items", help="Items instead of groups.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

STATES = ("waiting", "replayed", "dismissed", "all")


def register(app: typer.Typer) -> None:
    quarantine = typer.Typer(help="Refused items: look, mend, replay.", no_args_is_help=True)
    app.add_typer(quarantine, name="quarantine")

    @quarantine.command("list")
    def list_items(
        ctx: typer.Context,
        reason: Reason = None,
        source: Source = None,
        event: Event = None,
        since: Since = None,
        until: Until = None,
        state: State = "waiting",
        items: Items = False,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Count refused items by reason, source and event; with --items list the newest 100."""
        if state not in STATES:
            raise InvalidInput(f"--state is one of {', '.join(STATES)}, not {state!r}")
        chosen = _chosen(reason, source, event, since, until, None)._replace(state=None if state == "all" else state)
        with opener(ctx).open(dir, write=False) as company:
            kept = company.quarantine
            rows: list[dict[str, Any]] = (
                [one._asdict() for one in kept.newest(chosen, 100)]
                if items
                else [one._asdict() for one in kept.groups(chosen, 100)]
            )
        for row in rows:
            for name in ("received_at", "first_at", "last_at", "settled_at"):
                if row.get(name) is not None:
                    row[name] = to_iso(row[name])
        if json:
            show_json(rows)
        else:
            hidden = ("body", "rules", "first_at", "sample", "detail", "mended_seq", "settled_by")
            show_table([{name: value for name, value in row.items() if name not in hidden} for row in rows])

    @quarantine.command()
    def preview(
        ctx: typer.Context,
        rules: Rules = None,
        reason: Reason = None,
        source: Source = None,
        event: Event = None,
        since: Since = None,
        until: Until = None,
        id: Id = None,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Show what rules would make of the first 50 items. Nothing is stored."""
        chosen = _chosen(reason, source, event, since, until, id)
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
    def replay(
        ctx: typer.Context,
        rules: Rules = None,
        reason: Reason = None,
        source: Source = None,
        event: Event = None,
        since: Since = None,
        until: Until = None,
        id: Id = None,
        act: Act = False,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Put the items that pass now into the log, each once; the others stay."""
        chosen = _chosen(reason, source, event, since, until, id)
        given = _rules(ctx, rules)
        running = opener(ctx).server(dir)
        if running is not None:
            done = post_internal(running, "quarantine/replay", {"chosen": _body(chosen), "rules": given, "act": act})
        else:
            with opener(ctx).open(dir, write=True) as company:
                made = company.mender.replay(chosen, given, by="command line", act=act)
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
    def dismiss(
        ctx: typer.Context,
        reason: Reason = None,
        source: Source = None,
        event: Event = None,
        since: Since = None,
        until: Until = None,
        id: Id = None,
        yes: Yes = False,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Say that nothing is to be done about items. They are kept, but no longer listed as waiting."""
        chosen = _chosen(reason, source, event, since, until, id)
        with opener(ctx).open(dir, write=False) as company:
            number = company.quarantine.count(chosen)
        if not yes and not json:
            typer.confirm(f"Dismiss {number} items?", abort=True)
        number = _dismiss(opener(ctx), dir, chosen)
        if json:
            show_json({"dismissed": number})
        else:
            say(f"dismissed: {number}")


def _dismiss(given: Opener, dir: Path | None, chosen: Chosen) -> int:
    running = given.server(dir)
    if running is not None:
        return int(post_internal(running, "quarantine/dismiss", _body(chosen))["dismissed"])
    with given.open(dir, write=True) as company:
        return company.mender.dismiss(chosen, by="command line")


def _chosen(
    reason: str | None,
    source: str | None,
    event: str | None,
    since: str | None,
    until: str | None,
    ids: list[int] | None,
) -> Chosen:
    return Chosen(
        reason=reason,
        source=source,
        event=event,
        since=_time(since, "--since"),
        until=_time(until, "--until"),
        ids=tuple(ids or ()),
    )


def _time(text: str | None, option: str) -> Micros | None:
    try:
        return None if text is None else parse_iso(text)
    except ValueError:
        raise InvalidInput(f"{option} wants a time such as 2026-03-01T09:00:00Z, not {text!r}") from None


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
            headers={"authorization": f"Bearer {server.token.strip()}"},
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
