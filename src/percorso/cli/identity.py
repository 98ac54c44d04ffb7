"""`percorso identity`: why two identifiers are one person, decisions on them, and the rules."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import httpx
import typer

from percorso.cli.acting import BY
from percorso.cli.opener import Opener, Server, opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.cli.quarantine import post_internal
from percorso.model.errors import Conflict, InvalidInput, StoreUnavailable
from percorso.model.identifier import HOW_TO_NAME
from percorso.model.identity import OverrideKind
from percorso.model.identity_rules import plain_rules, read_rules
from percorso.model.time import to_iso
from percorso.ports import RulesVersion

if TYPE_CHECKING:
    from percorso.data.identity.explain import Step, WhyNot
    from percorso.model.person import Node
    from percorso.pipeline.ruling import Preview
    from percorso.pipeline.unifying import Why

A = Annotated[str, typer.Argument(help="An identifier, KIND:VALUE; ~ before it when only a public key says it.")]
B = Annotated[str, typer.Argument(help="The other one.")]
Reason = Annotated[str, typer.Option("--why", help="Why, for whoever looks at it later.")]
Rules = Annotated[Path, typer.Argument(metavar="FILE", help="YAML with the rules; see docs/identity.md.")]
Set = Annotated[
    Path | None, typer.Option("--set", metavar="FILE", help="Want these rules; `apply` puts them in force.")
]

LOOK_EVERY_S = 0.5


def register(app: typer.Typer) -> None:
    identity = typer.Typer(help="Who is who: why, decisions, rules.", no_args_is_help=True)
    app.add_typer(identity, name="identity")

    @identity.command()
    def why(ctx: typer.Context, a: A, b: B, dir: Dir = None, json: Json = False) -> None:
        """Print why two identifiers are one person, or the rule that keeps them apart."""
        with opener(ctx).open(dir, write=False) as company:
            desk = company.unifier
            found = desk.why(desk.identifier(a), desk.identifier(b))
        if json:
            show_json(_why(found))
        else:
            _say_why(found)

    @identity.command()
    def link(ctx: typer.Context, a: A, b: B, why: Reason = "", dir: Dir = None, json: Json = False) -> None:
        """Decide that two identifiers are one person."""
        _decide(opener(ctx), dir, "link", a, b, why, json)

    @identity.command()
    def separate(ctx: typer.Context, a: A, b: B, why: Reason = "", dir: Dir = None, json: Json = False) -> None:
        """Decide that two identifiers never are one person."""
        _decide(opener(ctx), dir, "separate", a, b, why, json)

    @identity.command()
    def withdraw(ctx: typer.Context, a: A, b: B, why: Reason = "", dir: Dir = None, json: Json = False) -> None:
        """Take back what was decided of two identifiers."""
        _decide(opener(ctx), dir, "none", a, b, why, json)

    @identity.command()
    def rules(ctx: typer.Context, set: Set = None, dir: Dir = None, json: Json = False) -> None:
        """Print the rules in force and those that are wanted; with --set want others."""
        running = opener(ctx).server(dir)
        said = None if set is None else plain_rules(read_rules(opener(ctx).read_yaml(set)))
        if said is not None and running is not None:
            post_internal(running, "identity/rules", {"rules": said})
        with opener(ctx).open(dir, write=said is not None and running is None) as company:
            if said is not None and running is None:
                company.ruling.want(read_rules(said), BY)
            told = {"in_force": _rules(company.ruling.in_force()), "wanted": _rules(company.ruling.wanted())}
        if json:
            show_json(told)
            return
        for name, one in told.items():
            say(f"{name.replace('_', ' ')}: version {one['version']}, by {one['by']}")
            say("  " + opener(ctx).write_yaml(one["rules"]).rstrip().replace("\n", "\n  "))

    @identity.command()
    def preview(ctx: typer.Context, file: Rules, dir: Dir = None, json: Json = False) -> None:
        """Print what rules would change of everybody known. Nothing changes."""
        wanted = read_rules(opener(ctx).read_yaml(file))
        with opener(ctx).open(dir, write=False) as company:
            found = company.ruling.preview(wanted)
        if json:
            show_json(_preview(found))
        else:
            _say_preview(found)

    @identity.command()
    def apply(ctx: typer.Context, dir: Dir = None, json: Json = False) -> None:
        """Put the rules in force that are wanted: everybody known is made anew by them."""
        running = opener(ctx).server(dir)
        if running is not None:
            done = _apply_running(running, quiet=json)
        else:
            with opener(ctx).open(dir, write=True) as company:
                company.ruling.ask()
                company.apply_rules(_Told(quiet=json))
                done = {"version": company.ruling.in_force().version}
        if json:
            show_json(done)
        else:
            say(f"version {done['version']} of the rules is in force")


def _decide(given: Opener, dir: Path | None, kind: OverrideKind, a: str, b: str, why: str, json: bool) -> None:
    running = given.server(dir)
    if running is not None:
        body = {"kind": kind, "a": _body(a), "b": _body(b), "why": why}
        message_id = post_internal(running, "identity/decisions", body)["message_id"]
    else:
        with given.open(dir, write=True) as company:
            message_id = company.decide_identity(kind, a, b, by=BY, why=why or None)
            company.processor.drain()
    if json:
        show_json({"kind": kind, "message_id": message_id})
    else:
        say({"link": "linked", "separate": "separated", "none": "withdrawn"}[kind])


def _rules(found: RulesVersion) -> dict[str, Any]:
    return {"version": found.version, "by": found.by, "rules": plain_rules(found.rules)}


def _body(text: str) -> dict[str, Any]:
    kind, colon, value = text.removeprefix("~").partition(":")
    if not colon:
        raise InvalidInput(f"{text!r} is no identifier; {HOW_TO_NAME}")
    return {"kind": kind, "value": value, "claimed": text.startswith("~")}


def _apply_running(server: Server, *, quiet: bool) -> Mapping[str, Any]:
    """Ask the server, which folds, and wait until it is done."""
    asked = post_internal(server, "identity/apply", {})["applying"]
    told = _Told(quiet=quiet)
    while True:
        answer = httpx.get(
            f"{server.url}/internal/identity/rules",
            headers={"authorization": f"Bearer {server.token.strip()}"},
            trust_env=False,
            timeout=30.0,
        )
        applying = answer.raise_for_status().json()["applying"]
        if applying["version"] != asked["version"]:
            raise Conflict("somebody applied other rules meanwhile")
        if applying["state"] == "done":
            return {"version": applying["version"], **(applying["detail"] or {})}
        if applying["state"] == "failed":
            raise StoreUnavailable("the rules could not be applied; why is in the server's log")
        told(applying["done"], applying["total"])
        time.sleep(LOOK_EVERY_S)


class _Told:
    """Says how far it is, tenth by tenth."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._tenth = 0

    def __call__(self, done: int, total: int) -> None:
        tenth = 10 * done // total if total else 0
        if tenth > self._tenth and not self._quiet:
            self._tenth = tenth
            say(f"{tenth * 10} % of {total}")


def _name(node: "Node | None") -> str | None:
    return None if node is None else f"{'~' if node.claimed else ''}{node.kind}:{node.value}"


def _why(found: "Why") -> dict[str, Any]:
    return {
        "a": _name(found.a),
        "b": _name(found.b),
        "one_person": found.path is not None,
        "path": None if found.path is None else [_step(step, found.nodes) for step in found.path],
        "why_not": None if found.why_not is None else _why_not(found.why_not, found.nodes),
    }


def _step(step: "Step", nodes: "Mapping[str, Node]") -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": step.kind,
        "weaker": _name(nodes.get(step.weaker)),
        "stronger": _name(nodes.get(step.stronger)),
    }
    if step.assertion is not None:
        line = step.assertion
        told |= {"at": to_iso(line.occurred_at), "message_id": line.message_id, "source": line.source}
    if step.override is not None:
        told |= {"at": to_iso(step.override.occurred_at), "by": step.override.by, "why": step.override.why}
    return told


def _why_not(found: "WhyNot", nodes: "Mapping[str, Node]") -> dict[str, Any]:
    return {
        "rule": found.rule,
        "through": _name(found.through),
        "seen": [
            {
                "weaker": _name(nodes.get(line.weaker)),
                "stronger": _name(nodes.get(line.stronger)),
                "at": to_iso(line.occurred_at),
                "message_id": line.message_id,
                "source": line.source,
            }
            for line in found.seen
        ],
        "by": found.override.by if found.override else None,
        "why": found.override.why if found.override else None,
    }


RULES = {
    "separated": "somebody decided that they never are",
    "claimed": "only a public key says so: sign the identity or send it with a secret key",
    "limit": "the stronger one has more of that kind already than a person has",
    "shared": "what was seen with both was seen with several, so it joins nobody",
    "outranked": "what was seen with both belongs to the stronger of them alone",
    "unseen": "nothing was ever seen that joins them",
}


def _say_why(found: "Why") -> None:
    if found.path is not None:
        say(f"{_name(found.a)} and {_name(found.b)} are one person")
        for step in found.path:
            told = _step(step, found.nodes)
            because = (
                f"  {told.get('at', '')} {told.get('source') or told.get('by') or ''} {told.get('message_id') or ''}"
            )
            say(f"  {told['weaker']}  {told['kind']}  {told['stronger']}{because.rstrip()}")
        return
    assert found.why_not is not None
    say(f"{_name(found.a)} and {_name(found.b)} are not one person: {RULES[found.why_not.rule]}")
    for line in _why_not(found.why_not, found.nodes)["seen"]:
        say(f"  {line['weaker']}  seen  {line['stronger']}  {line['at']} {line['source']} {line['message_id']}")


def _preview(found: "Preview") -> dict[str, Any]:
    changes = found.changes
    if changes is None:
        return {"replay": found.replay, "counted": False}
    return {
        "replay": found.replay,
        "counted": True,
        "people_before": changes.people_before,
        "people_after": changes.people_after,
        "merges": changes.merges,
        "splits": changes.splits,
        "moved": changes.moved,
        "merged": [[_names(group) for group in one.groups] for one in changes.merged],
        "parted": [[_names(group) for group in one.groups] for one in changes.parted],
    }


def _names(group: "Sequence[Node]") -> list[str | None]:
    """A device once, however many sessions it has."""
    from percorso.data.identity.changes import shown

    return [_name(node) for node in shown(group)]


def _say_preview(found: "Preview") -> None:
    if found.replay:
        say("These rules change what events name: to apply them the log is folded again.")
    told = _preview(found)
    if not told["counted"]:
        say("The log is too long to count the changes beforehand.")
        return
    if not told["merges"] and not told["splits"]:
        say("Nobody would be joined or parted.")
    names = ("people_before", "people_after", "merges", "splits", "moved")
    show_table([{name.replace("_", " "): told[name] for name in names}])
    for word in ("merged", "parted"):
        for groups in told[word]:
            say(f"  {word}: " + " | ".join(", ".join(group) for group in groups))
