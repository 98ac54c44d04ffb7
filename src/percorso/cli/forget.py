"""`percorso forget` and `percorso privacy`: erase people, and see what became of it."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from percorso.cli.acting import BY
from percorso.cli.opener import OpenCompany, opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.model.erasure import ENDED, PrivacyRequest, Step
from percorso.model.errors import InvalidInput, NotFound
from percorso.model.identifier import HOW_TO_NAME
from percorso.model.time import to_iso
from percorso.pipeline.calling_back import told_of
from percorso.pipeline.forgetting_receipt import is_signed

POLL_S = 0.25
_RESTING = (*ENDED, "unsure")
STEPS: Mapping[Step, str] = {
    "unsure": "it waits for a word on whom is meant",
    "requested": "nothing of theirs is taken in, shown or sent any more",
    "found": "every store was searched for what is to go",
    "purged": "log and state are without them",
    "done": "no store has them, and the receipt is signed",
    "cancelled": "it was taken back, and nothing was done",
}
"""What each step says to whoever waits."""

Named = Annotated[
    list[str] | None, typer.Argument(metavar="KIND:VALUE...", help="Identifiers such as email:ada@example.com.")
]
FromFile = Annotated[
    Path | None,
    typer.Option("--file", help="A file with one KIND:VALUE a line: all of them in one request.", show_default=False),
]
Wait = Annotated[bool, typer.Option("--wait", help="Beside a running server, return only when it is done.")]
CallBack = Annotated[
    list[str] | None,
    typer.Option("--callback", metavar="URL", help="An address that is told of each status.", show_default=False),
]


def register(app: typer.Typer) -> None:
    @app.command()
    def forget(
        ctx: typer.Context,
        who: Named = None,
        file: FromFile = None,
        wait: Wait = False,
        callback: CallBack = None,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Erase people from every store, for good. Without a server it is done on return."""
        identities = read_identities(who or [], file)
        given = opener(ctx)
        server = given.server(dir) is not None
        with given.open(dir, write=not server) as company:
            request = company.forgetting.request("erasure", identities, BY, callback or ())
            if not server:
                company.forgetting.finish_all(company.processor)
            elif wait:
                wait_for(company, request.request_id, tell_aside)
            while not server and company.calling_back.step():
                pass
            told = company.privacy_requests.get(request.request_id) or request
        show(told, as_json=json)

    privacy = typer.Typer(help="Requests of people about their data.", no_args_is_help=True)
    app.add_typer(privacy, name="privacy")

    @privacy.command("list")
    def list_(ctx: typer.Context, dir: Dir = None, json: Json = False) -> None:
        """The latest requests."""
        with opener(ctx).open(dir, write=False) as company:
            rows = [as_row(one) for one in company.privacy_requests.latest(100)]
        if json:
            show_json(rows)
        else:
            show_table([{name: row[name] for name in ("request_id", "kind", "step", "deadline_at")} for row in rows])

    @privacy.command("show")
    def show_(ctx: typer.Context, request_id: str, dir: Dir = None, json: Json = False) -> None:
        """One request, with its receipt once it is done."""
        with opener(ctx).open(dir, write=False) as company:
            found = company.privacy_requests.get(request_id)
        if found is None:
            raise NotFound("there is no such request; `percorso privacy list` shows them")
        show(found, as_json=json)

    @privacy.command()
    def confirm(ctx: typer.Context, request_id: str, dir: Dir = None, json: Json = False) -> None:
        """Whoever typed what an unsure request names is meant: erase them."""
        given = opener(ctx)
        server = given.server(dir) is not None
        with given.open(dir, write=not server) as company:
            request = company.forgetting.confirm(request_id, BY)
            if not server:
                company.forgetting.finish_all(company.processor)
            told = company.privacy_requests.get(request_id) or request
        show(told, as_json=json)

    @privacy.command()
    def cancel(ctx: typer.Context, request_id: str, dir: Dir = None, json: Json = False) -> None:
        """Take an unsure request back: nothing was done."""
        with opener(ctx).open(dir, write=False) as company:
            told = company.forgetting.cancel(request_id, BY)
        show(told, as_json=json)

    @privacy.command()
    def callbacks(ctx: typer.Context, request_id: str, dir: Dir = None, json: Json = False) -> None:
        """How far the addresses are that a request named, and the secret by which they know our posts."""
        with opener(ctx).open(dir, write=False) as company:
            found = company.privacy_requests.get(request_id)
            if found is None:
                raise NotFound("there is no such request; `percorso privacy list` shows them")
            rows, secret = told_of(company.calling_back.of(found)), company.calling_back.secret
        if json:
            show_json({"secret": secret, "callbacks": rows})
        else:
            show_table([{**row, "told": " ".join(row["told"])} for row in rows])
            say(f"secret {secret}")

    @privacy.command()
    def resume(ctx: typer.Context, dir: Dir = None, json: Json = False) -> None:
        """Go on with erasures that were cut short, where no server does."""
        with opener(ctx).open(dir, write=True) as company:
            done = company.forgetting.finish_all(company.processor)
        if json:
            show_json({"done": done})
        else:
            say(f"{done} erasures done")

    @privacy.command()
    def reapply(ctx: typer.Context, dir: Dir = None, json: Json = False) -> None:
        """Erase again whoever the list of erasures knows and the state does not: after an older copy was put in place."""
        erased = opener(ctx).reapply(dir)
        if json:
            show_json({"erased": erased})
        else:
            say(f"{erased} identifiers of people erased since were there, and are no more")

    @privacy.command()
    def verify(ctx: typer.Context, receipt: Path, dir: Dir = None, json: Json = False) -> None:
        """Whether this company signed a receipt as it stands. Exit code 1 when it did not."""
        given = opener(ctx)
        told = receipt_in(given.read_yaml(receipt))  # JSON is YAML
        with given.open(dir, write=False) as company:
            signed = is_signed(told, company.facts.secret)
        if json:
            show_json({"signed": signed})
        else:
            say("signed by this company" if signed else "NOT signed by this company, or changed since")
        if not signed:
            raise typer.Exit(1)


def read_identities(who: Sequence[str], file: Path | None) -> list[tuple[str, str]]:
    """(kind, value) pairs as they were named. Raises InvalidInput."""
    return [_pair(one) for one in (*who, *_lines(file)) if one.strip()]


def _lines(file: Path | None) -> Iterable[str]:
    if file is None:
        return ()
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read: {error}") from error


def _pair(text: str) -> tuple[str, str]:
    kind, colon, value = text.strip().partition(":")
    if not colon:
        raise InvalidInput(f"{text.strip()!r} is no identifier; {HOW_TO_NAME}")
    return kind, value


def wait_for(company: OpenCompany, request_id: str, told: Callable[[str], None]) -> None:
    """Until the running server has done it; `told` hears each step as it is reached, and why it waits."""
    said = None
    while (found := company.privacy_requests.get(request_id)) is not None:
        if said != (found.step, found.problem):
            said = found.step, found.problem
            told(f"{found.step}: {found.problem or STEPS[found.step]}")
        if found.step in _RESTING:
            return
        time.sleep(POLL_S)


def tell_aside(line: str) -> None:
    """A line for people who wait, beside the result."""
    typer.echo(line, err=True)


def receipt_in(told: Any) -> dict[str, Any]:
    """The receipt of a file, which may be a whole request as `percorso privacy show --json` prints it. Raises InvalidInput."""
    found = told["receipt"] if isinstance(told, dict) and "receipt" in told else told
    if not isinstance(found, dict):
        raise InvalidInput(
            "there is no receipt in it: give a receipt, or what `percorso privacy show ID --json` prints once it is done"
        )
    return found


def as_row(one: PrivacyRequest) -> dict[str, Any]:
    """A request as JSON. Times are ISO UTC."""
    return {
        "request_id": one.request_id,
        "kind": one.kind,
        "step": one.step,
        "requested_at": to_iso(one.requested_at),
        "requested_by": one.requested_by,
        "deadline_at": to_iso(one.deadline_at),
        "identities": [dict(identity) for identity in one.identities],
        "counts": dict(one.counts),
        "problem": one.problem,
        "callbacks": list(one.callbacks),
        "receipt": one.receipt,
    }


def show(one: PrivacyRequest, *, as_json: bool) -> None:
    if as_json:
        show_json(as_row(one))
        return
    say(f"request {one.request_id}: {one.kind}, {one.step}")
    if one.kind != "erasure" or one.step in ("unsure", "cancelled"):
        if one.problem:
            say(f"  {one.problem}: percorso privacy confirm {one.request_id}, or cancel")
        return
    counts = one.counts
    say(f"  people {counts.get('people', 0)}, events {counts.get('log_events', 0)}")
    if counts.get("shared"):
        say(f"  {counts['shared']} identifiers stay: others have them too")
    if one.problem:
        say(f"  {one.problem}")
    if one.receipt is not None:
        say(
            f"  {one.receipt['needles']} identifiers and message ids looked for in every store, {one.receipt['hits']} found"
        )
        for store, needles in one.receipt.get("elsewhere", {}).items():
            say(f"  {needles} of them stand in rows of others: {store}")
        say(f"  signed {one.receipt['signature']}")
